"""What has to be asked before a guess is imported, because nothing in the file tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from ..readers.formulas import columns_of
from ..readers.sheet import Sheet
from .columns import Found
from .kinds import kind_of, sides_of
from .maps import SAID, target_of
from .profiles import AMOUNTS, Profile
from .styles import UNCLEAR
from .words import name_fit, unit_said

_CALLED = 0.7
"""A column that is called a type so surely is asked about, if nothing that it says is known."""

_SOME = 12
"""Types are a few words."""


def open_questions(
    sheet: Sheet,
    columns: Sequence[Profile],
    found: Mapping[str, Found],
    why: str,
    perhaps: Profile | None,
    unused: frozenset[str],
) -> Iterator[str]:
    """The questions, each in a sentence.

    Parameters
    ----------
    why : how it is known how amounts are written. perhaps : a column that may say debit and credit.
    unused : columns that are nothing, as the user says.
    """
    yield from _marks(sheet, columns, found, why)
    yield from _units(columns, found)
    yield from _sides(perhaps, "side" if "kind" in found else "kind")
    yield from _types(columns, found, unused)


def _marks(sheet: Sheet, columns: Sequence[Profile], found: Mapping[str, Found], why: str) -> Iterator[str]:
    """Whether 1.250 is more than a thousand or less than two, where no number tells, or numbers tell both."""
    used = {name for ours in AMOUNTS if ours in found for name in columns_of(found[ours].column)}
    for column in columns:
        marks = column.marks
        if column.name not in used or not marks or not marks.unclear or column.name in sheet.native:
            continue
        if why == UNCLEAR or (why != SAID and marks.comma and marks.point):
            like = column.values.like(r"^\D*\d{1,3}[.,]\d{3}\D*$")
            number = column.values.text.filter(pa.array(like))[0].as_py()
            yield (
                f"nothing tells whether {number} in {column.name} is more than a thousand or has three decimals; say "
                "which mark is the decimal one, --map ',=decimal' or --map '.=decimal'."
            )


def _units(columns: Sequence[Profile], found: Mapping[str, Found]) -> Iterator[str]:
    """Amounts in thousands or hundredths, or in another currency than that of the document."""
    currency = found.get("currency")
    codes = next((c.distinct for c in columns if currency and not currency.constant and c.name == currency.column), 0)
    house = codes > 1 and currency and currency.reason != SAID and not unit_said(currency.column, "house")
    for ours in AMOUNTS:
        f = found.get(ours)
        for name in columns_of(f.column) if f and f.reason != SAID else ():
            if unit_said(name, "parts"):
                yield (
                    f"{name} says that its amounts are no whole units of a currency; export them as such, or say that "
                    f"they are with --map '{name}={target_of(ours)}'."
                )
            if house and currency and unit_said(name, "house"):
                yield (
                    f"{name} is in the currency of the books, and {currency.column} says several; give that of the "
                    f"books, for example --map 'EUR=currency', or another column, --map 'theirs={target_of(ours)}'."
                )


def _types(columns: Sequence[Profile], found: Mapping[str, Found], unused: frozenset[str]) -> Iterator[str]:
    """Types of documents of which none is known."""
    taken = {name for f in found.values() for name in columns_of(f.column)} | unused
    for column in columns:
        texts = column.values.text.to_pylist()
        called = "kind" not in found and column.name not in taken and name_fit("kind", column.name).score >= _CALLED
        if (
            ((called and 1 < len(texts) <= _SOME) or ("kind" in found and column.name == found["kind"].column))
            and not sides_of(texts)
            and not any(map(kind_of, texts))
        ):
            yield (
                f"{column.name} says {', '.join(texts[:4])}, and none of it is a known type of document; leave it out "
                f"with --map '{column.name}=nothing', keep the guess with --write, and say in that file what they are."
            )


def _sides(column: Profile | None, ours: str) -> Iterator[str]:
    """A column of two letters that may be the sides of an account."""
    if column is not None:
        words = " and ".join(column.values.text.to_pylist())
        yield (
            f"{column.name} says {words}, which may be debit and credit; say so with --map '{column.name}={ours}', or "
            f"that it is not with --map '{column.name}=nothing'."
        )
