"""A year of a business that left some choices to chance: the log from which other policies can be judged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..decide.dunning.steps import Decided
from ..decide.evaluate import Log
from ..decide.uplift.value import expected_value
from ..errors import PaybenchError
from ..ledger import Ledger
from ..simulate import View, simulate
from .arms import Experiment
from .contest import EXPERIMENT_SEED, Case, matured, policies
from .learned import KEYS, SOON, Learned

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOTHING = "nothing"


@dataclass
class _Logging(Experiment):
    """An experiment that keeps what was permitted and usual at each choice, too."""

    asked: list[tuple[Flags, Ints]] = field(default_factory=list, repr=False)

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        self.asked.append((decided.permitted[rows], decided.usual[rows]))
        return super().wanted(view, rows, decided)


@dataclass(frozen=True)
class Logged:
    """A year of a business that left a share of its choices to chance, and wrote the chances down.

    Attributes
    ----------
    ledger, withheld : the book, and its decisions to send nothing. log : for :mod:`paybench.decide.evaluate`; the
        reward is 1 if the invoice is paid within :data:`.learned.SOON` days. frame : a row per decision: what was
        known, and what came. permitted : (n, options). usual : (n,) the step's own option.
    """

    ledger: Ledger = field(repr=False)
    withheld: pd.DataFrame = field(repr=False)
    log: Log = field(repr=False)
    frame: pd.DataFrame = field(repr=False)
    permitted: Flags = field(repr=False)
    usual: Ints = field(repr=False)

    def candidates(self, learned: Learned, case: Case | None = None) -> dict[str, Ints]:
        """Policies that could be used instead, as positions in ``log.actions``, (n,) each; none leaves what is allowed.

        Parameters
        ----------
        learned : from other customers than the log's: whoever learned from these would look better than it is.
        case : whose costs hold.
        """
        none = len(self.log.actions) - 1
        features = self.frame.drop(columns=[name for name in KEYS if name in self.frame])
        risk = learned.risk_of(features) * self.frame["amount_open"].to_numpy()
        tenth = risk >= np.quantile(risk, 0.9)
        _, choice = policies()
        money = (case or Case()).priced(choice).money
        amount = self.frame["amount_open"]
        worth = np.where(self.permitted, expected_value(*learned(features), amount, money, choice.options).total, 0.0)
        worth = np.nan_to_num(worth)
        return {
            "the usual step": self.usual,
            "call riskiest tenth": np.where(tenth, self._instead("phone:firm"), self.usual),
            "leave a tenth alone": np.where(risk <= np.quantile(risk, 0.1), none, self.usual),
            "letters instead": self._instead("letter:firm"),
            "send nothing": np.full(len(self.usual), none),
            "uplift": np.where(worth.max(axis=1) > 0, worth.argmax(axis=1), none),
        }

    def _instead(self, option: str) -> Ints:
        """An option where it is permitted, the usual one elsewhere."""
        place = self.log.actions.index(option)
        return np.where(self.permitted[:, place], place, self.usual)


def logged(case: Case, customers: int = 300, explore: float = 0.5, months: int = 12, seed: int = 0) -> Logged:
    """Let a business take the usual steps for a year, but leave a share of its choices to chance.

    Parameters
    ----------
    explore : share of choices, above 0 and up to 1. seed : of the world: none in which a contest learns or is held.

    Raises
    ------
    PaybenchError
        If ``explore`` is none.
    """
    if not 0 < explore <= 1:
        raise PaybenchError(f"explore is {explore!r}; give a share of the choices above 0 and up to 1.")
    _, choice = policies()
    arm = _Logging(case.priced(choice), share=explore, calls=None)
    world = simulate(customers, months, 2 * EXPERIMENT_SEED + seed, policy=arm, settings=case.settings, truth="none")
    frame = matured(pd.concat(arm.log, ignore_index=True), world.ledger, world.truth, 0, arm)
    kept = frame.index.to_numpy()
    permitted = np.concatenate([may for may, _ in arm.asked])[kept]
    usual = np.concatenate([own for _, own in arm.asked])[kept]
    may = np.append(permitted, np.ones((len(kept), 1), dtype=bool), axis=1)
    usual = np.where(usual >= 0, usual, may.shape[1] - 1)
    chances = may * (explore / may.sum(axis=1))[:, None]
    chances[np.arange(len(kept)), usual] += 1 - explore
    actions = (*choice.options, NOTHING)
    action = np.asarray(pd.Index(actions).get_indexer(pd.Index(frame["action"])), dtype=np.int64)
    waited = frame["waited"].to_numpy(dtype=np.float64)
    log = Log(
        frame.drop(columns=[name for name in KEYS if name in frame]).to_numpy(dtype=np.float64),
        action,
        np.where(waited <= SOON, 1.0, 0.0),
        np.take_along_axis(chances, action[:, None], 1)[:, 0],
        frame["customer_id"].to_numpy(dtype=object).astype(str),
        actions,
        propensities=chances,
    )
    return Logged(world.ledger, world.oracle["withheld.parquet"], log, frame, permitted, usual)


def effects_table(learned: Learned) -> pd.DataFrame:
    """Effects on the chance to be paid within :data:`.learned.SOON` days, by action: effect, low, high, believed."""
    found = learned.model.averages_
    columns = {"effect": found.found, "low": found.low, "high": found.high, "believed": found.believed}
    return pd.DataFrame(columns, index=pd.Index(learned.model.actions, name="action"))
