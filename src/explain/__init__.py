"""Why: attributions in words, the pictures of the notebooks, and the report for finance."""

import sys
from typing import TYPE_CHECKING, Any

from .. import Menu
from .reasons import reasons

_MENU = {
    "beeswarm": "attributed",
    "behaviour": "",
    "figures": "",
    "importance": "attributed",
    "lives": "",
    "seen": "",
    "Sentences": "attributed",
    "targets": "",
    "tuned": "",
    "volume": "",
    "ways": "",
}

__all__ = [
    "beeswarm",
    "behaviour",
    "figures",
    "importance",
    "lives",
    "reasons",
    "seen",
    "Sentences",
    "targets",
    "tuned",
    "volume",
    "ways",
]

sys.modules[__name__].__class__ = Menu

if TYPE_CHECKING:  # checkers do not see a module's class

    def __getattr__(name: str) -> Any: ...
