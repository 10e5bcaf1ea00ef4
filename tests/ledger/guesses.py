"""Imports by a guess in tests: what was read, what was printed, and that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from paybench.errors import PaybenchError
from paybench.ledger.guess import propose
from paybench.ledger.readers.importer import Import
from tests.ledger.exports import conserves

FLAT = "Invoice No,Customer No,Invoice Date,Due Date,Amount,Currency"
GERMAN = "Rechnungsnr;Kundennr;Rechnungsdatum;Fällig am;Betrag;Währung"
DOCUMENTS = "Number,Customer No,Date,Due Date,Amount,Currency,Type"


@dataclass(frozen=True)
class Guessed:
    """An import, and everything that it says in one line."""

    result: Import
    said: str

    @property
    def sums(self) -> list[str]:
        """The lines that say what became of the money."""
        return [text.strip() for text in str(self.result).splitlines() if " read = " in text]

    @property
    def payments(self) -> list[tuple[str, float, str]]:
        rows = self.result.ledger.payments[["payment_id", "amount", "kind"]]
        return [(str(number), float(amount), str(kind)) for number, amount, kind in rows.itertuples(index=False)]


def guessed(folder: Path, text: str | bytes, *maps: str) -> Guessed:
    """Import a file by a guess; whatever it says is also in the summary that is kept as import.json."""
    proposal = propose(_written(folder, text), maps)
    result = proposal.run()
    conserves(result)
    said = " ".join(f"{proposal.notes()} {result}".split())
    assert all(" ".join(note.split()) in said for note in result.summary["uncertain"])
    return Guessed(result, said)


def asks(folder: Path, text: str | bytes, *maps: str) -> str:
    """What is asked, in one sentence, before anything is imported."""
    with pytest.raises(PaybenchError) as error:
        propose(_written(folder, text), maps).run()
    return str(error.value)


def _written(folder: Path, text: str | bytes) -> Path:
    (folder / "f.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / "f.csv"
