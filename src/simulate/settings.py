"""The numbers of a world: what kinds of customers there are, what is billed, how payment goes, what contacts do.

Where a number was published its source is named on the calibration page (``paybench ledger simulate --report``). No
randomised trial of reminders between businesses was found, and no credible rate of kept promises: :class:`Effects` is
an assumption, not knowledge, and :mod:`.sweep` tells what follows from others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

CHANNELS = ("email", "letter", "phone", "sms")
TONES = ("courtesy", "friendly", "reminder", "firm", "final")
"""The ladder of tones, mildest first."""

COUNTRIES = {"DE": 0.35, "FR": 0.15, "GB": 0.13, "NL": 0.12, "US": 0.1, "ES": 0.08, "IT": 0.07}
"""Countries of customers and their shares."""

WRITE_OFF = 180
"""An invoice that is unpaid so many days after due is written off."""


@dataclass(frozen=True)
class CustomerType:
    """How a kind of customer pays; days are calendar days, shares and chances are probabilities.

    Attributes
    ----------
    name : of the type. share : of all customers.
    lateness, lateness_spread : mean and standard deviation, over customers, of the usual days after due.
    scale : of the distribution around that, in days.
    forgets : chance that an invoice is forgotten, to be found ``forgotten_days`` later.
    liquidity_days : days by which one unit of lost liquidity on the day of issue delays payment.
    amount_days : days by which an invoice e times the customer's usual one is paid later.
    pay_run : chance of paying in fixed runs only.
    disputes, part_payments : chance that an invoice is disputed; that it is paid in parts.
    never : chance that an invoice is never paid, at liquidity zero.
    squeezed, relieved : chance per week that a shortage of cash begins; that it ends.
    squeeze, tight : what is left of the daily chance to pay in a shortage of its own; when money is tight for all.
    defaults : chance per week of a shortage that the customer goes out of business.
    yields : how strongly pressure works. annoyed : how much of its goodwill a firm word costs.
    replies : chance to answer a contact.
    """

    name: str
    share: float
    lateness: float
    lateness_spread: float
    scale: float
    forgets: float = 0.03
    forgotten_days: float = 24.0
    liquidity_days: float = 4.0
    amount_days: float = 0.0
    pay_run: float = 0.15
    disputes: float = 0.025
    part_payments: float = 0.03
    never: float = 0.005
    squeezed: float = 0.004
    relieved: float = 0.25
    squeeze: float = 0.35
    tight: float = 0.85
    defaults: float = 0.002
    yields: float = 0.3
    annoyed: float = 0.2
    replies: float = 0.08


TYPES = (
    CustomerType("prompt", 0.30, lateness=-8.5, lateness_spread=4.5, scale=3.0, annoyed=0.4),
    CustomerType("forgetful", 0.18, -8.5, 4.5, scale=3.5, forgets=0.30, annoyed=0.1, replies=0.15),
    CustomerType("pay_run", 0.22, -9.0, 4.5, scale=2.5, pay_run=1.0, yields=0.1),
    CustomerType(
        "cash_strapped", 0.12, 2.0, 6.0, scale=6.0, liquidity_days=11.0, amount_days=1.0, part_payments=0.2,
        never=0.012, squeezed=0.04, relieved=0.15, squeeze=0.2, tight=0.5, defaults=0.008, replies=0.3,
    ),
    CustomerType("strategic", 0.08, 6.0, 8.0, scale=5.0, amount_days=3.0, tight=0.7, yields=1.0, annoyed=0.05),
    CustomerType("disputer", 0.05, -4.0, 6.0, scale=4.5, disputes=0.35, replies=0.25),
    CustomerType(
        "failing", 0.05, 0.0, 6.0, scale=6.0, liquidity_days=10.0, part_payments=0.15, never=0.025,
        squeezed=0.012, relieved=0.01, squeeze=0.3, tight=0.5, defaults=0.02, replies=0.2,
    ),
)  # fmt: skip
"""The types; shares add up to one."""

HIDDEN = CustomerType(
    "gambler", 0.10, 12.0, 8.0, scale=7.0, forgets=0.1, amount_days=-4.0, tight=0.6, yields=1.4, annoyed=0.0
)
"""A type that only the hard world has: it waits to be told, and pays large invoices first."""


@dataclass(frozen=True)
class Effects:
    """What contacts do; all zero = nothing (``Effects.none()``).

    For want of a trial between businesses, what was reported of reminders to taxpayers was the guide: weekly ones did
    40 % more than a single one, a second a week 10 % on top. Here it depends on when one looks. A single e-mail wears
    off while others follow, so the advantage of going on grows with the days: weekly e-mails from the third day after
    due on did 1.1 to 1.2 times what one did by day 17 after due, about 1.4 by day 24, 1.6 by day 31 and 1.9 by day 45
    (easy world, 1,500 customers). A second one a week adds at most a tenth by then, and later takes something away:
    it tires and annoys. A test holds these bounds.

    Attributes
    ----------
    reach : per channel, the chance that a contact reaches who has forgotten the invoice, and ends that.
    pressure : per tone, by how much the logarithm of the daily chance to pay rises where ``yields`` is 1.
    solves : per channel, the chance that a contact ends a dispute.
    liked : what the preferred channel multiplies all of this by; another one by ``1 / liked``.
    fades : days after which a half of the pressure is left.
    tires : what a contact just made multiplies the effect of the next one by; a week later half of that is forgotten.
    heals : days after which a half of lost goodwill is back.
    named : what naming the sender, instead of a department, multiplies all of this by: it was reported to help, without
        a figure between businesses. 1 = as without a name; to be swept.
    """

    reach: tuple[float, ...] = (0.45, 0.35, 0.80, 0.50)
    pressure: tuple[float, ...] = (0.20, 0.35, 0.60, 1.00, 1.40)
    solves: tuple[float, ...] = (0.05, 0.02, 0.35, 0.02)
    liked: float = 1.4
    fades: float = 9.0
    tires: float = 0.6
    heals: float = 60.0
    named: float = 1.0

    def times(self, factor: float) -> Effects:
        """The same contacts doing more or less; what is a probability ends at 1."""
        reach, solves = (tuple(min(factor * x, 1.0) for x in chances) for chances in (self.reach, self.solves))
        return replace(self, reach=reach, solves=solves, pressure=tuple(factor * x for x in self.pressure))

    @classmethod
    def none(cls) -> Effects:
        """Contacts do nothing at all."""
        return cls(reach=(0.0,) * 4, pressure=(0.0,) * 5, solves=(0.0,) * 4)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set about a world.

    Attributes
    ----------
    types : kinds of customers. effects : of contacts.
    hard : other functional forms: a logistic distribution, pressure that wears off as a power of time,
        a season that moves, a crisis at an unknown week.
    terms : payment terms in days and their weights. other_terms : share of invoices with other terms than usual;
        others : those terms and their weights, empty = all of ``terms`` alike.
    rate, rate_spread : median invoices per 30 days of a customer, and its log standard deviation.
    least_rate, most_rate : its limits.
    amount, amount_spread, own_amount_spread : median amount in currency units; log standard deviations between
        customers and within one.
    at_home : share of customers billed in the currency of their country, the others in ``currency``.
    currency : of the book.
    joins, leaves : share of customers who come, or go, within the window.
    month_end_billing : how much likelier a working day of the month's last week is to bring invoices.
    weekend_billing : how likely a closed day is to bring invoices, against a working day.
    lateness_shift : days added to every type's usual lateness. between, within : factors on the spread of lateness
        between customers, and on the scale within one. forgetting, disputing, parting, losing, cash, runs : factors
        on the types' ``forgets``, ``disputes``, ``part_payments``, ``never`` and ``defaults``, ``liquidity_days``,
        ``pay_run``.
    dispute_days : by how many days a dispute delays payment.
    weekly : share of pay runs that are weekly. at_month_end : share of the others who pay at month ends.
    weekend_share : how readily money moves on closed days.
    own_level, shared_level : standard deviations of liquidity, own and shared.
    bounces, credits : chance that a payment is reversed; that an invoice gets a credit note without a dispute.
    concedes : share of disputes that end with a credit note.
    caution : factor on how many days ahead a promised day lies: the further, the more promises are kept.
    tight : chances per week that money becomes tight for all, and that this ends.
    """

    types: tuple[CustomerType, ...] = TYPES
    effects: Effects = Effects()
    hard: bool = False
    terms: Mapping[int, float] = field(default_factory=lambda: {7: 0.05, 14: 0.17, 30: 0.48, 45: 0.12, 60: 0.18})
    other_terms: float = 0.06
    others: Mapping[int, float] = field(default_factory=dict)
    rate: float = 1.2
    rate_spread: float = 0.95
    least_rate: float = 0.02
    most_rate: float = 15.0
    amount: float = 1100.0
    amount_spread: float = 0.75
    own_amount_spread: float = 0.6
    at_home: float = 0.75
    currency: str = "EUR"
    joins: float = 0.12
    leaves: float = 0.08
    month_end_billing: float = 2.5
    weekend_billing: float = 0.1
    lateness_shift: float = 0.0
    between: float = 1.0
    within: float = 1.0
    forgetting: float = 1.0
    disputing: float = 1.0
    parting: float = 1.0
    losing: float = 1.0
    cash: float = 1.0
    runs: float = 1.0
    dispute_days: float = 32.0
    weekly: float = 0.5
    at_month_end: float = 0.12
    weekend_share: float = 0.01
    own_level: float = 1.0
    shared_level: float = 0.25
    bounces: float = 0.004
    credits: float = 0.04
    concedes: float = 0.5
    caution: float = 1.0
    tight: tuple[float, float] = (0.02, 0.12)

    def of_types(self, name: str) -> np.ndarray:
        """One number of every type, by its position."""
        return np.array([getattr(t, name) for t in self.types])

    @classmethod
    def mode(cls, name: str) -> Settings:
        """The settings of the ``easy`` or the ``hard`` world."""
        easy = cls()
        if name == "easy":
            return easy
        others = tuple(replace(t, share=t.share * (1 - HIDDEN.share)) for t in TYPES)
        return replace(easy, hard=True, types=(*others, HIDDEN))


MODES = ("easy", "hard")
