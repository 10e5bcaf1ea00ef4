"""What has to be asked before a guess is imported, because nothing in the file tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from ..readers.formulas import columns_of
from ..readers.sheet import Sheet
from .columns import Found
from .kinds import kind_of, sides_of
from .profiles import AMOUNTS, Profile
from .styles import UNCLEAR


def open_questions(
    sheet: Sheet, columns: Sequence[Profile], found: Mapping[str, Found], why: str, perhaps: Profile | None
) -> Iterator[str]:
    """The questions, each in a sentence.

    Parameters
    ----------
    why : how it is known how amounts are written. perhaps : a column that may say debit and credit.
    """
    yield from _marks(sheet, columns, found, why)
    yield from _sides(perhaps, "side" if "kind" in found else "kind")
    yield from _types(columns, found)


def _marks(sheet: Sheet, columns: Sequence[Profile], found: Mapping[str, Found], why: str) -> Iterator[str]:
    """Whether 1.250 is more than a thousand or less than two, where no number tells."""
    used = {name for ours in AMOUNTS if ours in found for name in columns_of(found[ours].column)}
    for column in columns:
        native = sheet.native.get(column.name)
        if column.name in used and column.marks and column.marks.unclear and why == UNCLEAR and native is None:
            like = column.values.like(r"^\D*\d{1,3}[.,]\d{3}\D*$")
            number = column.values.text.filter(pa.array(like))[0].as_py()
            yield (
                f"nothing tells whether {number} in {column.name} is more than a thousand or has three decimals; say "
                "which mark is the decimal one, --map ',=decimal' or --map '.=decimal'."
            )


def _types(columns: Sequence[Profile], found: Mapping[str, Found]) -> Iterator[str]:
    """Types of documents of which none is known."""
    for column in columns:
        texts = column.values.text.to_pylist()
        if (
            "kind" in found
            and column.name == found["kind"].column
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
