"""Whether a new model of intents may serve: better on replies that neither has seen, and as safe and as honest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .figures import Answers, figures, macro_f1

DRAWS = 1000
"""Of the bootstrap."""
_WORSE_SAFETY, _WORSE_ECE = 0.0, 0.005
"""By how much the recall of safety intents may fall, and the calibration error rise."""


@dataclass(frozen=True)
class Check:
    """One question of the gate, and its answer in words."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True)
class Verdict:
    """What the gate says.

    Attributes
    ----------
    checks : every question. gain : of macro-F1, with the ends of its interval (95 %).
    challenger, champion : :func:`.figures` on the same replies.
    """

    checks: tuple[Check, ...]
    gain: tuple[float, float, float]
    challenger: dict[str, float]
    champion: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether the challenger may serve."""
        return all(check.passed for check in self.checks)

    @property
    def reason(self) -> str:
        """Why not, or that it passed."""
        failed = [check.text for check in self.checks if not check.passed]
        return "; ".join(failed) if failed else self.checks[0].text

    @property
    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        checks = [{"name": c.name, "passed": c.passed, "text": c.text} for c in self.checks]
        return {
            "passed": self.passed, "checks": checks, "gain": list(self.gain),
            "challenger": self.challenger, "champion": self.champion,
        }  # fmt: skip


def judge_intents(challenger: Answers, champion: Answers, seed: int = 0) -> Verdict:
    """Compare what two models say of the same replies.

    The difference of macro-F1 has to be above 0 with its whole interval (paired bootstrap over replies); the recall of
    safety intents may not fall, nor the calibration error rise by more than half a point.

    Parameters
    ----------
    challenger, champion : of the same replies in the same order, which neither was trained on.
    """
    rng = np.random.default_rng(seed)
    n = len(challenger.truth)
    gains = np.empty(DRAWS)
    for draw in range(DRAWS):
        rows = rng.integers(0, n, n)
        gains[draw] = macro_f1(challenger.take(rows)) - macro_f1(champion.take(rows))
    low, high = (float(end) for end in np.quantile(gains, (0.025, 0.975)))
    new, old = figures(challenger), figures(champion)
    gain = new["macro_f1"] - old["macro_f1"]
    checks = (
        Check(
            "better",
            low > 0,
            f"macro-F1 {new['macro_f1']:.3f} against {old['macro_f1']:.3f} ({low:+.3f} to {high:+.3f})",
        ),
        Check(
            "safe",
            new["safety_recall"] >= old["safety_recall"] - _WORSE_SAFETY,
            f"recall of safety intents {new['safety_recall']:.3f} against {old['safety_recall']:.3f}",
        ),
        Check(
            "honest",
            new["ece"] <= old["ece"] + _WORSE_ECE,
            f"calibration error {new['ece']:.3f} against {old['ece']:.3f}",
        ),
    )
    return Verdict(checks, (gain, low, high), new, old)
