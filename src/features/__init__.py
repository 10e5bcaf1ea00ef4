"""What was known: point-in-time features of decision points, and their labels."""

from .build import KEYS, at_issue, features_at, issue_rows, open_on, open_rows
from .catalogue import Feature, all_features, catalogue, feature
from .labels import labels
from .outcomes import past_days_late

__all__ = [
    "KEYS",
    "Feature",
    "all_features",
    "at_issue",
    "catalogue",
    "feature",
    "features_at",
    "issue_rows",
    "labels",
    "open_on",
    "open_rows",
    "past_days_late",
]
