"""Which column of a file is which of ours: by its name, by its content, or because the user says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..formats import Amounts
from ..readers.sheet import Sheet
from ..readers.written import parse_days
from .profiles import DATES, Fit, Profile, fit, same_content
from .styles import Days
from .words import another, fields, meaning, name_fit

NEEDED = ("invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency")
"""What every invoice needs; terms of payment may stand for the due date."""

SURE = 0.5
"""Below this confidence a needed column is not imported by a guess."""

_CLOSE = 0.06
_BY_CONTENT = 0.55
_BY_NAME = 0.6
_UNSURE = 0.4


@dataclass(frozen=True)
class Found:
    """A column of the file taken for one of ours.

    Attributes
    ----------
    column : its name in the file; for a constant the constant. confidence : from 0 to 1. reason : in words.
    days : how it writes days, of a column of days. constant : whether it is no column.
    """

    column: str
    confidence: float
    reason: str
    days: Days | None = None
    constant: bool = False


@dataclass(frozen=True)
class Candidate:
    """A column that could be one of ours."""

    field: str
    column: Profile
    score: float
    reason: str
    language: str


def candidates(columns: Sequence[Profile], style: Amounts) -> list[Candidate]:
    """What each column could be by its name, the likeliest first, where its content allows it."""
    found = []
    for field in fields():
        for column in columns:
            name = name_fit(field, column.name)
            if name.score and (content := fit(field, column, style) or _open_dispute(field, column, style)):
                reason = "its name" + (f"; {content.seen}" if content.seen else "")
                found.append(Candidate(field, column, name.score * content.factor, reason, name.language))
    return sorted(found, key=lambda c: -c.score)


def _open_dispute(field: str, column: Profile, style: Amounts) -> Fit | None:
    """A column of disputes may say no more of one than that it is open."""
    return fit("status", column, style) if field == "dispute" else None


def recognise(
    sheet: Sheet, columns: Sequence[Profile], style: Amounts, said: Mapping[str, Found], unused: frozenset[str]
) -> dict[str, Found]:
    """Our columns -> columns of the file.

    Parameters
    ----------
    sheet, columns : the file and what its columns hold. style : how it writes amounts.
    said : what the user says; it counts. unused : columns that are nothing, as the user says.
    """
    by_name = {column.name: column for column in columns}
    found = {
        ours: f
        if f.constant or f.column not in by_name
        else replace(f, days=by_name[f.column].days if ours in DATES else None)
        for ours, f in said.items()
    }
    taken = {f.column for f in said.values() if not f.constant} | unused
    ranked = [c for c in candidates(columns, style) if c.field not in said and c.column.name not in taken]
    for candidate in ranked:
        if candidate.field not in found and candidate.column.name not in taken:
            found[candidate.field] = _chosen(candidate)
            taken.add(candidate.column.name)
    for candidate in ranked:
        chosen = found.get(candidate.field)
        if chosen and candidate.column.name not in taken and candidate.score > chosen.confidence - _CLOSE:
            found[candidate.field] = _doubted(sheet, chosen, candidate.column.name)
    name = found.get("name")
    if name and name.confidence >= SURE and ("customer_id" not in found or found["customer_id"].confidence < SURE):
        found["customer_id"] = Found(name.column, _BY_NAME, "customers bear no number; called by their names")
    rest = [column for column in columns if column.name not in taken]
    for ours, column, seen in _by_content(sheet, rest, style, found):
        found[ours] = Found(column.name, _BY_CONTENT, seen, column.days if ours in DATES else None)
    return found


def _chosen(candidate: Candidate) -> Found:
    days = candidate.column.days if candidate.field in DATES else None
    return Found(candidate.column.name, round(candidate.score, 2), candidate.reason, days)


def _doubted(sheet: Sheet, chosen: Found, rival: str) -> Found:
    if same_content(sheet, chosen.column, rival):
        return replace(chosen, reason=f"{chosen.reason}; {rival} says the same")
    return replace(chosen, confidence=_UNSURE, reason=f"{chosen.reason}; but it could be {rival} as well")


def _by_content(
    sheet: Sheet, rest: Sequence[Profile], style: Amounts, found: Mapping[str, Found]
) -> list[tuple[str, Profile, str]]:
    """What is needed and bears no known name, where exactly one column can be it."""
    out: list[tuple[str, Profile, str]] = []

    def take(ours: str, able: Sequence[Profile], seen: str) -> None:
        if ours not in found and len(able) == 1:
            out.append((ours, able[0], seen))

    dated = [c for c in rest if c.is_dated and c.filled > 0.5 and not another("days", c.name)]
    if "issued_on" not in found and "due_on" not in found and len(dated) == 2:
        first, second = dated if _ordered(sheet, *dated) >= 0.5 else dated[::-1]
        take("issued_on", [first], "by its content: the earlier of two days")
        take("due_on", [second], "by its content: the later of two days")
    elif ("issued_on" in found) != ("due_on" in found):
        take("issued_on", dated, "by its content: the only days left")
        if "terms" not in found:
            take("due_on", dated, "by its content: the only days left")
    take(
        "currency",
        [c for c in rest if fit("currency", c, style) and c.distinct <= 20],
        "by its content: codes of three letters",
    )
    decimals = [c for c in rest if c.filled > 0.5 and c.marks and c.marks.comma + c.marks.point > 0.5]
    take("amount", [c for c in decimals if not another("amounts", c.name)], "by its content: the only amounts")
    codes = [
        c
        for c in rest
        if c not in decimals
        and (content := fit("invoice_id", c, style))
        and content.factor >= 0.9
        and not another("numbers", c.name)
        and not all(meaning("dispute", text) for text in c.values.some())
    ]
    once = [c for c in codes if c.distinct >= 0.9 * c.values.filled]
    again = [c for c in codes if c.distinct < 0.7 * c.values.filled and c.distinct > 1]
    take("invoice_id", once, "by its content: the only codes that hardly come again")
    take("customer_id", again, "by its content: the only codes that come again")
    return out


def _ordered(sheet: Sheet, first: Profile, second: Profile) -> float:
    """The share of rows in which the second day is not before the first."""
    if first.days is None or second.days is None:
        return 0.0
    return share_in_order(sheet, first.name, first.days.pattern, second.name, second.days.pattern)


def share_in_order(sheet: Sheet, first: str, pattern: str, second: str, its_pattern: str) -> float:
    """The share of the rows with both days in which the second is not before the first."""
    one, there = parse_days(sheet.trimmed(first), pattern)
    two, as_well = parse_days(sheet.trimmed(second), its_pattern)
    both = there & as_well
    return float(np.mean(two[both] >= one[both])) if both.any() else 0.0


def candidates_for(ours: str, columns: Sequence[Profile], style: Amounts, found: Mapping[str, Found]) -> list[str]:
    """The columns that could be one of ours, the likeliest first: what a person is asked to choose from."""
    used = {f.column for other, f in found.items() if other != ours and f.confidence >= SURE and not f.constant}
    named = [c.column.name for c in candidates(columns, style) if c.field == ours]
    fits = {c.name: (content.factor, c.distinct) for c in columns if (content := fit(ours, c, style))}
    able = sorted((name for name in fits if fits[name][0] >= 0.8), key=lambda name: fits[name], reverse=True)
    if ours == "amount":
        used -= {found["open_amount"].column} if "open_amount" in found else set()
    return [name for name in dict.fromkeys(named + able) if name not in used]
