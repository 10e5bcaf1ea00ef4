"""What a contact does, learned from randomised contacts, what that is worth, and which one to take."""

from ..dunning.policy import Money
from .choose import Chosen, choose
from .judging import Judged, judge
from .known import decision_features
from .learn import Uplift, learn
from .learners import DRLearner, MeanEffect, TLearner
from .logged import decisions, outcome, shares
from .saved import read, save
from .table import effect_table
from .value import Valued, expected_value

__all__ = [
    "Chosen", "DRLearner", "Judged", "MeanEffect", "Money", "TLearner", "Uplift", "Valued", "choose",
    "decision_features", "decisions", "effect_table", "expected_value", "judge", "learn", "outcome",
    "read", "save", "shares",
]  # fmt: skip
