"""Models of what comes of an action, fitted on other customers than those that they are asked about."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import PaybenchError
from .logs import Bools, Floats, Ints, Log

FOLDS = 5
"""Into which customers are divided."""
_PENALTIES = np.geomspace(1e-3, 1e3, 13)
"""Of ridge regression, over the mean eigenvalue; the one with the least generalised cross-validation is taken."""
_MOST = (0.002, 0.998)
"""Quantiles of a column to which ridge regression clips it."""
_PRIOR = 10.0
"""Decisions of all actions that the mean of one action is mixed with."""


Predict = Callable[[Floats], Floats]
"""Mean reward of each action, (n, k), in contexts (n, d)."""
Learner = Callable[[Floats, Ints, Floats, int], Predict]
"""Learns that from contexts (n, d), actions (n,), rewards (n,) and the number k of actions."""


def ridge(context: Floats, action: Ints, reward: Floats, k: int) -> Predict:
    """Linear: one regression for all actions, then one of what it leaves for each action; all penalised.

    The penalty is that of least generalised cross-validation (Golub, Heath and Wahba 1979). A missing number is the
    mean, and a column says that it is missing.
    """
    lacks: Bools = np.asarray(np.isnan(context).any(axis=0))
    # A single outlier would set the scale of its column.
    ends = _ends(context)
    kept = np.clip(context, *ends)
    known = ~np.isnan(kept)
    mean = np.where(known, kept, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    wide = _wide(kept, mean, lacks)
    centre, spread = wide.mean(axis=0), wide.std(axis=0)
    used = spread > 1e-12 * (1 + np.abs(centre))
    scale = np.where(used, spread, 1.0)

    def standard(rows: Floats) -> Floats:
        return np.asarray(((_wide(np.clip(rows, *ends), mean, lacks) - centre) / scale)[:, used])

    z = standard(context)
    base = float(reward.mean())
    common = _penalised(z, reward - base)
    left = reward - base - z @ common
    shift, slopes = np.zeros(k), np.zeros((z.shape[1], k))
    for a in range(k):
        mine = action == a
        if mine.any():
            shift[a] = left[mine].sum() / (mine.sum() + _PRIOR)
            slopes[:, a] = _penalised(z[mine], left[mine] - left[mine].mean())
    return lambda rows: np.asarray(base + (standard(rows) @ common)[:, None] + shift + standard(rows) @ slopes)


def trees(context: Floats, action: Ints, reward: Floats, k: int) -> Predict:
    """LightGBM on contexts and the action as columns, small and on one thread; the same data give the same model."""
    import lightgbm as lgb

    def columns(rows: Floats, taken: Ints) -> Floats:
        return np.hstack([rows, np.eye(k)[taken]])

    params = {
        "objective": "regression", "num_leaves": 7, "learning_rate": 0.05, "min_data_in_leaf": 60,
        "feature_fraction": 0.8, "num_threads": 1, "deterministic": True, "seed": 0, "verbosity": -1,
    }  # fmt: skip
    forest = lgb.train(params, lgb.Dataset(columns(context, action), reward), num_boost_round=60)

    def predict(rows: Floats) -> Floats:
        each = [forest.predict(columns(rows, np.full(len(rows), a)), num_threads=1) for a in range(k)]
        return np.column_stack(each)

    return predict


def flat(context: Floats, action: Ints, reward: Floats, k: int) -> Predict:
    """The mean of each action, whatever the context; of an action that was not taken the mean of all."""
    count = np.bincount(action, minlength=k)
    mean = np.where(count > 0, np.bincount(action, reward, minlength=k) / np.maximum(count, 1), reward.mean())
    return lambda rows: np.tile(mean, (len(rows), 1))


LEARNERS: dict[str, Learner] = {"ridge": ridge, "trees": trees, "flat": flat}


def learner(model: str | Learner) -> Learner:
    """A learner by its name, or the one that is given.

    Raises
    ------
    PaybenchError
        If there is none of that name.
    """
    if not isinstance(model, str):
        return model
    if model not in LEARNERS:
        raise PaybenchError(f"model is '{model}'; give one of {', '.join(LEARNERS)}, or a function that fits one.")
    return LEARNERS[model]


def folds(code: Ints, seed: int = 0, parts: int = FOLDS) -> Ints:
    """(n,) to which part each decision belongs; all of one customer to one part."""
    groups = int(code.max()) + 1
    return np.asarray(np.random.default_rng(seed).permutation(groups) % min(parts, groups))[code]


def cross_fitted(log: Log, model: str | Learner = "ridge", seed: int = 0) -> Floats:
    """(n, k) mean reward of each action in each decision, from a model fitted on other customers.

    Source: Chernozhukov et al. (2018).

    Raises
    ------
    PaybenchError
        If the log is of one customer only.
    """
    fit, part = learner(model), folds(log.code, seed)
    if log.customers < 2:
        raise PaybenchError("A log of one customer has no others to learn from; give decisions of two or more.")
    q = np.empty((len(log), log.k))
    for fold in range(int(part.max()) + 1):
        mine: Bools = part == fold
        q[mine] = fit(log.context[~mine], log.action[~mine], log.reward[~mine], log.k)(log.context[mine])
    return q


def _ends(context: Floats) -> tuple[Floats, Floats]:
    """Of each column the numbers between which almost all lie; of one that is always missing 0."""
    some = ~np.isnan(context).all(axis=0)
    ends = np.zeros((2, context.shape[1]))
    ends[:, some] = np.nanquantile(context[:, some], _MOST, axis=0)
    return ends[0], ends[1]


def _wide(context: Floats, mean: Floats, lacks: Bools) -> Floats:
    missing = np.isnan(context)
    return np.hstack([np.where(missing, mean, context), missing[:, lacks].astype(np.float64)])


def _penalised(z: Floats, y: Floats) -> Floats:
    """Coefficients of y on z."""
    if not z.shape[1] or len(y) < 2:
        return np.zeros(z.shape[1])
    values, vectors = np.linalg.eigh(z.T @ z)
    values = np.maximum(values, 0.0)
    along = vectors.T @ (z.T @ y)
    whole = float(y @ y)
    if values.max() <= 0 or whole == 0:
        return np.zeros(z.shape[1])
    best, chosen = np.inf, np.zeros(z.shape[1])
    for penalty in (*_PENALTIES * values.mean(), np.inf):
        # Of infinite penalty nothing is left of the slopes.
        coefficient = along / (values + penalty)
        off = whole - 2 * coefficient @ along + (coefficient**2) @ values
        free = len(y) - 1 - (values / (values + penalty)).sum()
        score = off / free**2 if free > 1 else np.inf
        if score < best:
            best, chosen = score, vectors @ coefficient
    return np.asarray(chosen)
