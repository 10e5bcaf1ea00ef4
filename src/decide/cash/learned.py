"""What past weeks teach a forecast: pace, what goes together, what comes as money, and how wide bands have to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...progress import track
from .bands import Bands, Place, learn_bands, placed
from .items import WEEK
from .pace import RECENT, Hazards, Pace, learn_pace
from .past import ORIGINS, Origin, Outcome
from .paths import draw, futures
from .together import USUAL, learn_together

Floats = NDArray[np.float64]

REPLAYED, FEWEST = 26, 4
"""Past weeks' days whose forecasts are drawn again; origins before a day without which that is not done."""
REPLAY_PATHS = 200
"""Futures of each of them."""


@dataclass(frozen=True)
class Learned:
    """All of it.

    Attributes
    ----------
    pace : of payment. together : correlation of one customer's invoices. kept : share of what is settled that comes as
        money, not as credit. bands : how levels move. places : of past outcomes, from which the bands were learned.
    origins : past weeks' days that were looked at.
    """

    pace: Pace = field(default_factory=Pace)
    together: float = USUAL
    kept: float = 1.0
    bands: Bands = field(default_factory=Bands)
    places: tuple[Place, ...] = ()
    origins: int = 0

    @property
    def history(self) -> pd.DataFrame:
        """What forecasts of past weeks' days said, made from what was known then, and what came.

        Returns
        -------
        DataFrame: origin, currency, step (of :data:`~.periods.STEPS`), below and upto (shares of the futures drawn
        then below what came, and at most it), expected, low_80, high_80, came (currency units).
        """
        return pd.DataFrame(self.places, columns=[f.name for f in fields(Place)])


def learn(past: Sequence[Origin], seed: int = 0, show: bool = False) -> Learned:
    """Learn from past weeks' days.

    Parameters
    ----------
    past : the earliest first, with outcomes as known now. seed : of the replayed futures. show : progress.
    """
    kept = money_share(past)
    replayed = range(max(FEWEST, len(past) - REPLAYED), len(past))
    places: list[Place] = []
    for k in track(replayed, "replaying", show):
        places += replay(past, k, seed)
    return concluded(past, kept, places)


def concluded(past: Sequence[Origin], kept: float, places: Sequence[Place]) -> Learned:
    """What is learned, once the places of past outcomes are known."""
    past = past[-ORIGINS:]
    hazards = [Hazards.of(one.items) for one in past]
    pace = learn_pace(past, hazards)
    together = learn_together(past[-RECENT::2], hazards[-RECENT::2], pace)  # neighbours hold the same invoices
    return Learned(pace, together, kept, learn_bands(places), tuple(places), len(past))


def replay(past: Sequence[Origin], k: int, seed: int) -> list[Place]:
    """Where what came fell in the forecast of a past week's day, made from what was known then."""
    one = past[k]
    if not len(one.items) or not one.outcome.weeks:
        return []
    before = [known_at(earlier, one.items.at) for earlier in past[max(0, k - ORIGINS) : k]]
    then = concluded(before, money_share(before), ())
    common = futures(then.pace, one.items.days // WEEK, REPLAY_PATHS, seed + k)
    drawn, _ = draw(one.items, then.pace, then.together, common, then.kept, seed + k)
    return placed(drawn, by_currency(one), one.outcome.weeks)


def known_at(one: Origin, at: pd.Timestamp) -> Origin:
    """An origin with what had come of it by a day before its outcome's."""
    weeks = min((at - one.items.at).days // WEEK, one.outcome.weeks)
    after = np.where(one.outcome.after < WEEK * weeks, one.outcome.after, np.inf)
    cash = one.outcome.cash.copy()
    cash[:, WEEK * weeks :] = 0.0
    return Origin(one.items, Outcome(weeks, after, cash))


def by_currency(one: Origin) -> dict[str, Floats]:
    """(days,) what came, by currency."""
    return {c: one.outcome.cash[one.items.currency == c].sum(axis=0) for c in one.items.currencies}


def money_share(past: Sequence[Origin]) -> float:
    """The share of what was open and then settled that came as money; the rest was credited.

    Of several currencies it is the mean, weighted by the number of invoices.
    """
    seen: dict[str, list[float]] = {}
    for one in past[-RECENT:]:
        done = one.outcome.after < WEEK * one.outcome.weeks
        for currency in one.items.currencies:
            mine = done & (one.items.currency == currency)
            sums = seen.setdefault(currency, [0.0, 0.0, 0.0])
            for k, value in enumerate((one.outcome.cash[mine].sum(), one.items.amount[mine].sum(), mine.sum())):
                sums[k] += float(value)
    came, owed, count = np.array([*seen.values()]).reshape(-1, 3).T
    told = owed > 0
    if not told.any():
        return 1.0
    return float(np.clip((came[told] / owed[told]) @ count[told] / count[told].sum(), 0.5, 1.0))
