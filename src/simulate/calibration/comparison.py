"""A ledger's figures beside those of another ledger and beside published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ...ledger import Ledger
from .figures import Calibration, calibration
from .measures import BY_WEEKDAY, MATURED, MEASURES
from .published import PUBLISHED, Published

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"

CURVE = np.arange(-30, 91)
"""Days late at which the curves are held against each other."""


@dataclass(frozen=True)
class Comparison:
    """What a calibration page tells.

    Attributes
    ----------
    world : the ledger that is judged.
    like : the ledger beside it, if any.
    fit : parameters that were fitted to ``like``, by name.
    """

    world: Calibration
    like: Calibration | None = None
    fit: Mapping[str, float] = field(default_factory=dict)

    @property
    def judged(self) -> list[tuple[Published, str]]:
        """Each published figure, and where this world's lies: inside, below, above, or empty where it has none."""
        return [(p, p.judge(self.world.value(p.figure))) for p in PUBLISHED]

    @property
    def inside(self) -> list[str]:
        """Figures that lie inside at least one published range."""
        return self._named({p.figure for p, where in self.judged if where == "inside"})

    @property
    def outside(self) -> list[str]:
        """Figures that lie outside every published range."""
        return self._named({p.figure for p, where in self.judged if where} - set(self.inside))

    def _named(self, names: set[str]) -> list[str]:
        return [name for name in MEASURES if name in names]

    def __str__(self) -> str:
        """The figures as lines of at most 80 columns."""
        return "\n".join(_lines(self))

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold; what is not known is None."""
        return {
            "world": _plain(self.world),
            "like": _plain(self.like) if self.like else None,
            "fit": {name: float(value) for name, value in self.fit.items()},
            "published": [
                {
                    "figure": p.figure, "low": p.low, "high": p.high, "where": where or None, "source": p.source,
                    "year": p.year, "what": p.what, "url": p.url,
                }
                for p, where in self.judged
            ],
            "inside": self.inside,
            "outside": self.outside,
        }  # fmt: skip


def compare(ledger: Ledger, like: Ledger | None = None, fit: Mapping[str, float] | None = None) -> Comparison:
    """Measure a ledger, and another one to hold it against.

    Parameters
    ----------
    ledger : the ledger that is judged. like : a real one, say. fit : parameters fitted to ``like``, to be shown.
    """
    return Comparison(calibration(ledger), None if like is None else calibration(like), dict(fit or {}))


def shown(value: float, unit: str) -> str:
    """A figure as text, a dash where there is none.

    Examples
    --------
    >>> [shown(v, "share").replace(SPACE, " ") for v in (0.4567, 0.0001, 0.0)]
    ['45.7 %', 'under 0.1 %', '0.0 %']
    """
    if np.isnan(value):
        return DASH
    if np.isinf(value):
        return f"over{SPACE}{MATURED}{SPACE}late"
    if unit == "share":
        return f"under{SPACE}0.1{SPACE}%" if 0 < value < 0.0005 else f"{100 * value:.1f}{SPACE}%"
    places = {"count": 0, "months": 1, "days": 1}.get(unit, 2)
    text = f"{abs(value):,.{places}f}"
    if unit == "days":
        text = text.removesuffix(".0")
    return MINUS + text if value < 0 and float(text.replace(",", "")) else text


def span(low: float, high: float, unit: str) -> str:
    """A published range as text.

    Examples
    --------
    >>> [span(*r).replace(SPACE, " ").replace(DASH, " to ") for r in ((0.45, 0.5, "share"), (34, 37, "days"))]
    ['45 to 50 %', '34 to 37']
    """
    scale, places, mark = (100.0, 1, f"{SPACE}%") if unit == "share" else (1.0, 2, "")
    ends = [f"{scale * end:.{places}f}".rstrip("0").rstrip(".") for end in (low, high)]
    return DASH.join(dict.fromkeys(ends)) + mark


def tied(text: str) -> str:
    """Text whose percent signs stay with their numbers at the end of a line."""
    return text.replace(" %", f"{SPACE}%")


def period(found: Calibration) -> str:
    """'2024-01-02 to 2025-12-31', the last day that is looked at included."""
    if found.first is None or found.end is None:
        return "no invoices"
    return f"{found.first:%Y-%m-%d} to {found.end - pd.Timedelta(days=1):%Y-%m-%d}"


def _lines(made: Comparison) -> list[str]:
    ledgers = [made.world] + ([made.like] if made.like else [])
    heads = ["This world", "Like"][: len(ledgers)]
    lines = [
        f"{head + ':':12}{_short(found.name, 40)}, {period(found)}" for head, found in zip(heads, ledgers, strict=True)
    ]
    lines += [f"Fitted: {_short(name, 40)} = {value:.4g}" for name, value in made.fit.items()]
    family = ""
    for name, measure in MEASURES.items():
        if name in BY_WEEKDAY:
            continue
        if measure.family != family:
            family = measure.family
            titles = "".join(f"{head:>13}" for head in heads)
            lines += ["", f"{family:31}{titles}  Published"]
        values = "".join(f"{shown(f.value(name), measure.unit):>13}" for f in ledgers)
        ranges = [
            f"{span(p.low, p.high, measure.unit)} {where} [{number}]"
            for number, (p, where) in enumerate(made.judged, 1)
            if p.figure == name
        ] or [""]
        lines.append(f"{measure.label:31}{values}  {ranges[0]}".rstrip())
        lines += [" " * (33 + 13 * len(ledgers)) + more for more in ranges[1:]]
    count = len(made.inside) + len(made.outside)
    lines += ["", f"{len(made.inside)} of {count} figures lie inside a published range."]
    lines += [_short(f"[{n}] {p.source}, {p.year}", 80) for n, (p, _) in enumerate(made.judged, 1)]
    return [line.replace(SPACE, " ").replace(DASH, "-").replace(MINUS, "-") for line in lines]


def _short(text: str, width: int) -> str:
    """Text of one line that fits."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= width else plain[: width - 3] + "..."


def _plain(found: Calibration) -> dict[str, Any]:
    return {
        "name": found.name,
        "from": None if found.first is None else f"{found.first:%Y-%m-%d}",
        "as_of": None if found.end is None else f"{found.end:%Y-%m-%d}",
        "currency": found.currency or None,
        "figures": {
            name: {
                "value": found.value(name) if np.isfinite(found.value(name)) else None,
                "text": shown(found.value(name), measure.unit).replace(SPACE, " "),
                "n": int(n),
                "unit": measure.unit,
            }
            for (name, measure), n in zip(MEASURES.items(), found.figures["n"], strict=True)
        },
    }


def distance(one: Calibration, other: Calibration) -> float:
    """Mean absolute difference of two curves of days late, in percentage points."""
    curves = [_on_grid(c.curves["days_late"]) for c in (one, other)]
    return float(100 * np.abs(curves[0] - curves[1]).mean())


def _on_grid(curve: pd.Series) -> np.ndarray:
    return np.interp(CURVE, curve.index.to_numpy(dtype=float), curve.to_numpy(dtype=float), left=0.0)
