"""A corpus of replies: who wrote each, in which language, and what it means."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from .meaning import INTENTS

COLUMNS = ("text", "intents", "language", "channel", "style")


@dataclass(frozen=True)
class Corpus:
    """Replies with their intents.

    Attributes
    ----------
    texts : (n,). intents : (n, intents) whether each is meant. languages : (n,).
    authors : (n,) the name of the file, each of which one author wrote. rows : as read. sha256 : of the files.
    """

    texts: tuple[str, ...]
    intents: NDArray[np.bool_]
    languages: tuple[str, ...]
    authors: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    sha256: str

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, which: NDArray[Any]) -> Corpus:
        """Some of its replies, by places or a mask."""
        places = np.arange(len(self))[which].tolist()
        texts, languages, authors, rows = (
            tuple(column[place] for place in places) for column in (self.texts, self.languages, self.authors, self.rows)
        )
        return Corpus(texts, self.intents[places], languages, authors, rows, self.sha256)


def read_corpus(*places: str | Path) -> Corpus:
    """Read files of JSON lines, or every such file of a folder.

    Raises
    ------
    PaybenchError
        If there is nothing, or a line is no reply with known intents.
    """
    files = [
        file for place in map(Path, places) for file in (sorted(place.glob("*.jsonl")) if place.is_dir() else [place])
    ]
    digest = hashlib.sha256()
    rows: list[dict[str, Any]] = []
    authors: list[str] = []
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise PaybenchError(f"{file} cannot be read ({error.strerror}); name files of replies.") from None
        digest.update(content)
        for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
            if not line.strip():
                continue
            rows.append(_row(line, f"{file}, line {number}"))
            authors.append(file.stem)
    if not rows:
        raise PaybenchError(
            f"There are no replies in {', '.join(map(str, places))}; name files of JSON lines, or a folder of some."
        )
    meant = np.array([[name in row["intents"] for name in INTENTS] for row in rows], dtype=bool)
    texts, languages = tuple(row["text"] for row in rows), tuple(row["language"] for row in rows)
    return Corpus(texts, meant, languages, tuple(authors), tuple(rows), digest.hexdigest())


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        fits = isinstance(row["text"], str) and row["intents"] and set(row["intents"]) <= set(INTENTS)
        fits = fits and isinstance(row["language"], str)
    except (ValueError, KeyError, TypeError):
        fits = False
    if not fits:
        raise PaybenchError(
            f"{where} is no reply: give one JSON object a line, with text, language and intents of "
            "paybench.converse.intents.INTENTS."
        )
    return row
