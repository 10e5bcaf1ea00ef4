"""What the rows of a sheet say: whether conditions hold, amounts, and which rows say the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import PaybenchError
from ..formats import Conditions, Format, Rows, Source
from .formulas import units_in
from .sheet import Sheet
from .verdict import Verdict

_BESIDE = "^(?P<before>[€$£¥]|[A-Z]{3})?[^A-Za-z€$£¥]*(?P<after>[€$£¥]|[A-Z]{3})?$"
_CURRENCIES = {
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "COP", "ARS"),
}
"""What a sign beside an amount may stand for; a code stands for itself."""


def holds(conditions: Conditions, sheet: Sheet) -> np.ndarray:
    """The rows of a sheet that fulfil all conditions."""
    met = np.ones(len(sheet), dtype=bool)
    for column, wanted in conditions.items():
        text = sheet.trimmed(column)
        if isinstance(wanted, str):
            met &= (pc.equal(text, "").to_numpy(zero_copy_only=False)) == (wanted == "empty")
        else:
            met &= is_in(text, wanted)
    return met


def is_in(text: pa.Array, words: tuple[str, ...]) -> np.ndarray:
    """Which of the texts are one of these words."""
    found: np.ndarray = pc.is_in(text, value_set=pa.array(words, text.type)).to_numpy(zero_copy_only=False)
    return found


def other_currency(name: str, text: pa.Array, currency: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a sign or code beside an amount is not the row's currency, and what to say of it.

    Parameters
    ----------
    name : the column of the amounts. text : what stands in it. currency : the rows' codes.
    """
    found = pc.extract_regex(text, pattern=_BESIDE)
    before, after = (pc.struct_field(found, part).fill_null("").to_pandas() for part in ("before", "after"))
    unit = before.where(before != "", after).to_numpy(dtype=object)
    bad = unit != ""
    for sign in set(unit[bad].tolist()):
        bad &= (unit != sign) | ~np.isin(currency, _CURRENCIES.get(sign, (sign,)))
    said = zip(unit[bad], currency[bad], strict=True)
    return bad, np.array([f"{name} says {sign}, and its currency is {code}" for sign, code in said], dtype=object)


def is_master(rows: Rows) -> bool:
    """Whether these rows only name who the others are about, so that an export says them again in each row."""
    return rows.once or rows.table == "customers"


def follow(source: Source, sheet: Sheet, at: np.ndarray, whole: np.ndarray, verdict: Verdict) -> np.ndarray:
    """Find the rows that say again what an earlier one says; those that say all of it again are rejected.

    Parameters
    ----------
    at : the places of the sheet's rows. whole : which rows count.

    Returns
    -------
    Bool array over the rows: the states of earlier ones, of which amounts count once.
    """
    state = np.zeros(len(sheet), dtype=bool)
    if source.again is None:
        return state
    rows = np.flatnonzero(whole & holds(source.again.when, sheet))
    said = pd.DataFrame({k: sheet.trimmed(name).to_pandas().iloc[rows] for k, name in enumerate(source.again.by)})
    first = pd.Series(at[rows], index=said.index).groupby([said[k] for k in said], sort=False).transform("first")
    later = (first.to_numpy() != at[rows]) & (said != "").any(axis=1).to_numpy()
    verdict.follow(at[rows[later]], first.to_numpy()[later])
    state[rows[later]] = True
    twice = sheet.content.take(pa.array(rows)).to_pandas().duplicated().to_numpy() & later
    verdict.reject(at[rows[twice]], source.rows[0].table, "it repeats an earlier row: the same in every column")
    state[rows[twice]] = False
    for name, of in source.again.last.items():
        text = sheet.trimmed(name).to_pandas().iloc[rows]
        same = [sheet.trimmed(column).to_pandas().iloc[rows] for column in of]
        last = text.where(text != "").groupby(same, sort=False).transform("last")
        other = ((text != "") & (text != last)).to_numpy()
        reason = f"a later row of the same invoice says another {name}, and that one counts"
        verdict.flag(at[rows[other]], source.rows[0].table, reason)
    return state


def look_at(source: Source, sheet: Sheet, format: Format, at: np.ndarray, whole: np.ndarray, verdict: Verdict) -> None:
    """Show what rows say and the ledger has no place for, with its sum."""
    for unread in source.unread:
        rows, worth = whole & holds(unread.when, sheet), None
        if unread.amount is not None:
            worth, known = units_in(sheet, unread.amount, format)
            if unread.less is not None:
                less, there = units_in(sheet, unread.less, format)
                worth, known = worth - less, known & there
            rows &= known & (worth != 0)
        verdict.flag(at[rows], source.rows[0].table, unread.reason, None if worth is None else worth[rows])


def idle_reasons(source: Source, sheet: Sheet, idle: np.ndarray) -> np.ndarray:
    """Why rows make none of any table: the word in them that the format knows nothing of, if there is one."""
    reasons = np.full(len(sheet), "it makes no row of any table of this format", dtype=object)
    asked: dict[str, list[str]] = {}
    for rows in source.rows:
        if not is_master(rows):
            for column, wanted in rows.when.items():
                if not isinstance(wanted, str):
                    asked.setdefault(column, []).extend(wanted)
    # What the first table asks counts most, and columns of the file more than formulas.
    order = list(reversed(asked.items()))
    order.sort(key=lambda item: not item[0].startswith("="))
    for column, words in order:
        text = sheet.trimmed(column)
        known = ", ".join(dict.fromkeys(words))
        other = np.flatnonzero(idle & ~is_in(text, tuple(words)))
        said = text.take(pa.array(other)).to_pylist()
        reasons[other] = [
            f"{column} '{word}' is none of {known}; add it to the rows of a table in the format"
            if word
            else f"{column} is empty; the format knows {known}"
            for word in said
        ]
    return reasons[idle]


def check_columns(sheet: Sheet, source: Source, format: Format) -> None:
    """See that the file has what the format needs.

    Raises
    ------
    PaybenchError
        If it lacks a column, or has one twice.
    """
    needs = source.needs()
    missing = [names for names in needs if sheet.first_of(names) is None]
    if missing:
        there = ", ".join(filter(None, sheet.columns))
        raise PaybenchError(
            f"{sheet.label} has no column {_or(missing)}; it has {there}, and the format '{format.name}' needs "
            f"{_or(needs)}."
        )
    read = {name for rows in source.rows for cell in rows.columns.values() for name in cell.column}
    read |= {name for names in needs for name in names}
    if twice := sorted(sheet.twice if source.keep_others else sheet.twice & read):
        raise PaybenchError(
            f"{sheet.label} has several columns called {', '.join(twice)}; give each a name of its own."
        )


def _or(columns: list[tuple[str, ...]]) -> str:
    return ", ".join(" or ".join(names) for names in columns)
