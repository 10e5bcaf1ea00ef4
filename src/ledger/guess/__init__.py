"""Exports that no format knows: what a file's columns are is guessed, shown with reasons, and imported if it is clear.

:func:`propose` looks at one file; what it returns can be shown, written as a format, and imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...errors import PaybenchError
from ...files import replaced_file
from ..formats import Format, parse_format
from ..readers.importer import Import, import_files
from .draft import draft
from .maps import target_of
from .override import overridden
from .preview import mapping, preview, shown, told
from .reading import Guess, guess_file
from .remarks import notes, types
from .shape import Shape, shape_of

__all__ = ["Guess", "Proposal", "Shape", "guess_file", "overridden", "propose", "shape_of"]


@dataclass(frozen=True)
class Proposal:
    """A guess at one file, and what follows from it.

    Attributes
    ----------
    guess : what its columns are. shape : what its rows are.
    yaml : the format as text; None if something that every invoice needs could not be told.
    time_zone : the ledger's.
    """

    guess: Guess
    shape: Shape
    yaml: str | None
    time_zone: str = "UTC"

    def format(self) -> Format:
        """The format.

        Raises
        ------
        PaybenchError
            If something that every invoice needs could not be told: what, its candidates, and how to say it.
        """
        if (question := self.guess.question()) or self.yaml is None:
            raise PaybenchError(question or f"{self.guess.path.name} cannot be guessed; give --map.")
        return parse_format(self.guess.path.stem, self.yaml)

    def run(self, name: str | None = None) -> Import:
        """Import the file by the guess; raises what :meth:`format` and :func:`~paybench.ledger.import_files` raise."""
        result = import_files([self.guess.path], self.format(), name, time_zone=self.time_zone)
        return replace(result, summary={**self.as_dict(), **result.summary})

    def preview(self) -> str:
        """The guess as a page of text; it imports the file, and keeps nothing."""
        try:
            result = None if self.yaml is None else self._tried()
        except PaybenchError as error:
            return preview(self.guess, self.shape, None, str(error))
        return preview(self.guess, self.shape, result, self.guess.question())

    def mapping(self) -> str:
        """What was taken for what, as a table."""
        return mapping(self.guess)

    def notes(self) -> str:
        """How the file was read, what types were taken for, and what is uncertain, one sentence a line."""
        return told(self.guess, self.shape, layout=True)

    def as_dict(self) -> dict[str, Any]:
        """The guess for programs: JSON-able."""
        found = {
            target_of(ours): {"from": shown(f), "confidence": f.confidence, "reason": f.reason}
            for ours, f in self.guess.found.items()
        }
        return {
            "guess": found,
            "rows_are": self.shape.row,
            "layout": self.guess.layout.said,
            "types": types(self.guess, self.shape),
            "unused": self.guess.unused(),
            "uncertain": notes(self.guess, self.shape),
            "question": self.guess.question(),
        }

    def write(self, path: str | Path) -> None:
        """Write the format.

        Raises
        ------
        PaybenchError
            As :meth:`format`; if the name does not end in ``.yaml``, or nothing can be written there.
        """
        if Path(path).suffix.lower() not in (".yaml", ".yml"):
            raise PaybenchError(f"{path} does not end in .yaml, as a file for --format has to; give another name.")
        self.format()
        with replaced_file(path) as new:
            new.write_text(self.yaml or "", encoding="utf-8")

    def _tried(self) -> Import:
        return import_files(
            [self.guess.path], parse_format(self.guess.path.stem, self.yaml or ""), time_zone=self.time_zone
        )


def propose(path: str | Path, maps: Sequence[str] = (), time_zone: str = "UTC") -> Proposal:
    """Guess what the columns and rows of one file are.

    Parameters
    ----------
    path : a CSV file of any layout, a workbook or a Parquet file.
    maps : what the user says, each ``theirs=ours``; see :data:`.maps.TARGETS` for what can be said.
    time_zone : the ledger's; instants become its days.

    Raises
    ------
    PaybenchError
        If the file cannot be read, has no line of column names, or ``maps`` name what is not there; if there is no such
        time zone.
    """
    guess = guess_file(path, maps, time_zone)
    shape = shape_of(guess)
    guess = replace(guess, unclear=(*guess.unclear, *shape.questions))
    return Proposal(guess, shape, None if guess.missing() else draft(guess, shape), time_zone)
