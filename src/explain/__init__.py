"""Why: attributions in words, the pictures of the notebooks, and the report for finance."""

import sys
from typing import TYPE_CHECKING, Any

from .. import Menu
from .reasons import reasons

_MENU = {
    "beeswarm": "attributed",
    "figures": "",
    "importance": "attributed",
    "Sentences": "attributed",
    "uncalibrated": "attributed",
}

__all__ = ["beeswarm", "figures", "importance", "reasons", "Sentences", "uncalibrated"]

sys.modules[__name__].__class__ = Menu

if TYPE_CHECKING:  # checkers do not see a module's class

    def __getattr__(name: str) -> Any: ...
