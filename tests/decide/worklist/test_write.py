"""Files: harmless in a spreadsheet and a browser, the same bytes each time, and complete in both languages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from paybench.decide.dunning.policy import CHANNELS, TONES
from paybench.decide.worklist import Worklist, worklist_files, write_worklist
from paybench.decide.worklist.assigned import WHY_NOT
from paybench.decide.worklist.page import _NAMED, _SPEAKS, _TERMS
from paybench.decide.worklist.reason import worklist_language
from paybench.errors import PaybenchError
from tests.browser import DESKTOP, PHONE, browser, needs_browser, opened, serious
from tests.decide.worklist.lists import AT, small_worklist

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "a\x07b",
    "</style><script>alert(1)</script>",
)


@pytest.fixture(scope="module")
def made() -> Worklist:
    return small_worklist()


@pytest.fixture(scope="module")
def hostile(made: Worklist) -> Worklist:
    """The same with a hostile text wherever somebody else wrote."""
    lines = []
    for i, line in enumerate(made.lines):
        text = HOSTILE[i % len(HOSTILE)]
        items = tuple(replace(item, invoice_id=text + item.invoice_id) for item in line.items)
        lines.append(
            replace(
                line, name=text, customer_id=text, country=text, items=items, reason=text, subject=text, text=text,
                collector=text if line.collector else "",
            )
        )  # fmt: skip
    return replace(made, lines=tuple(lines), book=HOSTILE[4])


def test_the_table_and_the_files_say_the_same(made: Worklist) -> None:
    made_files = worklist_files(made)
    table = made.table()
    back = pd.read_csv(io.BytesIO(made_files["worklist.csv"]), keep_default_na=False)
    assert back["amount"].tolist() == table["amount"].tolist()
    assert back["text"].str.replace("\r\n", "\n").tolist() == table["text"].tolist()
    book = openpyxl.load_workbook(io.BytesIO(made_files["worklist.xlsx"]))
    assert book.sheetnames == ["summary", "room", "Ada Brandt", "Bob O'Hara", "no collector", "invoices", "served"]
    for name in made.collectors:
        sheet = book[name or "no collector"]
        head = [cell.value for cell in sheet[1]]
        mine = made.of(name)
        assert [row[head.index("amount")].value for row in sheet.iter_rows(min_row=2)] == [x.amount for x in mine]
        # Dates are dates, numbers numbers; the head stays in sight and can be filtered.
        assert [row[head.index("pay by")].value for row in sheet.iter_rows(min_row=2)] == [x.pay_by for x in mine]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
    # Each invoice of each contact has a row.
    assert book["invoices"].max_row - 1 == sum(len(line.items) for line in made.lines)


def test_the_same_worklist_gives_the_same_bytes(made: Worklist) -> None:
    assert worklist_files(made) == worklist_files(small_worklist())


def test_nothing_is_a_formula(hostile: Worklist) -> None:
    made_files = worklist_files(hostile)
    book = openpyxl.load_workbook(io.BytesIO(made_files["worklist.xlsx"]))
    for sheet in book:
        assert len(sheet.title) <= 31
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    names = {line.name.replace("\x07", "\ufffd") for line in hostile.lines}
    found = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert names <= found
    csv = pd.read_csv(io.BytesIO(made_files["worklist.csv"]), keep_default_na=False)
    assert not csv["name"].str.startswith(("=", "+", "-", "@")).any()


def test_collectors_with_alike_names_have_sheets_of_their_own(made: Worklist) -> None:
    names = ["A" * 40 + "1", "A" * 40 + "2", "a/b", "a:b", "Summary", "'"]
    lines = [replace(line, collector=names[i % len(names)]) for i, line in enumerate(made.lines)]
    book = openpyxl.load_workbook(io.BytesIO(worklist_files(replace(made, lines=tuple(lines)))["worklist.xlsx"]))
    assert len(set(map(str.lower, book.sheetnames))) == len(book.sheetnames) == 4 + len(names)


def test_a_day_without_contacts_is_written_too(tmp_path: Path) -> None:
    for code in ("en", "de"):
        write_worklist(Worklist("Empty", AT, (), language=code), tmp_path / code)
        assert sorted(p.name for p in (tmp_path / code).iterdir()) == ["worklist.csv", "worklist.html", "worklist.xlsx"]
    # Another folder is not overwritten; one of a worklist is.
    write_worklist(Worklist("Empty", AT, ()), tmp_path / "en")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(PaybenchError, match="exists and is no folder of a worklist"):
        write_worklist(Worklist("Empty", AT, ()), tmp_path / "mine")


def test_german_has_every_sentence() -> None:
    folder = files("paybench.decide.worklist")
    sources = [(folder / name).read_text(encoding="utf-8") for name in ("worklist.html", "page.py", "reason.py")]
    said = {text for source in sources for text in re.findall(r'\bt\(\s*"([^"]+)"', source)}
    said |= {*WHY_NOT.values(), *CHANNELS, *TONES, *_TERMS.values(), *_SPEAKS.values(), *_NAMED}
    said |= {f"{n} {noun}" for noun in ("contact", "day", "invoice") for n in ("1",)} | {"{n} contacts", "{n} invoices"}
    assert len(said) > 60
    assert said - {"{n} "} <= set(worklist_language("de").sentences)  # that one is put together with a noun


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as found:
        yield found


@needs_browser
def test_it_reads_well(running: Browser, made: Worklist, tmp_path: Path) -> None:
    for code, size, scheme in (("en", DESKTOP, "light"), ("de", PHONE, "dark")):
        write_worklist(replace(made, language=code), tmp_path / code)
        with opened(running, tmp_path / code / "worklist.html", size, color_scheme=scheme) as page:
            # Nothing hinders a reader, and nothing has to be pushed sideways but tables in their own frames.
            assert serious(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert page.locator(".contacts > li").count() == len(made.lines)
            # What to say in a call is in sight; other texts open.
            calls = sum(line.channel == "phone" for line in made.lines)
            assert page.locator("details[open]").count() == calls
            # On paper every text is in sight, and nothing asks to be opened.
            page.emulate_media(media="print")
            assert page.evaluate("[...document.querySelectorAll('.text')].every(e => e.getClientRects().length > 0)")
            assert not page.locator("summary").first.is_visible()


@needs_browser
def test_hostile_texts_run_nothing(running: Browser, hostile: Worklist, tmp_path: Path) -> None:
    write_worklist(hostile, tmp_path / "hostile")
    # No dialog, no request, no error (of the fixture), and every text stands there as text.
    with opened(running, tmp_path / "hostile" / "worklist.html") as page:
        assert page.locator("script, img").count() == 0
        shown = page.locator("main").inner_text()
        assert all(text.replace("\x07", "") in shown.replace("\x07", "") for text in HOSTILE)
