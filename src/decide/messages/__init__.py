"""What customers' messages mean, by a few patterns that anybody can read."""

from .meanings import MEANINGS, alarming, recognised, says_insolvent

__all__ = ["MEANINGS", "alarming", "recognised", "says_insolvent"]
