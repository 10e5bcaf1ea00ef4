"""Reading exports of ERP systems into a ledger: every row is accepted, or rejected with its reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from ...errors import PaybenchError
from ...spreadsheet import csv_bytes
from ..book import Ledger, day
from ..formats import Format, load_format
from ..redact import redacted_tables
from ..schema import TABLES
from ..store import write_ledger
from .assemble import assemble
from .conserve import conserved
from .flags import flag_rows
from .make import make_rows
from .merge import Before
from .sources import Input, file_inputs, zone_named
from .sql import is_url, sql_inputs
from .verdict import Verdict


@dataclass(frozen=True)
class Import:
    """What an import read.

    Attributes
    ----------
    ledger : the accepted rows. Where a number was borne by several rows, the first of them keeps ``N``, the others are
        ``N~2``, ``N~3``; the table then has a column ``given_id`` with ``N`` for these, and ``invoices`` a bool column
        ``renumbered``. Where a payment was given to another invoice than it named, or shared out over several,
        ``given_invoice_id`` is what it named, and ``split_of`` its number.
    rejected : one row per rejected row of the input: file, row (the line on which it begins, the first line of the
        file being 1), table, reason, content (the row as it was written).
    flagged : in the same columns, rows that were accepted and that a person should look at.
    summary : JSON-able. ``files``: per file the rows read, accepted and rejected, and per currency the amounts of the
        same (decimal text; read = accepted + rejected, exactly; a row that makes an invoice and its payment counts
        once; a row without a readable amount is counted apart); ``passed_over``: headings and totals, which are no
        rows, and of the ledger before what was read anew, and ``passed_over_amounts``: their sums; ``not_read``: sheets
        of a workbook that were left out. ``ledger``: per table of money and currency the amounts in the ledger.
        ``tables``: rows of each table. ``reasons``, ``flags``: how often each reason to reject or to flag occurs.
        ``flagged_amounts``: per reason to flag the sums that the ledger has no place for. ``renumbered``: rows whose
        number got a suffix. ``unknown_invoices``: per table the rows that name an invoice which is not in the ledger;
        they are kept. ``redacted``: per column of free text the cells in which a card number, an account or a secret
        was (:mod:`~..redact`). Of a guess also what it says of itself, as ``types``, ``unused`` and ``uncertain``.
    """

    ledger: Ledger
    rejected: pd.DataFrame
    flagged: pd.DataFrame
    summary: dict[str, Any]

    def __str__(self) -> str:
        lines = []
        for file in self.summary["files"]:
            rows = file["rows"]
            over = f", {file['passed_over']} passed over" if file["passed_over"] else ""
            counts = f"{rows['read']} rows, {rows['accepted']} accepted, {rows['rejected']} rejected{over}"
            lines.append(f"{file['file']}: {counts}")
            lines += [f"  {file['not_read']}"] if "not_read" in file else []
            for currency, money in file.get("amounts", {}).items():
                sums = f"{money['accepted']} accepted + {money['rejected']} rejected"
                lines.append(f"  {currency} {money['read']} read = {sums}")
            if passed := file.get("passed_over_amounts"):
                lines.append(f"  {_money(passed)} in the rows passed over")
        lines += [f"  {count} rejected: {reason}" for reason, count in self.summary["reasons"].items()]
        sums = self.summary["flagged_amounts"]
        for reason, count in self.summary["flags"].items():
            lines.append(f"  {count} to look at: {reason}" + (f" ({_money(sums[reason])})" if reason in sums else ""))
        lines += [
            f"  {count} {table if count > 1 else table[:-1]} of invoices that are not in the ledger"
            for table, count in self.summary["unknown_invoices"].items()
            if count
        ]
        lines += [
            f"  {count} redacted: a card number, account or secret in {column}"
            for column, count in self.summary["redacted"].items()
        ]
        for table, money in self.summary["ledger"].items():
            if money:
                lines.append(f"{table} in the ledger: {self.summary['tables'][table]}, {_money(money)}")
        return "\n".join(lines)


def import_files(
    files: Sequence[str | Path] | str | Path,
    format: str | Path | Format,
    name: str | None = None,
    *,
    time_zone: str = "UTC",
    grace_days: int = 0,
    tolerance: float = 0.005,
    since: object = None,
    into: Ledger | None = None,
) -> Import:
    """Read the files of an export, or the tables of a database.

    Parameters
    ----------
    files : CSV files, Excel workbooks or Parquet files, also as .gz, .bz2, .xz, or a .zip of one file; a folder stands
        for the files in it that the format knows. Or one SQLAlchemy URL of a database, whose tables and views bear the
        names of the format's files.
    format : one of :func:`~..formats.format_names`, the path of a format file that ends in ``.yaml``, or a format.
    name : name of the book; the format's (or that of ``into``), if not given.
    time_zone, grace_days, tolerance : settings of the ledger (:class:`~..book.Ledger`); those of ``into`` come first.
    since : read from a database only the rows that were dated, recorded or closed on that day or later, with all other
        rows of their numbers, and merge them into ``into``: of one number and ``recorded_on`` counts what is read now,
        and versions that the database has no more are kept. In a database whose every change shows in one of these
        dates the result is what a whole import gives, but for the order of rows.
    into : the ledger to merge into.

    Raises
    ------
    PaybenchError
        If there is no such format, a file is missing, empty, unknown to the format, lacks a column or is not text in
        the format's encoding, a database cannot be read, or if not one invoice was accepted. Single bad rows are no
        error; they are rejected.
    """
    how = format if isinstance(format, Format) else load_format(format)
    zone = zone_named(time_zone if into is None else into.time_zone)
    if (since is None) != (into is None):
        raise PaybenchError(
            "A ledger is merged with the rows since a day; give both, the ledger and since, or neither."
        )
    inputs = _inputs([files] if isinstance(files, str | Path) else files, how, zone, since)
    before = None if into is None else Before.of(into, how)
    known = before.sheets() if before else []
    verdict = Verdict([*known, *(one.read().renamed(one.source.aliases) for one in inputs)])
    made = [m for number, one in enumerate(inputs, len(known)) for m in make_rows(number, one.source, how, verdict)]
    if before:
        made = [*before.rows(made, verdict), *made]
    tables, renumbered = assemble(made, verdict)
    flag_rows(tables, verdict)
    tables, redactions = redacted_tables(tables)
    rejected, flagged = verdict.rejected(), verdict.flagged()
    if "invoices" not in tables or tables["invoices"].empty:
        raise PaybenchError(_nothing([one.label for one in inputs], rejected))
    settings: dict[str, object] = {"time_zone": time_zone, "grace_days": grace_days, "tolerance": tolerance}
    settings = {"name": how.name, **(settings if into is None else into.settings)}
    ledger = Ledger.of(**{**settings, **({"name": name} if name else {})}, **tables)  # type: ignore[arg-type]
    summary = {
        "format": how.name,
        **({} if since is None else {"since": str(day(since).date())}),
        **verdict.summary(),
        "flags": dict(Counter(flagged["reason"]).most_common()),
        "ledger": conserved(made, verdict, rejected, ledger),
        "tables": {table: len(ledger.table(table)) for table in TABLES},
        "renumbered": renumbered,
        "redacted": redactions,
        "unknown_invoices": _unknown_invoices(ledger),
    }
    return Import(ledger, rejected, flagged, summary)


def write_import(result: Import, folder: str | Path) -> None:
    """Write the ledger folder, whole or not at all, with ``rejected.csv``, ``flagged.csv`` and ``import.json`` in it.

    Raises
    ------
    PaybenchError
        If the folder exists and holds something that is not a ledger, or cannot be written.
    """
    report = json.dumps(result.summary, indent=2, ensure_ascii=False) + "\n"
    extras = {
        "rejected.csv": csv_bytes(result.rejected),
        "flagged.csv": csv_bytes(result.flagged),
        "import.json": report.encode(),
    }
    write_ledger(result.ledger, folder, extras=extras)


def _money(sums: dict[str, str]) -> str:
    return ", ".join(f"{currency} {amount}" for currency, amount in sums.items())


def _inputs(given: Sequence[str | Path], how: Format, zone: ZoneInfo, since: object) -> list[Input]:
    if not any(map(is_url, given)):
        if since is not None:
            raise PaybenchError(
                "Only a database can be asked for rows since a day; leave --since out, or give its URL."
            )
        return file_inputs(given, how, zone)
    if len(given) != 1:
        raise PaybenchError(f"{len(given)} files and databases were given; import one database, or files, at a time.")
    first: date | None = None if since is None else day(since).date()
    return sql_inputs(str(given[0]), how, zone, first)


def _unknown_invoices(ledger: Ledger) -> dict[str, int]:
    known = pd.Index(pd.concat([ledger.invoices["invoice_id"], ledger.invoices["parent_id"].dropna()]).unique())
    counts: dict[str, int] = {}
    for table, spec in TABLES.items():
        if table != "invoices" and "invoice_id" in spec.names:
            counts[table] = int((known.get_indexer(pd.Index(ledger.table(table)["invoice_id"].dropna())) < 0).sum())
    return counts


def _nothing(labels: list[str], rejected: pd.DataFrame) -> str:
    files = ", ".join(labels)
    ours = rejected[rejected["table"] == "invoices"]
    # A row may be an invoice and its payment, and rejected for what it says of the payment.
    rejected = rejected if ours.empty and (rejected["table"] == "payments").any() else ours
    if rejected.empty:
        return f"{files} holds no invoice, and a ledger needs at least one; export it again with its rows."
    first = rejected.iloc[0]
    return (
        f"No invoice of {files} was accepted: {len(rejected)} rows were rejected, the first one ({first['file']}, row "
        f"{first['row']}) because {first['reason']}; correct the export, or choose the format that it has."
    )
