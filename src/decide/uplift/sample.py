"""Logged decisions, checked, as the arrays that learners work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...models.family.encode import Encoder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOTHING = "nothing"
"""The action of sending nothing, against which every effect is told."""

NONE = -1
"""Its position; the others have theirs in ``actions``. As an index it is the last of k + 1 columns."""

OTHER = -2
"""The position of an action that nothing is to be learned about."""


@dataclass(frozen=True)
class Sample:
    """Decisions and what came of them; arrays over n decisions.

    Attributes
    ----------
    X : what was known. actions : k of them, without nothing. option : position of what was done, :data:`NONE` nothing,
        :data:`OTHER` something else.
    outcome : what came. propensity : chance of what was done. customer : number of the customer.
    weight : (n, k) how much a decision tells about an action: 0 where it was not possible.
    """

    X: pd.DataFrame
    actions: tuple[str, ...]
    option: Ints
    outcome: Floats
    propensity: Floats
    customer: Ints
    weight: Floats

    @classmethod
    def of(
        cls,
        X: pd.DataFrame,
        action: object,
        outcome: object,
        propensity: object,
        customer: object = None,
        shares: object = None,
        only: tuple[str, ...] | None = None,
    ) -> Sample:
        """Check what learners are given; arguments as of :meth:`.learners.DRLearner.fit`."""
        done = np.asarray(pd.Series(np.asarray(action)).astype("str"), dtype=object)
        n = len(done)
        came, chance = np.asarray(outcome, dtype=np.float64), np.asarray(propensity, dtype=np.float64)
        who = np.arange(n) if customer is None else pd.factorize(np.asarray(customer))[0]
        if not len(X) == n == len(came) == len(chance) == len(who):
            raise PaybenchError(
                f"There are {len(X)} rows of features, {n} actions, {len(came)} outcomes, {len(chance)} propensities "
                f"and {len(who)} customers; give one of each per decision."
            )
        actions = tuple(sorted({str(a) for a in done} - {NOTHING})) if only is None else tuple(sorted(only))
        for what in [a for a in (NOTHING, *actions) if not (done == a).any()] + ([] if actions else ["a contact"]):
            raise PaybenchError(
                f"No logged decision chose {what}; effects are differences to '{NOTHING}', so the log has to hold "
                "decisions to send something and decisions to send nothing."
            )
        if not np.isfinite(came).all():
            raise PaybenchError("Some outcomes are missing or infinite; leave out decisions that are not mature yet.")
        if not ((chance > 0) & (chance <= 1)).all():
            raise PaybenchError("Some propensities lie outside (0, 1]; give the chance with which each was chosen.")
        places = {a: j for j, a in enumerate(actions)} | {NOTHING: NONE}
        option = np.array([places.get(a, OTHER) for a in done], dtype=np.int64)
        weight = np.ones((n, len(actions)))
        if shares is not None:
            said = np.asarray(shares, dtype=np.float64)
            if said.shape != (n, len(actions) + 1):
                raise PaybenchError(
                    f"Shares have the shape {said.shape}, not {(n, len(actions) + 1)}; give one column per action in "
                    f"the order {', '.join(actions)}, and a last one for '{NOTHING}'."
                )
            own, none = said[:, :-1], said[:, -1:]
            weight = np.where((own > 0) & (none > 0), own * none / np.maximum(own + none, 1e-12), 0.0)
        return cls(X.reset_index(drop=True), actions, option, came, chance, np.asarray(who, dtype=np.int64), weight)

    def __len__(self) -> int:
        return len(self.option)

    def take(self, rows: NDArray[np.bool_] | Ints) -> Sample:
        """Some of the decisions."""
        return Sample(
            self.X.iloc[np.flatnonzero(rows) if rows.dtype == bool else rows].reset_index(drop=True), self.actions,
            self.option[rows], self.outcome[rows], self.propensity[rows], self.customer[rows], self.weight[rows],
        )  # fmt: skip


def folds_of(customer: Ints, folds: int, seed: int) -> Ints:
    """(n,) fold of each decision; all decisions about one customer are in one fold.

    Raises
    ------
    PaybenchError
        If there are fewer customers than folds.
    """
    who, number = np.unique(customer, return_inverse=True)
    if len(who) < folds:
        raise PaybenchError(f"The decisions are about {len(who)} customers, too few for {folds} folds of customers.")
    return (np.random.default_rng(seed).permutation(len(who)) % folds)[number]


def encoded(X: pd.DataFrame) -> tuple[Encoder, Floats]:
    """The encoder of a table's columns, and its numbers."""
    encoder = Encoder.fit(X)
    return encoder, encoder.transform(X)
