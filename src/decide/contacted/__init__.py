"""How communications perform: what was sent, what came of it, and what of that is their doing."""

from .outcomes import outcomes
from .performance import Performance, performance

__all__ = ["Performance", "outcomes", "performance"]
