"""Columns that follow from those of the file: an amount out of debit and credit, days without the words among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc

from ..formats import Amounts, Format
from ..readers.formulas import formula, units_in, with_formula
from ..readers.sheet import Sheet
from ..readers.written import ISO
from .columns import Found
from .profiles import Profile, profile
from .styles import Days

_FREE = ("paid_on", "opened_on", "closed_on", "recorded_on")
"""Days that need not be there, so that a word may say that there is none."""

_BOTH = 0.05
"""If more rows have a debit and a credit, these are something else: billed and paid, or turnover."""

_SURE = 0.9
"""An amount of this confidence counts, whatever else stands in a debit and a credit."""


@dataclass(frozen=True)
class Known:
    """A sheet with columns that were computed, what its columns hold, and what they were taken for."""

    sheet: Sheet
    columns: tuple[Profile, ...]
    found: dict[str, Found]

    def with_column(self, name: str, how: Format) -> Known:
        """With one more column."""
        sheet = with_formula(self.sheet, name, how)
        rows = int((sheet.broken == np.array(None)).sum())
        return replace(self, sheet=sheet, columns=(*self.columns, profile(sheet, name, rows)))


def with_sides(known: Known, style: Amounts) -> tuple[Known, list[str]]:
    """An amount out of a column of debits and one of credits, and what to say of them.

    A customer owes what is debited, and less by what is credited. A single one of the two is a column of amounts.
    """
    found = dict(known.found)
    debit, credit = found.pop("debit", None), found.pop("credit", None)
    amount = found.get("amount")
    said = max(f.confidence if f else 0.0 for f in (debit, credit)) == 1
    if debit is None or (amount and amount.confidence >= (1 if said else _SURE)):
        return replace(known, found=found), []
    if credit is None:
        return replace(known, found={"amount": debit, **found}), []
    how = _format(style)
    (owed, _), (paid, _) = (units_in(known.sheet, f.column, how) for f in (debit, credit))
    issued = found.get("issued_on")
    rows = pc.not_equal(known.sheet.trimmed(issued.column), "").to_numpy(zero_copy_only=False) if issued else True
    one, both = (rows & ((owed != 0) | (paid != 0))).sum(), (rows & (owed != 0) & (paid != 0)).sum()
    if both > _BOTH * one:
        why = f"{debit.column} and {credit.column} are both filled in many rows"
        found["amount"] = replace(debit, confidence=0.4, reason=f"its name; but {why}")
        return replace(known, found=found), [f"{why}, so they are not what is owed and what is paid of one account"]
    sure = min(debit.confidence, credit.confidence)
    name = formula("net", debit.column, credit.column)
    reason = f"their names; {np.count_nonzero(owed)} debits, {np.count_nonzero(paid)} credits"
    return replace(known, found={**found, "amount": Found(name, sure, reason)}).with_column(name, how), []


def without_words(known: Known, style: Amounts) -> tuple[Known, list[str]]:
    """The days of columns in which words such as "open" stand where there is none, and what to say of them."""
    notes = []
    for ours in _FREE:
        f = known.found.get(ours)
        column = next((c for c in known.columns if f and c.name == f.column), None)
        if f is None or f.days is None or column is None or not column.words:
            continue
        name = formula("day", f.column, f.days.pattern, *column.words)
        said = ", ".join(f"'{word}'" for word in column.words[:4])
        notes.append(f"{f.column} says {said} where it has no day; these rows are read as if it were empty")
        days = Days(ISO, f.days.share)
        found = {**known.found, ours: replace(f, column=name, days=days)}
        known = replace(known, found=found).with_column(name, _format(style))
    return known, notes


def _format(style: Amounts) -> Format:
    return Format("guess", "", "", False, (), amounts=style)
