"""Several policies on one log: what each would have brought, which of them are refused, and which is picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ...errors import PaybenchError
from .balance import Balance, balance
from .estimators import dm, dr, ips, observed, snips
from .intervals import LEVEL, Estimate
from .logs import Floats, Log
from .outcomes import Learner, cross_fitted
from .overlap import Overlap, Refused, overlap, refusal
from .sequences import per_decision_dr

METHODS = ("dr", "snips", "ips")
"""What policies may be ranked by; the direct method is not among them, as its interval covers too seldom."""
SEQUENCE = "sequence"
LOG = "(the log)"
"""The row of what was done."""
WIDTH = 79


@dataclass(frozen=True)
class Ranking:
    """Policies on one log.

    Attributes
    ----------
    table : indexed by policy, best first, refused ones last: value, low, high, gain (over the log, paired), gain_low,
        gain_high, effective (decisions), refused (short reason, empty if not).
    picked : the policy of the largest value, among those that are not refused and the log itself.
    refused : why, by policy. about : sentences: what the pick is worth, and what to beware of.
    """

    table: pd.DataFrame
    picked: str
    refused: dict[str, Refused]
    about: tuple[str, ...]
    method: str
    level: float

    def __str__(self) -> str:
        head = f"{'policy':<22}{'value':>9}{f'{100 * self.level:.0f} % from':>10}{'to':>9}"
        lines = [f"{head}{'gain':>9}{'from':>9}{'to':>9}"]
        for row in self.table.reset_index().to_dict("records"):
            name = f"{'*' if row['policy'] == self.picked else ' '}{row['policy']}"
            name = name if len(name) < 22 else f"{name[:18]}..."
            if row["refused"]:
                lines.append(f"{name:<22}refused: {row['refused']}"[:WIDTH])
                continue
            cells = "".join(f"{_short(row[c]):>{w}}" for c, w in (("value", 9), ("low", 10), ("high", 9)))
            gains = (
                ""
                if row["policy"] == LOG
                else "".join(f"{_short(row[c], True):>9}" for c in ("gain", "gain_low", "gain_high"))
            )
            lines.append(f"{name:<22}{cells}{gains}")
        for sentence in (*self.about, *(f"{name}: {one.why}" for name, one in self.refused.items())):
            lines += wrap(sentence, WIDTH)
        return "\n".join(lines)


def evaluate(
    log: Log,
    policy: ArrayLike,
    method: str = "dr",
    model: str | Learner = "ridge",
    seed: int = 0,
    q: Floats | None = None,
) -> Estimate | Refused:
    """The value of a policy, or why nothing can be said of it.

    Parameters
    ----------
    policy : (n, k) chances of each action, or (n,) the action it takes; made from other customers or earlier days than
        the log's: a policy that was learned from these very decisions looks better than it is.
    method : one of :data:`METHODS`; or ``sequence``: what whole episodes bring, by
        :func:`~.sequences.per_decision_dr` with normalised weights, refused by the weights of whole episodes.
    model, seed, q : as for :func:`~.estimators.dr`.

    Raises
    ------
    PaybenchError
        If ``method`` is unknown.
    """
    refused = _refused(overlap(log, policy, episodes=method == SEQUENCE), balance(log))
    return refused if refused is not None else estimate(log, policy, method, model, seed, q)


def estimate(
    log: Log,
    policy: ArrayLike,
    method: str = "dr",
    model: str | Learner = "ridge",
    seed: int = 0,
    q: Floats | None = None,
) -> Estimate:
    """The value of a policy, whatever the log can say of it; arguments as of :func:`evaluate`, and method ``dm``."""
    if method == SEQUENCE:
        return per_decision_dr(log, policy, model, seed, normalised=True)
    if method == "dr":
        return dr(log, policy, model, seed, q)
    if method == "dm":
        return dm(log, policy, model, seed, q)
    if method not in METHODS:
        raise PaybenchError(f"method is '{method}'; give one of {', '.join((*METHODS, SEQUENCE))}.")
    return ips(log, policy) if method == "ips" else snips(log, policy)


def rank(
    log: Log,
    policies: Mapping[str, ArrayLike],
    method: str = "dr",
    model: str | Learner = "ridge",
    seed: int = 0,
    level: float = LEVEL,
) -> Ranking:
    """Compare policies on one log, with the log's own as one of them.

    A value is that of a policy on the decisions of the log, each in the state in which it was made: more contacts tire
    customers and make some of them forbid further ones, which shows only where the policy is used (:mod:`.hold_out`).

    Parameters
    ----------
    policies : by name, each as for :func:`evaluate`. method, model, seed : as for it. level : of the intervals.

    Raises
    ------
    PaybenchError
        If there is no policy, one has the name of the log's row, or ``method`` is unknown.
    """
    if not policies or LOG in policies:
        raise PaybenchError(f"Give one policy or more, none of them called '{LOG}'.")
    if method not in METHODS:
        raise PaybenchError(f"method is '{method}'; give one of {', '.join(METHODS)}.")
    q = cross_fitted(log, model, seed) if method == "dr" else None
    fair, done = balance(log), observed(log)
    rows, refused, told = {}, {}, {LOG: done}
    rows[LOG] = _row(done, None, level) | {"effective": float(len(log)), "refused": ""}
    for name, policy in policies.items():
        found = overlap(log, policy)
        why = _refused(found, fair)
        row = {"effective": found.effective, "refused": "" if why is None else why.short}
        if why is None:
            told[name] = estimate(log, policy, method, model, seed, q)
            row |= _row(told[name], done, level)
        else:
            refused[name] = why
        rows[name] = row
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("policy")
    columns = ["value", "low", "high", "gain", "gain_low", "gain_high", "effective", "refused"]
    table = table.reindex(columns=columns).sort_values("value", ascending=False, kind="stable", na_position="last")
    picked = max(told, key=lambda name: told[name].value)
    return Ranking(table, picked, refused, tuple(_about(told, picked, level)), method, level)


def _refused(found: Overlap, fair: Balance) -> Refused | None:
    return refusal(found) if fair.right else Refused(str(fair), "propensities are wrong")


def _row(one: Estimate, done: Estimate | None, level: float) -> dict[str, float]:
    low, high = one.interval(level)
    row = {"value": one.value, "low": low, "high": high}
    if done is not None:
        gain = one - done
        row |= dict(zip(("gain", "gain_low", "gain_high"), (gain.value, *gain.interval(level)), strict=True))
    return row


def _about(told: dict[str, Estimate], picked: str, level: float) -> list[str]:
    """How sure the pick is, against each other policy, all of them at once (Bonferroni)."""
    others = [name for name in told if name != picked]
    if not others:
        return ["Nothing can be compared with the log."]
    strict = 1 - (1 - level) / len(others)
    open_ = [name for name in others if (told[picked] - told[name]).interval(strict)[0] <= 0]
    what = "What was done" if picked == LOG else f"'{picked}'"
    if not open_:
        return [f"{what} is the best of {len(told)}, beyond the noise of this log."]
    names = ", ".join("what was done" if name == LOG else f"'{name}'" for name in open_)
    return [f"{what} has the largest value; this log does not tell it apart from {names}."]


def _short(value: float, signed: bool = False) -> str:
    """Four significant digits, and no exponent while nine characters hold it."""
    if not np.isfinite(value):
        return "-"
    digits = min(max(4 - int(np.floor(np.log10(max(abs(value), 1e-3)))) - 1, 0), 4)
    return f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
