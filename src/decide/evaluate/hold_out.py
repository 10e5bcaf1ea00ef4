"""A randomised hold-out: customers who are left as they were, and what the others gained."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import PaybenchError
from .intervals import LEVEL, t_quantile
from .logs import Bools, Floats

LEAST = 10
"""Effective customers in each arm."""


def held_out(customer_id: Iterable[object], share: float, salt: str) -> Bools:
    """(n,) whether each customer is held out: a coin that falls the same way every day and on every machine.

    Parameters
    ----------
    customer_id : written as text; all decisions of a customer go together.
    share : of customers to hold out, 0 to 1. Who is held out at a share stays so at a larger one.
    salt : name of the trial; another name throws the coins anew.

    Raises
    ------
    PaybenchError
        If ``share`` is not from 0 to 1, or ``salt`` is empty.
    """
    if not 0 <= share <= 1:
        raise PaybenchError(f"share is {share!r}; give the part of customers to hold out, from 0 to 1, like 0.1.")
    if not salt:
        raise PaybenchError("A hold-out has no name; give one as 'salt', so that the next one holds out others.")
    ids = [str(customer) for customer in customer_id]
    coins = {one: _coin(salt, one) for one in dict.fromkeys(ids)}
    return np.array([coins[one] < share for one in ids], dtype=np.bool_)


def _coin(salt: str, one: str) -> float:
    digest = hashlib.sha256(f"{salt}\x1f{one}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


@dataclass(frozen=True)
class Gain:
    """What those who were treated had more than those who were held out, in the unit of the outcome.

    Attributes
    ----------
    value, error : difference of means, and its standard error between customers. low, high : ends of the interval.
    treated, held : means of both arms. customers : (treated, held). explained : share of the variance of the
        difference that the customers' past took away (CUPED), 0 without. level : of the interval.
    """

    value: float
    error: float
    low: float
    high: float
    treated: float
    held: float
    customers: tuple[int, int]
    explained: float
    level: float

    def __str__(self) -> str:
        sure = "more than nothing" if self.low > 0 else "less than nothing" if self.high < 0 else "perhaps nothing"
        past = f"; their past explained {100 * self.explained:.0f} % of the noise" if self.explained > 0 else ""
        return (
            f"Gain {self.value:+.4g} ({100 * self.level:.0f} %: {self.low:+.4g} to {self.high:+.4g}), {sure}: "
            f"{self.treated:.4g} of {self.customers[0]:,} customers against {self.held:.4g} of "
            f"{self.customers[1]:,} held out{past}."
        )


def gain(
    outcome: ArrayLike,
    held: ArrayLike,
    customer: ArrayLike,
    before: ArrayLike | None = None,
    level: float = LEVEL,
) -> Gain:
    """Difference of the means of both arms, with an interval clustered by customer.

    Every customer counts who could have been treated, whether treated or not: leaving out who was not contacted would
    compare unlike customers.

    Parameters
    ----------
    outcome : (n,) of each invoice or decision. held : (n,) whether its customer is held out. customer : (n,).
    before : (n,) the customer's own past, known before the trial began; NaN = none. What it explains is taken out of
        the noise (CUPED: Deng, Xu, Kohavi and Walker 2013).
    level : of the interval (Student's, degrees of freedom by Welch and Satterthwaite).

    Raises
    ------
    PaybenchError
        If lengths differ, a number is not finite, a customer is in both arms, or an arm has fewer than 10 customers in
        effect.
    """
    y, out, who = np.asarray(outcome, dtype=np.float64), np.asarray(held), np.asarray(customer)
    if not y.shape == out.shape == who.shape or y.ndim != 1 or out.dtype != np.bool_:
        raise PaybenchError("outcome, held and customer have to be of one length, and held true or false.")
    if not np.isfinite(y).all():
        raise PaybenchError("An outcome is not finite; leave out in both arms what is not known yet.")
    code = np.unique(who, return_inverse=True)[1]
    both = (np.bincount(code, out) > 0) & (np.bincount(code, ~out) > 0)
    if both.any():
        raise PaybenchError(f"{both.sum()} customers are in both arms; hold out whole customers, by held_out().")
    plain = _difference(y, out, code)
    used, explained = plain, 0.0
    if before is not None:
        used = _difference(_without_past(y, out, np.asarray(before, dtype=np.float64)), out, code)
        explained = max(1 - (used.error / plain.error) ** 2, 0.0) if plain.error else 0.0
    if not 0 < level < 1:
        raise PaybenchError(f"level is {level!r}; give a probability above 0 and below 1, like 0.95.")
    far = t_quantile((1 + level) / 2, used.freedom) * used.error
    groups = tuple(int(np.unique(code[arm]).size) for arm in (~out, out))
    return Gain(
        used.value, used.error, used.value - far, used.value + far, float(y[~out].mean()), float(y[out].mean()),
        (groups[0], groups[1]), explained, level,
    )  # fmt: skip


@dataclass(frozen=True)
class _Difference:
    value: float
    error: float
    freedom: float


def _difference(y: Floats, out: Bools, code: NDArray[np.intp]) -> _Difference:
    means, variances, freedom = [], [], []
    for arm, name in ((~out, "treated"), (out, "held out")):
        count = np.bincount(code[arm])
        groups = int((count > 0).sum())
        effective = count.sum() ** 2 / max((count**2).sum(), 1)
        if effective < LEAST:
            raise PaybenchError(
                f"{effective:.0f} customers in effect are {name}, and {LEAST} are needed; hold out another share, or "
                "take more customers."
            )
        mean = float(y[arm].mean())
        sums = np.bincount(code[arm], y[arm] - mean)
        means.append(mean)
        variances.append(groups / (groups - 1) * float((sums**2).sum()) / arm.sum() ** 2)
        freedom.append(effective - 1)
    total = sum(variances)
    spread = sum(v**2 / f for v, f in zip(variances, freedom, strict=True))
    return _Difference(means[0] - means[1], float(np.sqrt(total)), total**2 / spread if spread else freedom[0])


def _without_past(y: Floats, out: Bools, before: Floats) -> Floats:
    if before.shape != y.shape or np.isinf(before).any():
        raise PaybenchError("before has another length than outcome, or is not finite; give one number for each.")
    known = ~np.isnan(before)
    if not known.any():
        return y
    past = np.where(known, before, before[known].mean())
    # The slope is that within the arms, so that the difference itself does not move it.
    centred, level = past.copy(), y.copy()
    for arm in (out, ~out):
        centred[arm] -= past[arm].mean()
        level[arm] -= y[arm].mean()
    square = float(centred @ centred)
    return np.asarray(y - (centred @ level / square if square else 0.0) * (past - past.mean()))
