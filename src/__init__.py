"""paybench: who pays late, when the cash comes, and why. Import as ``import paybench as pb``."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

from .errors import PaybenchError
from .ledger import Ledger, as_of, read_ledger, write_ledger

__all__ = [
    "Ledger",
    "PaybenchError",
    "as_of",
    "read_ledger",
    "write_ledger",
    "converse",
    "decide",
    "explain",
    "features",
    "models",
    "score",
    "worth",
]


class Menu(ModuleType):
    """A package whose names are loaded when first used, so that importing it stays cheap.

    ``_MENU`` says in which module each name is, or nothing where the name is that of a module itself. A name keeps its
    meaning where its module is called the same: ``pb.score`` is the function, also after ``import paybench.score``,
    which would otherwise put the module in its place.
    """

    _MENU: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        if name not in self._MENU:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        where = self._MENU[name]
        module = import_module(f".{where or name}", self.__name__)
        return getattr(module, name) if where else module

    def __setattr__(self, name: str, value: object) -> None:
        if not (self._MENU.get(name) and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._MENU})


_MENU = {"converse": "", "decide": "", "explain": "", "features": "", "models": "", "score": "score", "worth": ""}
sys.modules[__name__].__class__ = Menu

if TYPE_CHECKING:  # checkers do not see a module's class

    def __getattr__(name: str) -> Any: ...
