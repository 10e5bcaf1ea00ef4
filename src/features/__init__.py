"""What was known: point-in-time features of decision points, and their labels."""

from . import example, proof
from .build import KEYS, at_issue, features_at, landmarks, open_on
from .catalogue import Feature, all_features, catalogue, feature, forget, missing_flags, missing_reasons
from .explain import Explained, explain
from .labels import labels
from .outcomes import Habits, habits, past_days_late
from .points import issue_rows, landmark_rows, open_rows

__all__ = [
    "KEYS",
    "Explained",
    "Feature",
    "Habits",
    "all_features",
    "at_issue",
    "catalogue",
    "example",
    "explain",
    "feature",
    "features_at",
    "forget",
    "habits",
    "issue_rows",
    "labels",
    "landmark_rows",
    "landmarks",
    "missing_flags",
    "missing_reasons",
    "open_on",
    "open_rows",
    "past_days_late",
    "proof",
]
