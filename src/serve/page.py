"""The API as one HTML page that loads nothing: rendered here, from the same description as ``/openapi.json``."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """\
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
h2{margin-top:2.5rem;border-top:1px solid #ccc;padding-top:1rem}
code,pre{font:14px/1.45 ui-monospace,monospace;background:#f4f4f4}
pre{padding:.75rem;overflow:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #e4e4e4}
"""

POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""Its Content-Security-Policy: its own style, and nothing else."""


def docs_page(api: Mapping[str, Any]) -> str:
    """The page of an OpenAPI description."""
    info = api["info"]
    parts = [_route(path, method, said) for path, ways in api["paths"].items() for method, said in ways.items()]
    title = escape(f"{info['title']} {info['version']}")
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        f'<h1>{title}</h1>\n{_text(info.get("description", ""))}\n<p>As data: <a href="openapi.json">openapi.json</a>'
        f"</p>\n{''.join(parts)}</html>\n"
    )


def _route(path: str, method: str, said: Mapping[str, Any]) -> str:
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    return "".join(
        [
            f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>\n",
            f"<p><strong>{escape(said.get('summary', ''))}</strong></p>\n{_text(said.get('description', ''))}\n",
            _parameters(said.get("parameters", [])),
            _tables(body.get("schema", {})),
            _example(body),
            _answers(said.get("responses", {})),
        ]
    )


def _example(body: Mapping[str, Any]) -> str:
    if "example" not in body:
        return ""
    return f"<h3>Example</h3>\n<pre>{escape(json.dumps(body['example'], indent=1))}</pre>\n"


def _parameters(parameters: list[Mapping[str, Any]]) -> str:
    rows = [(p["name"], p["in"], "yes" if p.get("required") else "", p.get("description", "")) for p in parameters]
    return _table("Parameters", ("name", "in", "needed", "meaning"), rows)


def _tables(schema: Mapping[str, Any]) -> str:
    """What a body may hold: its own fields, then the columns of each table."""
    fields = schema.get("properties", {})
    needed = schema.get("required", [])
    own = [(name, "yes" if name in needed else "", said.get("description", "")) for name, said in fields.items()]
    text = _table("Body", ("field", "needed", "meaning"), own)
    for name, said in fields.items():
        row = said.get("items", {})
        columns = [
            (column, "yes" if column in row.get("required", []) else "", about.get("description", ""))
            for column, about in row.get("properties", {}).items()
        ]
        text += _table(f"A row of {name}", ("column", "needed", "meaning"), columns)
    return text


def _answers(answers: Mapping[str, Any]) -> str:
    return _table("Answers", ("status", "when"), [(code, said["description"]) for code, said in answers.items()])


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<h3>{escape(title)}</h3>\n<table>\n<tr>{names}</tr>\n{lines}</table>\n"


def _text(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part)
