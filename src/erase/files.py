"""One file, cleaned as its kind allows: row by row, value by value, or deleted whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..files import replaced_file
from .database import MARK, clean_database
from .gate import HABITS, ROWS, clean_gate
from .person import Persons
from .rows import Changed, clean_csv, clean_parquet
from .search import readings

REMOVED, REPLACED, DELETED = "rows removed", "mentions replaced", "deleted"
"""What can become of a file."""

_PAGES = (".html", ".htm", ".ipynb", ".md", ".xlsx", ".pdf")
_ACCOUNTS = ("import.json",)
_PARTS = ("bundle", "twin", "champion", "models")
_NEEDED = ("candidate.json", "card.json", "card.md", "metrics.csv", "trials.csv", "gate.json")
_KEPT = ("promotions.jsonl", "erasures.jsonl", "settings.yaml", ".lock", ".ready")
_LIFE = re.compile(r"\b(?:life|timeline)\(")
"""Draws one invoice or customer into a picture, whose letters cannot be searched."""
_PICTURE = re.compile(r"data:image/|image/png")


def remains(inner: Path, in_store: bool) -> bool:
    """Whether a file of a store is one of those that make up a version or a log, which hold no row of anybody."""
    if not in_store:
        return False
    return bool(set(_PARTS) & set(inner.parts[:-1])) or inner.name in _NEEDED or str(inner) in _KEPT


def clean(file: Path, inner: Path, persons: Persons, write: bool) -> Iterator[tuple[str, int]]:
    """Clean one file.

    Parameters
    ----------
    file : which. inner : its path below what was asked for, whose words count, too. write : False only tells.

    Yields
    ------
    What was done, and how many rows, values or files it concerned.
    """
    if persons.named.within(" ".join(inner.parts)) or persons.named.within(file.stem):
        yield _deleted(file, write)
        return
    if inner.name in (HABITS, f".{HABITS}.new") and file.with_name(ROWS).exists():
        return
    if inner.name == ROWS and file.with_name(HABITS).exists():
        yield REMOVED, clean_gate(file.parent, persons, write)
        return
    content = file.read_bytes()
    if content.startswith(MARK):
        removed, changed = clean_database(file, persons, write)
        yield REMOVED, removed
        yield REPLACED, changed
        return
    if inner.name in _ACCOUNTS and (account := _account(content)) is not None:
        yield REPLACED, _clean_account(file, account, persons, write)
        return
    done = _by_rows(file, persons, write)
    if done is not None:
        yield REMOVED, done.removed
        yield REPLACED, done.changed
        return
    page = inner.suffix.lower() in _PAGES
    if (persons.called if page else persons.named).in_file(inner.name, content) or (page and _draws_lives(content)):
        yield _deleted(file, write)


def _by_rows(file: Path, persons: Persons, write: bool) -> Changed | None:
    """What became of a table's rows; None if it is no table that can be read."""
    try:
        if file.suffix.lower() == ".parquet":
            return clean_parquet(file, persons, write)
        if file.suffix.lower() in (".csv", ".tsv"):
            return clean_csv(file, persons, write)
    except (pa.ArrowException, ValueError):
        return None
    return None


def _deleted(file: Path, write: bool) -> tuple[str, int]:
    if write:
        file.unlink()
    return DELETED, 1


def _draws_lives(content: bytes) -> bool:
    texts = list(readings(content))
    return any(_LIFE.search(text) for text in texts) and any(_PICTURE.search(text) for text in texts)


def _account(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _clean_account(file: Path, account: Any, persons: Persons, write: bool) -> int:
    """The account of an import keeps its counts and sums; what it says of somebody in words goes."""
    count = 0

    def cleaned(value: Any) -> Any:
        nonlocal count
        if isinstance(value, dict):
            return {cleaned(key): cleaned(item) for key, item in value.items()}
        if isinstance(value, list):
            return [cleaned(item) for item in value]
        if isinstance(value, str) and persons.named.within(value):
            count += 1
            return persons.named.replaced(value)
        return value

    new = cleaned(account)
    if count and write:
        with replaced_file(file) as target:
            target.write_text(json.dumps(new, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return count
