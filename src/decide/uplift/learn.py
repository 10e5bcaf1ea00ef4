"""What a book's own log teaches about contacts: the effects, or the reason why there are none to be had yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger, day, known
from ..dunning.policy import Money
from .judging import Judged, judge
from .known import decision_features
from .learners import DRLearner, MeanEffect
from .logged import decisions, outcome, shares
from .sample import NOTHING, Sample
from .shrink import SURE
from .table import effect_table
from .value import Valued, expected_value

Floats = NDArray[np.float64]

HORIZON = 21
"""Days unpaid that count. A contact wears off within weeks: in the simulator three weeks hold four fifths of the days
that 60 hold, and less than a half of what is chance, so that a third of the decisions tells as much."""

LOSS_DAYS = 60
"""Days after which an invoice that is still unpaid may be lost."""

LEAST, LEAST_CUSTOMERS = 100, 50
"""Decisions of an action, and of nothing, and customers, from which on something is learned."""

VERY_SURE = 3.29
"""Standard errors from which on a change of losses is believed: an amount is a hundred times what its interest is."""

WORTH = 0.25
"""Days: contacts of which it is sure (give or take twice as much) that they save less are known to do nothing."""


@dataclass(frozen=True)
class Uplift:
    """What is known of contacts at a day.

    Attributes
    ----------
    date : as_of of what was known. horizon : days of days saved. learner : of days unpaid; None if it declined.
    averages : by action: decisions, effect, low, high (days unpaid, 95 %), believed, settled (believed change of the
        chance to be settled after :data:`LOSS_DAYS` days).
    lost_share : of what is unpaid then, how much is written off in the end.
    decisions : that are mature and could be used. customers : they are about.
    judged : whether differences hold for others. by_group : of :func:`.table.effect_table`, in days unpaid.
    declined : why nothing was learned; empty = something was.
    """

    date: pd.Timestamp
    horizon: int
    learner: DRLearner | None
    averages: pd.DataFrame
    lost_share: float = 0.0
    decisions: int = 0
    customers: int = 0
    judged: Judged | None = None
    by_group: pd.DataFrame | None = field(default=None, repr=False)
    declined: str = ""

    def days_saved(self, X: pd.DataFrame, actions: tuple[str, ...]) -> Floats:
        """(n, k) days by which payment comes earlier; NaN for actions of which nothing is known.

        Parameters
        ----------
        X : of :func:`.known.decision_features`.
        """
        return self._spread(None if self.learner is None else -self.learner.effect(X), len(X), actions)

    def valued(self, ledger: Ledger, rows: pd.DataFrame, actions: tuple[str, ...], money: Money) -> Valued:
        """Expected values of actions; NaN where nothing is known, so that :func:`.choose` takes the usual one.

        Parameters
        ----------
        ledger : the book. rows : invoice_id, customer_id, as_of, amount_open, currency.
        actions : k names "channel:tone", in any order. money : of the policy.
        """
        n = len(rows)
        if self.learner is None or not n:
            days = chance = np.full((n, len(actions)), np.nan)
        else:
            days = self.days_saved(decision_features(ledger, rows), actions)
            settled = self.averages["settled"].to_numpy(dtype=np.float64)
            chance = self._spread(np.tile(settled * self.lost_share, (n, 1)), n, actions)
        return expected_value(days, chance, rows["amount_open"], money, actions, rows["currency"])

    def _spread(self, values: Floats | None, n: int, actions: tuple[str, ...]) -> Floats:
        """Columns of the learner's actions as columns of these."""
        found = np.full((n, len(actions)), np.nan)
        if values is None or self.learner is None:
            return found
        for j, action in enumerate(actions):
            if action in self.learner.actions:
                found[:, j] = values[:, self.learner.actions.index(action)]
        return found

    def __str__(self) -> str:
        """In words and figures, 80 columns wide."""
        lines = [f"Effects of contacts, from {self.decisions:,} decisions about {self.customers:,} customers"]
        lines[0] += f" before {self.date:%Y-%m-%d}"
        if len(self.averages):
            head = f"{'action':<18}{'decisions':>10}{'days saved':>12}{'95 % interval':>20}{'believed':>10}"
            lines += ["", head]
            for name, count, effect, low, high, held in _rows(self.averages):
                lines.append(f"{name:<18}{int(count):>10,}" + _cells(effect, low, high, held))
        if self.declined:
            lines += ["", *_wrapped(self.declined)]
        elif self.judged is not None:
            lines += ["", *_wrapped(self.judged.sentence)]
        return "\n".join(lines)


def learn(
    ledger: Ledger,
    date: object,
    withheld: pd.DataFrame | None = None,
    *,
    horizon: int = HORIZON,
    groups: pd.Series | None = None,
    seed: int = 0,
    check: bool = True,
) -> Uplift:
    """Learn what contacts do from the randomised decisions of a book.

    Parameters
    ----------
    ledger : the whole book. date : nothing dated on it or later has an influence.
    withheld : decisions to send nothing, see :func:`.logged.decisions`.
    horizon : days after a decision over which days unpaid are counted.
    groups : kind of customer by customer_id, for a table of effects. check : whether to judge on unseen customers,
        which takes three more fits.

    Returns
    -------
    Uplift; it says why if it declines: too few decisions, or an effect that cannot be told from chance although it may
    well be worth something. Declining is no error: the policy's usual action is taken.
    """
    at = day(date)
    rows = decisions(ledger, withheld, at)
    # A propensity of 1 is no chance: such a decision has nothing to be compared with.
    rows = rows[(rows["propensity"] < 1).to_numpy()].reset_index(drop=True)
    came = outcome(ledger, rows, at, horizon)
    mature = came["mature"].to_numpy(dtype=bool)
    rows, came = rows[mature].reset_index(drop=True), came[mature].reset_index(drop=True)
    counts = rows["action"].value_counts()
    actions = tuple(sorted(a for a in counts.index if a != NOTHING and counts[a] >= LEAST))
    none, customers = int(counts.get(NOTHING, 0)), int(rows["customer_id"].nunique())
    empty = pd.DataFrame({"decisions": counts}).rename_axis("action").drop(index=NOTHING, errors="ignore").sort_index()
    empty = empty.assign(**dict.fromkeys(("effect", "low", "high", "believed", "settled"), np.nan))
    few = partial(Uplift, at, horizon, None, empty, 0.0, len(rows), customers, None, None)
    if not len(rows):
        return few(declined="No decision left to chance is old enough to learn from; let a share of them be (explore).")
    if none < LEAST or not actions or customers < LEAST_CUSTOMERS:
        most = max((int(counts[a]) for a in counts.index if a != NOTHING), default=0)
        return few(
            declined=f"Too little was left to chance: {none} decisions to send nothing and {most} of the commonest "
            f"contact, about {customers} customers; it takes {LEAST} of each and {LEAST_CUSTOMERS} customers. The "
            "usual action is taken."
        )
    book = known(ledger, at)
    X = decision_features(book, rows)
    sample = Sample.of(
        X, rows["action"], came["days_unpaid"], rows["propensity"], rows["customer_id"], shares(rows, actions), actions
    )
    learner = DRLearner(seed=seed).learn(sample)
    settled, lost_share = _losses(ledger, at, rows, X, actions, seed)
    averages = learner.averages_
    assert averages is not None
    table = pd.DataFrame(
        {
            "decisions": counts.reindex(list(actions)).to_numpy(),
            "effect": averages.found,
            "low": averages.low,
            "high": averages.high,
            "believed": averages.believed,
            "settled": settled,
        },
        index=pd.Index(actions, name="action"),
    )
    unsure = SURE * averages.common_error
    if not averages.believed.any() and (averages.common - unsure < -WORTH or unsure > 2 * WORTH):
        needed = len(rows) * (2.8 * averages.common_error / max(abs(averages.common), 0.5)) ** 2
        return Uplift(
            at, horizon, None, table, lost_share, len(rows), customers,
            declined=f"What contacts do cannot be told from chance yet: they save {-averages.common:.2f} days, give or "
            f"take {unsure:.2f}. It may take about {_round(needed):,} decisions. The usual "
            "action is taken.",
        )  # fmt: skip
    kinds = None if groups is None else rows["customer_id"].map(groups)
    return Uplift(
        at,
        horizon,
        learner,
        table,
        lost_share,
        len(rows),
        customers,
        judge(partial(DRLearner, seed=seed), sample, seed=seed) if check else None,
        None if kinds is None else effect_table(learner, X, kinds),
    )


def _losses(
    ledger: Ledger, at: pd.Timestamp, rows: pd.DataFrame, X: pd.DataFrame, actions: tuple[str, ...], seed: int
) -> tuple[Floats, float]:
    """(k,) believed change of the chance to be settled after LOSS_DAYS, and the share lost of what is not."""
    came = outcome(ledger, rows, at, LOSS_DAYS)
    old = came["mature"].to_numpy(dtype=bool)
    unpaid = came[old & (came["settled"] == 0).to_numpy()]
    # Some are written off later still; half a year is enough for most.
    aged = (rows.loc[unpaid.index, "as_of"] <= at - pd.Timedelta(days=180)).to_numpy()
    lost = float(unpaid["lost"][aged].mean()) if aged.any() else 0.0
    counts = rows["action"][old].value_counts()
    if min((int(counts.get(a, 0)) for a in (NOTHING, *actions)), default=0) < LEAST:
        return np.zeros(len(actions)), lost
    found = MeanEffect(seed=seed, sure=VERY_SURE).fit(
        X[old], rows["action"][old], came["settled"][old], rows["propensity"][old], rows["customer_id"][old],
        shares(rows[old], actions), actions,
    )  # fmt: skip
    assert found.averages_ is not None
    return found.averages_.believed, lost


def _rows(averages: pd.DataFrame) -> Iterator[tuple[str, float, float, float, float, float]]:
    numbers = averages[["decisions", "effect", "low", "high", "believed"]].to_numpy(dtype=np.float64)
    for name, (count, effect, low, high, held) in zip(averages.index, numbers.tolist(), strict=True):
        yield str(name), count, effect, low, high, held


def _cells(effect: float, low: float, high: float, held: float) -> str:
    """Days saved, their interval, and what of them is believed; nothing where nothing was estimated."""
    if np.isnan(effect):
        return ""
    between = f"{-high:.2f} to {-low:.2f}"
    return f"{-effect:>12.2f}{between:>20}{-held + 0.0:>10.2f}"


def _round(n: float) -> int:
    return int(np.ceil(n / 1000.0) * 1000)


def _wrapped(sentence: str) -> list[str]:
    from textwrap import wrap

    return wrap(sentence, 79)
