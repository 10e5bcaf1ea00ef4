"""Many possible futures of the open book: in each, every invoice is paid on one day, or not within sight.

One set of futures gives days, weeks, months and quarters, so that they add up; a portfolio factor moves all invoices of
a week together, a customer factor all invoices of one customer, and the rest is an invoice's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr, ndtri

from .items import WEEK, OpenItems
from .pace import AGES, Hazards, Pace

Floats = NDArray[np.float64]

PATHS = 1000
"""Futures by default: the 2.5 % quantile then rests on 25 of them."""
FAR = 35
"""Days overdue from which a model knows little: it learned the far end from few and old invoices."""
UNSURE = 0.4
"""How unsure it is, as the standard deviation over futures of the factor on its hazards; margins stay as they are."""
_HIGHEST = 30.0  # a hazard that leaves nothing
_NEVER = 0.03  # correlation of what is never paid: where that is 3 %, 2 % or 4.5 % are as likely


@dataclass(frozen=True)
class Paths:
    """Futures.

    Attributes
    ----------
    at : as_of. currencies : names. cash : (currencies, paths, days) what comes on each day from as_of on, in currency
        units.
    """

    at: pd.Timestamp
    currencies: tuple[str, ...]
    cash: Floats

    @property
    def expected(self) -> Floats:
        """(currencies, days) the mean over the futures."""
        mean: Floats = self.cash.mean(axis=1)
        return mean

    def __add__(self, other: Paths) -> Paths:
        """Both together, future by future."""
        return Paths(self.at, self.currencies, self.cash + other.cash)


def futures(pace: Pace, weeks: int, count: int = PATHS, seed: int = 0) -> Floats:
    """(count, weeks) logarithms of the weeks' common factors of so many futures.

    ``count`` is even: each second future mirrors the one before, so that means vary less.
    """
    normal = np.random.default_rng([seed, 0]).standard_normal((count // 2, weeks + 2))
    return pace.weeks(weeks, _mirrored(normal))


def draw(
    items: OpenItems,
    pace: Pace,
    correlation: float,
    common: Floats,
    kept: float = 1.0,
    seed: int = 0,
    currencies: tuple[str, ...] | None = None,
    later: int = 0,
) -> tuple[Paths, Floats]:
    """Draw futures of open items.

    Parameters
    ----------
    items : with distributions that reach whole weeks. pace : what multiplies their hazards.
    correlation : of one customer's invoices. common : (paths, weeks) of :func:`futures`.
    kept : the share of what is settled that comes as money. seed : of the draw.
    currencies : names, in their order; by default those of the items.
    later : days by which everything is paid later than drawn.

    Returns
    -------
    The futures, and (n, weeks) the share of futures in which each invoice is paid in each week.
    """
    rng, hazards = np.random.default_rng([seed, 1]), Hazards.of(items)
    factor, customer, names = pace.of(hazards), items.customer, currencies or items.currencies
    day_sum, weeks = np.cumsum(hazards.by_day, axis=2), hazards.weeks
    near, far = (part * factor for part in _parted(hazards.by_week, hazards.age))
    place = np.array([names.index(c) for c in items.currency.tolist()], dtype=np.int64) * items.days
    amount, n, customers = items.amount * kept, len(items), int(customer.max(initial=-1)) + 1
    faster, paths = np.exp(common[:, :weeks]), len(common)
    unsure = _mirrored(np.random.default_rng([seed, 3]).standard_normal((-(-paths // 2), 2)))
    pull = gammaincinv(1 / UNSURE**2, ndtr(unsure[:, 0])) * UNSURE**2
    latent_never = ndtri(1.0 - hazards.ever)
    cash, paid_in = np.zeros((len(names), paths, items.days)), np.zeros((n, weeks))
    own, shared = np.sqrt(1 - correlation), np.sqrt(correlation)
    latent = np.zeros(n)
    for path in range(paths):
        if path % 2 == 0:
            latent = shared * rng.standard_normal(customers)[customer] + own * rng.standard_normal(n)
        # The exposure at which each is paid, if ever; each second future has the mirrored latent times.
        never = ndtr((latent_never + np.sqrt(_NEVER) * unsure[path, 1]) / np.sqrt(1 - _NEVER))
        rank = np.minimum(ndtr(-latent if path % 2 else latent) / np.maximum(1.0 - never, 1e-12), 1.0)
        need = -np.log1p(-rank, out=np.full(n, -np.inf), where=rank < 1.0)
        week_sum = (near + pull[path] * far) * faster[path]
        reached = np.cumsum(week_sum, axis=1)
        week = (reached < need[:, None]).sum(axis=1)
        paid = np.flatnonzero(week < weeks)
        at = week[paid]
        before = np.where(at > 0, reached[paid, np.maximum(at - 1, 0)], 0.0)
        part = (need[paid] - before) / np.maximum(week_sum[paid, at], 1e-300) * day_sum[paid, at, -1]
        days = at * WEEK + np.minimum((day_sum[paid, at] < part[:, None]).sum(axis=1), WEEK - 1) + later
        sight = days < items.days
        paid, days = paid[sight], days[sight]
        flat = np.bincount(place[paid] + days, amount[paid], minlength=len(names) * items.days)
        cash[:, path] = flat.reshape(len(names), items.days)
        paid_in[paid, days // WEEK] += 1
    return Paths(items.at, names, cash), paid_in / max(paths, 1)


def _parted(by_week: Floats, age: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Hazards before :data:`FAR`, and from there on, to be multiplied by a gamma variable of mean 1.

    The latter are raised so that the mean over the variable leaves P(unpaid) as it is (Vaupel, Manton and Stallard
    1979: with variance v, P(unpaid) is (1 + v H) ** (-1 / v)).
    """
    is_far = age > np.searchsorted(AGES, FAR)
    far = np.minimum(np.cumsum(np.where(is_far, by_week, 0.0), axis=1), _HIGHEST)
    raised = np.expm1(UNSURE**2 * far) / UNSURE**2
    return np.where(is_far, 0.0, by_week), np.diff(raised, axis=1, prepend=0.0)


def _mirrored(normal: Floats) -> Floats:
    """(2 k, m) rows and, behind each, its mirror image."""
    return np.stack([normal, -normal], axis=1).reshape(-1, normal.shape[1])
