"""How a whole column writes its days and its amounts: decided over every value, never row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..formats import EXCEL_DAYS, Amounts
from ..readers.parse import parse_amounts
from ..readers.written import bare_amounts, parse_days
from .maps import SAID

ENOUGH = 0.8
"""Share of a column's filled cells that have to be written in one way; the others are set aside row by row."""

_DAY = re.compile(r"(\d{1,4})([-./ ])\d{1,2}\2(\d{2,4})(?!\d)(.*)", re.S)
_COMPACT = re.compile(r"\d{8}(\.0)?")
_SERIAL = re.compile(r"[234]\d{4}(\.\d+)?")
_NUMBER = r"^[-(]?(?:\d{1,3}(?:[.,'\x{2019} \x{a0}\x{202f}]\d{3})+|\d+)(?:[.,]\d+)?[-)]?$"
_AHEAD = 200
_MINUS = {"leading": r"^-", "trailing": r"-$", "parentheses": r"^\(.*\)$"}
_GROUPS = {",": ".", ".": ","}
UNCLEAR = "no number shows it"
"""Why amounts are read in a way that nothing in the file tells."""

_GROUP = ",.'\u2019 \u00a0\u202f"


@dataclass(frozen=True)
class Values:
    """The different values of a column, without blanks around them, and how often each occurs; no empty ones."""

    text: pa.Array
    count: np.ndarray

    @classmethod
    def of(cls, column: pa.Array) -> Values:
        """The values of a trimmed column."""
        counted = pc.value_counts(column)
        text, count = counted.field("values"), counted.field("counts").to_numpy()
        filled = pc.not_equal(text, "")
        return cls(text.filter(filled), count[filled.to_numpy(zero_copy_only=False)])

    @property
    def filled(self) -> int:
        """How many cells are filled."""
        return int(self.count.sum())

    def share(self, where: np.ndarray) -> float:
        """The share of the filled cells for which this holds."""
        return float(self.count[where].sum() / self.filled) if self.filled else 0.0

    def like(self, regex: str) -> np.ndarray:
        """Which values match."""
        found: np.ndarray = pc.match_substring_regex(self.text, regex).to_numpy(zero_copy_only=False)
        return found

    def filter(self, where: np.ndarray) -> Values:
        """Those for which this holds."""
        return Values(self.text.filter(pa.array(where)), self.count[where])

    def but(self, words: Sequence[str]) -> Values:
        """All but these."""
        return self.filter(
            ~pc.is_in(self.text, value_set=pa.array(words, self.text.type)).to_numpy(zero_copy_only=False)
        )

    def some(self) -> list[str]:
        """The first values."""
        return self.text.slice(0, _AHEAD).to_pylist()


@dataclass(frozen=True)
class Days:
    """How a column writes days.

    Attributes
    ----------
    pattern : of :mod:`..formulas`. share : of the filled cells, those that it reads.
    other : the pattern that reads as many, if day and month cannot be told apart.
    """

    pattern: str
    share: float
    other: str | None = None


def days_of(values: Values, enough: float = ENOUGH) -> Days | None:
    """How a column writes days; None if less than a share of it does."""
    shapes = [found for text in values.some() if (found := _DAY.fullmatch(text))]
    if 2 * len(shapes) >= len(values.some()) > 0:
        return _best(values, _patterns(shapes), enough)
    if all(map(_COMPACT.fullmatch, values.some())) and values.filled:
        ending = ".0" if values.some()[0].endswith(".0") else ""
        return _best(values, [f"{p}{ending}" for p in ("%Y%m%d", "%d%m%Y", "%m%d%Y")], enough)
    if all(map(_SERIAL.fullmatch, values.some())) and values.filled:
        return _best(values, [EXCEL_DAYS], enough)
    return None


def _patterns(shapes: Sequence[re.Match[str]]) -> list[str]:
    first = shapes[0]
    mark, rest = first[2], first[4]
    ending = rest if all(s[4] == rest for s in shapes) else rest[:1] + "%T" if rest[:1] in (" ", "T") else ""
    year = "%Y" if len(first[1]) == 4 or len(first[3]) == 4 else "%y"
    orders = [(year, "m", "d")] if len(first[1]) == 4 else [("d", "m", year), ("m", "d", year), (year, "m", "d")]
    orders = [order for order in orders if year == "%Y" or order[0] != year or mark == "-"]
    short = any(len(part) == 1 for s in shapes for part in re.split(r"\D", s.string[: s.start(4)])) or (
        len({s.end(3) for s in shapes}) > 1
    )
    part = {"d": "%-d" if short else "%d", "m": "%-m" if short else "%m", year: year}
    return [mark.join(part[p] for p in order) + ending for order in orders]


def _best(values: Values, patterns: Sequence[str], enough: float) -> Days | None:
    shares = {pattern: values.share(parse_days(values.text, pattern)[1]) for pattern in patterns}
    pattern = max(shares, key=lambda p: shares[p])
    if shares[pattern] < ENOUGH:
        loose = [re.sub(r"%([md])", r"%-\1", p) for p in patterns if len(re.findall(r"\W", p)) > 1]
        if loose and loose != list(patterns):
            return _best(values, loose, enough)
    if not shares[pattern] or shares[pattern] < enough:
        return None
    swapped = [p for p in patterns if p != pattern and shares[p] >= shares[pattern]]
    return Days(pattern, shares[pattern], swapped[0] if swapped else None)


@dataclass(frozen=True)
class Marks:
    """What the numbers of a column show.

    Attributes
    ----------
    comma, point, unclear : shares of the cells that show a decimal comma, a decimal point, or a mark before three
        digits that could be either.
    minus : the ways to write one that occur. groups : the marks that group digits by three, if any do.
    """

    comma: float
    point: float
    unclear: float
    minus: tuple[str, ...]
    groups: str


def marks_of(values: Values) -> Marks | None:
    """What the numbers of a column show; None if it does not hold numbers."""
    values = Values(bare_amounts(values.text), values.count)
    number = values.like(_NUMBER)
    if values.share(number) < ENOUGH:
        return None
    decimal = r"(?:{0}\d{{1,2}}|{0}\d{{4,}}|^[-(]?0{0}\d+|^[-(]?\d{{4,}}{0}\d+)[-)]?$"
    shown = {mark: values.like(decimal.format(re.escape(mark))) for mark in ",."}
    for mark, group in _GROUPS.items():
        # A mark that comes twice, or before the other one, groups digits; then the other one is the decimal mark.
        shown[mark] |= values.like(rf"{re.escape(group)}\d{{3}}{re.escape(group)}") | values.like(
            rf"{re.escape(group)}\d{{3}}{re.escape(mark)}\d"
        )
    either = values.like(r"^[-(]?\d{1,3}[.,]\d{3}[-)]?$") & ~shown[","] & ~shown["."]
    minus = tuple(style for style, regex in _MINUS.items() if values.like(regex).any())
    groups = "".join(c for c in _GROUP if values.like(rf"\d{re.escape(c)}\d{{3}}(?:\D|$)").any())
    return Marks(values.share(shown[","]), values.share(shown["."]), values.share(either), minus, groups)


def amounts_of(marks: Sequence[Marks], comma_otherwise: bool, said: str | None = None) -> tuple[Amounts, str]:
    """How a file writes amounts, and why, from what its columns of numbers show.

    Parameters
    ----------
    comma_otherwise : whether the decimal mark is a comma if no column shows it. said : the mark, if the user says it.
    """
    comma, point = sum(m.comma for m in marks), sum(m.point for m in marks)
    unclear = any(m.unclear for m in marks)
    decimal = "," if comma > point or (comma == point and comma_otherwise) else "."
    why = "as its digits show" if comma or point else UNCLEAR if unclear else "no number has decimals"
    if said:
        decimal, why = said, SAID
    minus = ("leading", *dict.fromkeys(m for found in marks for m in found.minus if m != "leading"))
    groups = dict.fromkeys(mark for m in marks for mark in m.groups if mark != decimal)
    return Amounts(decimal, "".join(groups), minus), why


def share_of_amounts(values: Values, style: Amounts) -> tuple[float, float, float]:
    """Shares of the cells that are amounts in this style, that are below zero, and that have decimals."""
    units, ok = parse_amounts(bare_amounts(values.text), style)
    return values.share(ok), values.share(ok & (units < 0)), values.share(ok & (units % 10_000 != 0))


def units_of(values: Values) -> set[str]:
    """The currencies and signs of currencies that stand beside the numbers of a column."""
    beside = pc.replace_substring_regex(values.text, pattern=r"[-\d.,'\x{2019}\s\x{a0}\x{202f}()+]", replacement="")
    return set(pc.unique(beside).to_pylist()) - {""}
