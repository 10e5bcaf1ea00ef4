"""What messages mean, as somebody or something read them: names of intents, separated by commas, in one column."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from .source import codes, different
from .streams import Flags


class Meanings:
    """What each row of ``messages`` was read to mean.

    A different meaning is taken apart once, however many messages have it.

    Parameters
    ----------
    said : (m,) the column; a missing or blank value = not read.

    Attributes
    ----------
    read : (m,) whether each row was read. any : whether one was.
    """

    def __init__(self, said: pa.Array) -> None:
        texts = different(said)
        self._code = codes(said, texts, -1)
        self._names = [{name.strip() for name in text.split(",")} - {""} for text in texts.to_pylist()]
        self._found: dict[frozenset[str], Flags] = {}
        self.read: Flags = self._those([bool(names) for names in self._names])
        self.any = bool(self.read.any())

    def mention(self, intents: Collection[str]) -> Flags:
        """(m,) whether each row was read to mean one of some intents, among others or alone."""
        wanted = frozenset(intents)
        if wanted not in self._found:
            self._found[wanted] = self._those([bool(names & wanted) for names in self._names])
        return self._found[wanted]

    def _those(self, which: list[bool]) -> Flags:
        return np.array([*which, False], dtype=bool)[self._code]  # one that is missing finds the last
