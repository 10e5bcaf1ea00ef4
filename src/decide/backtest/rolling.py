"""Rolling weekly origins of a ledger: what each forecast of the open book said, and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger, day
from ...models.learn.bundle import Bundle
from ...progress import track
from ..cash.bands import Bands, Place, placed
from ..cash.billing import new_billing
from ..cash.items import WEEK, OpenItems, open_items
from ..cash.learned import FEWEST, REPLAYED, Learned, by_currency, concluded, money_share
from ..cash.pace import Pace
from ..cash.past import ORIGINS, Known, Origin, speaking
from ..cash.past import STEPS as WEEKS_AHEAD
from ..cash.paths import Paths, draw, futures
from ..cash.periods import STEPS, Period
from ..cash.said import said_of
from .balances import Balances
from .baselines import BASELINES, NAIVE, dressed, seasonal_naive
from .scores import crps

Floats = NDArray[np.float64]

OURS, INDEPENDENT, CUSTOMER = "paybench", "paybench, invoices independent", "customer's own distribution"
EXACT, EXACT_BANDS, BILLING = "exactly known invoices (floor)", "exactly known invoices, our bands", "new billing"
RIVALS = (CUSTOMER, *BASELINES, NAIVE)
"""Forecasts that have to be beaten."""
COLUMNS = [
    "origin", "currency", "forecast", "horizon", "actual", "expected", "median", "low_50", "high_50", "low_80",
    "high_80", "low_95", "high_95", "crps",
]  # fmt: skip
"""Of :func:`backtest_cash`."""
PATHS = 300
"""Futures of each forecast."""
_DAYS = WEEK * WEEKS_AHEAD
Sums = dict[tuple[str, str, str], float]
"""What a baseline expects, by its name, currency and step."""
Row = tuple[object, ...]


@dataclass
class _Past:
    """What has been said so far: origins, futures, and baselines' sums by step."""

    items: list[OpenItems] = field(default_factory=list)
    drawn: dict[int, Paths] = field(default_factory=dict)
    places: dict[int, list[Place]] = field(default_factory=dict)
    plain: list[Sums] = field(default_factory=list)


def backtest_cash(
    ledger: Ledger,
    bundles: Sequence[Bundle],
    origins: Sequence[object],
    warm: int = 26,
    simple: Sequence[Bundle] = (),
    foreseen: Mapping[pd.Timestamp, OpenItems] | None = None,
    paths: int = PATHS,
    seed: int = 0,
    show: bool = False,
) -> pd.DataFrame:
    """Forecast at weekly origins from what was known then, and look at what came.

    Parameters
    ----------
    ledger : the whole book, which knows the outcomes. bundles : each speaks from its own as_of on, until the next.
    origins : days a week apart; the first ``warm`` of them only teach pace and bands.
    simple : Baselines, as ``bundles``; what they say of invoices that are independent of each other is a rival.
    foreseen : exactly known distributions by origin, where the ledger was simulated.
    paths : futures of each forecast. seed : of the draws. show : progress.

    Returns
    -------
    DataFrame, one row per origin, currency, forecast and step that is over by the ledger's end: :data:`COLUMNS`; bands
    and crps are those of the forecast's distribution; a baseline's comes from its own past errors (:func:`.dressed`).
    """
    dates, past, rows = [day(o) for o in origins], _Past(), list[Row]()
    end = max(ledger.payments["paid_on"].max(), ledger.invoices["issued_on"].max()) + pd.Timedelta(days=1)
    final = Known(ledger, end)
    for number, at in enumerate(track(dates, "origins", show)):
        known = Known(ledger, at)
        items = said_of(known.cut, at, speaking(bundles, at), _DAYS)
        told = [Origin(i, known.outcome(i)) for i in past.items[-ORIGINS:]]
        learned = _learned(told, past)
        common = futures(learned.pace, WEEKS_AHEAD, paths, seed + number)
        drawn, _ = draw(items, learned.pace, learned.together, common, learned.kept, seed + number)
        plain = _plain(Balances(known.cut, at), items)
        if number >= warm and len(items):
            one = Origin(items, final.outcome(items))
            spoken = {OURS: (drawn, learned.bands)}
            spoken[INDEPENDENT] = _apart(items, learned, paths, seed + number), Bands()
            if simple:
                theirs = open_items(known.cut, at, speaking(simple, at), _DAYS)
                spoken[CUSTOMER] = (_apart(theirs, Learned(kept=learned.kept), paths, seed + number), Bands())
            if foreseen is not None:
                spoken |= _exact(foreseen[at], learned, paths, seed + number)
            actual, weeks = by_currency(one), one.outcome.weeks
            rows += _rows(at, spoken, actual, weeks)
            rows += _plain_rows(at, plain, past.plain[-len(told) :] if told else [], told, actual, weeks)
            billed = new_billing(known.cut, at, items.currencies, paths, _DAYS, seed + number)
            rows += _rows(at, {BILLING: (billed, Bands())}, _of_billing(final.cut, at, items.currencies), weeks)
        past.items.append(items)
        past.drawn[number] = drawn
        past.drawn.pop(number - REPLAYED, None)
        past.plain.append(plain)
    return pd.DataFrame(rows, columns=COLUMNS)


def _learned(told: list[Origin], past: _Past) -> Learned:
    first = len(past.items) - len(told)
    for number, drawn in past.drawn.items():
        one, weeks = told[number - first], len(past.items) - number
        if weeks <= WEEKS_AHEAD:  # a week later only what ended in it is new
            past.places.setdefault(number, []).extend(placed(drawn, by_currency(one), weeks, weeks - 1))
    recent = [place for number in past.drawn if number >= FEWEST for place in past.places[number]]
    return concluded(told, money_share(told), recent)


def _apart(items: OpenItems, learned: Learned, paths: int, seed: int) -> Paths:
    """Futures in which invoices have nothing in common but what is expected."""
    level = np.full((paths, WEEKS_AHEAD), learned.pace.level.sum())
    return draw(items, learned.pace, 0.0, level, learned.kept, seed)[0]


def _exact(items: OpenItems, learned: Learned, paths: int, seed: int) -> dict[str, tuple[Paths, Bands]]:
    """The floor, a point, and our bands around it: what weeks have in common, without a bias of the model."""
    swing, memory = learned.pace.swing, learned.pace.memory
    pace = Pace(level=np.zeros(2), spread=np.diag([0.0, swing**2 * (1 - memory**2)]), memory=memory, swing=swing)
    drawn, _ = draw(items, pace, learned.together, futures(pace, WEEKS_AHEAD, paths, seed), 1.0, seed)
    mean = [(items.amount * (items.currency == c)) @ items.on_day for c in drawn.currencies]
    point = Paths(items.at, drawn.currencies, np.stack(mean)[:, None, :])
    return {EXACT: (point, Bands()), EXACT_BANDS: (drawn, Bands())}


def _rows(at: pd.Timestamp, spoken: dict[str, tuple[Paths, Bands]], actual: dict[str, Floats], weeks: int) -> list[Row]:
    rows: list[Row] = []
    for name, (drawn, bands) in spoken.items():
        for currency, cash in zip(drawn.currencies, drawn.cash, strict=True):
            for step, period in _over(weeks).items():
                came = float(period.of(actual[currency]))
                rows.append((at, currency, name, step, came, *_told(period.of(cash), came, bands, period.by)))
    return rows


def _over(weeks: int) -> dict[str, Period]:
    """Steps that are over after so many weeks."""
    return {step: period for step, period in STEPS.items() if period.stop <= WEEK * weeks}


def _told(totals: Floats, came: float, bands: Bands, by: str) -> tuple[float, ...]:
    """What a distribution says, moved as its bands are, and its score."""
    expected, totals = float(totals.mean()), bands.moved(totals, by)
    q = Bands().quantiles(totals, by)
    spread = tuple(float(q[f"{side}_{c}"]) for c in (50, 80, 95) for side in ("low", "high"))
    return expected, float(q["median"]), *spread, float(crps(totals, came))


def _plain(balances: Balances, items: OpenItems) -> Sums:
    """What the baselines expect in each step."""
    sums: Sums = {}
    for name, baseline in BASELINES.items():
        for currency, days in zip(items.currencies, baseline(balances, items), strict=True):
            sums |= {(name, currency, step): float(period.of(days)) for step, period in STEPS.items()}
    series = seasonal_naive(balances.came(ORIGINS, WEEKS_AHEAD))
    for currency in items.currencies:
        weekly = series[balances.currencies.index(currency)]
        sums |= {
            (NAIVE, currency, step): float(weekly[period.first // WEEK : period.stop // WEEK].sum())
            for step, period in STEPS.items()
        }
    return sums


def _plain_rows(
    at: pd.Timestamp, plain: Sums, before: list[Sums], told: list[Origin], actual: dict[str, Floats], weeks: int
) -> list[Row]:
    """The baselines, each with its own past errors around it."""
    rows: list[Row] = []
    steps = _over(weeks)
    for (name, currency, step), expected in plain.items():
        if step not in steps or not np.isfinite(expected):
            continue
        said = np.array([sums.get((name, currency, step), np.nan) for sums in before])
        then = np.array([_came(one, currency, STEPS[step]) for one in told])
        came = float(STEPS[step].of(actual[currency]))
        rows.append((at, currency, name, step, came, *_told(dressed(expected, said, then), came, Bands(), "week")))
    return rows


def _came(one: Origin, currency: str, period: Period) -> float:
    """What came in a step of a past origin; NaN where it is not over."""
    if period.stop > WEEK * one.outcome.weeks:
        return np.nan
    return float(period.of(one.outcome.cash[one.items.currency == currency]).sum())


def _of_billing(final: Ledger, at: pd.Timestamp, names: tuple[str, ...]) -> dict[str, Floats]:
    """(days,) payments on what was issued from ``at`` on, by currency."""
    later = final.invoices.loc[(final.invoices["issued_on"] >= at).to_numpy(), "invoice_id"]
    paid = final.payments[(final.payments["kind"] == "payment").to_numpy()]
    paid = paid[paid["invoice_id"].isin(later).to_numpy()]
    days, amount = (paid["paid_on"] - at).dt.days.to_numpy(), paid["amount"].to_numpy(dtype=np.float64)
    mine = {name: (paid["currency"] == name).to_numpy() & (days >= 0) & (days < _DAYS) for name in names}
    return {
        name: np.bincount(days[some], amount[some], minlength=_DAYS).astype(np.float64) for name, some in mine.items()
    }
