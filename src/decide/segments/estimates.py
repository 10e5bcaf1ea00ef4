"""What is known of each account at a day: how long its invoices stay overdue, and what it is billed a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .facts import Facts, Flags, Floats, Ints, summed
from .settings import Settings
from .shrink import Shrunk, shrink

YEAR = 365.25


@dataclass(frozen=True)
class Estimates:
    """Of each account.

    Attributes
    ----------
    there : billed before the day. n : invoices of the customer, in all its currencies, that count for the risk.
    plain : their mean days overdue, weights as in ``days``; NaN where there is none.
    days : of :class:`.Shrunk`, days overdue, drawn toward the country's.
    billing : of :class:`.Shrunk`, logarithm of what is billed a year, drawn toward the currency's; each by itself.
    """

    there: Flags
    n: Ints
    plain: Floats
    days: Shrunk
    billing: Shrunk


def estimate(facts: Facts, at: int, settings: Settings, copies: Floats | None = None) -> Estimates:
    """Estimates at the start of a day from invoices issued before.

    Parameters
    ----------
    at : day, not after ``facts.at``. copies : (n,) how often each invoice counts; None = once.
    """
    copies = None if copies is None else copies[facts.order]
    facts = facts.ordered
    known = facts.issued < at
    if copies is not None:
        known &= copies > 0
    times = known.astype(np.float64) if copies is None else np.where(known, copies, 0.0)
    there = summed(facts.account, known, len(facts.accounts)) > 0
    n, plain, days = _risk(facts, at, settings, times)
    return Estimates(there, n, plain, days, _value(facts, at, settings, times, there))


def _risk(facts: Facts, at: int, settings: Settings, times: Floats) -> tuple[Ints, Floats, Shrunk]:
    # What comes due matures for who paid and who did not on the same day: who paid already is no better known.
    ripe = facts.counts & (facts.due + settings.most_days < at)
    who = facts.customer[facts.account]
    late = facts.overdue(settings.most_days)
    decay = np.exp2((facts.due - at) / settings.half_life)
    weight = np.where(ripe, times * decay, 0.0)
    customers = int(facts.customer.max(initial=-1)) + 1
    sums = summed(who, weight, customers)
    squares = summed(who, weight * decay, customers)
    mean = _ratio(summed(who, weight * late, customers), sums)
    freedom = float((sums - _ratio(squares, sums)).sum())
    around = float((weight * (late - mean[who]) ** 2).sum())
    within = around / freedom if freedom > 1e-9 else float(settings.most_days**2)
    # A book in which nobody varies still leaves a little doubt.
    variance = max(within, 0.01) * np.where(sums > 0, _ratio(squares, sums**2), np.inf)
    country = np.zeros(customers, dtype=np.int64)
    country[facts.customer] = facts.country
    shrunk = shrink(mean, variance, country)
    count = summed(who, np.where(ripe, times, 0.0), customers).astype(np.int64)
    own = facts.customer
    return count[own], np.where(sums > 0, mean, np.nan)[own], shrunk.take(own)


_LITTLE = 1e-9
"""Currency units, so that they have a logarithm."""


def _value(facts: Facts, at: int, settings: Settings, times: Floats, there: Flags) -> Shrunk:
    accounts, half_life = len(facts.accounts), settings.half_life
    decay = np.exp2((facts.issued - at) / half_life)
    weight = times * decay
    # Of whom no more was billed than credited by invoices below zero, nothing is known but that it is little.
    total = np.maximum(summed(facts.account, weight * facts.amount, accounts), _LITTLE)
    squares = summed(facts.account, weight * decay * facts.amount**2, accounts)
    first = np.full(accounts, at, dtype=np.int64)
    known = times > 0
    np.minimum.at(first, facts.account[known], facts.issued[known])
    currency = facts.accounts["currency"].to_numpy(dtype=object)
    span = (at - first).astype(np.float64)
    gap = _ratio(span, summed(facts.account, times, accounts))
    relative = np.where(there, _ratio(squares, total**2), np.inf)
    parts = [np.zeros(accounts) for _ in range(4)]
    for one in np.unique(currency[there]):
        mine = np.flatnonzero(there & (currency == one))
        # Time runs from the first invoice on, which the wait before it belongs to: the currency's usual one.
        wait = max(float(np.median(gap[mine])), 1.0)
        days = half_life / np.log(2) * -np.expm1(-np.log(2) * span[mine] / half_life) + wait
        rate = np.log(total[mine] / days * YEAR)
        shrunk = shrink(rate, relative[mine], np.zeros(len(mine), dtype=np.int64))
        for whole, part in zip(parts, (shrunk.mean, shrunk.sd, shrunk.own, shrunk.prior), strict=True):
            whole[mine] = part
    return Shrunk(*parts)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
