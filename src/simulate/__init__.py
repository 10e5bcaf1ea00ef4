"""A ledger drawn from a known world: what happened, and the true probabilities behind it."""

from .customers import TYPES, CustomerType
from .truth import read_truth
from .world import World, simulate, write_world

__all__ = ["TYPES", "CustomerType", "World", "read_truth", "simulate", "write_world"]
