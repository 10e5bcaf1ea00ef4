"""A real browser for tests of pages: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)

needs_browser = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt-get install chromium")
"""Marks tests that look at pages; continuous integration installs a browser."""

DESKTOP, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window and without a network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield running
        finally:
            running.close()


@contextmanager
def opened(running: Browser, file: Path, size: dict[str, int] = DESKTOP, **more: Any) -> Iterator[Page]:
    """A page of a file; at the end nothing was logged as an error, and nothing was asked of the network."""
    context = running.new_context(viewport=size, offline=True, **more)  # type: ignore[arg-type]
    page = context.new_page()
    faults: list[str] = []

    def told(fault: str) -> None:
        faults.append(fault)

    page.on("console", lambda message: told(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told(str(error)))
    page.on("request", lambda request: told(request.url) if request.url.startswith("http") else None)
    page.on("dialog", lambda dialog: told(f"dialog: {dialog.message}"))
    page.goto(file.resolve().as_uri())
    try:
        yield page
        assert faults == []
    finally:
        context.close()


def serious(page: Page) -> list[str]:
    """The serious and critical faults that axe-core finds."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {v['help']} ({node['html'][:200]})"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]
