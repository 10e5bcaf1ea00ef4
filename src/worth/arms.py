"""The arms of a contest: policies that live in one simulated world under the same rules and differ in what they choose.

When something may be sent, and what, a dunning policy says (:mod:`paybench.decide.dunning`); which of it is sent the
arm chooses. All of them send at most one contact a day to a customer, and no more calls a day than there are hands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..decide.dunning import Policy, Situation, decide, one_per_customer
from ..decide.dunning.steps import Decided
from ..decide.uplift.choose import choose
from ..decide.uplift.value import Valued, expected_value
from ..simulate import Actions, View
from ..simulate.settings import CHANNELS, TONES
from ..simulate.view import NOTHING
from .memory import Memory
from .situations import situation

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Effects = Callable[[pd.DataFrame], tuple[Floats, Floats]]
"""Features of decisions in; days saved and how much likelier it is paid in the end by each option out, (n, k) each."""
Risk = Callable[[pd.DataFrame], Floats]
"""Features of decisions in, P(unpaid 30 days later) out, (n,)."""
Audit = Callable[[Policy, Situation, Ints, Ints], None]
_PHONE = CHANNELS.index("phone")
FAR = 150
"""Days that the oracle looks ahead: what is unpaid then is hardly ever paid."""


@dataclass
class Arm:
    """What all arms do on a morning; the subclass says what it wants to send.

    Attributes
    ----------
    policy : what is allowed. calls : calls a day, as a share of the customers with open invoices; None = no limit.
    audit : is shown the policy, the situation, the rows that were decided on and the options that were chosen.
    sees_effects : whether the world tells it what contacts truly do. memory : what it has seen.
    sent : what was sent, a DataFrame a day.
    """

    policy: Policy
    name: str = "arm"
    calls: float | None = 0.02
    audit: Audit | None = None
    sees_effects: bool = False
    memory: Memory = field(default_factory=Memory, repr=False)
    sent: list[pd.DataFrame] = field(default_factory=list, repr=False)

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning."""
        self.memory.look(view)
        if not len(view):
            return None
        now = situation(view, self.memory)
        decided = decide(self.policy, now)
        rows = one_per_customer(now, np.flatnonzero(decided.ripe), now.amount_open[decided.ripe])
        if not rows.size:
            return None
        option, propensity, stake = self.wanted(view, rows, decided)
        option = self._within_capacity(view, option, stake, decided.permitted[rows])
        if self.audit is not None:
            self.audit(self.policy, now, rows, option)
        taken = option >= 0
        self._note(view, rows[taken], option[taken])
        channel, tone = self.positions
        return Actions(rows, np.where(taken, channel[option], NOTHING), np.where(taken, tone[option], 0), propensity)

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        """Options of ``policy.options`` by row (-1 = nothing), their propensities, and what is at stake in a call."""
        raise NotImplementedError

    @property
    def positions(self) -> tuple[Ints, Ints]:
        """Channels and tones of the options, as positions."""
        pairs = [one.split(":") for one in self.policy.options]
        return np.array([CHANNELS.index(c) for c, _ in pairs]), np.array([TONES.index(t) for _, t in pairs])

    def _within_capacity(self, view: View, option: Ints, stake: Floats, permitted: Flags) -> Ints:
        """Calls with the most at stake are made; the others become the first permitted thing that is no call."""
        channel, _ = self.positions
        calls = np.flatnonzero((option >= 0) & (channel[option] == _PHONE))
        most = calls.size if self.calls is None else max(round(self.calls * np.unique(view.customer).size), 1)
        if calls.size <= most:
            return option
        late = calls[np.argsort(-stake[calls], kind="stable")[most:]]
        other = permitted[late] & (channel != _PHONE)
        option = option.copy()
        option[late] = np.where(other.any(axis=1), other.argmax(axis=1), -1)
        return option

    def _note(self, view: View, rows: Ints, option: Ints) -> None:
        channel, tone = self.positions
        self.memory.sent(view, rows, channel[option])
        self.sent.append(
            pd.DataFrame(
                {"day": view.today, "customer": view.customer[rows], "channel": channel[option], "tone": tone[option]}
            )
        )


@dataclass
class FixedLadder(Arm):
    """The steps of the policy as they come, whoever it is."""

    name: str = "fixed ladder"

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        """The step's own action."""
        return decided.usual[rows], np.ones(rows.size), view.cents_open[rows].astype(np.float64)


@dataclass
class RiskRanked(Arm):
    """The ladder, but the calls go where most money is at risk, and nowhere else: what a risk score is used for.

    Attributes
    ----------
    risk : learned from the past, like the effects. share : of the day's decisions that are worth a call.
    """

    name: str = "risk-ranked"
    risk: Risk | None = None
    share: float = 0.1

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        """A call in the harshest tone permitted where most is at risk; to the others what is permitted in writing."""
        assert self.risk is not None
        stake = self.risk(self.memory.features(view, rows)) * view.cents_open[rows]
        channel, _ = self.positions
        permitted = decided.permitted[rows]
        by_phone, in_writing = permitted & (channel == _PHONE), permitted & (channel != _PHONE)
        usual = decided.usual[rows]
        writes = (usual >= 0) & (channel[usual] != _PHONE)
        written = np.where(writes, usual, np.where(in_writing.any(axis=1), in_writing.argmax(axis=1), -1))
        last = by_phone.shape[1] - 1 - by_phone[:, ::-1].argmax(axis=1)
        first = stake >= np.quantile(stake, 1 - self.share)
        return np.where(first & by_phone.any(axis=1), last, written), np.ones(rows.size), stake


@dataclass
class Valuing(Arm):
    """Chooses what is worth most in money, by effects that it has learned or (the oracle) knows.

    Attributes
    ----------
    effects : learned; None = the oracle's, which the world tells.
    explore : share of choices left to chance.
    """

    name: str = "uplift"
    effects: Effects | None = None
    explore: float = 0.0

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        """The greatest expected value, if it is above nothing's."""
        permitted = decided.permitted[rows]
        values = self.values(view, rows, permitted).total
        uniform = np.column_stack([view.uniform(0)[rows], view.uniform(1)[rows]])
        found = choose(values, permitted, decided.usual[rows], self.explore, uniform=uniform)
        channel, _ = self.positions
        may_write = permitted & (channel != _PHONE)
        other = np.where(may_write, np.nan_to_num(values, nan=-np.inf), -np.inf).max(axis=1, initial=0.0)
        taken = np.maximum(found.action, 0)
        return found.action, found.propensity, values[np.arange(rows.size), taken] - np.maximum(other, 0.0)

    def values(self, view: View, rows: Ints, permitted: Flags) -> Valued:
        """What each option is worth for each row, term by term; NaN where the oracle did not look, as it may not."""
        if self.effects is None:
            days, chance = self._known(view, rows, permitted)
        else:
            days, chance = self.effects(self.memory.features(view, rows))
        amount = view.cents_open[rows] / 100.0
        return expected_value(days, chance, amount, self.policy.money, self.policy.options)

    def _known(self, view: View, rows: Ints, permitted: Flags) -> tuple[Floats, Floats]:
        channel, tone = self.positions
        days, gain = np.full(permitted.shape, np.nan), np.full(permitted.shape, np.nan)
        row, option = np.nonzero(permitted)
        told = view.effects(rows[row], channel[option], tone[option], FAR)
        days[row, option] = told["days_saved"]
        gain[row, option] = told[f"settled_{FAR}"] - told[f"base_{FAR}"]
        return days, gain


@dataclass
class Experiment(Arm):
    """The usual step, or (a share of the choices) anything permitted by chance; keeps what was known at each choice.

    Attributes
    ----------
    share : of the choices that are left to chance.
    log : the choices, a DataFrame a day: features, invoice_id, customer_id, day, action, propensity, that of nothing,
        permitted (names of options), amount_open, and what ``keep`` gives.
    keep : more about some rows of a view, to be kept with them.
    """

    name: str = "experiment"
    share: float = 1.0
    log: list[pd.DataFrame] = field(default_factory=list, repr=False)
    keep: Callable[[View, Ints], dict[str, Floats]] | None = None

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        """Chance among what is permitted and nothing."""
        uniform = np.column_stack([view.uniform(0)[rows], view.uniform(1)[rows]])
        permitted = decided.permitted[rows]
        found = choose(None, permitted, decided.usual[rows], min(self.share, 1 - 1e-9), uniform=uniform)
        table = self.memory.features(view, rows)
        names = np.array([*self.policy.options, "nothing"], dtype=object)
        more = {} if self.keep is None else self.keep(view, rows)
        self.log.append(
            table.assign(
                invoice_id=view.invoice_id[rows],
                customer_id=view.customer_id[rows],
                day=view.today,
                action=names[found.action],
                propensity=found.propensity,
                propensity_nothing=found.propensities[:, -1],
                permitted=[" ".join(names[:-1][may]) for may in permitted],
                amount_open=view.cents_open[rows] / 100.0,
                **more,
            )
        )
        return found.action, found.propensity, view.uniform(2)[rows]
