"""Rows of an export that bear the same number: repeated, versions of each other, or different things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..schema import Table

_DOCUMENTS = ("invoices", "payments", "contacts", "messages", "disputes", "promises")


@dataclass(frozen=True)
class Repeats:
    """Rows of a table and what was found among them: bool arrays over the rows.

    Attributes
    ----------
    frame : the rows, with unique keys among those that are neither ``repeated`` nor ``contradicting``.
    given : the keys as they were.
    repeated : says the same as an earlier row in every column of the contract.
    contradicting : says something else of a key that is no number of a document (customers, consents).
    renumbered : bears the number of another document; its own is now ``N~2``, or the next free one.
    """

    frame: pd.DataFrame
    given: pd.Series
    repeated: np.ndarray
    contradicting: np.ndarray
    renumbered: np.ndarray


def resolve_repeats(spec: Table, frame: pd.DataFrame, prefer: np.ndarray | None = None) -> Repeats:
    """Tell apart the rows of a table that bear the same key; the first one of them stays what it is.

    Rows with the same key and another ``recorded_on`` are versions of one row: they stay, too. Of rows that say the
    same the first one is kept, or the first one for which ``prefer`` (bool array over the rows) holds.
    """
    repeated, other = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    given = frame[spec.key[0]]
    versions = [*spec.key, "recorded_on"]
    if spec.name not in _DOCUMENTS and spec.dated:
        versions.append(spec.dated)
    places = np.flatnonzero(frame.duplicated(versions, keep=False))
    liked = places if prefer is None else places[np.argsort(~prefer[places], kind="stable")]
    repeated[liked] = frame.iloc[liked].duplicated(spec.names)
    places = places[~repeated[places]]
    nth = np.zeros(0, dtype=np.int64)
    if places.size:
        nth = frame.iloc[places].groupby(versions, dropna=False, sort=False).cumcount().to_numpy(dtype=np.int64)
    other[places] = nth > 0
    if spec.name not in _DOCUMENTS:
        return Repeats(frame, given, repeated, other, np.zeros(len(frame), dtype=bool))
    if other.any():
        frame = _renumbered(frame, spec.key[0], places[nth > 0], nth[nth > 0])
    return Repeats(frame, given, repeated, np.zeros(len(frame), dtype=bool), other)


def dispute_versions(disputes: pd.DataFrame) -> pd.DataFrame:
    """Rows of one dispute that differ in when it was closed are versions of it: the closed ones known from that day.

    Rows that say themselves when they were recorded stay as they are.
    """
    same = [disputes[name] for name in ("dispute_id", "invoice_id", "opened_on", "recorded_on")]
    states = disputes["closed_on"].fillna(pd.Timestamp.max.normalize().as_unit("s")).groupby(same, dropna=False)
    later = disputes["recorded_on"].isna() & disputes["closed_on"].notna() & (states.transform("nunique") > 1)
    return disputes.assign(recorded_on=disputes["recorded_on"].where(~later, disputes["closed_on"]))


def _renumbered(frame: pd.DataFrame, key: str, places: np.ndarray, nth: np.ndarray) -> pd.DataFrame:
    numbers = frame[key].to_numpy(dtype=object, copy=True)
    taken = set(numbers)
    chosen: dict[tuple[str, int], str] = {}
    for place, n in zip(places, nth, strict=True):
        given = numbers[place]
        if (given, n) not in chosen:
            suffix = n + 1
            while f"{given}~{suffix}" in taken:
                suffix += 1
            chosen[given, n] = f"{given}~{suffix}"
            taken.add(chosen[given, n])
        numbers[place] = chosen[given, n]
    return frame.assign(**{key: pd.Series(numbers, index=frame.index, dtype="str")})


def relinked(rows: pd.DataFrame, invoices: pd.DataFrame, given: str) -> pd.Series:
    """The ``invoice_id`` of rows that name an invoice by a number that several invoices bore.

    Parameters
    ----------
    rows : rows with ``invoice_id`` (as the export says it), ``customer_id``, and perhaps ``currency``.
    invoices : the invoices under their present numbers.
    given : the column of ``invoices`` that holds their numbers in the export.

    Returns
    -------
    The number of the row's own customer's invoice in its currency, or else in any (the first, of several), else the
    number as it was given.
    """
    found = rows["invoice_id"]
    for same in (["customer_id"], ["customer_id", "currency"]):
        if set(same) <= set(rows.columns):
            own = invoices.drop_duplicates([given, *same]).set_index([given, *same])["invoice_id"]
            at = own.index.get_indexer(pd.MultiIndex.from_frame(rows[["invoice_id", *same]]))
            theirs = pd.Series(own.to_numpy(dtype=object)[at], index=rows.index, dtype="str")
            found = found.where(at < 0, theirs)
    return found
