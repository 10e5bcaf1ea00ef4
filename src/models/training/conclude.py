"""What came of the comparison, in one sentence on two lines, or three where it is in doubt."""

from __future__ import annotations

from ..judge.compare import EMPIRICAL, MODEL
from ..judge.decline import in_doubt
from .candidate import Candidate

LOSSES = {"log_loss": "log loss", "mae": "mean absolute error in days", "crps": "CRPS in days"}
"""Losses with a skill, and how they are called."""


def conclusion(candidate: Candidate, loss: str) -> str:
    """Whether the model beats the customer's own distribution: yes only if the whole interval of its skill is above 0.

    Parameters
    ----------
    candidate : trained, not declined. loss : one of :data:`LOSSES`.
    """
    ours, theirs = (float(candidate.metrics[loss][name]) for name in (MODEL, EMPIRICAL))
    skill, low, high = candidate.about["skill"][loss]
    verdict = "beats" if low > 0 else "does not beat"
    doubt = "" if low > 0 else f"\n{in_doubt(candidate.about['gate_rows'], skill, low).capitalize()}."
    return (
        f"The model {verdict} the {EMPIRICAL} on {candidate.about['gate_rows']} later invoices:\n"
        f"{LOSSES[loss]} {ours:.4f} against {theirs:.4f}, skill {skill:+.1%} "
        f"(95 % interval {low:+.1%} to {high:+.1%}).{doubt}"
    )
