"""The page of a backtest: self-contained, escaped, and with the numbers of its tables."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from paybench.explain.backtest_page import backtest_page
from paybench.explain.backtest_pictures import calibration, learning, png
from paybench.models.judge.backtest import Backtest, backtest
from paybench.models.judge.learning import learning_curve
from paybench.models.judge.rivals import MODEL
from paybench.simulate import simulate

VOID = {"meta", "img", "br"}


@pytest.fixture(scope="module")
def result() -> Backtest:
    ledger = simulate(customers=25, months=15, seed=6).ledger
    curve = learning_curve(ledger, (2,), "2024-10-01", trials=0)
    return replace(backtest(ledger, ["2024-09-01", "2024-11-01"], trials=0), learning=curve)


@pytest.fixture(scope="module")
def page(result: Backtest) -> str:
    return backtest_page(replace(result, about=result.about | {"book": "<script>x & y"}))


class Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_stands_alone_and_is_escaped(page: str) -> None:
    parser = Balanced()
    parser.feed(page)
    # Every element is closed where it was opened.
    assert parser.open == []
    # No script, nothing from elsewhere; a name from the book is text.
    assert "script" not in parser.seen
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "&lt;script&gt;x &amp; y" in page
    # Nothing that is not there is printed as a number.
    assert not re.search(r"\bnan\b|\bNone\b", re.sub(r"data:[^\"]*", "", page))


def test_its_numbers_are_the_tables(result: Backtest, page: str) -> None:
    for model, row in result.metrics.iterrows():
        assert str(model).replace("'", "&#39;") in page
        if row["crps"] > 0:
            assert f">{row['crps']:.2f}<" in page
    s = result.skill.loc["crps"]
    assert f"{abs(s['skill']):.1%}"[:-1] in page
    # Skill is told before any accuracy, and accuracy not without the most frequent kind.
    assert page.index("95 % interval") < page.index("most frequent") < page.index("bucket right")
    assert f"{100 * result.metrics['bucket_accuracy'][MODEL]:.0f}\N{NO-BREAK SPACE}%" in page


def test_every_table_row_has_a_cell_per_column(page: str) -> None:
    for table in re.findall(r"<table.*?</table>", page, flags=re.S):
        widths = set()
        for row in re.findall(r"<tr.*?</tr>", table, flags=re.S):
            cells = re.findall(r"<t[hd]([^>]*)>", row)
            widths.add(sum(int((re.findall(r'colspan="(\d+)"', c) or ["1"])[0]) for c in cells))
        assert len(widths) == 1, widths


def test_pictures_are_pictures(result: Backtest) -> None:
    assert result.learning is not None
    assert png(learning(result.learning.table)).startswith(b"\x89PNG")
    # Where no question has two answers there is none to draw.
    assert calibration(pd.DataFrame()) is None


def test_a_book_without_open_invoices_has_a_page_too(result: Backtest) -> None:
    nothing = pd.DataFrame()
    pit, by_origin, slices = (
        table[table.index.get_level_values("when") == "at issue"]
        for table in (result.pit, result.skill_by_origin, result.slices)
    )
    bare = replace(
        result,
        open_metrics=nothing,
        open_skill=nothing,
        cash=nothing,
        cash_weeks=nothing,
        learning=None,
        reliability=nothing,
        pit=pit,
        skill_by_origin=by_origin,
        slices=slices,
        metrics=result.metrics.drop(columns="bucket_accuracy"),
        about=result.about | {"open_rows": 0, "bucket_rows": 0},
    )
    # Sections of what is not there are left out, in the page and in the summary.
    assert "Cash of the open book" not in backtest_page(bare)
    assert "OPEN" not in str(bare)
    assert "CASH" not in str(bare)
