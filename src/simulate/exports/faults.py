"""Faults as they are found in exports: how each is planted, and the list of where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd

from .draft import BYTE_ORDER_MARK, Draft, record

ROW, FILE = "(row)", "(file)"
"""Stand in for a column's name where the whole row or file is at fault."""

_RARITY = 500
"""One row in so many bears a fault of each kind; at least one row does."""

_COLUMNS = ["fault", "file", "line", "column", "stands", "true", "wanted"]


@dataclass
class Planting:
    """A draft while faults are planted in it: ``free`` says which records bear none yet."""

    draft: Draft
    last_day: pd.Timestamp
    rng: np.random.Generator
    free: np.ndarray
    listed: list[tuple[str, int, str, str, str, str]] = field(default_factory=list)
    more: list[list[str]] = field(default_factory=list)
    places: list[float] = field(default_factory=list)

    def pick(self, where: np.ndarray) -> np.ndarray:
        """Some free records among those of a bool array; they are free no more."""
        at = np.flatnonzero(where & self.free)
        count = min(max(1, len(self.free) // _RARITY), len(at))
        rows = np.sort(self.rng.choice(at, size=count, replace=False))
        self.free[rows] = False
        return rows

    def write(self, fault: str, wanted: str, row: int, column: str, stands: str) -> None:
        """Replace a cell and list it, unless it says so already."""
        was = self.draft.text(row, column)
        if stands == was:
            return
        self.draft.cells.at[row, column] = stands
        self.listed.append((fault, row, column, _printable(stands), _printable(was), wanted))

    def insert(self, fault: str, wanted: str, cells: list[str], place: float) -> None:
        """A record more, and list it; ``place`` lies between the numbers of the records that it comes between."""
        self.listed.append((fault, len(self.free) + len(self.more), ROW, _printable(record(cells)), "", wanted))
        self.more.append(cells)
        self.places.append(place)


class Fault(Protocol):
    """A kind of fault."""

    def plant(self, planting: Planting) -> None:
        """Plant it wherever it should be; nowhere, if no free record is left that can bear it."""


def plant(
    draft: Draft, faults: tuple[Fault, ...], last_day: pd.Timestamp, rng: np.random.Generator
) -> tuple[Draft, pd.DataFrame]:
    """The draft with faults, and their list (see :func:`..write_export`).

    Parameters
    ----------
    draft : is used up.
    faults : what to plant, in this order.
    last_day : of the ledger; a payment of a later day lies in the future.
    rng : decides which records are hit.
    """
    planting = Planting(draft, last_day, rng, draft.facts["role"].ne("").to_numpy(copy=True))
    for fault in faults:
        fault.plant(planting)
    order = np.argsort(np.r_[np.arange(len(draft.cells)), planting.places], kind="stable")
    if planting.more:
        more = pd.DataFrame(planting.more, columns=draft.columns, dtype=object)
        draft = replace(draft, cells=pd.concat([draft.cells, more], ignore_index=True).iloc[order])
    listed = pd.DataFrame(planting.listed, columns=["fault", "line", "column", "stands", "true", "wanted"])
    if any(listed["column"] == FILE):
        draft = replace(draft, above=[BYTE_ORDER_MARK + draft.above[0], *draft.above[1:]])
    lines = np.empty(len(order) + 1, dtype=np.int64)
    lines[order] = draft.lines()
    lines[-1] = 1
    listed["line"] = lines[listed["line"].to_numpy(np.int64)]
    listed["file"] = draft.file
    return draft, listed[_COLUMNS].sort_values("line", kind="stable", ignore_index=True)


def _printable(text: str) -> str:
    as_bytes = text.encode("utf-8", "surrogateescape")
    return as_bytes.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


@dataclass(frozen=True)
class Mark:
    """A byte-order mark in front of the file."""

    def plant(self, planting: Planting) -> None:
        """List it; it is written with the file."""
        planting.listed.append(("byte_order_mark", -1, FILE, BYTE_ORDER_MARK, "", "repair"))


@dataclass(frozen=True)
class Rename:
    """One customer is called something else in these columns, in every record or ``since`` a share of them.

    ``then``: the customer's last record bears another fault instead: its name, what is wanted, the text made of the
    new name. At most a tenth of the customers is renamed, so a book of few customers is spared.
    """

    fault: str
    wanted: str
    columns: tuple[str, ...]
    name: Callable[[str, np.random.Generator], str]
    since: float = 0.0
    then: tuple[str, str, Callable[[str], str]] | None = None

    def plant(self, planting: Planting) -> None:
        """Choose one of the smaller customers that are free of faults, and rename it."""
        draft = planting.draft
        customers, facts = draft.facts["customer_id"], draft.facts
        own = facts["role"].ne("").to_numpy()
        count = pd.Series(planting.free[own]).groupby(customers[own].to_numpy()).agg(["size", "all"])
        spared = 10 * int((~count["all"]).sum() + 1) > len(count)
        count = count[count["all"] & (count["size"] > 1)]
        if spared or count.empty:
            return
        small = count.index[count["size"] <= count["size"].median()].tolist()
        rows = np.flatnonzero((customers == small[int(planting.rng.integers(len(small)))]).to_numpy())
        old = draft.text(rows[own[rows]][0], self.columns[-1])
        new = self.name(old, planting.rng)
        if new in set(draft.cells[self.columns[-1]]):
            return
        planting.free[rows] = False
        rows = rows[int(self.since * len(rows)) :]
        for row in rows.tolist():
            for column in self.columns:
                text = draft.text(row, column)
                if not text:
                    continue
                if self.then and row == rows[-1]:
                    fault, wanted, change = self.then
                    planting.write(fault, wanted, row, column, change(new))
                else:
                    planting.write(self.fault, self.wanted, row, column, text.replace(old, new))


@dataclass(frozen=True)
class Copy:
    """A record stands there twice: once more below, or with a ``change`` above or below."""

    fault: str
    wanted: str
    where: Callable[[Draft], np.ndarray]
    change: Callable[[pd.DataFrame], pd.DataFrame] | None = None

    def plant(self, planting: Planting) -> None:
        """Beside its model where customers' records stand together, else anywhere."""
        draft = planting.draft
        rows = planting.pick(self.where(draft))
        copies = draft.cells.iloc[rows]
        copies = self.change(copies) if self.change else copies
        anywhere = planting.rng.integers(0 if self.change else rows, len(draft.cells), size=len(rows))
        places = np.where(draft.grouped, rows, anywhere) + 0.5
        for cells, place in zip(copies.to_numpy().tolist(), places.tolist(), strict=True):
            planting.insert(self.fault, self.wanted, cells, place)


@dataclass(frozen=True)
class Extra:
    """A record that is no invoice and no payment, once in the file."""

    fault: str
    wanted: str
    cells: Callable[[Draft], list[str]]
    at_end: bool = False

    def plant(self, planting: Planting) -> None:
        """At the end, or anywhere."""
        n = len(planting.draft.cells)
        place = n if self.at_end else float(planting.rng.integers(0, n)) + 0.5
        planting.insert(self.fault, self.wanted, self.cells(planting.draft), place)


@dataclass(frozen=True)
class Edit:
    """Cells that say something else: ``text`` gets the chosen records, and says what stands in all ``columns``."""

    fault: str
    wanted: str
    columns: tuple[str, ...]
    where: Callable[[Draft], np.ndarray]
    text: Callable[[Planting, np.ndarray, str], list[str]]

    def plant(self, planting: Planting) -> None:
        """In some of the free records that can bear it."""
        rows = planting.pick(self.where(planting.draft))
        new = self.text(planting, rows, self.columns[0])
        for row, text in zip(rows.tolist(), new, strict=True):
            for column in self.columns:
                planting.write(self.fault, self.wanted, row, column, text)
