"""Rows of a ledger's tables out of the rows of an export, as a format says."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..formats import Cell, Format, Rows, Source
from ..redact import OWN_COLUMNS
from ..schema import DATE, KINDS, MONEY_UNITS, Column, units
from .asking import check_columns, follow, holds, idle_reasons, is_in, is_master, look_at, other_currency
from .formulas import computed, shown, units_in
from .parse import example_date, parse_amounts, parse_dates, parse_flags, parse_native, parse_numbers, too_large
from .repeats import dispute_versions
from .sheet import TEXT, Sheet
from .verdict import Verdict

MATCH, PREFER = " match", " prefer"
"""While an import runs: what ``match`` compares, where ``prefer`` holds (no column of a file begins with a blank)."""

_CONTROL = r"[\x00-\x1f\x7f]"


@dataclass
class Made:
    """Rows of one table from one file; the index is each row's place in the whole input."""

    rows: Rows
    frame: pd.DataFrame


def make_rows(number: int, source: Source, format: Format, verdict: Verdict) -> list[Made]:
    """Make what one file makes; rows that cannot be read are rejected.

    Raises
    ------
    PaybenchError
        If the file lacks a column that the format needs, or has it twice.
    """
    sheet = computed(verdict.sheets[number], replace(source, frames=tuple(source.asked())), format)
    at = verdict.positions(number)
    check_columns(sheet, source, format)
    main = source.rows[0].table
    broken = np.array([reason is not None for reason in sheet.broken], dtype=bool)
    verdict.reject(at[broken], main, sheet.broken[broken])
    over = np.zeros(len(sheet), dtype=bool)
    for framing in source.frames:
        over |= holds(framing, sheet) & ~broken
    verdict.pass_over(at[over])
    whole = ~broken & ~over
    for column, words in source.allowed.items():
        bad = ~is_in(sheet.trimmed(column), words)
        verdict.reject(at[bad], main, f"{column} is not one of {', '.join(words)}")
    for refusal in source.reject:
        verdict.reject(at[holds(refusal.when, sheet)], main, refusal.reason)

    money = [rows for rows in source.rows if "currency" in rows.spec.names and not rows.once]
    verdict.bears_money[number] = bool(money)
    states = follow(source, sheet, at, whole, verdict)
    made, used, counted, bears = [], states.copy(), np.zeros(len(sheet), dtype=bool), states.copy()
    match = next((cell.match for rows in source.rows for cell in rows.columns.values() if cell.match), None)
    for rows in source.rows:
        wanted = holds(rows.when, sheet) & whole
        counts = ~counted[wanted] & (rows in money)
        made.append(_Maker(rows, sheet, format, verdict, at[wanted], wanted, counts).made(source.keep_others, match))
        used |= wanted & (not is_master(rows) or all(map(is_master, source.rows)))
        counted |= wanted & (rows in money)
        bears |= wanted & ("amount" in rows.columns)
    if money:
        # The amount of every row is counted, whether something is made of it or not; that of a state is counted.
        rest = ~counted & ~bears & ~broken
        _Maker(money[0], sheet, format, verdict, at[rest], rest, rest[rest], quiet=True).count()
        used &= bears | ~verdict.counted[at] | (verdict.units[at] == 0)
    idle = whole & ~used
    verdict.reject(at[idle], main, idle_reasons(source, sheet, idle))
    look_at(source, sheet, format, at, whole, verdict)
    return made


class _Maker:
    """One table's columns out of the ``wanted`` rows of one sheet.

    ``counts`` says whose amount is accounted for; a ``quiet`` one rejects nothing.
    """

    def __init__(
        self,
        rows: Rows,
        sheet: Sheet,
        format: Format,
        verdict: Verdict,
        at: np.ndarray,
        wanted: np.ndarray,
        counts: np.ndarray,
        quiet: bool = False,
    ) -> None:
        self.quiet = quiet
        self.rows, self.sheet, self.format, self.verdict = rows, sheet, format, verdict
        self.at, self.wanted, self.counts = at, wanted, counts
        self.pick = pa.array(wanted)

    def made(self, keep_others: bool, match: str | None) -> Made:
        spec = self.rows.spec
        data: dict[str, pd.Series] = {}
        for column in spec.columns:
            cell = self.rows.columns.get(column.name, Cell())
            source = self.sheet.first_of(cell.column)
            if source is not None or cell.value is not None:
                data[column.name] = self._column(column, cell, source)
            else:
                data[column.name] = pd.Series(index=self.at, dtype=_dtype(column))
        frame = pd.DataFrame(data, index=self.at)
        for ours, cell in self.rows.columns.items():
            if cell.made_of:
                frame[ours] = cell.prefix + _numbers_of(frame[list(cell.made_of)])
        if self.rows.table == "disputes" and len(frame):
            frame = dispute_versions(frame)
        self._check(frame)
        self._check_units(frame)
        if keep_others:
            for name in self.sheet.columns:
                if name and name not in spec.names and name not in OWN_COLUMNS:
                    frame[name] = self._as_text(name)
        if match:
            frame[MATCH] = self._as_text(match)
        if self.rows.prefer:
            frame[PREFER] = holds(self.rows.prefer, self.sheet)[self.wanted]
        if any(cell.less for cell in self.rows.columns.values()):
            nothing = (frame["amount"] == 0).to_numpy()
            reason = "it has a day of payment, and all of it is open; no payment of it is in the ledger"
            self.verdict.flag(self.at[nothing], self.rows.table, reason)
            frame = frame[~nothing]
        return Made(self.rows, frame)

    def _as_text(self, name: str) -> pd.Series:
        text = self.sheet.columns[name].filter(self.pick)
        return _text(text, pc.not_equal(text, ""), self.at)

    def count(self) -> None:
        """Account for the amounts of rows of which nothing is made."""
        for column in self.rows.spec.columns:
            cell = self.rows.columns.get(column.name, Cell())
            source = self.sheet.first_of(cell.column)
            if column.name in ("amount", "currency") and (source is not None or cell.value is not None):
                self._column(column, cell, source)

    def reject(self, bad: np.ndarray, reason: str | np.ndarray) -> None:
        if self.quiet:
            return
        self.verdict.reject(self.at[bad], self.rows.table, reason)

    def _column(self, column: Column, cell: Cell, source: str | None) -> pd.Series:
        name = source or column.name
        if source is None:
            text = pa.array([cell.value], TEXT).take(pa.array(np.zeros(len(self.at), dtype=np.int64)))
        else:
            text = (self.sheet.columns[name] if column.kind == "text" else self.sheet.trimmed(name)).filter(self.pick)
        if cell.find is not None:
            text = self._found(text, cell.find, name, column.required and cell.empty is None)
        if cell.words:
            text = self._translated(text, cell, name)
        if cell.empty is not None:
            text = pc.if_else(pc.equal(text, ""), pa.scalar(cell.empty, TEXT), text)
        filled = pc.not_equal(text, "").to_numpy(zero_copy_only=False)
        called = shown(name)
        if column.required:
            self.reject(~filled, f"{called} is empty")
        if column.kind in ("id", "text"):
            return self._words(column, cell, name, text, filled)
        values, ok, like = self._parsed(column, cell, text)
        if source is not None and source in self.sheet.native:
            native = self.sheet.native[source].filter(self.pick).to_numpy(zero_copy_only=False)
            pattern = cell.dates or self.format.dates
            theirs, right = parse_native(text, column.kind, pattern, self.sheet.counts_days)
            values, ok = np.where(native, theirs, values), np.where(native, right, ok)
        if column.kind == "amount" and (filled & ~ok).any():
            large = too_large(text, self.format.amounts)
            self.reject(filled & ~ok & large, f"{called} is too large for all of its digits to be kept")
        if column.kind == "date" and called != name:
            words = text.filter(pa.array(filled & ~ok)).to_pylist()
            self.reject(filled & ~ok, np.array([f"{called} says '{word}', which is no day" for word in words], object))
        self.reject(filled & ~ok, f"{called} is not {like}")
        if column.kind == "flag":
            return pd.Series(values, index=self.at)
        if column.name == "amount":
            if cell.negate_when:
                values = np.where(holds(cell.negate_when, self.sheet)[self.wanted], -values, values)
            if less := self.sheet.first_of(cell.less):
                other, readable = (both[self.wanted] for both in units_in(self.sheet, less, self.format))
                empty = pc.equal(self.sheet.trimmed(less), "").to_numpy(zero_copy_only=False)[self.wanted]
                self.reject(
                    ~readable & ~empty, f"{less} is not an amount written like 1234{self.format.amounts.decimal}56"
                )
                values = values - np.where(readable, other, 0)
                self.reject(readable & (values < 0), f"{less} is more than {called}")
            self._count(values, filled & ok)
        if column.kind == "amount":
            values = values / MONEY_UNITS
        return pd.Series(values, index=self.at).where(filled & ok)

    def _parsed(self, column: Column, cell: Cell, text: pa.Array) -> tuple[np.ndarray, np.ndarray, str]:
        format = self.format
        if column.kind == "date":
            pattern = cell.dates or format.dates
            return *parse_dates(text, pattern), f"a date of the calendar written like {example_date(pattern)}"
        if column.kind == "amount":
            return *parse_amounts(text, format.amounts), f"an amount written like 1234{format.amounts.decimal}56"
        if column.kind == "number":
            return *parse_numbers(text, format.amounts.decimal), f"a number written like 0{format.amounts.decimal}5"
        words = ", ".join((*format.true_words, *format.false_words))
        return *parse_flags(text, format.true_words, format.false_words), f"one of {words}"

    def _words(self, column: Column, cell: Cell, name: str, text: pa.Array, filled: np.ndarray) -> pd.Series:
        if column.kind == "id" and name in self.sheet.native:
            # Where a number is missing in other rows, pandas and databases write 123 as 123.0.
            native = self.sheet.native[name].filter(self.pick)
            text = pc.if_else(native, pc.replace_substring_regex(text, r"^(-?\d+)\.0$", r"\1"), text)
        if column.kind == "id":
            control = pc.match_substring_regex(text, _CONTROL).to_numpy(zero_copy_only=False)
            self.reject(control, f"{name} contains a line break or another control character")
        if column.name == "currency":
            text = pc.utf8_upper(text)
            ok = pc.match_substring_regex(text, "^[A-Z]{3}$").to_numpy(zero_copy_only=False)
            self.reject(~ok, f"{name} is not a currency code of three letters")
            codes = self.at[ok & self.counts]
            self.verdict.currency[codes] = np.asarray(text.to_pandas(), dtype=object)[ok & self.counts]
        if self.rows.table == "payments" and column.name == "kind":
            self.reject(~is_in(text, KINDS), f"{name} is not one of {', '.join(KINDS)}")
        if cell.prefix:
            text = pc.binary_join_element_wise(pa.scalar(cell.prefix, TEXT), text, pa.scalar("", TEXT))
        return _text(text, pa.array(filled), self.at)

    def _found(self, text: pa.Array, expression: str, name: str, required: bool) -> pa.Array:
        """What a regular expression finds; each text is searched once."""
        pattern = re.compile(expression)
        coded = text.dictionary_encode()
        finds = [pattern.search(word) for word in coded.dictionary.to_pylist()]
        words = [(found[1 if pattern.groups else 0] or "").strip() if found else "" for found in finds]
        result = pa.array(words, TEXT).take(coded.indices)
        if required:
            nothing = pc.and_(pc.equal(result, ""), pc.not_equal(text, "")).to_numpy(zero_copy_only=False)
            self.reject(nothing, f"{name} says nothing of the kind that is looked for in it")
        return result

    def _translated(self, text: pa.Array, cell: Cell, name: str) -> pa.Array:
        place = pc.index_in(text, value_set=pa.array(list(cell.words), TEXT))
        unknown = pc.and_(pc.is_null(place), pc.not_equal(text, "")).to_numpy(zero_copy_only=False)
        self.reject(unknown, f"{name} is not one of {', '.join(cell.words)}")
        return pc.coalesce(pa.array(list(cell.words.values()), TEXT).take(place), pa.scalar("", TEXT))

    def _count(self, amounts: np.ndarray, readable: np.ndarray) -> None:
        if "currency" in self.rows.spec.names:
            counted = readable & self.counts
            self.verdict.units[self.at[counted]] = amounts[counted]
            self.verdict.counted[self.at[counted]] = True

    def _check(self, frame: pd.DataFrame) -> None:
        """What the values of one row must say together."""
        if self.rows.table == "invoices":
            self.reject((frame["amount"] <= 0).to_numpy(), "its amount is not above zero")
            self.reject((frame["due_on"] < frame["issued_on"]).to_numpy(), "it is due before it was issued")

    def _check_units(self, frame: pd.DataFrame) -> None:
        """A currency beside an amount must be the row's."""
        name = self.sheet.first_of(self.rows.columns.get("amount", Cell()).column)
        if name is not None and "currency" in frame:
            text = self.sheet.trimmed(name).filter(self.pick)
            self.reject(*other_currency(name, text, frame["currency"].to_numpy(dtype=object)))


def _numbers_of(facts: pd.DataFrame) -> pd.Series:
    """Sixteen hex digits for what a row says, and ``-2`` behind them for the second row that says it."""
    columns = [pd.Series(units(v.fillna(0)) if v.dtype == np.float64 else v, facts.index) for _, v in facts.items()]
    rows = zip(*(column.astype("str").fillna("").tolist() for column in columns), strict=True)
    numbers = pd.Series([blake2b("\x1f".join(row).encode(), digest_size=8).hexdigest() for row in rows], facts.index)
    nth = numbers.groupby(numbers).cumcount()
    return numbers.where(nth == 0, numbers + "-" + (nth + 1).astype("str")).astype("str")


def _dtype(column: Column) -> Any:
    return {"id": "str", "text": "str", "date": DATE, "flag": "bool"}.get(column.kind, "float64")


def _text(text: pa.Array, filled: pa.Array, at: np.ndarray) -> pd.Series:
    return pc.if_else(filled, text, pa.scalar(None, TEXT)).to_pandas().astype("str").set_axis(at)
