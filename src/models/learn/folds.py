"""Which rows may train, and which rows may test, at a cut-off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...features import Habits, at_issue, habits, labels, landmarks, open_on
from ...ledger import Ledger, as_of, data_hash, day, known, settle
from ...ledger.cut import known_on
from ...ledger.schema import DATE, TABLES
from ..family.distribution import EARLIEST, HORIZONS, LONGEST
from ..family.tail import tail_mass

Floats = NDArray[np.float64]

LANDMARKS = (-10, 0, 10, 30)
"""Days after the due date at which an invoice trains again while it is open."""


@dataclass(frozen=True)
class Rows:
    """Feature rows with their labels as known at one cut-off.

    Attributes
    ----------
    X : features. y : days late, at least ``EARLIEST``, horizon + 1 = beyond. late : 0/1. labels : the whole table.
    """

    X: pd.DataFrame
    labels: pd.DataFrame

    @property
    def y(self) -> Floats:
        """(n,) days late, horizon + 1 = beyond; earlier than ``EARLIEST`` is not told apart."""
        return np.maximum(self.labels["days_late_capped"].to_numpy(dtype=np.float64), EARLIEST)

    @property
    def late(self) -> Floats:
        """(n,) 0 or 1."""
        return self.labels["late"].to_numpy(dtype=np.float64)

    @property
    def customers(self) -> pd.Index:
        """(n,) customer of each row."""
        return self.X.index.get_level_values("customer_id")

    def __len__(self) -> int:
        return len(self.X)


@dataclass(frozen=True)
class Lives:
    """Feature rows at issue and at landmarks, each watched from its as_of until it was paid, or as long as it could be.

    Attributes
    ----------
    X : features. days_late : (n,) NaN where not paid. seen : (n,) days late up to which each was watched.
    habits : of the rows' customers at each row's as_of.
    """

    X: pd.DataFrame
    days_late: Floats
    seen: Floats
    habits: Habits

    def __len__(self) -> int:
        return len(self.X)


@dataclass
class Book:
    """A ledger as it was known at a date, with features of every invoice at its issue.

    Parameters
    ----------
    ledger : the whole book; it is cut at ``date`` here, so nothing later can reach a feature or a label.
    date : as_of.
    horizon : H in days after due, or None to choose it from the book.
    kept : the folder in which :meth:`keep` put the features of this very book; by default they are built.
    """

    ledger: Ledger
    date: object
    horizon: int | None = None
    kept: Path | None = None
    X: pd.DataFrame = field(init=False, repr=False)
    cut: Ledger = field(init=False, repr=False)
    at: pd.Timestamp = field(init=False)
    _known: dict[pd.Timestamp, Rows] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.cut, self.at = cut_at(self.ledger, self.date)
        self.H = choose_horizon(as_of(self.cut, self.at), self.at) if self.horizon is None else self.horizon
        if not self.cut.grace_days < self.H <= LONGEST:
            raise PaybenchError(
                f"A horizon of {self.H} days cannot be used with {self.cut.grace_days} days of grace; "
                f"give one that is longer than the grace and at most {LONGEST} days."
            )
        self.X = in_order(at_issue(self.cut)) if self.kept is None else _read_rows(self.kept / _AT_ISSUE)

    @property
    def hash(self) -> str:
        """Hash of the data that was known."""
        return data_hash(self.cut)

    def known_at(self, origin: object) -> Rows:
        """Every row issued before ``origin`` whose outcome had matured by then, labelled as was known then."""
        at = day(origin)
        if at > self.at:
            raise ValueError(f"This book was cut at {self.at:%Y-%m-%d}; it cannot say what was known at {at:%Y-%m-%d}.")
        if at not in self._known:
            self._known[at] = self._matured(self.X[self.issued < at], at)
        return self._known[at]

    def lives(self, origin: object) -> Lives:
        """Every row at issue or at a landmark before ``origin``, paid or not, as far as was known then."""
        at = day(origin)
        X, past = self._lived
        some = np.flatnonzero(X.index.get_level_values("as_of") < at)
        facts = labels(self.cut, X.iloc[some], at, self.H)
        known = (facts["due_on"].notna() & ~facts["cancelled"]).to_numpy()
        some, facts = some[known], facts[known]
        seen = (at - facts["due_on"]).dt.days.to_numpy(dtype=np.float64) - 1
        return Lives(X.iloc[some], facts["days_late"].to_numpy(dtype=np.float64), seen, past.take(some))

    @cached_property
    def _lived(self) -> tuple[pd.DataFrame, Habits]:
        if self.kept is None:
            X = in_order(landmarks(self.cut, LANDMARKS, until=self.at - pd.Timedelta(days=1)))
        else:
            X = _read_rows(self.kept / _LANDMARKS)
        return X, habits(self.cut, X, EARLIEST, self.H + 1)

    def keep(self, folder: Path, lived: bool) -> None:
        """Write the features into a folder, from which a book of the same ledger, date and horizon reads them.

        Parameters
        ----------
        lived : also those at landmarks.
        """
        self.X.to_parquet(folder / _AT_ISSUE)
        if lived:
            self._lived[0].to_parquet(folder / _LANDMARKS)

    def open_at(self, origin: object) -> Rows:
        """Every row open at ``origin`` and not yet beyond the horizon, whose outcome has matured by the book's date."""
        X = open_on(self.cut, origin)
        return self._matured(X[X["days_to_due"] >= -self.H], self.at)

    def issued_in(self, start: object, end: object | None = None) -> Rows:
        """Every row issued in [start, end) whose outcome has matured by the book's own date."""
        after = self.X[(self.issued >= day(start)) & (self.issued < (self.at if end is None else day(end)))]
        return self._matured(after, self.at)

    def used(self) -> dict[str, int]:
        """Of how many invoices the outcome is known, and of how many others not, by why.

        issued (and known); matured; cancelled; waiting (the question is not answered for every invoice due that day).
        """
        facts = labels(self.cut, self.X, self.at, self.H)
        known = facts["due_on"].notna()
        matured, cancelled = len(self.known_at(self.at)), int((known & facts["cancelled"]).sum())
        return {
            "issued": int(known.sum()),
            "matured": matured,
            "cancelled": cancelled,
            "waiting": int(known.sum()) - matured - cancelled,
        }

    def _matured(self, some: pd.DataFrame, at: pd.Timestamp) -> Rows:
        table = labels(self.cut, some, at, self.H)
        ripe = table["days_late_capped"].notna().to_numpy() & table["late"].notna().to_numpy()
        return Rows(some[ripe], table[ripe])

    def tail(self, origin: object) -> Floats:
        """How payment went on beyond the horizon, as known at ``origin`` (:func:`~.tail.tail_mass`)."""
        at = day(origin)
        rows = self.known_at(at).labels
        beyond = rows[rows["days_late_capped"] > self.H]
        seen = (at - beyond["due_on"]).dt.days.to_numpy(dtype=np.float64) - 1
        censored = np.where(beyond["written_off"], np.inf, seen)
        return tail_mass(beyond["days_late"].to_numpy(dtype=np.float64), censored, self.H)

    def origins(self, count: int, share: float = 0.5) -> list[pd.Timestamp]:
        """``count`` dates that cut the last ``share`` of the matured rows into equal parts, the earliest first."""
        ripe = self.known_at(self.at).X.index.get_level_values("as_of")
        if len(ripe) == 0:
            return []
        at = np.quantile(ripe.to_numpy().astype("int64"), 1 - share + share * np.arange(count) / count, method="lower")
        stamps = pd.to_datetime(np.unique(at).astype(ripe.to_numpy().dtype)).as_unit("s")
        return list(stamps)

    @property
    def issued(self) -> pd.Index:
        """(n,) as_of of each row: its issue date."""
        return self.X.index.get_level_values("as_of")


def cut_at(ledger: Ledger, date: object) -> tuple[Ledger, pd.Timestamp]:
    """What was known of a ledger at a date, and the date.

    Raises
    ------
    PaybenchError
        If nothing was.
    """
    at = day(date)
    cut = known(ledger, at)
    if cut.invoices.empty:
        first = ledger.invoices["issued_on"].min()
        raise PaybenchError(
            f"Nothing was known at {at:%Y-%m-%d}: "
            + (
                "the ledger has no invoice."
                if pd.isna(first)
                else f"the first invoice is of {first:%Y-%m-%d}; give a later as_of."
            )
        )
    return cut, at


_AT_ISSUE, _LANDMARKS = "at_issue.parquet", "landmarks.parquet"


def in_order(X: pd.DataFrame) -> pd.DataFrame:
    """Feature rows by day, and by invoice within a day."""
    return X.iloc[X.index.to_frame(index=False).sort_values(["as_of", "invoice_id"], kind="stable").index]


def _read_rows(file: Path) -> pd.DataFrame:
    X = pd.read_parquet(file)
    keys = X.index.to_frame(index=False).astype({"as_of": DATE})  # Parquet knows no whole seconds
    return X.set_axis(pd.MultiIndex.from_frame(keys))


def choose_horizon(cut: Ledger, at: pd.Timestamp) -> int:
    """The shortest of :data:`HORIZONS` by which 98 % of the invoices old enough to tell had been settled.

    A longer horizon tells more of the slow payers apart, and makes every row mature later, so that a short book has a
    short one, whatever is beyond it. It is always longer than the days of grace.
    """
    possible = [h for h in HORIZONS if h > cut.grace_days] or [min(cut.grace_days + HORIZONS[0], LONGEST)]
    facts = settle(cut)
    facts = facts[facts["written_off_on"].isna() & ~facts["cancelled"]]
    if facts.empty:
        return possible[0]
    span = (at - facts["issued_on"].min()).days
    allowed = [h for h in possible if h <= max(span // 5, possible[0])]
    old = facts[(at - facts["due_on"]).dt.days > allowed[-1]]
    for h in allowed:
        if (old["days_late"] <= h).sum() >= 0.98 * len(old):
            return h
    return allowed[-1]


def end_of(ledger: Ledger, tables: Iterable[str] = TABLES) -> pd.Timestamp:
    """The first day on which all of a ledger is known, or all of some of its tables.

    Raises
    ------
    PaybenchError
        If the ledger is empty.
    """
    days = [known_on(TABLES[name], ledger.table(name)).max() for name in tables]
    closed = [ledger.disputes["closed_on"].max()] if "disputes" in set(tables) else []
    known = [d for d in [*days, *closed] if not pd.isna(d)]
    if not known:
        raise PaybenchError("The ledger is empty; import an export with at least one invoice.")
    return pd.Timestamp(max(known)) + pd.Timedelta(days=1)
