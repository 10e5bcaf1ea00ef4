"""A log of decisions: what was known, what was done with which chance, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import PaybenchError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROUNDING = 1e-6  # by which chances may miss their sum


@dataclass(frozen=True)
class Log:
    """n decisions among k actions, in any order; checked and copied when made.

    Attributes
    ----------
    context : (n, d) what was known before each decision, the same columns in each; NaN = missing.
    action : (n,) position of the action that was taken, 0 to k - 1.
    reward : (n,) what came of it, in one unit (a share, days, money of one currency).
    propensity : (n,) chance, in (0, 1], with which the action was taken, as it was logged when it was chosen.
    customer : (n,) whose decision it was. Decisions of one customer depend on each other, those of different ones not.
    actions : names of the k actions.
    propensities : (n, k) chance of each action; without it nothing is known of actions that were not taken.
    episode : (n,) decisions with one value follow each other in ``order``; None = each stands alone.
    order : (n,) rising within an episode. One episode is of one customer.
    code : (n,) customers as 0 .. customers - 1, sorted; made from ``customer``.

    Raises
    ------
    PaybenchError
        If a length or a shape is wrong, a number is not finite, a chance is outside (0, 1], chances do not add up to
        1, or an episode is of two customers or decides twice at one place.
    """

    context: Floats
    action: Ints
    reward: Floats
    propensity: Floats
    customer: NDArray[Any]
    actions: tuple[str, ...]
    propensities: Floats | None = None
    episode: NDArray[Any] | None = None
    order: Ints | None = None
    code: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        n = len(np.asarray(self.reward))
        if not n:
            raise PaybenchError("A log has no decisions; give at least one.")
        put = cast(Callable[[str, object], None], lambda name, value: object.__setattr__(self, name, value))
        put("actions", tuple(self.actions))
        put("context", _numbers("context", self.context, (n, None), missing=True))
        put("reward", _numbers("reward", self.reward, (n,)))
        put("propensity", _chances("propensity", self.propensity, (n,)))
        put("action", _positions("action", self.action, n, self.k))
        put("customer", _column("customer", self.customer, n))
        put("code", np.unique(self.customer, return_inverse=True)[1].astype(np.int64))
        if self.propensity.min() <= 0:
            row = int(self.propensity.argmin())
            raise PaybenchError(
                f"Decision {row} has propensity {self.propensity[row]:g}; what was done had a chance above 0, up to 1."
            )
        if self.propensities is not None:
            put("propensities", distribution("propensities", self.propensities, n, self.k))
            off = np.abs(np.take_along_axis(self.propensities, self.action[:, None], 1)[:, 0] - self.propensity)
            if off.max() > _ROUNDING:
                row = int(off.argmax())
                raise PaybenchError(
                    f"Decision {row} has propensity {self.propensity[row]:g}, and another one, "
                    f"{self.propensities[row, self.action[row]]:g}, in its row of propensities; give the same in both."
                )
        if self.episode is not None or self.order is not None:
            self._check_episodes(n, put)

    def _check_episodes(self, n: int, put: Callable[[str, object], None]) -> None:
        if self.episode is None or self.order is None:
            raise PaybenchError("Decisions that follow each other need both 'episode' and 'order'; give both or none.")
        put("episode", _column("episode", self.episode, n))
        put("order", _positions("order", self.order, n, None))
        names, episode = np.unique(self.episode, return_inverse=True)
        by = np.lexsort((self.order, episode))
        same = episode[by][1:] == episode[by][:-1]
        if (same & (self.order[by][1:] == self.order[by][:-1])).any():
            raise PaybenchError("An episode has two decisions of one order; give each its own place.")
        if (same & (self.code[by][1:] != self.code[by][:-1])).any():
            first = names[episode[by][1:][same & (self.code[by][1:] != self.code[by][:-1])][0]]
            raise PaybenchError(f"Episode {first} is of two customers; an episode is of one.")

    def __len__(self) -> int:
        return len(self.reward)

    @property
    def k(self) -> int:
        """Number of actions."""
        return len(self.actions)

    @property
    def customers(self) -> int:
        """Number of customers."""
        return int(self.code.max()) + 1

    def take(self, rows: NDArray[Any]) -> Log:
        """The log of some of the decisions, by position or as a mask."""
        kept = {name: getattr(self, name) for name in ("propensities", "episode", "order")}
        some = {name: None if value is None else value[rows] for name, value in kept.items()}
        return Log(
            self.context[rows], self.action[rows], self.reward[rows], self.propensity[rows], self.customer[rows],
            self.actions, **some,
        )  # fmt: skip

    def policy(self, target: ArrayLike) -> Floats:
        """(n, k) chances of a policy's actions, checked. A policy that always takes one action may be given by (n,).

        Raises
        ------
        PaybenchError
            If its shape is wrong, or its chances do not add up to 1 in each row.
        """
        given = np.asarray(target)
        if given.ndim == 1:
            return np.eye(self.k)[_positions("a policy", given, len(self), self.k)]
        return distribution("a policy", given, len(self), self.k)

    def always(self, action: str) -> Floats:
        """(n, k) the policy that always takes this action.

        Raises
        ------
        PaybenchError
            If it is none of the log's.
        """
        if action not in self.actions:
            raise PaybenchError(f"'{action}' is no action of this log; give one of {', '.join(self.actions)}.")
        return np.tile(np.eye(self.k)[self.actions.index(action)], (len(self), 1))

    def weights(self, target: ArrayLike) -> Floats:
        """(n,) chance of what was done under a policy over its chance when it was done; never clipped."""
        chance = np.take_along_axis(self.policy(target), self.action[:, None], 1)[:, 0]
        return np.asarray(chance / self.propensity)


def places(log: Log) -> tuple[Ints, Ints]:
    """(n,) episodes as 0, 1, ..., and the place 0, 1, ... of each decision within its own.

    Raises
    ------
    PaybenchError
        If the log has no episodes.
    """
    if log.episode is None or log.order is None:
        raise PaybenchError("This log's decisions stand alone; give 'episode' and 'order', or use dr.")
    episode = np.unique(log.episode, return_inverse=True)[1].astype(np.int64)
    by = np.lexsort((log.order, episode))
    first = np.r_[0, np.flatnonzero(np.diff(episode[by])) + 1]
    place = np.empty(len(by), dtype=np.int64)
    place[by] = np.arange(len(by)) - np.repeat(first, np.diff(np.r_[first, len(by)]))
    return episode, place


def distribution(what: str, values: ArrayLike, n: int, k: int) -> Floats:
    """(n, k) chances that add up to 1 in each row.

    Raises
    ------
    PaybenchError
        If they are not.
    """
    chances = _chances(what, values, (n, k))
    off = np.abs(chances.sum(axis=1) - 1.0)
    if off.max() > _ROUNDING:
        row = int(off.argmax())
        raise PaybenchError(f"The chances of {what} add up to {chances[row].sum():g} in row {row}; they have to be 1.")
    return chances


def _numbers(what: str, values: ArrayLike, shape: tuple[int | None, ...], missing: bool = False) -> Floats:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise PaybenchError(f"{what} holds something else than numbers; give numbers.") from None
    if array.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise PaybenchError(f"{what} has shape {array.shape}; this log needs ({wanted}).")
    bad = np.isinf(array) if missing else ~np.isfinite(array)
    if bad.any():
        row = int(np.argwhere(bad)[0][0])
        raise PaybenchError(f"{what} of decision {row} is not finite; give a number, or leave the decision out.")
    return array


def _chances(what: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    array = _numbers(what, values, shape)
    if array.min() < 0 or array.max() > 1 + _ROUNDING:
        row = int(np.argwhere((array < 0) | (array > 1 + _ROUNDING))[0][0])
        raise PaybenchError(f"{what} of decision {row} is no chance: give numbers from 0 to 1.")
    return array


def _positions(what: str, values: ArrayLike, n: int, k: int | None) -> Ints:
    array = np.asarray(values)
    if array.shape != (n,) or not np.issubdtype(array.dtype, np.integer):
        raise PaybenchError(f"{what} has shape {array.shape} of {array.dtype}; this log needs {n} whole numbers.")
    if k is not None and (array.min() < 0 or array.max() >= k):
        raise PaybenchError(
            f"{what} holds {array.min()} to {array.max()}; give positions of {k} actions: 0 to {k - 1}."
        )
    return array.astype(np.int64)


def _column(what: str, values: ArrayLike, n: int) -> NDArray[Any]:
    array = np.asarray(values)
    if array.shape != (n,):
        raise PaybenchError(f"{what} has shape {array.shape}; this log needs ({n},).")
    return array
