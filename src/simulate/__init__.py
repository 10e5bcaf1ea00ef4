"""A ledger drawn from a known world: what happened, and the true probabilities behind it."""

from .foresight import Foreseen
from .policies import POLICIES, Confounded, Ladder, Randomised
from .settings import TYPES, CustomerType, Effects, Settings
from .sweep import sweep
from .truth import read_truth
from .view import Actions, View
from .world import World, simulate, stream_world, write_world

__all__ = [
    "POLICIES",
    "TYPES",
    "Actions",
    "Confounded",
    "CustomerType",
    "Effects",
    "Foreseen",
    "Ladder",
    "Randomised",
    "Settings",
    "View",
    "World",
    "read_truth",
    "simulate",
    "stream_world",
    "sweep",
    "write_world",
]
