"""The calibration page: does a simulated ledger look like real receivables? One self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...files import replaced_file
from ...ledger import Ledger
from ...pages import Page
from ...pages import render as in_frame
from .comparison import MINUS, SPACE, Comparison, compare, period, shown, span, tied
from .curves import pictures
from .figures import Calibration
from .measures import BY_WEEKDAY, MEASURES
from .published import NEAR, NOT_FOUND

SYMBOLS = {
    "near": "\N{BLACK CIRCLE}",
    "inside": "\N{BLACK CIRCLE}",
    "above": "\N{BLACK UP-POINTING TRIANGLE}",
    "below": "\N{BLACK DOWN-POINTING TRIANGLE}",
}
"""A shape beside each word, so that neither colour nor the word is needed to see it."""

_TILES = ("late", "to_pay_mean", "late_mean", "bad_debt", "top_10")


MARK = '<meta name="generator" content="paybench calibration">'
"""Stands near the beginning of every page, so that a page is told from any other file."""


def write_calibration(
    file: str | Path,
    ledger: Ledger,
    like: Ledger | None = None,
    fit: Mapping[str, float] | None = None,
    counted: Mapping[str, float] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Comparison:
    """Write the page, whole or not at all.

    Parameters
    ----------
    file : the HTML file to write.
    ledger : the ledger that is judged, a simulated one as a rule.
    like : a ledger to draw and list beside it.
    fit, counted : parameters that were fitted to ``like``, and counted in it, by name. notes : on them, by name.

    Returns
    -------
    What the page tells; its ``str`` is for a terminal, its ``as_dict()`` for JSON.

    Raises
    ------
    PaybenchError
        If the file cannot be written.
    ImportError
        If Jinja2 or matplotlib is not installed.
    """
    made = compare(ledger, like, fit, counted, notes)
    text = render(made)
    with replaced_file(file) as path:
        path.write_text(text, encoding="utf-8")
    return made


def render(made: Comparison) -> str:
    """The page as text.

    Raises
    ------
    ImportError
        If Jinja2 or matplotlib is not installed.
    """
    folder = files(__package__ or "paybench.simulate.calibration")
    template, style = (folder.joinpath(f"page.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    page = Page(template, f"{made.world.name}: does it look like real receivables?", style)
    return in_frame(page, **context(made)).replace("<title>", f"{MARK}\n<title>", 1) + "\n"


def context(made: Comparison) -> dict[str, Any]:
    """What the template says, as text and plain numbers."""
    return {
        "world": _ledger(made.world),
        "like": _ledger(made.like) if made.like else None,
        "tiles": [_row(made, name) for name in _TILES],
        "gaps": str(made.gaps or "") if made.like else "",
        "inside": len(made.inside),
        "compared": len(made.inside) + len(made.outside),
        "alike": made.alike,
        "outside": [_row(made, name) for name in made.outside],
        "pictures": pictures(made),
        "families": _families(made),
        "published": [
            {
                "label": tied(MEASURES[p.figure].label),
                "range": span(p.low, p.high, MEASURES[p.figure].unit),
                "source": p.source,
                "year": p.year,
                "what": tied(p.what),
                "url": p.url,
                "mark": _mark(where) if made.like is None else None,
            }
            for p, where in made.judged
        ],
        "not_found": [{"what": what, "seen": tied(seen)} for what, seen in NOT_FOUND],
        "parameters": [
            {"how": how, "rows": [_parameter(made, name, value) for name, value in parameters.items()]}
            for how, parameters in (("Counted in", made.counted), ("Fitted by drawing worlds, to resemble", made.fit))
            if parameters
        ],
        "near": f"{NEAR:.0%}".replace("%", f"{SPACE}%"),
    }


def _parameter(made: Comparison, name: str, value: float) -> dict[str, str]:
    return {"name": name, "value": f"{value:.3g}".replace("-", MINUS), "note": made.notes.get(name, "")}


def _ledger(found: Calibration) -> dict[str, Any]:
    return {
        "name": found.name,
        "period": period(found),
        "currency": found.currency,
        "in_currency": f"{100 * found.in_currency:.0f}{SPACE}%",
        "several": found.in_currency < 1,
        "size": ", ".join(f"{shown(found.value(name), 'count')}{SPACE}{name}" for name in ("invoices", "customers")),
    }


def _families(made: Comparison) -> list[dict[str, Any]]:
    families: dict[str, list[dict[str, Any]]] = {}
    for name, measure in MEASURES.items():
        if name not in BY_WEEKDAY:
            families.setdefault(measure.family, []).append(_row(made, name))
    return [{"name": name, "rows": rows} for name, rows in families.items()]


def _row(made: Comparison, name: str) -> dict[str, Any]:
    measure = MEASURES[name]
    unit = f"{SPACE}days" if measure.unit == "days" else ""
    values = []
    for found in (made.world, made.like):
        value = float("nan") if found is None else found.value(name)
        text = shown(value, measure.unit)
        values.append(text + unit if text[-1].isdigit() else text)
    return {
        "label": tied(measure.label),
        "meaning": tied(measure.meaning),
        "value": values[0],
        "like": values[1],
        "near": _mark(made.near(name)),
        "published": [
            {
                "range": span(p.low, p.high, measure.unit) + unit,
                # Beside a book that it is to resemble a world is judged by that book.
                "mark": _mark(where) if made.like is None else None,
                "source": p.source,
                "year": p.year,
            }
            for p, where in made.judged
            if p.figure == name
        ],
    }


def _mark(where: str) -> dict[str, str] | None:
    return {"word": where, "symbol": SYMBOLS[where]} if where else None
