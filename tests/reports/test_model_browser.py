"""The model report in a real browser: it can be read on a screen, on a phone, in the dark and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from paybench.reports.model import write_model
from tests.browser import DESKTOP, PHONE, browser, needs_browser, opened, serious
from tests.trained import Trained

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_browser


@pytest.fixture(scope="module")
def report(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "model.html"
    write_model(trained.store, out, 2, language="de")
    return out


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_serious_is_wrong(running: Browser, report: Path, size: dict[str, int], mode: str) -> None:
    with opened(running, report, size, color_scheme=mode) as page:
        # Nothing is logged, nothing asked of the network (see ``opened``), and axe-core finds no serious fault.
        assert serious(page) == []

        # The page is no wider than the screen.
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]

        # Every picture has dots or lines in it that are seen, in the colours of the style.
        unseen = "p => { const s = getComputedStyle(p); return s.stroke === 'none' && s.fill === 'none' }"
        assert page.locator("svg.plane path").evaluate_all(f"all => all.filter({unseen}).length") == 0


def test_the_keyboard_reaches_every_section(running: Browser, report: Path) -> None:
    with opened(running, report) as page:
        links = page.locator("nav a")
        assert links.count() == 10
        assert links.evaluate_all("all => all.every(a => document.querySelector(a.hash))")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "A"


def test_it_prints(running: Browser, report: Path, tmp_path: Path) -> None:
    with opened(running, report) as page:
        page.pdf(path=tmp_path / "model.pdf", prefer_css_page_size=True)
        content = (tmp_path / "model.pdf").read_bytes()
        assert content.startswith(b"%PDF")
        pages = content.count(b"/Type /Page\n") or content.count(b"/Type /Page ") or content.count(b"/Type /Page/")
        assert 4 <= pages <= 12

        # On A4 paper nothing sticks out: 186 mm are left between the margins.
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 703, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= 703
        assert page.locator("nav").is_hidden()
        assert page.locator("table.paper").is_visible()
