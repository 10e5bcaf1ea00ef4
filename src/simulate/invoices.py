"""What is billed to customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import Calendar
from .customers import Customers, chosen
from .settings import Settings
from .streams import Purpose, Streams

SMALLEST = 100
"""Cents of the smallest invoice."""


@dataclass(frozen=True)
class Invoices:
    """Invoices in the order of issue; arrays of length n.

    Attributes
    ----------
    customer : position among the customers. serial : counts a customer's invoices from 1.
    key : of its random numbers.
    issued, due : days since 1970-01-01. cents : amount. relative : log of the amount over the customer's median.
    """

    customer: np.ndarray
    serial: np.ndarray
    key: np.ndarray
    issued: np.ndarray
    due: np.ndarray
    cents: np.ndarray
    relative: np.ndarray

    def __len__(self) -> int:
        return len(self.issued)


def draw_invoices(
    customers: Customers, gone_on: np.ndarray, settings: Settings, calendar: Calendar, streams: Streams
) -> Invoices:
    """Draw the invoices: a Poisson number per customer and day, more of them at the month's end.

    Parameters
    ----------
    gone_on : the day from which a customer is out of business, (n,).
    """
    window = calendar.end - calendar.first
    late_in_month = calendar.dates.day.to_numpy()[:window] >= 24
    weight = np.where(late_in_month, settings.month_end_billing, 1.0)
    weight = weight * np.where(calendar.workdays[:window], 1.0, settings.weekend_billing)
    weight /= weight.mean()
    end = np.minimum(customers.end, gone_on)
    who, when, nth = [], [], []
    for position in np.flatnonzero(weight):
        day = calendar.first + int(position)
        there = np.flatnonzero((customers.first <= day) & (day < end))
        mean = customers.rate[there] / 30.0 * weight[position]
        count = _poisson(streams.uniform(customers.key[there], Purpose.INVOICES, day), mean)
        there, count = there[count > 0], count[count > 0]
        who.append(np.repeat(there, count))
        when.append(np.full(count.sum(), day))
        nth.append(np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count))
    customer, issued = _joined(who), _joined(when)
    key = streams.subkeys(customers.key[customer], issued, _joined(nth))
    usual = streams.uniform(key, Purpose.TERMS, issued) >= settings.other_terms
    menu = settings.others or dict.fromkeys(settings.terms, 1.0)
    other = chosen(streams.uniform(key, Purpose.OTHER_TERMS, issued), list(menu.values()))
    others = np.array(list(menu))[other]
    relative = customers.amount_spread[customer] * streams.normal(key, Purpose.AMOUNT, issued)
    cents = np.rint(100 * customers.typical_amount[customer] * np.exp(relative)).astype(np.int64)
    return Invoices(
        customer=customer,
        serial=_serials(customer),
        key=key,
        issued=issued,
        due=issued + np.where(usual, customers.terms[customer], others),
        cents=np.maximum(cents, SMALLEST),
        relative=relative,
    )


def _poisson(uniform: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Poisson counts by inversion: as many steps of the distribution as lie below the uniform number."""
    count = np.zeros(len(mean), dtype=np.int64)
    step = np.exp(-mean)
    reached = step.copy()
    open_ = np.flatnonzero(uniform > reached)
    while open_.size:
        count[open_] += 1
        step[open_] *= mean[open_] / count[open_]
        reached[open_] += step[open_]
        # A step that no longer adds anything ends the sum where rounding has eaten the tail.
        open_ = open_[(uniform[open_] > reached[open_]) & (step[open_] > 0)]
    return count


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _serials(customer: np.ndarray) -> np.ndarray:
    order = np.argsort(customer, kind="stable")
    sorted_ = customer[order]
    starts = np.flatnonzero(np.r_[True, sorted_[1:] != sorted_[:-1]]) if sorted_.size else np.zeros(0, dtype=np.int64)
    serial = np.empty(len(customer), dtype=np.int64)
    serial[order] = np.arange(len(customer)) - np.repeat(starts, np.diff(np.r_[starts, len(customer)])) + 1
    return serial
