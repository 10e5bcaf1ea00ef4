"""Columns that follow from others: each formula against a slow and plain computation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.errors import PaybenchError
from paybench.ledger.formats import Format, load_format, parse_format
from paybench.ledger.readers.formulas import computed, formula
from paybench.ledger.readers.importer import import_files
from paybench.ledger.readers.sheet import TEXT, Sheet
from paybench.ledger.readers.terms import days_of_terms
from paybench.ledger.readers.written import parse_days
from tests.ledger.exports import reasons, write

HOW: Format = load_format("canonical")


def compute(name: str, **columns: list[str]) -> list[str]:
    """What one formula gives for a file with these columns."""
    n = len(next(iter(columns.values())))
    arrays = {column: pa.array(cells, TEXT) for column, cells in columns.items()}
    sheet = Sheet("x.csv", arrays, np.arange(n), pa.array([""] * n, TEXT), np.full(n, None), frozenset())
    source = parse_format("x", _YAML.replace("WHEN", name)).files[0]
    found: list[str] = computed(sheet, source, HOW).columns[name].to_pylist()
    return found


_YAML = """
title: t
source: s
tested: false
files:
  - name: "*"
    rows:
      - {table: customers, columns: {customer_id: c}, when: {'WHEN': filled}, once: true}
"""

_DAY = st.integers(1, 9).map(lambda day: f"2024-01-0{day}")
_ROWS = st.lists(
    st.tuples(st.sampled_from("12"), st.sampled_from("AB"), _DAY, st.sampled_from(["", "in", "out"])), max_size=9
)


@given(_ROWS)
def test_a_state_lasts_from_the_day_it_begins_to_the_next_that_is_another(rows: list[tuple[str, ...]]) -> None:
    columns = dict(zip(("n", "c", "day", "state"), map(list, zip(*rows, strict=True)), strict=True)) if rows else None
    if columns is None:
        return
    arguments = ("n", "c", "day", "%Y-%m-%d", "state", "in")
    opens, closes = (compute(formula(name, *arguments), **columns) for name in ("opens", "closes"))
    # One invoice after the other, its rows in the order of their days, as a person would go through them.
    wanted_opens, wanted_closes = [""] * len(rows), [""] * len(rows)
    for one in {row[:2] for row in rows}:
        mine = sorted((k for k, row in enumerate(rows) if row[:2] == one), key=lambda k: rows[k][2])
        began: int | None = None
        for k in mine:
            if rows[k][3] == "in" and began is None:
                began = k
                wanted_opens[k] = rows[k][2]
            elif rows[k][3] != "in" and began is not None:
                wanted_closes[began] = rows[k][2]
                began = None
    assert opens == wanted_opens
    assert closes == wanted_closes


@given(_ROWS.filter(bool))
def test_the_first_row_is_one_per_value_and_knows_the_last(rows: list[tuple[str, ...]]) -> None:
    columns = dict(zip(("n", "c", "day", "state"), map(list, zip(*rows, strict=True)), strict=True))
    first = compute(formula("first", "n", "c"), **columns)
    last = compute(formula("last", "state", "n", "c"), **columns)
    later = compute(formula("later", "day", "%Y-%m-%d", "n", "c"), **columns)
    seen: set[tuple[str, ...]] = set()
    for k, row in enumerate(rows):
        key = row[:2]
        states = [r[3] for r in rows if r[:2] == key and r[3]]
        assert first[k] == ("no" if key in seen else "yes")
        assert last[k] == ("" if key in seen or not states else states[-1])
        assert later[k] == (row[2] if key in seen else "")
        seen.add(key)


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)))
def test_days_come_back_from_every_pattern(day: date) -> None:
    for pattern in ("%d.%m.%Y", "%m/%d/%y", "%d-%m-%y", "%Y%m%d", "%Y-%m-%dT%T", "%d.%m.%Y %T"):
        written = day.strftime(pattern.replace("%T", "23:59:01.5"))
        found, ok = parse_days(pa.array([written], TEXT), pattern)
        assert (found[0].astype("datetime64[D]").item(), bool(ok[0])) == (day, True)
    # A two-digit year of the last century, and Excel's number.
    number = (day - date(1899, 12, 30)).days
    assert parse_days(pa.array([str(number)], TEXT), "excel")[0][0].astype("datetime64[D]").item() == day


@pytest.mark.parametrize("text", ["31.02.2024", "1.2.2024", "2024-01-01", "", "01.02.24", "01.02.1824"])
def test_what_is_written_otherwise_is_no_day(text: str) -> None:
    assert not parse_days(pa.array([text], TEXT), "%d.%m.%Y")[1][0]


@given(st.integers(1, 365))
def test_terms_of_all_languages_name_the_same_days(days: int) -> None:
    for text in ("{}", "net {}", "Net{}", "{} Tage netto", "{} days", "{} jours", "{} giorni", "{} dagen", "{} días"):
        assert days_of_terms(text.format(days)) == days


@pytest.mark.parametrize(
    "text", ["", "0", "0030", "NAB4", "Z030", "366", "30 EOM", "30 jours fin de mois", "30/60", "-5", "RB 30/60 gg"]
)
def test_what_names_no_days_is_not_guessed(text: str) -> None:
    assert days_of_terms(text) is None


def test_names_with_bars_are_columns_too() -> None:
    name = formula("first", "a|b")
    assert compute(name, **{"a|b": ["1", "1", "2"]}) == ["yes", "no", "yes"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("=sum(a)", r"There is no formula =sum\(a\); the formulas are =day\(...\), =due"),
        ("=sign(b)", r"x.csv has no column b for =sign\(b\); it has a."),
        ("=due(a | a)", r"=due\(a \| a\) has 2 arguments between bars and needs 3 or 4."),
        ("=first()", r"has no column  for =first\(\)"),
    ],
)
def test_a_formula_that_says_nonsense_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(PaybenchError, match=sentence):
        compute(name, a=["1"])


def test_a_format_of_ones_own_may_use_them(tmp_path: Path) -> None:
    text = _YAML.replace("when: {'WHEN': filled}, ", "") + (
        "      - table: invoices\n        when: {'=sign(amount)': ['+']}\n        columns:\n"
        "          {invoice_id: n, customer_id: c, issued_on: d, amount: amount, currency: {value: EUR},\n"
        "           due_on: {column: '=due(d | %Y-%m-%d | terms)'}}\n"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    write(tmp_path, x=["n,c,d,amount,terms", "1,A,2024-01-01,10,30", "2,A,2024-01-01,-10,30", "3,A,2024-01-01,10,?"])
    result = import_files([tmp_path / "x.csv"], tmp_path / "own.yaml")
    assert result.ledger.invoices["due_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-31"]
    assert reasons(result) == {
        3: "=sign(amount) '-' is none of +; add it to the rows of a table in the format",
        4: "=due(d | %Y-%m-%d | terms) is empty",
    }
