"""What decisions are worth: dunning policies that live in the same simulated worlds, and what came of each."""

from .arms import Arm, Experiment, FixedLadder, RiskRanked, Valuing
from .contest import ARMS, Case, Contest, contest, experiment, policies
from .outcomes import Outcome, outcome

__all__ = [
    "ARMS",
    "Arm",
    "Case",
    "Contest",
    "Experiment",
    "FixedLadder",
    "Outcome",
    "RiskRanked",
    "Valuing",
    "contest",
    "experiment",
    "outcome",
    "policies",
]
