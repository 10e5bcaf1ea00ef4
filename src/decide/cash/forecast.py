"""The cash that will come: the open book, and beside it what will be billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ... import __version__
from ...errors import PaybenchError
from ...ledger import Ledger, as_of, data_hash, day
from ...models.learn.bundle import Bundle
from ...progress import say
from ...score import check_fits
from ...score.book import nothing_known
from .bands import LEVELS, Bands
from .billing import YEAR, new_billing
from .items import WEEK, WEEKS, OpenItems
from .learned import Learned, learn
from .past import look_back
from .paths import PATHS, Paths, draw, futures
from .periods import Period, periods
from .said import said_of
from .scenarios import Scenario

Floats = NDArray[np.float64]

OPEN, BILLING, TOTAL = "open book", "new billing", "total"
LINES = (OPEN, BILLING, TOTAL)
"""Lines of a forecast; the total is their sum, future by future."""
COLUMNS = ["currency", "line", "period", "start", "end", "expected", *LEVELS]
"""Of :meth:`Forecast.table`."""


@dataclass(frozen=True)
class Forecast:
    """What will come from a day on.

    Attributes
    ----------
    book : its name. items : the open invoices.
    paid_in : (n, weeks) share of futures in which each is paid in each week.
    lines : futures by line (:data:`LINES`). learned : what past weeks taught.
    about : what a reader may want to trace: as_of, model, data_hash, seed, paths, scenario. JSON.
    """

    book: str
    items: OpenItems
    paid_in: Floats
    lines: dict[str, Paths]
    learned: Learned
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> pd.Timestamp:
        """as_of."""
        return self.items.at

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies, the one with the most open invoices first."""
        return self.lines[OPEN].currencies

    def table(self, by: Sequence[str] = ("day", "week", "month", "quarter")) -> pd.DataFrame:
        """One row per currency, line and period.

        Returns
        -------
        DataFrame: currency, line, period (day, week, month, quarter), start, end (its last day), expected, and the
        quantiles of :data:`~.bands.LEVELS` (low_95 .. median .. high_95), in currency units. Expected amounts of days
        add up to those of weeks, months and quarters.
        """
        spans = [p for p in periods(self.at, self.items.days) if p.by in by]
        parts = [
            self._row(currency, line, period) for currency in self.currencies for line in LINES for period in spans
        ]
        return pd.DataFrame(parts, columns=COLUMNS)

    def _row(self, currency: str, line: str, period: Period) -> tuple[Any, ...]:
        place = self.currencies.index(currency)
        owed, billed = (period.of(self.lines[part].cash[place]) for part in (OPEN, BILLING))
        expected, spread = told(line, owed, billed, self.learned.bands, period.by)
        quantiles = Bands().quantiles(spread, period.by)
        return currency, line, period.by, period.begins(self.at), period.ends(self.at), expected, *quantiles.values()


def told(line: str, owed: Floats, billed: Floats, bands: Bands, by: str) -> tuple[float, Floats]:
    """What a line expects, and its totals in the futures, those of the open book moved as its bands are.

    Parameters
    ----------
    owed, billed : (paths,) totals of the open book and of new billing. by : length of the period.
    """
    if line == BILLING:
        return float(billed.mean()), billed
    moved = bands.moved(owed, by)
    if line == OPEN:
        return float(owed.mean()), moved
    return float((owed + billed).mean()), moved + billed


def forecast(
    ledger: Ledger,
    date: object,
    bundles: Sequence[Bundle],
    scenario: Scenario | None = None,
    paths: int = PATHS,
    weeks: int = WEEKS,
    seed: int = 0,
    learned: Learned | None = None,
    show: bool = False,
) -> Forecast:
    """Forecast the cash of a book.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    bundles : the one that speaks, first; then others, trained on less, that spoke or would have spoken at earlier days:
        what came of that teaches pace and bands. scenario : what if; by default nothing.
    paths : futures to draw. weeks : to look ahead. seed : of the draw: the same inputs give the same forecast.
    learned : what past weeks taught, where it is at hand. show : progress.

    Raises
    ------
    PaybenchError
        If a bundle does not fit the ledger or the date, nothing was known then, or the scenario names who is not there.
    """
    for name, value, least in (("paths", paths, 2), ("weeks", weeks, 1), ("the number of bundles", len(bundles), 1)):
        if value < least:
            raise PaybenchError(f"A forecast cannot be made where {name} is {value}; give {least} or more.")
    at, speaks = day(date), bundles[0]
    cut = as_of(ledger, at)
    if cut.invoices.empty:
        raise nothing_known(at)
    for bundle in bundles:
        check_fits(bundle, ledger, at)
    if learned is None:
        learned = learn(look_back(ledger, at, bundles, show), seed, show)
    what_if = scenario or Scenario()
    say("forecasting", show)
    items = what_if.on_items(said_of(cut, at, speaks, WEEK * weeks))
    billed_lately = cut.invoices.loc[cut.invoices["issued_on"] >= at - pd.Timedelta(weeks=YEAR), "currency"]
    names = items.currencies + tuple(sorted(set(billed_lately) - set(items.currencies)))
    common = futures(learned.pace, weeks, paths, seed)
    drawn, paid_in = draw(items, learned.pace, learned.together, common, learned.kept, seed, names, what_if.later)
    billed = new_billing(
        what_if.on_ledger(cut), at, names, len(common), WEEK * weeks, seed, what_if.terms + what_if.later
    )
    about = {
        "book": ledger.name,
        "as_of": f"{at:%Y-%m-%d}",
        "model": speaks.version,
        "data_hash": data_hash(cut),
        "paybench": __version__,
        "paths": len(common),
        "weeks": weeks,
        "seed": seed,
        "open": len(items),
        "scenario": what_if.said,
        "past_weeks": learned.origins,
        "together": round(learned.together, 4),
        "kept": round(learned.kept, 4),
        "level": round(float(learned.pace.level.sum()), 4),
        "swing": learned.pace.swing,
    }
    return Forecast(ledger.name, items, paid_in, {OPEN: drawn, BILLING: billed, TOTAL: drawn + billed}, learned, about)
