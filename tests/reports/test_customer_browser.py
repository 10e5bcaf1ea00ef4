"""The customer sheet in a browser: readable at every width, by keyboard, in light and dark, and harmless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from paybench.ledger import Ledger, as_of, read_ledger, settle
from paybench.reports.customer import write_customer
from tests.browser import DESKTOP, PHONE, browser, needs_browser, opened, serious
from tests.trained import Trained

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_browser

AT = "2025-06-01"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}<svg onload=alert(1)>",
    "</title></style><script>alert(1)</script>",
    "\u202eevil <b>bold</b> & ' \"",
)

OVERLAPS = """[...document.querySelectorAll("svg")].flatMap(svg => {
  const boxes = [...svg.querySelectorAll("text")].map(t => [t.getBoundingClientRect(), t.textContent])
    .filter(([box]) => box.width > 0);
  return boxes.flatMap(([a, x], i) => boxes.slice(i + 1)
    .filter(([b]) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom)
    .map(([b, y]) => x + " / " + y));
})"""
"""Labels of one picture that stand on each other."""


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def book(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


@pytest.fixture(scope="module")
def pages(book: Ledger, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sheets of who owes most invoices, of who was never late, and of who is newest."""
    folder = tmp_path_factory.mktemp("sheets")
    state = settle(as_of(book, AT))
    still = state[state["amount_open"] > 0]
    late = state[state["customer_id"].isin(still["customer_id"])].groupby("customer_id")["days_late"].median()
    who = {
        "bad": still["customer_id"].value_counts().index[0],
        "good": late.idxmin(),
        "new": state.groupby("customer_id")["issued_on"].min().idxmax(),
    }
    for name, customer in who.items():
        write_customer(book, AT, customer, folder / f"{name}.html", trained.store, "de" if name == "good" else "en")
    return {name: folder / f"{name}.html" for name in who}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_well(running: Browser, pages: dict[str, Path], size: dict[str, int], scheme: str) -> None:
    for name in ("bad", "good", "new") if (size, scheme) in ((PHONE, "light"), (DESKTOP, "dark")) else ("bad",):
        with opened(running, pages[name], size, color_scheme=scheme) as at:
            # Nothing hinders a reader, and nothing has to be pushed sideways.
            assert serious(at) == []
            assert at.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert at.evaluate(OVERLAPS) == []


def test_events_open_by_keyboard(running: Browser, pages: dict[str, Path]) -> None:
    with opened(running, pages["bad"]) as page:
        table = page.locator("ol.reasons details table").first
        assert not table.is_visible()
        summary = page.locator("ol.reasons summary").first
        for _ in range(40):
            page.keyboard.press("Tab")
            if summary.evaluate("e => e === document.activeElement"):
                break
        page.keyboard.press("Enter")
        # One key shows the events behind the first reason, and another hides them.
        assert table.is_visible()
        assert table.locator("tbody tr").count() > 0
        page.keyboard.press("Enter")
        assert not table.is_visible()


def test_it_prints(running: Browser, pages: dict[str, Path]) -> None:
    with opened(running, pages["bad"]) as page:
        page.emulate_media(media="print")
        printed = page.pdf(format="A4", prefer_css_page_size=True)
        assert printed.startswith(b"%PDF")
        assert len(printed) > 10_000
        # On paper nothing can be opened, so nothing asks to be.
        assert not page.locator("summary").first.is_visible()


def test_hostile_names_and_texts_run_nothing(book: Ledger, trained: Trained, running: Browser, tmp_path: Path) -> None:
    known = as_of(book, AT)
    wrote = set(known.messages["customer_id"]) & set(known.promises["customer_id"]) & set(known.contacts["customer_id"])
    state = settle(known)
    customer = sorted(wrote & set(state.loc[state["amount_open"] > 0, "customer_id"]))[0]

    def poisoned(name: str, *columns: str) -> dict[str, object]:
        table = book.table(name).copy()
        for column in columns:
            table[column] = [HOSTILE[i % len(HOSTILE)] for i in range(len(table))]
            table[column] = table[column].astype("str")
        return {name: table}

    tables = (
        poisoned("customers", "name", "country")
        | poisoned("messages", "text", "channel")
        | poisoned("promises", "source_quote")
        | poisoned("contacts", "channel", "tone")
        | poisoned("disputes", "reason")
    )
    hostile = book.with_tables(tables)  # type: ignore[arg-type]
    for code in ("en", "de"):
        write_customer(hostile, AT, customer, tmp_path / f"{code}.html", trained.store, code)
        # No dialog, no request, no error (of the fixture), and every text stands there as text.
        with opened(running, tmp_path / f"{code}.html") as page:
            assert page.locator("script, img, b").count() == 0
            assert any(text in page.locator("h1").inner_text() for text in HOSTILE)
            assert page.title() != "alert(1)"
