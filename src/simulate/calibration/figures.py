"""How a ledger looks in figures: what is compared when a simulated book is held against real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import TABLES, Ledger, as_of, day, settle
from ...ledger.schema import MONEY_UNITS, NO_DAY, days, units
from .measures import KEPT, MATURED, MEASURES, NEVER, Found
from .rhythm import rhythm
from .spread import concentration, memory, spread_between

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_QUANTILES = {"q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
_EARLIEST, _LONGEST = -60, 150


@dataclass(frozen=True)
class Calibration:
    """A ledger in figures.

    Attributes
    ----------
    name : of the ledger.
    first, end : the day of the first invoice, and the day at whose start everything is counted; None without invoices.
    currency : sums of money are of the invoices in this one, the most frequent; empty without invoices.
    in_currency : share of invoices in it.
    figures : DataFrame by name (those of :data:`~.measures.MEASURES`, in their order): ``value`` in the figure's
        unit (NaN where the ledger does not record it or nothing is old enough; inf for a number of days beyond what
        can be told yet), ``n``, the cases that it rests on, ``unit``, ``label`` and ``meaning``.
    curves : what is drawn, each a Series, empty where there is nothing: ``days_late`` and ``days_to_pay`` (share
        paid by the day), ``paid_weekday`` and ``issued_weekday`` (shares, Monday = 0), ``paid_month_end`` and
        ``issued_month_end`` (against an average working day, by working days left in the month), ``memory``
        (correlation by invoices apart), ``lorenz`` (share of billing by share of customers, the largest first).
    """

    name: str
    first: pd.Timestamp | None
    end: pd.Timestamp | None
    currency: str
    in_currency: float
    figures: pd.DataFrame
    curves: dict[str, pd.Series]

    def value(self, name: str) -> float:
        """One figure (NaN where there is none)."""
        return float(self.figures["value"].to_dict()[name])


def calibration(ledger: Ledger, as_of_date: object = None) -> Calibration:
    """Measure a ledger.

    Shares are taken of matured invoices, paid or not: what is too young to be answered counts in no share.

    Parameters
    ----------
    ledger : any book, simulated or imported.
    as_of_date : the day at whose start it is looked at; by default the day after the last event in it.

    Raises
    ------
    PaybenchError
        If ``as_of_date`` is no date.
    """
    end = _after_last(ledger) if as_of_date is None else day(as_of_date)
    book = _Book(as_of(ledger, end), int(days(np.array([end], "datetime64[s]"))[0]))
    paid, paid_curves = rhythm(book.paid_on[book.ordinary], book.end, "paid")
    issued, issued_curves = rhythm(book.issued, book.end, "issued")
    habit, habit_curves = _habit(book)
    concentrated, lorenz = _concentration(book)
    found = {
        **_size(book), **_late(book), **_days(book), **_losses(book), **paid, **issued, **habit, **concentrated,
        **_contacts(book),
    }  # fmt: skip
    rows = [(*found.get(m.name, (np.nan, 0)), m.unit, m.label, m.meaning) for m in MEASURES.values()]
    figures = pd.DataFrame(rows, index=list(MEASURES), columns=["value", "n", "unit", "label", "meaning"])
    issues = book.state["issued_on"]
    return Calibration(
        ledger.name, None if book.empty else pd.Timestamp(issues.min()), None if book.empty else end,
        book.currency, 0.0 if book.empty else float(book.main.mean()),
        figures, {**_paid_by(book), **paid_curves, **issued_curves, **habit_curves, "lorenz": lorenz},
    )  # fmt: skip


class _Book:
    """The ledger at its end as arrays: one entry per invoice, then one per payment."""

    def __init__(self, ledger: Ledger, end: int) -> None:
        self.ledger, self.end = ledger, end
        self.state = state = settle(ledger)
        self.issued, self.due = days(state["issued_on"]), days(state["due_on"])
        self.amount, self.open = units(state["amount"]), units(state["amount_open"])
        self.settled = days(state["settled_on"])
        self.valid: Flags = ~state["cancelled"].to_numpy()
        self.customer = pd.factorize(state["customer_id"])[0]
        self.currency = str(state["currency"].mode().iloc[0]) if len(state) else ""
        self.main: Flags = (state["currency"] == self.currency).to_numpy()

        payments = ledger.payments
        self.paid_on, self.paid = days(payments["paid_on"]), units(payments["amount"])
        self.kind = payments["kind"].to_numpy(dtype=object)
        self.of = pd.Index(state["invoice_id"]).get_indexer(payments["invoice_id"])
        self.paid_main: Flags = (payments["currency"] == self.currency).to_numpy()
        self.ordinary: Flags = (self.kind == "payment") & (self.paid > 0)

    def __len__(self) -> int:
        return len(self.state)

    @property
    def empty(self) -> bool:
        return len(self) == 0

    def since_due(self, number: int) -> Flags:
        """Which invoices were due so many days before the end or more, and were not cancelled."""
        return self.valid & (self.due + number < self.end)

    @property
    def in_time(self) -> Flags:
        """Which were paid within the days after due that are told apart."""
        return self.settled <= self.due + MATURED


def _after_last(ledger: Ledger) -> pd.Timestamp:
    """The day after the last thing that happened or was recorded (any day if nothing did)."""
    columns = [ledger.table(t.name)[c] for t in TABLES.values() for c in (t.dated, "recorded_on", "closed_on")
               if c in ledger.table(t.name)]  # fmt: skip
    last = max((c.max() for c in columns if c.notna().any()), default="1970-01-01")
    return day(last) + pd.Timedelta(days=1)


def _share(part: np.ndarray, whole: Flags, weight: Ints | None = None) -> tuple[float, int]:
    """Share of ``whole`` that is in ``part``, by number or by weight; NaN of nothing."""
    n = int(whole.sum())
    if weight is None:
        return (float(part[whole].mean()) if n else np.nan), n
    return _ratio(float(weight[whole & part].sum()), float(weight[whole].sum())), n


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _size(book: _Book) -> Found:
    n = len(book)
    months = (book.end - book.issued.min()) / 30.4375 if n else np.nan
    return {
        "invoices": (n, n),
        "customers": (len(np.unique(book.customer)), n),
        "months": (months, n),
        "terms": (float(np.median(book.due - book.issued)) if n else np.nan, n),
    }


def _late(book: _Book) -> Found:
    grace = book.ledger.grace_days
    late = book.settled > book.due + grace
    known, paid = book.since_due(grace), book.valid & (book.settled != NO_DAY)
    found = {
        "late": _share(late, known),
        "late_amount": _share(late, known & book.main, book.amount),
        "late_settled": _share(late, paid),
        "early": _share(book.settled < book.due, book.since_due(MATURED)),
    }
    for k in (30, 60, 90):
        found[f"late_{k}"] = _share(book.settled > book.due + k, book.since_due(k))
    return found


def _days(book: _Book) -> Found:
    old = book.since_due(MATURED)
    found: Found = {}
    for name, since in (("to_pay", book.issued), ("late", book.due)):
        taken = np.where(book.in_time, book.settled - since, np.inf)[old]
        finite = taken[np.isfinite(taken)]
        found[f"{name}_mean"] = (float(finite.mean()) if finite.size else np.nan), finite.size
        for quantile, q in _QUANTILES.items():
            by = float(np.quantile(taken, q, method="inverted_cdf")) if taken.size else np.nan
            found[f"{name}_{quantile}"] = by, taken.size
    seen = book.valid & (book.issued + 60 < book.end)
    found["to_pay_60"] = _share(book.settled > book.issued + 60, seen)
    recent = book.main & (book.issued >= book.end - 90)
    long_enough = not book.empty and book.issued.min() <= book.end - 90
    billed = float(book.amount[recent].sum()) if long_enough else 0.0
    # A book in which nothing is open was exported without its open items.
    owed = float(book.open[book.main].sum())
    found["dso"] = (_ratio(90 * owed, billed) if owed > 0 else np.nan), int(recent.sum())
    return found


def _losses(book: _Book) -> Found:
    """What goes wrong; NaN for a kind of event that the ledger has none of: it may simply not be recorded."""
    old = book.since_due(MATURED)
    times = _parts(book)
    credit, lost = book.kind == "credit_note", book.kind == "write_off"
    disputed = book.state["invoice_id"].isin(book.ledger.disputes["invoice_id"]).to_numpy()
    start = book.end - 365 if not book.empty and book.issued.min() <= book.end - 548 else -NO_DAY
    billed = float(book.amount[book.main & (book.issued >= start)].sum())
    written_off = float(book.paid[lost & book.paid_main & (book.paid_on >= start)].sum())
    never = book.since_due(NEVER)
    found: Found = {"never_paid": _share(book.settled == NO_DAY, never)}
    if lost.any():
        found["bad_debt"] = _ratio(written_off, billed), int(lost.sum())
    if (times > 1).any():
        found["part_paid"] = _share(times > 1, old)
    if credit.any():
        found["credit_notes"] = _ratio(int(credit.sum()), len(book)), int(credit.sum())
        credited = float(book.paid[credit & book.paid_main].sum())
        found["credited"] = _ratio(credited, float(book.amount[book.main].sum())), int(credit.sum())
    if len(book.ledger.disputes):
        found["disputed"] = _share(disputed, old)
    return found


def _parts(book: _Book) -> Ints:
    """Payments of each invoice that stayed: one that was reversed is no part, and neither is its repetition."""
    mine = (book.kind == "payment") & (book.of >= 0)
    came, went = (np.bincount(book.of[mine & side], minlength=len(book)) for side in (book.paid > 0, book.paid < 0))
    return np.maximum(came - went, 0)


def _paid_by(book: _Book) -> dict[str, pd.Series]:
    old = book.since_due(MATURED)
    curves = {}
    for name, since, first, last in (
        ("days_late", book.due, _EARLIEST, MATURED),
        ("days_to_pay", book.issued, 0, _LONGEST),
    ):
        taken = np.sort((book.settled - since)[old & book.in_time])
        axis = np.arange(first, last + 1)
        by = np.searchsorted(taken, axis, side="right") / max(int(old.sum()), 1)
        curves[name] = pd.Series(by, index=axis) if old.any() else pd.Series(dtype="float64")
    return curves


def _habit(book: _Book) -> tuple[Found, dict[str, pd.Series]]:
    paid = np.flatnonzero(book.since_due(MATURED) & book.in_time)
    order = paid[np.lexsort((paid, book.due[paid], book.issued[paid], book.customer[paid]))]
    customer, late = book.customer[order], (book.settled - book.due)[order].astype(np.float64)
    own, n = memory(customer, late)
    raw, _ = memory(customer, late, remove_mean=False, lags=1)
    between, of = spread_between(customer, late)
    found = {"between": (between, of)}
    if own.size:
        found |= {"lag1": (float(own.iloc[0]), n), "lag1_raw": (float(raw.iloc[0]), n)}
    return found, {"memory": own}


def _concentration(book: _Book) -> tuple[Found, pd.Series]:
    billed = np.bincount(book.customer[book.main], book.amount[book.main]).astype(np.float64)
    lorenz, gini = concentration(billed[billed > 0])
    if lorenz.empty:
        return {}, lorenz
    n = int((billed > 0).sum())
    counts = np.bincount(book.customer)
    found = {f"top_{p}": (float(np.interp(p / 100, lorenz.index, lorenz)), n) for p in (1, 10, 20)}
    thinned = np.linspace(0.0, 1.0, 201)
    curve = pd.Series(np.interp(thinned, lorenz.index, lorenz), index=thinned)
    return {**found, "gini": (gini, n), "few": (float((counts <= 3).mean()), counts.size)}, curve


def _contacts(book: _Book) -> Found:
    """Contacts and what comes of them; NaN for each table that is empty."""
    contacts, messages, promises = (len(book.ledger.table(t)) for t in ("contacts", "messages", "promises"))
    found: Found = {}
    if contacts:
        found["contacts_per_invoice"] = _ratio(contacts, len(book)), contacts
        if messages:
            found["replies_per_contact"] = messages / contacts, contacts
        if promises:
            found["promises_per_contact"] = promises / contacts, contacts
    if promises:
        found["promises_kept"] = _promises_kept(book)
    return found


def _promises_kept(book: _Book) -> tuple[float, int]:
    """Share of promises for an invoice of the ledger, or of the customer as a whole, that were kept in time."""
    promises = book.ledger.promises
    made, until = days(promises["made_on"]), days(promises["promised_on"]) + KEPT
    row = pd.Index(book.state["invoice_id"]).get_indexer(promises["invoice_id"])
    # One account per invoice, and behind them one per customer: what a promise is about says which is looked at.
    names = pd.Index(book.state["customer_id"].unique())
    counts = book.kind != "write_off"
    theirs, payer = (names.get_indexer(t["customer_id"]) for t in (promises, book.ledger.payments[counts]))
    about = np.where(row >= 0, row, np.where(theirs >= 0, len(book) + theirs, -1))
    of = np.r_[book.of[counts], np.where(payer >= 0, len(book) + payer, -1)]
    on, paid = np.tile(book.paid_on[counts], 2), np.tile(book.paid[counts], 2)
    before, after = _paid_before(of, on, paid, about, made), _paid_before(of, on, paid, about, until + 1)
    billed = np.where(row >= 0, np.append(book.amount, 0)[row], 0)
    tolerance = round(book.ledger.tolerance * MONEY_UNITS)
    whole = np.maximum(billed - before, 0)
    stated = promises["amount"].notna().to_numpy()
    promised = np.where(stated, units(promises["amount"].fillna(0.0)), whole)
    ripe = (until < book.end) & (about >= 0) & (stated | (row >= 0)) & (promised > 0)
    return _share(after - before >= promised - tolerance, ripe)


def _paid_before(of: Ints, on: Ints, paid: Ints, about: Ints, when: Ints) -> Ints:
    """Sum paid into each account of ``about`` before the day ``when``."""
    order = np.lexsort((on, of))
    key = of[order].astype(np.int64) * (1 << 32) + on[order]
    total = np.r_[0, np.cumsum(paid[order])]
    account = about.astype(np.int64) * (1 << 32)
    return np.asarray(total[np.searchsorted(key, account + when)] - total[np.searchsorted(key, account)])
