"""Why: attributions, reasons in words, and the pictures of the notebooks."""

import sys
from typing import TYPE_CHECKING, Any

from .. import Menu
from .reasons import reasons

_MENU = {
    "attributions": "attributions",
    "beeswarm": "attributed",
    "behaviour": "",
    "cash_pictures": "",
    "cohorts": "attributed",
    "dependence": "attributed",
    "figures": "",
    "importance": "attributed",
    "lives": "",
    "seen": "",
    "Sentences": "attributed",
    "targets": "",
    "treeshap": "",
    "tuned": "",
    "volume": "",
    "ways": "",
}

__all__ = [
    "attributions",
    "beeswarm",
    "behaviour",
    "cash_pictures",
    "cohorts",
    "dependence",
    "figures",
    "importance",
    "lives",
    "reasons",
    "seen",
    "Sentences",
    "targets",
    "treeshap",
    "tuned",
    "volume",
    "ways",
]

sys.modules[__name__].__class__ = Menu

if TYPE_CHECKING:  # checkers do not see a module's class

    def __getattr__(name: str) -> Any: ...
