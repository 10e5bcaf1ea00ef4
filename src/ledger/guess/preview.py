"""A guess as a page of text, 80 columns wide: what was taken for what and why, and the first rows as they are read."""

from __future__ import annotations

from textwrap import fill

import pandas as pd

from ..readers.formulas import columns_of
from ..readers.importer import Import
from ..readers.parse import example_date
from .columns import Found
from .maps import target_of
from .reading import Guess
from .remarks import notes, types
from .shape import Shape

WIDTH = 80
_ROWS = 3
_SHOWN = ("invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency")


def preview(guess: Guess, shape: Shape, result: Import | None, question: str | None) -> str:
    """The page.

    Parameters
    ----------
    result : what an import of the file by the guess gives; None if there is none.
    question : what has to be said before an import.
    """
    parts = [_head(guess, shape), mapping(guess)]
    if unused := guess.unused():
        parts.append(_wrapped(f"not used: {', '.join(unused)}"))
    if said := told(guess, shape):
        parts.append(said)
    parts.append(_raw(guess) if result is None else _read(result))
    if question:
        parts.append(_wrapped(question))
    return "\n\n".join(parts)


def told(guess: Guess, shape: Shape, layout: bool = False) -> str:
    """The part of the page that says what types were taken for, and what is uncertain, and perhaps the layout."""
    lines = [f"read as {guess.layout.said}"] if layout else []
    lines += [f"{column}: {what}" for column, what in types(guess, shape).items()]
    lines += [f"uncertain: {note}" for note in notes(guess, shape)]
    return "\n".join(map(_wrapped, lines))


def shown(found: Found) -> str:
    """A column of the file, those that a formula is computed from, or a constant."""
    return found.column if found.constant else " / ".join(columns_of(found.column))


def _head(guess: Guess, shape: Shape) -> str:
    issued = guess.found.get("issued_on")
    pattern = issued.days.pattern if issued and issued.days else None
    minus = ", ".join(style for style in guess.amounts.minus if style != "leading")
    facts = [
        guess.layout.said,
        f"{len(guess.sheet)} rows, each {shape.row}" + (f"; {shape.again} for an invoice again" if shape.again else ""),
        *([f"days like {written(pattern)}"] if pattern else []),
        f"amounts like 1{guess.amounts.thousands[:1]}234{guess.amounts.decimal}56 ({guess.amounts_why})"
        + (f", minus also {minus}" * bool(minus)),
    ]
    return "\n".join([guess.path.name, *(_wrapped(fact, "  ") for fact in facts)])


def written(pattern: str) -> str:
    """The last day of 2025 in a pattern of :mod:`..formulas`."""
    return example_date(pattern.replace("%y", "25").replace("%T", "23:59"))


def mapping(guess: Guess) -> str:
    """The part of the page that says what was taken for what."""
    rows = [("ours", "theirs", "sure", "why")]
    issued = guess.found.get("issued_on")
    usual = issued.days.pattern if issued and issued.days else None
    for ours, found in guess.found.items():
        theirs = f"'{found.column}'" if found.constant else shown(found)
        why = found.reason + (
            f"; days like {written(found.days.pattern)}" if found.days and found.days.pattern != usual else ""
        )
        rows.append((target_of(ours), theirs, f"{found.confidence:.0%}", why))
    unknown = [ours for ours in guess.missing() if ours not in guess.found]
    rows += [(target_of(ours), "?", "", "no column could be told") for ours in unknown]
    first, second = (max(len(_cut(row[k], 24)) for row in rows) for k in (0, 1))
    lines = []
    for ours, theirs, sure, why in rows:
        start = f"{_cut(ours, 24):<{first}}  {_cut(theirs, 24):<{second}}  {sure:>4}  "
        lines.append(
            fill(
                start + why, WIDTH, subsequent_indent=" " * len(start), break_on_hyphens=False, drop_whitespace=False
            ).rstrip()
        )
    return "\n".join(line.rstrip() for text in lines for line in text.splitlines())


def _read(result: Import) -> str:
    invoices = result.ledger.invoices.head(_ROWS)
    frame = pd.DataFrame({name: _text(invoices[name]) for name in _SHOWN})
    tables = {name: count for name, count in result.summary["tables"].items() if count}
    counts = ", ".join(f"{count} {name[:-1] if count == 1 else name}" for name, count in tables.items())
    lines = ["the first rows as they are read", *_grid(frame), _wrapped(f"in all: {counts}")]
    lines += [_wrapped(f"{count} rejected: {reason}", "  ") for reason, count in result.summary["reasons"].items()]
    if over := sum(file["passed_over"] for file in result.summary["files"]):
        lines.append(f"  {over} passed over: empty, or summing up the others")
    return "\n".join(lines)


def _raw(guess: Guess) -> str:
    known: list[tuple[str, Found]] = [(ours, f) for ours, f in guess.found.items() if ours in _SHOWN and not f.constant]
    rows = pd.DataFrame({target_of(ours): guess.sheet.trimmed(f.column).to_pandas() for ours, f in known})
    filled = (rows != "").sum(axis=1) > 0.5 * rows.shape[1]
    return "\n".join(["the first rows as they stand", *_grid(rows[filled].head(_ROWS))])


def _text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d")
    if pd.api.types.is_float_dtype(values):
        return values.map("{:.2f}".format)
    return values.astype("str")


def _grid(frame: pd.DataFrame) -> list[str]:
    cells = [list(map(str, frame.columns)), *([_cut(str(v), 20) for v in row] for row in frame.to_numpy())]
    widths = [max(len(row[k]) for row in cells) for k in range(frame.shape[1])]
    return [
        "  " + "  ".join(f"{v:<{w}}" for v, w in zip(row, widths, strict=True)).rstrip()[: WIDTH - 2] for row in cells
    ]


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."


def _wrapped(text: str, indent: str = "") -> str:
    return fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
