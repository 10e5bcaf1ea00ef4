"""Reading exports of ERP systems into a ledger: every row is accepted, or rejected with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..spreadsheet import csv_bytes
from .book import Ledger
from .formats import Cell, Format, Source, load_format
from .make import Made, make_rows
from .repeats import relinked, resolve_repeats
from .schema import TABLES
from .sheet import read_sheet
from .store import write_ledger
from .verdict import Verdict

_GIVEN = " given_id"
"""While an import runs: the number that an invoice bore in the export (no column of a file begins with a blank)."""


@dataclass(frozen=True)
class Import:
    """What an import read.

    Attributes
    ----------
    ledger : the accepted rows. Where a number was borne by several invoices, ``invoices`` has a bool column
        ``renumbered``: the first of them keeps ``N``, the others are ``N~2``, ``N~3``.
    rejected : one row per rejected row of the input: file, row (the line on which it begins, the first line of the
        file being 1), table, reason, content (the row as it was written).
    summary : JSON-able. ``files``: per file the rows read, accepted and rejected, and per currency the amounts of the
        same (decimal text; read = accepted + rejected, exactly; a row that makes an invoice and its payment counts
        once; a row without a readable amount is counted apart). ``tables``: rows of each table. ``reasons``: how often
        each reason occurs. ``renumbered``: rows whose number got a suffix. ``unknown_invoices``: per table the rows
        that name an invoice which is not in the ledger; they are kept.
    """

    ledger: Ledger
    rejected: pd.DataFrame
    summary: dict[str, Any]

    def __str__(self) -> str:
        lines = []
        for file in self.summary["files"]:
            rows = file["rows"]
            lines.append(
                f"{file['file']}: {rows['read']} rows, {rows['accepted']} accepted, {rows['rejected']} rejected"
            )
            for currency, money in file["amounts"].items():
                sums = f"{money['accepted']} accepted + {money['rejected']} rejected"
                lines.append(f"  {currency} {money['read']} read = {sums}")
        lines += [f"  {count} rejected: {reason}" for reason, count in self.summary["reasons"].items()]
        return "\n".join(lines)


def import_files(
    files: Sequence[str | Path] | str | Path,
    format: str,
    name: str | None = None,
    *,
    time_zone: str = "UTC",
    grace_days: int = 0,
    tolerance: float = 0.005,
) -> Import:
    """Read the files of an export.

    Parameters
    ----------
    files : the files; a folder stands for the CSV files in it that the format knows.
    format : one of :func:`.formats.format_names`.
    name : name of the book; the format's, if not given.
    time_zone, grace_days, tolerance : settings of the ledger, see :class:`.book.Ledger`.

    Raises
    ------
    PaybenchError
        If there is no such format, a file is missing, empty, unknown to the format, lacks a column or is not text in
        the format's encoding, or if not one invoice was accepted. Single bad rows are no error; they are rejected.
    """
    how = load_format(format)
    paths = _files([files] if isinstance(files, str | Path) else files, how)
    labels = _labels([path for path, _ in paths])
    verdict = Verdict([read_sheet(path, label, how) for (path, _), label in zip(paths, labels, strict=True)])
    made = [m for number, (_, source) in enumerate(paths) for m in make_rows(number, source, how, verdict)]
    tables, renumbered = _tables(made, verdict)
    rejected = verdict.rejected()
    if "invoices" not in tables or tables["invoices"].empty:
        raise PaybenchError(_nothing(labels, rejected))
    settings = {"time_zone": time_zone, "grace_days": grace_days, "tolerance": tolerance}
    ledger = Ledger.of(name or how.name, **tables, **settings)
    summary = {
        "format": how.name,
        **verdict.summary(),
        "tables": {table: len(ledger.table(table)) for table in TABLES},
        "renumbered": renumbered,
        "unknown_invoices": _unknown_invoices(ledger),
    }
    return Import(ledger, rejected, summary)


def write_import(result: Import, folder: str | Path) -> None:
    """Write the ledger folder, with ``rejected.csv`` and ``import.json`` beside the tables, whole or not at all.

    Raises
    ------
    PaybenchError
        If the folder exists and holds something that is not a ledger, or cannot be written.
    """
    report = json.dumps(result.summary, indent=2, ensure_ascii=False) + "\n"
    extras = {"rejected.csv": csv_bytes(result.rejected), "import.json": report.encode()}
    write_ledger(result.ledger, folder, extras=extras)


def _files(given: Sequence[str | Path], how: Format) -> list[tuple[Path, Source]]:
    """Each file with the kind of file that it is to the format."""
    expected = ", ".join(f"{source.name}.csv" for source in how.files)
    found: list[tuple[Path, Source]] = []
    for path in map(Path, given):
        inside = sorted(file for file in _entries(path) if file.suffix.lower() == ".csv") if path.is_dir() else [path]
        known = [(file, source) for file in inside if (source := how.source_of(file.stem))]
        if not known:
            what = "is a folder without a file" if path.is_dir() else "is no file"
            raise PaybenchError(f"{path} {what} of the format '{how.name}'; its files are called {expected}.")
        found += known
    missing = [source.name for source in how.files if source.needed and source not in [s for _, s in found]]
    if missing:
        names = ", ".join(path.name for path, _ in found) or "no file"
        raise PaybenchError(f"The format '{how.name}' needs {', '.join(missing)}.csv, and was given {names}; add it.")
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise PaybenchError(f"{folder} cannot be read ({error.strerror}); give the path of an export.") from None


def _labels(paths: list[Path]) -> list[str]:
    names = [path.name for path in paths]
    return [name if names.count(name) == 1 else str(path) for name, path in zip(names, paths, strict=True)]


def _tables(made: list[Made], verdict: Verdict) -> tuple[dict[str, pd.DataFrame], int]:
    """The accepted rows of each table with unique keys, and how many rows got a suffix to their number."""
    tables: dict[str, pd.DataFrame] = {}
    numbers: dict[str, np.ndarray] = {}
    renumbered = 0
    for table, spec in TABLES.items():
        parts = [m for m in made if m.rows.table == table]
        if not parts:
            continue
        frame = pd.concat([_linked(m, tables, numbers, verdict) for m in parts])
        frame = frame[verdict.accepted[frame.index]]
        if not any(m.rows.once for m in parts):
            repeats = resolve_repeats(spec, frame)
            places = frame.index.to_numpy()
            frame = repeats.frame
            verdict.reject(
                places[repeats.repeated],
                table,
                f"it repeats an earlier row: the same {' and '.join(spec.key)} and content",
            )
            contradiction = f"an earlier row says something else of the same {' and '.join(spec.key)}"
            verdict.reject(places[repeats.contradicting], table, contradiction)
            renumbered += int(repeats.renumbered.sum())
            if table == "invoices" and repeats.renumbered.any():
                frame = frame.assign(renumbered=repeats.renumbered, **{_GIVEN: repeats.given})
        if table == "payments" and "invoices" in tables:
            verdict.reject(_other_currency(frame, tables["invoices"]), table, "its currency is not its invoice's")
        tables[table] = frame[verdict.accepted[frame.index]]
        numbers[table] = np.full(len(verdict.accepted), None, dtype=object)
        numbers[table][frame.index] = frame[spec.key[0]]
    for table, frame in tables.items():
        frame = frame[verdict.accepted[frame.index]].drop(columns=_GIVEN, errors="ignore")
        if any(m.rows.once for m in made if m.rows.table == table):
            frame = frame.groupby(list(TABLES[table].key), sort=False).last().reset_index()
        tables[table] = frame
    return tables, renumbered


def _linked(
    made: Made, tables: dict[str, pd.DataFrame], numbers: dict[str, np.ndarray], verdict: Verdict
) -> pd.DataFrame:
    """The rows with the numbers that other tables' rows finally got."""
    frame = made.frame
    for ours, cell in made.rows.columns.items():
        if cell.key_of:
            number = pd.Series(numbers[cell.key_of][frame.index], index=frame.index, dtype="str")
            verdict.reject(frame.index[number.isna()].to_numpy(), made.rows.table, f"it makes no row of {cell.key_of}")
            frame = frame.assign(**{ours: cell.prefix + number})
    as_given = made.rows.columns.get("invoice_id", Cell()).column
    if as_given and "customer_id" in frame and _GIVEN in tables.get("invoices", frame):
        frame = frame.assign(invoice_id=relinked(frame, tables["invoices"], _GIVEN))
    return frame


def _other_currency(payments: pd.DataFrame, invoices: pd.DataFrame) -> np.ndarray:
    """The places of payments in another currency than the invoice that they name."""
    currency = invoices.drop_duplicates("invoice_id", keep="last").set_index("invoice_id")["currency"]
    at = currency.index.get_indexer(pd.Index(payments["invoice_id"]))
    theirs = currency.to_numpy(dtype=object)[at] if len(currency) else payments["currency"]
    return payments.index.to_numpy()[(at >= 0) & (payments["currency"].to_numpy(dtype=object) != theirs)]


def _unknown_invoices(ledger: Ledger) -> dict[str, int]:
    known = pd.Index(ledger.invoices["invoice_id"].unique())
    counts: dict[str, int] = {}
    for table, spec in TABLES.items():
        if table != "invoices" and "invoice_id" in spec.names:
            counts[table] = int((known.get_indexer(pd.Index(ledger.table(table)["invoice_id"].dropna())) < 0).sum())
    return counts


def _nothing(labels: list[str], rejected: pd.DataFrame) -> str:
    files = ", ".join(labels)
    rejected = rejected[rejected["table"] == "invoices"]
    if rejected.empty:
        return f"{files} holds no invoice, and a ledger needs at least one; export it again with its rows."
    first = rejected.iloc[0]
    return (
        f"No invoice of {files} was accepted: {len(rejected)} rows were rejected, the first one ({first['file']}, row "
        f"{first['row']}) because {first['reason']}; correct the export, or choose the format that it has."
    )
