"""The decisions of a day: segments, policy, effects, worklist and exceptions together, and a log of what was chosen."""

from .decisions import Decisions
from .made import make_decisions
from .today import Today, plan_today

__all__ = ["Decisions", "Today", "make_decisions", "plan_today"]
