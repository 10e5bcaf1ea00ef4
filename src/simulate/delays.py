"""The law of payment: with what chance an unpaid invoice is paid on a day.

On its day of issue an invoice gets a *plan*: when the customer means to pay it, as the distribution of a day. It is in
one of three minds: it remembers the invoice, has forgotten it, or contests it; and some invoices are never paid. On
each of its pay days the customer pays what it has come to mean to pay since the last one, unless cash holds it back:

    P(paid on day t | unpaid so far, in mind c) = cash(t) * share(t) * (1 - (S_c(t) / L_c(t)) ** e(t))
    L_c(t + 1) = L_c(t) * (1 - share(t) * (1 - (S_c(t) / L_c(t)) ** e(t))) ** (1 / e(t))

with S_c(t) the chance that the planned day lies after t, L_c(t) what is left of it (1 on the day of issue, S_c after a
full pay day), share(t) of :attr:`.calendar.Calendar.shares`, cash(t) what a shortage leaves of the chance (1 without
one), and e(t) = exp(pressure of contacts). What cash held back is not made up for: it is paid at the pace of later
days. Nobody, the customer included, knows in which mind it is about an unpaid invoice; the masses of the three tell how
likely each is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import Calendar
from .customers import Customers
from .invoices import Invoices
from .liquidity import Cash, Weather
from .settings import WRITE_OFF, Settings

REMEMBERED, FORGOTTEN, CONTESTED = 0, 1, 2
MINDS = 3

DISPUTE_SCALE = 8.0
"""Days by which a dispute widens the distribution."""

DISPUTE_WINDOW = 20
"""Days after issue within which an invoice can become disputed."""

FORGOTTEN_SCALE = 6.0
"""Days by which being forgotten widens the distribution."""

STRAIN_DAYS = 20.0
"""A delay of so many days for want of cash makes the late side of the distribution e times as wide."""

LARGEST_DELAY, MOST_NEVER = 90.0, 0.4
"""Limits of the usual delay in days, and of the chance that an invoice is never paid."""

GUMBEL_EDGE, LOGISTIC_EDGE = 3.7, 37.0
"""So many scales before its centre a distribution is still 0, to the last bit of double precision."""

SEASON_DAYS, SEASON_MOVES = 5.0, 0.35
"""Hard world: the swing of the usual delay over a year, and how far a year later the season begins (in years)."""


@dataclass(frozen=True)
class Plans:
    """What the law needs to know of n invoices.

    Attributes
    ----------
    issued, due : days since 1970-01-01, (n,).
    centre, slope : of the planned day in days late, per mind, (MINDS, n); slope is 1 / scale.
    late_slope : factor on the slope on the late side, (n,).
    forgets, never : chance to be forgotten; never to be paid, (n,).
    disputed : chance per day, in the days after issue, that it becomes disputed, (n,).
    rule : pay-day rule, (n,).
    held : what shared state s and own shortage o leave of the daily chance, (S, 2, n).
    begins, ends, dies : of the chain of own shortages, per week, (n,).
    logistic : whether the distribution is logistic instead of Gumbel's.
    """

    issued: np.ndarray
    due: np.ndarray
    centre: np.ndarray
    slope: np.ndarray
    late_slope: np.ndarray
    forgets: np.ndarray
    never: np.ndarray
    disputed: np.ndarray
    rule: np.ndarray
    held: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    dies: np.ndarray
    logistic: bool

    def take(self, rows: np.ndarray) -> Plans:
        """The plans of some invoices."""
        arrays = {k: v.take(rows, axis=-1) for k, v in vars(self).items() if isinstance(v, np.ndarray)}
        return Plans(**arrays, logistic=self.logistic)

    def opens_on(self) -> np.ndarray:
        """A day, (n,), before which the chance that the planned day lies after it is 1 in every mind, to the last bit.

        Before it an invoice is not paid under any policy.
        """
        edge = LOGISTIC_EDGE if self.logistic else GUMBEL_EDGE
        return self.due + np.floor((self.centre - edge / self.slope).min(axis=0)).astype(np.int64) - 1

    def survivors(self, days_late: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """S_c: the chance that the planned day lies after a day, (MINDS, n), of all invoices or of some."""
        centre, slope, late_slope = self.centre, self.slope, self.late_slope
        if rows is not None:
            centre, slope, late_slope = (v.take(rows, axis=-1) for v in (centre, slope, late_slope))
        z = days_late + 0.5 - centre
        z *= slope
        # The factor is 1 at most: it draws what is above zero down, and would lift what is below.
        np.minimum(z, z * late_slope, out=z)
        if self.logistic:
            return 1.0 / (1.0 + np.exp(np.minimum(z, 600.0)))
        np.negative(z, out=z)
        np.exp(np.minimum(z, 30.0, out=z), out=z)
        np.negative(z, out=z)
        np.expm1(z, out=z)
        return np.negative(z, out=z)

    def start(self) -> np.ndarray:
        """The masses of the minds on the day of issue, (MINDS, n); what lacks to 1 is never paid."""
        pays = 1.0 - self.never
        return np.stack([pays * (1 - self.forgets), pays * self.forgets, np.zeros_like(pays)])


def make_plans(
    invoices: Invoices, customers: Customers, cash: Cash, weather: Weather, settings: Settings, calendar: Calendar
) -> Plans:
    """The plan of every invoice, as its day of issue makes it."""
    who = invoices.customer
    kind = customers.type[who]
    of = {name: settings.of_types(name)[kind] for name in _NEEDED}
    level = cash.level[who, calendar.week(invoices.issued)]
    short_of_cash = -of["liquidity_days"] * settings.cash * level
    usual = customers.lateness[who] + short_of_cash + of["amount_days"] * invoices.relative
    if settings.hard:
        year = (invoices.issued - calendar.first) / 365.25
        usual = usual + SEASON_DAYS * np.sin(2 * np.pi * (year - SEASON_MOVES * np.floor(year)))
    usual = np.minimum(usual, LARGEST_DELAY)
    scale = customers.scale[who]
    tight = settings.of_types("tight")[kind] ** weather.severity[:, None]
    disputed = np.minimum(of["disputes"] * settings.disputing, 0.9)
    return Plans(
        issued=invoices.issued,
        due=invoices.due,
        centre=np.stack([usual, usual + of["forgotten_days"], usual + settings.dispute_days]),
        slope=1.0 / np.stack([scale, scale + FORGOTTEN_SCALE, scale + DISPUTE_SCALE]),
        late_slope=np.exp(-np.maximum(short_of_cash, 0.0) / STRAIN_DAYS),
        forgets=np.minimum(customers.forgets[who] * np.exp(-0.3 * invoices.relative), 0.9),
        never=np.minimum(of["never"] * settings.losing * np.exp(-level), MOST_NEVER),
        disputed=1.0 - (1.0 - disputed) ** (1.0 / DISPUTE_WINDOW),
        rule=customers.rule[who],
        held=np.stack([tight, tight * of["squeeze"]], axis=1),
        begins=of["squeezed"],
        ends=of["relieved"],
        dies=np.minimum(of["defaults"] * settings.losing, 1.0),
        logistic=settings.hard,
    )


_NEEDED = (
    "liquidity_days", "amount_days", "forgotten_days", "disputes", "never",
    "squeeze", "squeezed", "relieved", "defaults",
)  # fmt: skip


def chances(
    plans: Plans,
    day: int | np.ndarray,
    last: np.ndarray,
    strength: np.ndarray | float,
    share: np.ndarray,
    rows: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The chance to pay on a day, before cash holds it back.

    Parameters
    ----------
    day : days since 1970-01-01, one or one per invoice.
    last : L of the law, (MINDS, n); 1 on the day of issue.
    strength : e of the law, (n,), or 1.
    share : of the pay-day rules on the day, (n,), see :meth:`.calendar.Calendar.share`.
    rows : the n invoices; None = all of the plans.

    Returns
    -------
    chance : per mind, (MINDS, n); 0 past the write-off. after : L of the next day, (MINDS, n).
    """
    days_late = day - (plans.due if rows is None else plans.due.take(rows))
    left = plans.survivors(days_late, rows)
    if last.min(initial=1.0) > 0:
        left /= last
    else:
        # Where the plan is certain to lie behind, all that is left to pay is meant to be paid.
        left = np.divide(left, last, out=np.zeros_like(left), where=last > 0)
    np.minimum(left, 1.0, out=left)
    pressed = not np.isscalar(strength)
    if pressed:
        left **= strength
    chance = np.subtract(1.0, left, out=left)
    chance *= share if days_late.max(initial=0) <= WRITE_OFF else np.where(days_late <= WRITE_OFF, share, 0.0)
    kept = 1.0 - chance
    if pressed:
        kept **= 1.0 / strength
    kept *= last
    return chance, kept
