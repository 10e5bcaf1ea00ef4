"""The texts of answers by language: Jinja2 in a sandbox, in which a name that is not there is an error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from ...decide.worklist.texts import LANGUAGES as OF_LETTERS
from ...decide.worklist.texts import Speaker
from ...errors import PaybenchError
from .written import LANGUAGES

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

__all__ = ["CONSEQUENCES", "Texts", "dunning", "texts"]

CONSEQUENCES = ("interest", "fees", "stop", "collection", "legal")
"""What may be announced where it is enabled, and in the last tone only."""


class Texts:
    """The texts of one language."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said

    def has(self, *path: str) -> bool:
        """Whether there is a text at a place."""
        found: Any = self.said
        for key in path:
            if not isinstance(found, Mapping) or key not in found:
                return False
            found = found[key]
        return True

    def __call__(self, *path: str, **values: Any) -> str:
        """The text at a place, with values; nothing in a value is read as a text.

        Raises
        ------
        jinja2.UndefinedError
            If it asks for a value that is not given.
        """
        found: Any = self.said
        for key in path:
            found = found[key]
        return _compiled(str(found)).render(**values).strip()


@cache
def texts(language: str) -> Texts:
    """The texts of a language.

    Raises
    ------
    PaybenchError
        If nothing is written in it.
    """
    if language not in LANGUAGES:
        raise PaybenchError(f"Messages are not written in '{language}'; give one of {', '.join(LANGUAGES)}.")
    folder = files(__package__ or "paybench.converse.messages").joinpath("templates")
    return Texts(yaml.safe_load(folder.joinpath(f"{language}.yaml").read_text(encoding="utf-8")))


def dunning(language: str) -> Mapping[str, Any]:
    """The sentences of reminders: of the worklist's letters, in whose shape the other languages are written here."""
    return Speaker().said(language) if language in OF_LETTERS else texts(language).said["dunning"]


@cache
def _environment() -> SandboxedEnvironment:
    try:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError:
        raise PaybenchError(
            "Drafted answers need jinja2, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)  # plain text; pages and cards escape it


@cache
def _compiled(text: str) -> Any:
    return _environment().from_string(text)
