"""One message understood: what it means, and which days, amounts and invoices it names."""

from .mood import mood
from .understand import understand
from .understood import Understood

__all__ = ["Understood", "mood", "understand"]
