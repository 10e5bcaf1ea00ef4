"""Who the customers are: their types, and the character that each one draws from its type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import Calendar


@dataclass(frozen=True)
class CustomerType:
    """How a kind of customer pays; days are calendar days, shares and chances are probabilities.

    Attributes
    ----------
    name : of the type.
    share : of all customers.
    lateness, lateness_spread : mean and standard deviation, over customers, of the usual days after due.
    scale : of the Gumbel distribution around that, in days.
    forgets : chance that an invoice is forgotten, to be found ``forgotten_days`` later.
    liquidity_days : days by which one unit of lost liquidity delays payment.
    amount_days : days by which an invoice e times the customer's usual one is paid later.
    pay_run : chance of paying in fixed runs only.
    disputes : chance that an invoice is disputed.
    part_payments : chance that an invoice is paid in two parts.
    never : chance that an invoice is never paid, at liquidity zero.
    decline : units of liquidity lost in half a year, from some day on.
    """

    name: str
    share: float
    lateness: float
    lateness_spread: float
    scale: float
    forgets: float = 0.03
    forgotten_days: float = 20.0
    liquidity_days: float = 2.0
    amount_days: float = 0.0
    pay_run: float = 0.15
    disputes: float = 0.01
    part_payments: float = 0.02
    never: float = 0.003
    decline: float = 0.0


TYPES = (
    CustomerType("prompt", 0.30, lateness=-7.0, lateness_spread=3.0, scale=3.0),
    CustomerType("forgetful", 0.18, lateness=-7.0, lateness_spread=3.0, scale=3.5, forgets=0.30),
    CustomerType("pay_run", 0.22, lateness=-7.5, lateness_spread=3.0, scale=2.5, pay_run=1.0),
    CustomerType(
        "cash_strapped", 0.12, 2.0, 4.0, scale=6.0, liquidity_days=9.0, part_payments=0.12, never=0.01, amount_days=2.0
    ),
    CustomerType("strategic", 0.08, 6.0, 6.0, scale=5.0, amount_days=5.0),
    CustomerType("disputer", 0.05, -4.0, 4.0, scale=4.5, disputes=0.2),
    CustomerType("failing", 0.05, 0.0, 4.0, scale=6.0, liquidity_days=8.0, part_payments=0.1, never=0.02, decline=3.5),
)
"""The types; shares add up to one."""

TERMS = (7, 14, 30, 45, 60)
TERM_SHARES = (0.05, 0.17, 0.48, 0.12, 0.18)
TERM_EXCEPTIONS = 0.06
"""Days of payment terms, how many customers have them, and the share of invoices with other terms than usual."""

RUN_DATES = ((1, 15), (5, 20), (10, 25), (15,), (28,))
"""Dates of the month on which pay runs are made, where they are not weekly."""

_COUNTRIES = {"DE": 0.35, "FR": 0.15, "GB": 0.13, "NL": 0.12, "US": 0.1, "ES": 0.08, "IT": 0.07}
_HOME_CURRENCY = {"GB": "GBP", "US": "USD"}
_FORMS = {"DE": "GmbH", "FR": "SARL", "GB": "Ltd", "NL": "BV", "US": "Inc", "ES": "SL", "IT": "Srl"}
# fmt: off
_PLACES = (
    "Adler", "Albion", "Alpina", "Arbor", "Atlas", "Baltic", "Beacon", "Birch", "Borealis", "Castell", "Cedar",
    "Clover", "Corona", "Delta", "Drake", "Eiffel", "Elster", "Falcon", "Garden", "Harbour", "Heron", "Iberia",
    "Juniper", "Kestrel", "Linden", "Lumen", "Marlow", "Mistral", "Nordwind", "Oriel", "Pont", "Quarry", "Rhein",
    "Sable", "Sirocco", "Tamar", "Union", "Vesper", "Weser", "Zephyr",
)
_TRADES = (
    "Bakery", "Ceramics", "Chemicals", "Clinics", "Coatings", "Design", "Dental", "Electronics", "Energy",
    "Fashion", "Fittings", "Foods", "Freight", "Furniture", "Hotels", "Instruments", "Interiors", "Kitchens",
    "Logistics", "Machines", "Media", "Metals", "Optics", "Packaging", "Paper", "Plastics", "Printing", "Retail",
    "Software", "Textiles", "Timber", "Tools", "Travel", "Wines",
)
# fmt: on


@dataclass(frozen=True)
class Customer:
    """One customer's character, constant over the window.

    Attributes
    ----------
    number : counts from 1.
    type : what it was drawn from.
    name, country, currency : master data.
    first, end : its invoices are issued on the days [first, end), in days since 1970-01-01.
    rate : invoices per 30 days.
    typical_amount, amount_spread : median, in currency units, and log standard deviation of its amounts.
    terms : usual payment terms in days.
    lateness, scale, forgets : its own values of what its type describes.
    trouble_on : the day on which its decline begins (matters where the type declines).
    pay_days : weights, adding up to one, and the flags over the calendar's axis of the days on which it pays.
    """

    number: int
    type: CustomerType
    name: str
    country: str
    currency: str
    first: int
    end: int
    rate: float
    typical_amount: float
    amount_spread: float
    terms: int
    lateness: float
    scale: float
    forgets: float
    trouble_on: int
    pay_days: tuple[tuple[float, np.ndarray], ...]


def draw_customer(number: int, calendar: Calendar, random: np.random.Generator) -> Customer:
    """Draw one customer's character.

    Sizes are heavy-tailed: the rate of invoices and the typical amount are log-normal and rise together.
    """
    kind = TYPES[random.choice(len(TYPES), p=[t.share for t in TYPES])]
    country = str(random.choice(list(_COUNTRIES), p=list(_COUNTRIES.values())))
    size = random.normal()
    at_home = random.random() < 0.75
    first, end = _active(calendar, random)
    return Customer(
        number=number,
        type=kind,
        name=f"{random.choice(_PLACES)} {random.choice(_TRADES)} {_FORMS[country]}",
        country=country,
        currency=_HOME_CURRENCY.get(country, "EUR") if at_home else "EUR",
        first=first,
        end=end,
        rate=float(min(1.2 * np.exp(0.6 * size + 0.6 * random.normal()), 15.0)),
        typical_amount=float(np.exp(7.0 + 0.9 * size + 0.6 * random.normal())),
        amount_spread=float(random.uniform(0.3, 0.9)),
        terms=int(random.choice(TERMS, p=TERM_SHARES)),
        lateness=kind.lateness + kind.lateness_spread * random.normal(),
        scale=float(kind.scale * np.exp(0.3 * random.normal())),
        forgets=float(min(kind.forgets * np.exp(0.4 * random.normal()), 0.8)),
        trouble_on=int(random.integers(calendar.first, calendar.end)),
        pay_days=_pay_days(kind, calendar, random),
    )


def _active(calendar: Calendar, random: np.random.Generator) -> tuple[int, int]:
    """Most customers are there throughout; some join, a few of them late, and some leave."""
    length = calendar.end - calendar.first
    fate, when = random.random(), random.random()
    if fate < 0.12:
        return calendar.first + int(length * when), calendar.end
    if fate < 0.17:
        return calendar.end - 1 - int(length * when / 8), calendar.end
    if fate < 0.25:
        return calendar.first, calendar.end - int(length * when)
    return calendar.first, calendar.end


def _pay_days(
    kind: CustomerType, calendar: Calendar, random: np.random.Generator
) -> tuple[tuple[float, np.ndarray], ...]:
    in_runs, month_end, weekly = random.random(3) < (kind.pay_run, 0.12, 0.5)
    weekday, dates = int(random.integers(5)), RUN_DATES[random.integers(len(RUN_DATES))]
    if in_runs:
        run = calendar.weekly(weekday) if weekly else calendar.monthly(dates)
        return (0.96, run), (0.04, calendar.workdays)
    if month_end:
        return (0.6, calendar.month_ends), (0.4, calendar.workdays)
    return (0.97, calendar.workdays), (0.03, calendar.every_day)
