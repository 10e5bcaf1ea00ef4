"""The same worlds under each arm: what a policy is worth against a fixed ladder, and against knowing everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files

import numpy as np
import pandas as pd

from ..decide.dunning import Policy
from ..ledger import Ledger
from ..ledger.schema import NO_DAY, days
from ..progress import track
from ..simulate import Settings, simulate
from .arms import Arm, Audit, Experiment, FixedLadder, RiskRanked, Valuing
from .learned import Learned, learn
from .outcomes import Outcome, outcome

NOBODY, LADDER, RISK, AVERAGE, UPLIFT, ORACLE = (
    "nobody contacted", "fixed ladder", "risk-ranked", "average effects", "uplift", "oracle",
)  # fmt: skip
ARMS = (NOBODY, LADDER, RISK, AVERAGE, UPLIFT, ORACLE)
MONTHS = 12
EXPERIMENT_SEED = 10_000
"""Worlds of the experiment have seeds from here on: no arm is judged in a world from which effects were learned."""


def policies() -> tuple[Policy, Policy]:
    """The fixed ladder, and the policy of those who choose; caps, pauses and costs are the same."""
    folder = files(__package__ or "paybench.worth")
    return tuple(Policy.of(folder.joinpath(n).read_text(encoding="utf-8"), n) for n in ("ladder.yaml", "choice.yaml"))  # type: ignore[return-value]


@dataclass(frozen=True)
class Case:
    """One set of assumptions.

    Attributes
    ----------
    mode : easy or hard. effect : factor on what contacts do. caution : on how careful promises are.
    capital : cost of capital per year. call : cost of one call.
    """

    mode: str = "easy"
    effect: float = 1.0
    caution: float = 1.0
    capital: float = 0.08
    call: float = 6.0

    @property
    def settings(self) -> Settings:
        """Of the world; one currency, as costs are added."""
        base = Settings.mode(self.mode)
        return replace(base, effects=base.effects.times(self.effect), caution=self.caution, at_home=0.0)

    def priced(self, policy: Policy) -> Policy:
        """A policy with this case's costs."""
        money = policy.money
        costs = {**money.contact_cost, "phone": self.call}
        return replace(policy, money=replace(money, cost_of_capital=self.capital, contact_cost=costs))


@dataclass(frozen=True)
class Contest:
    """What came of every arm.

    Attributes
    ----------
    case : the assumptions. outcomes : by arm, one per world. learned : what the experiment taught.
    """

    case: Case
    outcomes: dict[str, list[Outcome]] = field(repr=False)
    learned: Learned = field(repr=False)

    def table(self) -> pd.DataFrame:
        """Means over the worlds, a row per arm (columns of :class:`.outcomes.Outcome`, and cost)."""
        names = [f for f in Outcome.__dataclass_fields__ if f != "curve"]
        rows = {
            arm: {n: float(np.mean([getattr(o, n) for o in found])) for n in (*names, "cost", "without_loss")}
            for arm, found in self.outcomes.items()
        }
        return pd.DataFrame(rows).T

    def closed(self, arm: str = UPLIFT, what: str = "cost") -> float:
        """Part of the gap in cost between the fixed ladder and the oracle that an arm closes, over all worlds."""
        ladder, own, oracle = (sum(getattr(o, what) for o in self.outcomes[name]) for name in (LADDER, arm, ORACLE))
        return (ladder - own) / (ladder - oracle) if ladder != oracle else float("nan")

    def interval(self, arm: str = UPLIFT, what: str = "cost", draws: int = 2000, seed: int = 0) -> tuple[float, float]:
        """95 % interval of :meth:`closed`: worlds drawn again."""
        values = np.array([[getattr(o, what) for o in self.outcomes[n]] for n in (LADDER, arm, ORACLE)])
        pick = np.random.default_rng(seed).integers(0, values.shape[1], (draws, values.shape[1]))
        ladder, own, oracle = values[:, pick].sum(axis=2)
        low, high = np.quantile((ladder - own) / (ladder - oracle), [0.025, 0.975])
        return float(low), float(high)


def experiment(case: Case, customers: int, worlds: int, share: float = 1.0, months: int = MONTHS) -> pd.DataFrame:
    """The log of a year in which chance chose; see :func:`.learned.learn`."""
    _, choice = policies()
    parts = []
    for k in range(worlds):
        arm = Experiment(case.priced(choice), share=share, calls=None)
        world = simulate(customers, months, EXPERIMENT_SEED + k, policy=arm, settings=case.settings, truth="none")
        parts.append(matured(pd.concat(arm.log, ignore_index=True), world.ledger, world.truth, k, arm))
    return pd.concat(parts, ignore_index=True)


def matured(log: pd.DataFrame, ledger: Ledger, truth: pd.DataFrame, world: int, arm: Arm) -> pd.DataFrame:
    """Decisions whose outcome can be known at the end of the window, and how long each waited for its payment."""
    settled = pd.Series(days(truth["settled_on"]), index=truth["invoice_id"])
    on = log["invoice_id"].map(settled).to_numpy(dtype=np.int64)
    end = int(days(ledger.invoices["issued_on"]).max())
    waited = np.where(on == NO_DAY, np.inf, on - log["day"].to_numpy(dtype=np.int64))
    seen = log["day"].to_numpy() + arm.policy.money.horizon_days <= end
    return log.assign(waited=waited, world=world)[seen]


def contest(
    case: Case,
    seeds: Iterable[int],
    customers: int = 500,
    learned_from: tuple[int, int] = (1500, 2),
    months: int = MONTHS,
    arms: Sequence[str] = ARMS,
    share: float = 1.0,
    show: bool = False,
    audit: Audit | None = None,
) -> Contest:
    """Run every arm in the same worlds.

    Parameters
    ----------
    case : assumptions, known to all arms but those about contacts. seeds : of the worlds. customers : of each, at most
        2048. learned_from : customers and worlds of the experiment. months : of each world.
    share : of the experiment's choices that are chance. show : progress. audit : see :class:`.arms.Arm`.
    """
    ladder, choice = (case.priced(p) for p in policies())
    log = experiment(case, *learned_from, share=share)
    horizon = choice.money.horizon_days
    taught = learn(log, choice.options, horizon)
    average = learn(log, choice.options, horizon, "mean") if AVERAGE in arms else taught
    outcomes: dict[str, list[Outcome]] = {name: [] for name in arms}
    for seed in track(list(seeds), f"worlds, {case.mode}", show):
        made: dict[str, Arm | None] = {
            NOBODY: None,
            LADDER: FixedLadder(ladder, audit=audit),
            RISK: RiskRanked(choice, risk=taught.risk_of, audit=audit),
            AVERAGE: Valuing(choice, AVERAGE, effects=average, audit=audit),
            UPLIFT: Valuing(choice, UPLIFT, effects=taught, audit=audit),
            ORACLE: Valuing(choice, ORACLE, sees_effects=True, audit=audit),
        }
        for name in arms:
            arm = made[name]
            world = simulate(customers, months, seed, policy=arm, settings=case.settings, truth="none")
            outcomes[name].append(outcome(world, arm, choice.money))
    return Contest(case, outcomes, taught)
