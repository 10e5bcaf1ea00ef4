"""Effects by kind of customer: means of scores, with intervals, and what the learner says beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from .learners import DRLearner, MeanEffect, TLearner
from .scores import clustered
from .shrink import SURE


def effect_table(learner: MeanEffect | TLearner | DRLearner, X: pd.DataFrame, groups: object) -> pd.DataFrame:
    """Effect of each action by group of the decisions that a learner learned from.

    Parameters
    ----------
    learner : that has learned from just these rows. X : what was known at them.
    groups : (n,) the group of each, for example the customer's segment or risk; without any, it is left out.

    Returns
    -------
    DataFrame, a row per group and action: group, action, decisions (that tell about the action), customers, effect
    (mean of the doubly robust scores, in the outcome's unit), low, high (95 %, clustered by customer), said (mean of
    what the learner says, shrunk). Of many groups some are off by chance: believe ``said`` of a single one.

    Raises
    ------
    PaybenchError
        If lengths differ.
    """
    scores = learner.scores_
    group = pd.Series(np.asarray(groups)).reset_index(drop=True)
    if scores is None or not len(X) == len(group) == len(scores.values):
        raise PaybenchError(
            f"There are {len(X)} rows of features and {len(group)} groups; give those of the "
            f"{0 if scores is None else len(scores.values)} decisions that the learner learned from."
        )
    said = learner.effect(X)
    rows = []
    for name in sorted(group.dropna().unique()):
        mine = (group == name).to_numpy(dtype=bool)
        for a, action in enumerate(scores.actions):
            own = mine & (scores.weight[:, a] > 0)
            if not own.any():
                continue
            weight = scores.weight[own, a]
            effect, error = clustered(scores.values[own, a], weight, scores.customer[own])
            rows.append(
                {
                    "group": name,
                    "action": action,
                    "decisions": int(own.sum()),
                    "customers": len(np.unique(scores.customer[own])),
                    "effect": effect,
                    "low": effect - SURE * error,
                    "high": effect + SURE * error,
                    "said": float(np.average(said[own, a], weights=weight)),
                }
            )
    columns = ["group", "action", "decisions", "customers", "effect", "low", "high", "said"]
    return pd.DataFrame(rows, columns=columns)
