"""The chat page as one HTML text: its own style and script, allowed by their hashes, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape
from importlib.resources import files

import yaml
from starlette.responses import Response

from ...pages import LANGUAGES, Language
from ...pages.frame import embedded

SCRIPTS = ("words.js", "labels.js", "customer.js", "collector.js", "page.js")
"""In this order they are the page's one script."""
_SAID = re.compile(r"\{t:([^{}]+)\}")
_PLACE = re.compile(r"\{(lang|style|script|data)\}")
_LANGUAGE = re.compile(r"\s*([a-z]{2})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([0-9.]{1,5})\s*)?", re.IGNORECASE)


def chat_page(accepted: str) -> Response:
    """The page.

    Parameters
    ----------
    accepted : the header Accept-Language; the first of the page's languages in it, else English.
    """
    style, script = style_of("page.css"), "\n".join(_read(name) for name in SCRIPTS)
    text = _html(language_of(accepted).code)
    return html_response(text, style, script, "connect-src 'self'")


def html_response(text: str, style: str, script: str = "", more: str = "", status: int = 200) -> Response:
    """A page under a Content-Security-Policy that names its own style and script."""
    parts = ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", f"style-src '{_sha(style)}'"]
    parts += [f"script-src '{_sha(script)}'"] if script else []
    parts.append(more or "form-action 'none'")
    headers = {"content-security-policy": "; ".join(parts), "vary": "accept-language"}
    return Response(text, status, headers, media_type="text/html")


def language_of(accepted: str) -> Language:
    """The language of the pages that a browser wants most, with the sentences of these ones."""
    found = []
    for place, part in enumerate(accepted[:200].split(",")):
        match = _LANGUAGE.fullmatch(part)
        if match and match[1].lower() in LANGUAGES:
            try:
                found.append((-float(match[2] or 1), place, match[1].lower()))
            except ValueError:
                continue
    return _language(min(found)[2] if found else "en")


def style_of(name: str) -> str:
    """A style sheet after the colours and letters of every page of the house."""
    frame = files("paybench.pages").joinpath("frame.css").read_text(encoding="utf-8")
    return frame.partition("\nmain {")[0] + "\n" + _read(name)


@cache
def _html(code: str) -> str:
    said = _language(code)
    frame = _SAID.sub(lambda found: escape(said(found[1])), _read("page.html"))
    parts = {
        "lang": code,
        "style": style_of("page.css"),
        "script": "\n".join(_read(name) for name in SCRIPTS),
        "data": embedded({"lang": code, "sentences": said.sentences}),
    }
    return _PLACE.sub(lambda found: parts[found[1]], frame)


@cache
def _language(code: str) -> Language:
    if code == "en":
        return Language("en")
    return Language(code, {str(k): str(v) for k, v in yaml.safe_load(_read(f"{code}.yaml")).items()})


@cache
def _read(name: str) -> str:
    return files(__package__ or "paybench.serve.chat").joinpath(name).read_text(encoding="utf-8")


def _sha(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
