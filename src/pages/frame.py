"""A page as one self-contained HTML text: nothing is loaded, and nothing runs but its one script.

Everything that data say passes through Jinja2's escaping; the Content-Security-Policy names the hash of the page's only
script, so that no other one runs, whatever stands in a name.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from .language import Language, language


@dataclass(frozen=True)
class Page:
    """What a page is made of.

    Attributes
    ----------
    template : Jinja2 text of the body, in which everything is escaped; undefined names are errors. It may call
        ``t("sentence", name=...)``, which says a sentence of the page's language (:class:`~.language.Language`).
    title : of the window. style : CSS after that of every page (``frame.css``). script : JavaScript; one per page.
    data : JSON-able, for the script, which finds it in the element ``#data``.
    """

    template: str
    title: str
    style: str = ""
    script: str = ""
    data: Any = None


def render(page: Page, spoken: Language | None = None, **context: Any) -> str:
    """The page as HTML; the same inputs give the same text.

    Parameters
    ----------
    spoken : the language; English by default. context : what the template says.

    Raises
    ------
    ImportError
        If Jinja2 is not installed.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    said = spoken or language("en")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["t"] = said
    body = environment.from_string(page.template).render(**context)
    frame = environment.from_string(_read("frame.html"))
    return frame.render(
        lang=said.code,
        title=page.title,
        policy=policy(page.script),
        style=Markup(_read("frame.css") + page.style),
        body=Markup(body),
        script=Markup(page.script),
        data=Markup(embedded(page.data)) if page.data is not None else "",
    )


def policy(script: str) -> str:
    """The Content-Security-Policy of a page with one script, or with none."""
    allowed = f"; script-src '{_sha(script)}'" if script else ""
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data:{allowed}; base-uri 'none'; form-action 'none'"


def embedded(data: Any) -> str:
    """JSON that can stand in a script element: no text in it can end the element or begin another."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _sha(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _read(name: str) -> str:
    return files(__package__ or "paybench.pages").joinpath(name).read_text(encoding="utf-8")
