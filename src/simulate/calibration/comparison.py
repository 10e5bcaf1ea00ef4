"""A ledger's figures beside those of another ledger and beside published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ...ledger import Ledger
from .figures import Calibration, calibration
from .measures import BY_WEEKDAY, MATURED, MEASURES
from .published import NEAR, PUBLISHED, Published

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"

CURVE = np.arange(-30, 91)
"""Days late at which the curves are held against each other."""


CLOSE = 0.02
"""Shares and correlations that lie no further apart count as near."""

MOVES = (0.025, 0.975)
"""A curve moves between the days by which these shares are reached of what it ends at."""


@dataclass(frozen=True)
class Comparison:
    """What a calibration page tells.

    Attributes
    ----------
    world : the ledger that is judged.
    like : the ledger beside it, if any.
    fit : parameters that were fitted to ``like``, by name. counted : those that were counted in it.
    notes : what is to be said beside a parameter, by its name.
    """

    world: Calibration
    like: Calibration | None = None
    fit: Mapping[str, float] = field(default_factory=dict)
    counted: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def gaps(self) -> Gaps | None:
        """How far the world is from ``like``; None without one, or where nothing is old enough."""
        return None if self.like is None else gaps(self.world, self.like)

    def near(self, name: str) -> str:
        """Where a figure of the world lies against ``like``: near, below or above; empty where there is none.

        Near is within :data:`~.published.NEAR` of it, or within :data:`CLOSE` where it is a share or a correlation.
        """
        if self.like is None:
            return ""
        value, book = self.world.value(name), self.like.value(name)
        if not (np.isfinite(value) and np.isfinite(book)):
            return ""
        room = NEAR * abs(book)
        if MEASURES[name].unit in ("share", "correlation"):
            room = max(room, CLOSE)
        return "near" if abs(value - book) <= room else "below" if value < book else "above"

    @property
    def alike(self) -> tuple[int, int]:
        """How many figures are near those of ``like``, and how many both have."""
        told = [self.near(name) for name, measure in MEASURES.items() if measure.family != "Size"]
        return told.count("near"), sum(bool(where) for where in told)

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
            "counted": {name: float(value) for name, value in self.counted.items()},
            "gaps": None if self.gaps is None else asdict(self.gaps),
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


def compare(
    ledger: Ledger,
    like: Ledger | None = None,
    fit: Mapping[str, float] | None = None,
    counted: Mapping[str, float] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Comparison:
    """Measure a ledger, and another one to hold it against.

    Parameters
    ----------
    ledger : the ledger that is judged. like : a real one, say.
    fit, counted : parameters fitted to ``like``, and counted in it, to be shown. notes : on parameters, by name.
    """
    beside = None if like is None else calibration(like)
    return Comparison(calibration(ledger), beside, dict(fit or {}), dict(counted or {}), dict(notes or {}))


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
    for head, parameters in (("Counted", made.counted), ("Fitted", made.fit)):
        for name, value in parameters.items():
            note = f" ({made.notes[name]})" if name in made.notes else ""
            lines.append(_short(f"{head}: {_short(name, 40)} = {value:.3g}{note}", 80))
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
            f"{span(p.low, p.high, measure.unit)} {where if made.like is None else ''} [{number}]".replace("  ", " ")
            for number, (p, where) in enumerate(made.judged, 1)
            if p.figure == name
        ] or [""]
        lines.append(f"{measure.label:31}{values}  {ranges[0]}".rstrip())
        lines += [" " * (33 + 13 * len(ledgers)) + more for more in ranges[1:]]
    if made.like is None:
        count = len(made.inside) + len(made.outside)
        lines += ["", f"{len(made.inside)} of {count} figures lie inside a published range."]
    else:
        lines += ["", f"{made.alike[0]} of {made.alike[1]} figures that both books have are near each other."]
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


@dataclass(frozen=True)
class Gaps:
    """How far the curve of days late of a world is from that of a book, in percentage points.

    Attributes
    ----------
    mean : absolute difference, over all of :data:`CURVE`; where both curves are flat it is small whatever they do.
    moving : over the days ``first`` to ``last`` on which the book's curve moves, :data:`MOVES` of it.
    largest : the largest difference, on day ``on`` after due.
    """

    mean: float
    moving: float
    first: int
    last: int
    largest: float
    on: int

    def __str__(self) -> str:
        """The three in words."""
        return (
            f"by {self.moving:.1f} percentage points on average from day {self.first} to {self.last}, where the book's "
            f"curve moves, by {self.largest:.1f} at most (day {self.on}), and by {self.mean:.1f} on average from day "
            f"{CURVE[0]} to {CURVE[-1]}"
        ).replace("-", MINUS)


def gaps(world: Calibration, book: Calibration) -> Gaps | None:
    """How far apart two curves of days late are; None where one of them has none."""
    if any(c.curves["days_late"].empty for c in (world, book)):
        return None
    mine, theirs = (_on_grid(c.curves["days_late"]) for c in (world, book))
    gap = 100 * np.abs(mine - theirs)
    low, high = (share * theirs[-1] for share in MOVES)
    first = int(np.argmax(theirs >= low))
    last = max(int(np.argmax(theirs >= high)), first)
    at = int(gap.argmax())
    return Gaps(
        float(gap.mean()), float(gap[first : last + 1].mean()), int(CURVE[first]), int(CURVE[last]), float(gap[at]),
        int(CURVE[at]),
    )  # fmt: skip


def distance(one: Calibration, other: Calibration) -> float:
    """Mean absolute difference of two curves of days late over :data:`CURVE`, in percentage points; NaN without one."""
    found = gaps(one, other)
    return np.nan if found is None else found.mean


def _on_grid(curve: pd.Series) -> np.ndarray:
    return np.interp(CURVE, curve.index.to_numpy(dtype=float), curve.to_numpy(dtype=float), left=0.0)
