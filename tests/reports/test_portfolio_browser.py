"""The portfolio report in a real browser: opened, searched, sorted, walked through by keys, printed, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from paybench.ledger import read_ledger
from paybench.pages import language
from paybench.reports.portfolio.findings import Findings, findings
from paybench.reports.portfolio.page import render
from paybench.reports.portfolio.rows import BUCKETS, rows_of
from tests.browser import DESKTOP, PHONE, browser, needs_browser, opened, serious
from tests.safety.strings import HOSTILE
from tests.trained import AS_OF, Trained

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_browser
EN = language("en")
ROWS = "#rows .item"
TABLET = {"width": 820, "height": 1180}


@pytest.fixture(scope="module")
def found(trained: Trained) -> Findings:
    return findings(read_ledger(trained.ledger), AS_OF, trained.store, paths=60)


@pytest.fixture(scope="module")
def file(found: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("portfolio") / "portfolio.html"
    place.write_text(render(found), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as chromium:
        yield chromium


def every(page: Page, cell: str) -> list[str]:
    """A cell's first line of every row in their order, however many are drawn at a time."""
    return page.evaluate(
        """cell => { const texts = [];
            for (let place = 0; place < order.length; place++) texts.push(rowAt(place).querySelector(cell).textContent);
            return texts; }""",
        f".{cell} .first",
    )


def times(found: Findings, number: int) -> Findings:
    """The same open book so many times, each invoice with a number of its own."""
    copies = [found.table.assign(invoice_id=f"{k:03}-" + found.table["invoice_id"]) for k in range(number)]
    by_week = np.tile(found.by_week, (number, 1))
    return replace(found, table=pd.concat(copies, ignore_index=True), by_week=by_week, example=None)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_a_serious_fault(running: Browser, file: Path, size: dict[str, int], scheme: str) -> None:
    with opened(running, file, size, color_scheme=scheme) as page:
        page.locator(ROWS).nth(1).click()
        assert page.locator("#rows .details").count() == 1
        assert serious(page) == []

        # Nothing is wider than the screen: people do not read sideways.
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_the_cash_fits_in_german_too(running: Browser, found: Findings, tmp_path: Path, size: dict[str, int]) -> None:
    place = tmp_path / "german.html"
    place.write_text(render(found, language("de")), encoding="utf-8")
    with opened(running, place, size) as page:
        # What past weeks said and what came opens without a script's help, and nothing becomes wider than the screen.
        for summary in page.locator("#cash summary").all():
            summary.press("Enter")
        assert page.locator("#cash details[open]").count() == page.locator("#cash details").count() > 0
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]

        # Every picture lies within it, with some height.
        for picture in page.locator("#cash svg.plane, #kpis svg").all():
            edges = picture.bounding_box()
            assert edges is not None
            assert edges["height"] > 20
            assert edges["x"] >= 0
            assert edges["x"] + edges["width"] <= size["width"]


def test_printed_tables_do_not_lie_on_each_other(running: Browser, file: Path) -> None:
    with opened(running, file, {"width": 703, "height": 1000}) as page:
        page.emulate_media(media="print")
        for pair in page.locator("#cash .two.tables").all():
            first, second = (table.bounding_box() for table in pair.locator("table").all())
            assert first is not None
            assert second is not None
            assert first["x"] + first["width"] <= second["x"]


def test_the_first_order_is_that_of_the_wait(running: Browser, file: Path, found: Findings) -> None:
    with opened(running, file) as page:
        expected = rows_of(found, EN)["rows"]["invoice"]
        assert every(page, "c-invoice") == expected
        assert page.locator("#grid").get_attribute("aria-rowcount") == str(len(expected) + 1)

        # The line above says how many there are, and what they come to, currency by currency.
        said = page.locator("#found").inner_text()
        assert said.startswith(f"{len(expected)} of {len(expected)} invoices: ")
        for currency, amount in found.table.groupby("currency")["amount_open"].sum().items():
            assert f"{currency}\N{NO-BREAK SPACE}{amount:,.2f}" in said


def test_it_sorts_by_every_heading_and_back(running: Browser, file: Path, found: Findings) -> None:
    table = found.table.set_index("invoice_id")
    with opened(running, file) as page:
        for key, column in (("due", "due_on"), ("risk", "risk"), ("late", "p_late"), ("mid", "pay_on_p50")):
            header = page.locator(f"#grid [role=columnheader].c-{key}")
            assert header.get_attribute("aria-sort") == "none"
            directions = {}
            for _ in range(2):
                header.get_by_role("button").click()
                directions[header.get_attribute("aria-sort")] = every(page, "c-invoice")
            for direction, invoices in directions.items():
                values = table.loc[invoices, column]
                if column == "risk":
                    values = values.map({"low": 0, "medium": 1, "high": 2})
                if column == "p_late":  # what is late already is beyond all that may be
                    values = values.mul(100).round() + (table.loc[invoices, "days_overdue"] > 0)
                if column == "pay_on_p50":
                    values = values.fillna(pd.Timestamp("2200-01-01"))
                rising = direction == "ascending"
                assert values.is_monotonic_increasing if rising else values.is_monotonic_decreasing, (key, direction)
            assert {*directions} == {"ascending", "descending"}

        # Amounts stay with their currency.
        page.locator("#grid .c-amount button").click()
        invoices = every(page, "c-invoice")
        for _, own in table.loc[invoices].groupby("currency"):
            assert own["amount_open"].is_monotonic_decreasing
        assert (
            table.loc[invoices, "currency"].ne(table.loc[invoices, "currency"].shift()).sum()
            == table["currency"].nunique()
        )

        # Texts as people sort them, and Show all leads back.
        page.locator("#grid .c-invoice button").click()
        assert every(page, "c-invoice") == sorted(table.index)
        page.locator("#reset").click()
        assert every(page, "c-invoice") == rows_of(found, EN)["rows"]["invoice"]


def test_filters_show_what_they_say(running: Browser, file: Path, found: Findings) -> None:
    table = found.table
    with opened(running, file) as page:

        def shown() -> set[str]:
            return set(every(page, "c-invoice"))

        for k, risk in enumerate(("high", "medium", "low")):
            page.locator("#risk").select_option(str(k))
            assert shown() == set(table["invoice_id"][table["risk"] == risk])
        page.locator("#reset").click()

        # Every invoice is in one bucket of due days.
        counted = 0
        for k, (_, low, high) in enumerate(BUCKETS):
            page.locator("#due").select_option(str(k))
            days = table["days_overdue"]
            own = (days >= (low if low is not None else -(10**6))) & (days <= (high if high is not None else 10**6))
            assert shown() == set(table["invoice_id"][own])
            counted += int(own.sum())
        assert counted == len(table)
        page.locator("#reset").click()

        # Part of a number or name, several words, and two filters at once.
        some = table.iloc[5]
        page.locator("#search").fill(f"{str(some['name']).split()[0].upper()} {some['invoice_id'][-4:]}")
        first = str(some["name"]).split()[0].lower()
        named = table["name"].str.lower().str.contains(first)
        named &= table["invoice_id"].str.contains(some["invoice_id"][-4:])
        assert shown() == set(table["invoice_id"][named])
        page.locator("#reset").click()
        page.locator("#customer").fill(some["customer_id"])
        page.locator("#currency").select_option("0")
        assert shown() == set(
            table["invoice_id"][(table["customer_id"] == some["customer_id"]) & (table["currency"] == some["currency"])]
        )

        # Nothing found is said; a button in the text sets the filter that it names.
        page.locator("#search").fill("nobody at all")
        assert page.locator(ROWS).count() == 0
        assert "No invoice is like that" in page.locator("#found").inner_text()
        page.locator("button.show[data-risk]").click()
        assert shown() == set(table["invoice_id"][table["risk"] == "high"])


def test_keys_are_enough(running: Browser, file: Path, found: Findings) -> None:
    def at(page: Page) -> int:
        return int(page.evaluate("document.activeElement.getAttribute('aria-rowindex')")) - 2

    with opened(running, file) as page:
        # From the last button Tab leads through the headings to one row, and on out of the table.
        page.locator("#reset").focus()
        for _ in range(8):
            page.keyboard.press("Tab")
        assert at(page) == 0
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert at(page) == 2
        page.keyboard.press("Enter")
        row = page.locator("#rows .item[aria-expanded=true]")
        assert row.get_attribute("aria-rowindex") == "4"

        # It shows the reasons of that invoice, word for word.
        invoice = row.locator(".c-invoice .first").inner_text()
        told = found.table.set_index("invoice_id").loc[invoice]
        reasons = [told[f"reason_{k}"].removesuffix(".") for k in (1, 2, 3) if told[f"reason_{k}"]]
        items = page.locator("#rows .details li").all_inner_texts()
        assert [text.removesuffix(".") for text in items] == reasons
        page.keyboard.press("Escape")
        assert page.locator("#rows .details").count() == 0

        # The ends, and pages; the row with the focus is in view.
        page.keyboard.press("End")
        assert at(page) == len(found.table) - 1
        assert page.evaluate(
            """() => { const [row, box] = [document.activeElement, find('box')].map(e => e.getBoundingClientRect());
                return row.top >= box.top && row.bottom <= box.bottom + 1; }"""
        )
        page.keyboard.press("Home")
        page.keyboard.press("PageDown")
        assert at(page) > 5
        page.keyboard.press("Home")
        assert at(page) == 0
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.closest('#box')")


def test_fifteen_thousand_rows_are_drawn_as_they_come(running: Browser, found: Findings, tmp_path: Path) -> None:
    many = times(found, 100)
    place = tmp_path / "many.html"
    place.write_text(render(many), encoding="utf-8")
    last = rows_of(many, EN)["rows"]["invoice"][-1]
    with opened(running, place) as page:
        assert len(many.table) > 14_000
        assert page.locator(ROWS).count() < 40
        page.locator(ROWS).first.focus()
        page.keyboard.press("End")
        assert page.locator(ROWS).count() < 60
        assert page.evaluate("document.activeElement.querySelector('.c-invoice .first').textContent") == last

        # An open row makes room for itself, at the very end too.
        page.keyboard.press("Enter")
        bottom = page.evaluate("find('rows').offsetHeight")
        assert page.evaluate(
            "(() => { const d = document.querySelector('.details'); return d.offsetTop + d.offsetHeight; })()"
        ) == pytest.approx(bottom, abs=2)


def test_rows_do_not_overlap_when_one_is_open(running: Browser, file: Path) -> None:
    for size in (DESKTOP, PHONE):
        with opened(running, file, size) as page:
            page.locator(ROWS).nth(1).click()
            page.locator("#box").evaluate("box => { box.scrollTop = 120; }")
            page.wait_for_timeout(100)
            edges = page.evaluate(
                "[...document.querySelectorAll('#rows > *')].map(e => [e.offsetTop, e.offsetTop + e.offsetHeight])"
            )
            # Each begins where the one above it ends.
            assert all(abs(b[0] - a[1]) <= 1 for a, b in pairwise(edges)), size


def test_print_is_the_list_to_look_at(running: Browser, found: Findings, tmp_path: Path) -> None:
    few, many = tmp_path / "few.html", tmp_path / "many.html"
    few.write_text(render(found), encoding="utf-8")
    many.write_text(render(times(found, 20)), encoding="utf-8")
    sizes = []
    for place in (few, many):
        with opened(running, place) as page:
            sheets = page.pdf(format="A4", prefer_css_page_size=True)
            sizes.append(len(re.findall(rb"/Type\s*/Page\b", sheets)))
            page.emulate_media(media="print")
            assert page.locator("#grid").is_hidden()
            assert page.locator(".look .list").first.is_visible()

            # It says so, and has a place to sign.
            assert "is in the file, not on paper" in page.locator("#all .paper").inner_text()
            assert page.locator(".sign").is_visible()
    # Twenty times the invoices are as many sheets, give or take one; the decisions of the day take four of them.
    assert 3 <= sizes[0] <= 18
    assert abs(sizes[1] - sizes[0]) <= 1


def test_a_phone_shows_cards(running: Browser, file: Path) -> None:
    with opened(running, file, PHONE) as page:
        # Headings stay to sort by; each invoice is a card whose lines lie within the screen.
        page.locator("#grid .c-due button").click()
        assert page.locator("#grid .c-due").first.get_attribute("aria-sort") == "ascending"
        for cell in page.locator(ROWS).first.locator("[role=gridcell]").all():
            edges = cell.bounding_box()
            assert edges is not None
            assert edges["x"] >= 0
            assert edges["x"] + edges["width"] <= PHONE["width"]


def test_without_colour_and_without_script_it_still_says_all(running: Browser, file: Path) -> None:
    with opened(running, file, forced_colors="active") as page:
        # A shape and a word tell the risk.
        for text in page.locator("#rows .risk").all_inner_texts():
            assert re.fullmatch("(▲ high|◆ medium|○ low)", text.replace("\N{NO-BREAK SPACE}", " "))
    with opened(running, file, java_script_enabled=False) as page:
        assert "needs JavaScript" in page.locator("noscript").inner_text()
        assert page.locator("#tool").is_hidden()
        assert page.locator(".look .list").first.is_visible()
        assert page.locator("button:visible").count() == 0


def test_two_hundred_hostile_strings_are_text(running: Browser, found: Findings, tmp_path: Path) -> None:
    words = list(dict.fromkeys(HOSTILE))
    some = found.table.iloc[np.arange(len(words)) % len(found.table)].reset_index(drop=True)
    text = pd.Series(words, dtype="str")
    turned = text[::-1].reset_index(drop=True)
    table = some.assign(
        invoice_id=text, customer_id=turned, name=text, reason_1=text, reason_2=text + ": +1 points.", reason_3=turned
    )
    figures = {"days_now": 9.0, "days_before": 1.0, "late_now": 1.0, "late_before": 0.0, "chance": 0.01}
    changed = pd.DataFrame({"customer_id": text, **figures, "invoices_now": 3, "invoices_before": 9})
    named = {"customer_id": text, "invoice_id": text, "detail": text}
    exceptional = pd.DataFrame(named | {"currency": "EUR", "amount": 1.0, "since": found.at})
    kinds = tuple(replace(one, rows=exceptional) for one in found.exceptions)
    assert found.example is not None
    by_week = found.by_week[np.arange(len(words)) % len(found.by_week)]
    hostile = replace(
        found, book=" ".join(words), table=table, by_week=by_week, changed=changed, exceptions=kinds,
        names=pd.Series(words, index=words), example=replace(found.example, invoice_id=words[0], customer_id=words[1]),
    )  # fmt: skip
    place = tmp_path / "hostile.html"
    place.write_bytes(render(hostile).encode("utf-8"))
    with opened(running, place) as page:
        before = set(page.evaluate("[...document.querySelectorAll('*')].map(e => e.localName)"))
        page.locator("#customer").focus()
        for k in range(12):
            page.locator(ROWS).nth(k).click()
        page.locator("#rows .details button").click()

        # Each is shown as it stands, letter by letter; every one of them is found by typing it.
        page.locator("#reset").click()
        assert sorted(every(page, "c-invoice")) == sorted(words)
        choices = page.evaluate("[...document.querySelectorAll('#customers option')].map(o => o.value)")
        assert sorted(choices) == sorted(words)
        for word in words[::9]:
            page.locator("#customer").fill(re.sub(r"\s+", " ", word))
            assert page.locator("#found").inner_text()

        # No element but those of the page itself: none of theirs, nothing with a handler, nothing ran.
        after = set(page.evaluate("[...document.querySelectorAll('*')].map(e => e.localName)"))
        theirs = {"img", "iframe", "object", "embed", "base", "link", "form", "animate", "template", "math"}
        assert not theirs & (before | after)
        assert page.evaluate(
            "[...document.querySelectorAll('*')].every(e => ![...e.attributes].some(a => a.name.startsWith('on')))"
        )
        assert page.evaluate("document.scripts.length") == 2
