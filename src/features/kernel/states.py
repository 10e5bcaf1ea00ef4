"""The life of each invoice as a row of states: what was known of it, from when to when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...ledger.schema import MONEY_UNITS, NO_DAY
from ...ledger.settle import closings
from .book import CREDIT_NOTE, PAYMENT, WRITE_OFF, Columns, Invoices, Payments
from .streams import Flags, Ints, keys, ranges, unpacked
from .versions import ALWAYS


@dataclass(frozen=True)
class States(Columns):
    """States of invoices, sorted by invoice and time; each holds at t if ``start < t <= end``.

    Attributes
    ----------
    invoice, customer, currency : numbers. issued, due : days. amount : integer units. part : 1 = an instalment.
    settled, lost : day of settlement, of being written off; NO_DAY if not.
    still : units still due, 0 or more. cancelled : more than half credited. first_paid : day of the first payment.
    """

    invoice: Ints
    customer: Ints
    currency: Ints
    issued: Ints
    due: Ints
    amount: Ints
    part: Ints
    start: Ints
    end: Ints
    settled: Ints
    lost: Ints
    still: Ints
    cancelled: Flags
    first_paid: Ints

    @property
    def open(self) -> Flags:
        """Neither settled nor written off."""
        return (self.settled == NO_DAY) & (self.lost == NO_DAY)

    def runs(self, kept: Flags, start: Ints, *same: Ints) -> tuple[Ints, Ints]:
        """States that follow each other and are alike as one: place of each run's first state, and end of its last.

        Parameters
        ----------
        kept : which states count. start : from when each counts. same : columns that have to be equal in a run.
        """
        some = np.flatnonzero(kept & (start < self.end))
        goes_on = (self.invoice[some][1:] == self.invoice[some][:-1]) & (self.end[some][:-1] == start[some][1:])
        for column in same:
            goes_on &= column[some][1:] == column[some][:-1]
        first = np.flatnonzero(np.r_[np.ones(min(len(some), 1), dtype=bool), ~goes_on])
        last = np.r_[first[1:], len(some)][: len(first)] - 1
        return some[first], self.end[some[last]]


def states(invoices: Invoices, payments: Payments, tolerance: float) -> States:
    """The states of some invoices, as their versions and payments tell them.

    Whatever the order in which things came to be known, the state at t is what
    :func:`~paybench.ledger.settle` says of :func:`~paybench.ledger.as_of` t.

    Parameters
    ----------
    invoices : versions, sorted by invoice.
    payments : all versions of payments that name these invoices, sorted by invoice.
    tolerance : in currency units, see :class:`~paybench.ledger.Ledger`.
    """
    slack = round(tolerance * MONEY_UNITS)
    numbers = invoices.invoice
    odd = np.zeros(int(numbers.max(initial=-1)) + 2, dtype=bool)
    odd[numbers[~invoices.plain | (invoices.amount <= slack)]] = True
    odd[payments.invoice[~payments.plain]] = True
    issued = np.full(len(odd), ALWAYS)
    issued[numbers] = invoices.issued
    odd[payments.invoice[payments.paid < issued[payments.invoice]]] = True
    grown = _grown(
        invoices.take(np.flatnonzero(~odd[numbers])), payments.take(np.flatnonzero(~odd[payments.invoice])), slack
    )
    if not odd.any():
        return grown
    revised = _revised(
        invoices.take(np.flatnonzero(odd[numbers])), payments.take(np.flatnonzero(odd[payments.invoice])), slack
    )
    both = States(**{name: np.concatenate([getattr(grown, name), getattr(revised, name)]) for name in vars(grown)})
    return both.take(np.lexsort((both.start, both.invoice)))


def _grown(invoices: Invoices, payments: Payments, slack: int) -> States:
    """States of invoices of which known facts only ever grow: one at issue, one for each day of payments."""
    n = len(invoices)
    owner = np.searchsorted(invoices.invoice, payments.invoice)
    amount, floor = invoices.amount, invoices.amount - slack
    order = np.argsort(keys(owner, payments.paid), kind="stable")
    owner = owner[order]
    # Every invoice's own row stands before those of its payments.
    own = np.arange(n) + np.searchsorted(owner, np.arange(n))
    theirs = np.arange(len(owner)) + owner + 1

    def together(of_invoices: Ints | int, of_payments: Ints) -> Ints:
        both = np.empty(n + len(owner), dtype=np.int64)
        both[own], both[theirs] = of_invoices, of_payments
        return both

    row, day = together(np.arange(n), owner), together(invoices.issued, payments.paid[order])
    paid, kind = together(0, payments.amount[order]), together(PAYMENT, payments.kind[order])
    last = np.flatnonzero(np.r_[(row[1:] != row[:-1]) | (day[1:] != day[:-1]), np.ones(min(n, 1), dtype=bool)])
    total = _running(row, paid)[last]
    write_off = kind == WRITE_OFF
    real = _running(row, np.where(write_off, 0, paid))[last] if write_off.any() else total
    credit = kind == CREDIT_NOTE
    credited = _running(row, np.where(credit, paid, 0))[last] if credit.any() else np.zeros_like(total)
    cash = (kind == PAYMENT) & (paid > 0)
    first = np.full(n, NO_DAY)
    np.minimum.at(first, row[cash], day[cash])
    row, day = row[last], day[last]
    settled = _first_from(row, day, real >= floor[row], n)
    closed = _first_from(row, day, total >= floor[row], n) if write_off.any() else settled
    is_settled, is_closed = settled[row] <= day, closed[row] <= day
    return States(
        invoice=invoices.invoice[row], customer=invoices.customer[row], currency=invoices.currency[row],
        issued=invoices.issued[row], due=invoices.due[row], amount=amount[row], part=invoices.part[row],
        start=day,
        end=np.r_[np.where(row[1:] == row[:-1], day[1:], NO_DAY), np.full(min(n, 1), NO_DAY)],
        settled=np.where(is_settled, settled[row], NO_DAY),
        lost=np.where(is_closed & ~is_settled, closed[row], NO_DAY),
        still=np.maximum(amount[row] - total, 0), cancelled=2 * credited > amount[row],
        first_paid=np.where(first[row] <= day, first[row], NO_DAY),
    )  # fmt: skip


def _running(row: Ints, values: Ints) -> Ints:
    """Running sums that begin anew with each row; rows are sorted, each is there."""
    total = np.cumsum(values)
    starts = np.flatnonzero(np.r_[np.ones(min(len(row), 1), dtype=bool), row[1:] != row[:-1]])
    before = (total - values)[starts]
    running: Ints = total - np.repeat(before, np.diff(starts, append=len(row)))
    return running


def _first_from(row: Ints, day: Ints, holds: Flags, n: int) -> Ints:
    first = np.full(n, NO_DAY)
    at = np.flatnonzero(holds)[::-1]
    first[row[at]] = day[at]
    return first


def _revised(invoices: Invoices, payments: Payments, slack: int) -> States:
    """States of any invoices: everything is settled anew for each day on which something came to be known."""
    invoice = np.concatenate([invoices.invoice, invoices.invoice, payments.invoice, payments.invoice])
    change = np.concatenate([invoices.known, invoices.until, payments.known, payments.until])
    finite = change != NO_DAY
    invoice, start = unpacked(np.unique(keys(invoice[finite], change[finite])))
    version = _version(invoices, invoice, start)
    there = version >= 0
    invoice, start, version = invoice[there], start[there], version[there]
    facts = invoices.take(version)
    n = len(invoice)
    # Every state with each payment of its invoice that was in force then.
    lo = np.searchsorted(payments.invoice, invoice)
    size = np.searchsorted(payments.invoice, invoice, side="right") - lo
    state, which = ranges(lo, size)
    then = (payments.known[which] <= start[state]) & (start[state] < payments.until[which])
    state, some = state[then], payments.take(which[then])
    settled, lost = closings(n, facts.amount - slack, state, some.paid, some.amount, some.kind == WRITE_OFF)
    paid, credited = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    np.add.at(paid, state, some.amount)
    credit = some.kind == CREDIT_NOTE
    np.add.at(credited, state[credit], some.amount[credit])
    cash = (some.kind == PAYMENT) & (some.amount > 0)
    first = np.full(n, NO_DAY)
    np.minimum.at(first, state[cash], some.paid[cash])
    return States(
        invoice=invoice, customer=facts.customer, currency=facts.currency, issued=facts.issued, due=facts.due,
        amount=facts.amount, part=facts.part, start=start,
        end=np.r_[np.where(invoice[1:] == invoice[:-1], start[1:], NO_DAY), np.full(min(n, 1), NO_DAY)],
        settled=settled, lost=lost, still=np.maximum(facts.amount - paid, 0), cancelled=2 * credited > facts.amount,
        first_paid=first,
    )  # fmt: skip


def _version(invoices: Invoices, invoice: Ints, day: Ints) -> Ints:
    """The version of each invoice that is in force from the day after ``day`` on; -1 if none is known."""
    lo = np.searchsorted(invoices.invoice, invoice)
    size = np.searchsorted(invoices.invoice, invoice, side="right") - lo
    found = np.full(len(invoice), -1)
    for step in range(int(size.max(initial=0))):
        some = np.flatnonzero(step < size)
        at = lo[some] + step
        holds = (invoices.known[at] <= day[some]) & (day[some] < invoices.until[at])
        found[some[holds]] = at[holds]
    return found
