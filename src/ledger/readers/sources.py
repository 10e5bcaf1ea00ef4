"""Where an import reads from: files of several kinds, compressed or not, and databases."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ..formats import Format, Source
from .cells import Record, sheet_of_arrow, sheet_of_records
from .sheet import Sheet, csv_sheet, read_bytes

_TABLES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".parquet")
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}
_SPOILT = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class Input:
    """One thing to read: what it is to the format, what it is called in reports, and how it is read."""

    source: Source
    label: str
    read: Callable[[], Sheet]


def file_inputs(given: Sequence[str | Path], format: Format, zone: ZoneInfo) -> list[Input]:
    """The files of an export, each as what it is to the format.

    Parameters
    ----------
    given : files, and folders, which stand for the files in them that the format knows.
    zone : the ledger's; instants become its calendar days.

    Raises
    ------
    PaybenchError
        If one of them is no file of the format, or one that the format needs is missing.
    """
    expected = ", ".join(f"{source.name}.csv" for source in format.files)
    found: list[tuple[Path, Source]] = []
    for path in map(Path, given):
        inside = sorted(file for file in _entries(path) if _is_table(file)) if path.is_dir() else [path]
        known = [(file, source) for file in inside if (source := _source_of(file, format))]
        if not known:
            what = "is a folder without a file" if path.is_dir() else "is no file"
            raise PaybenchError(f"{path} {what} of the format '{format.name}'; its files are called {expected}.")
        found += known
    check_needed(format, [source for _, source in found], [path.name for path, _ in found], ".csv")
    names = [path.name for path, _ in found]
    labels = [path.name if names.count(path.name) == 1 else str(path) for path, _ in found]
    return [
        Input(source, label, lambda path=path, label=label, source=source: _read(path, label, source, format, zone))  # type: ignore[misc]
        for (path, source), label in zip(found, labels, strict=True)
    ]


def check_needed(format: Format, found: list[Source], names: list[str], ending: str = "") -> None:
    """See that all is there that the format needs.

    Raises
    ------
    PaybenchError
        If it is not.
    """
    missing = [source.name + ending for source in format.files if source.needed and source not in found]
    if missing:
        given = ", ".join(names) or "no file"
        raise PaybenchError(f"The format '{format.name}' needs {', '.join(missing)}, and was given {given}; add it.")


def _read(path: Path, label: str, source: Source, format: Format, zone: ZoneInfo) -> Sheet:
    name, content = _unpacked(path)
    ending = Path(name).suffix.lower()
    if ending == ".xls":
        raise PaybenchError(f"{path} is a workbook of the old kind; save it as .xlsx or .csv.")
    if ending == ".parquet":
        return _parquet(content, path, label, zone)
    if ending in (".xlsx", ".xlsm"):
        return _workbook(content, path, label, source, format, zone)
    return csv_sheet(content, path, label, format)


def _parquet(content: bytes, path: Path, label: str, zone: ZoneInfo) -> Sheet:
    try:
        return sheet_of_arrow(label, pq.read_table(pa.BufferReader(content)), zone)
    except (pa.ArrowException, ValueError, OSError) as error:
        why = str(error).partition("\n")[0].rstrip(".")
        raise PaybenchError(f"{path} cannot be read as Parquet ({why}); export it again.") from None


def _workbook(content: bytes, path: Path, label: str, source: Source, format: Format, zone: ZoneInfo) -> Sheet:
    try:
        import openpyxl
    except ImportError:
        raise PaybenchError(
            f"Reading {path} needs openpyxl, which the base install leaves out: pip install 'paybench[workbench]', or "
            "save the sheet as CSV."
        ) from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        wanted = source.sheet or next(iter(sheets), "")
        rows = [list(row) for row in sheets[wanted].iter_rows()] if wanted in sheets else None
    except Exception as error:  # a broken workbook fails in as many ways as there are parts in it
        why = (str(error) or type(error).__name__).partition("\n")[0].rstrip(".")
        raise PaybenchError(f"{path} cannot be read as a workbook ({why}); save it again as .xlsx or .csv.") from None
    if rows is None:
        raise PaybenchError(f"{path} has no sheet '{wanted}'; it has {', '.join(sheets) or 'none'}.")
    header = ["" if cell.value is None else str(cell.value).strip() for cell in next(iter(rows[format.skip :]), [])]
    width = max((place + 1 for place, name in enumerate(header) if name), default=0)
    if width == 0:
        raise PaybenchError(f"{path} is empty or does not begin with a line of column names; export it again with one.")
    found = sheet_of_records(label, header[:width], _records(rows, width, format.skip + 1), zone)
    return replace(found, counts_days=book.epoch.year < 1904)


def _records(rows: list[list[Any]], width: int, above: int) -> Iterator[Record]:
    """The rows below the column names; the row of the sheet is where a person finds one."""
    for number, cells in enumerate(rows[above:], above + 1):
        values = [getattr(cell, "value", None) for cell in cells]
        if all(value is None or value == "" for value in values):
            continue
        reason = None
        if any(value is not None for value in values[width:]):
            reason = f"it has a value to the right of the {width} columns that have a name"
        elif error := next((cell for cell in cells if getattr(cell, "data_type", "") == "e"), None):
            reason = f"it contains the error {getattr(error, 'value', '')} of a formula"
        yield number, (values + [None] * width)[:width], reason


def _unpacked(path: Path) -> tuple[str, bytes]:
    """The name of a file without the ending that says how it is packed, and its content."""
    name, content = path.name, read_bytes(path)
    ending = path.suffix.lower()
    try:
        if ending in _UNPACK:
            return path.stem, _UNPACK[ending](content)
        if ending == ".zip":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                inside = _files_of(archive)
                if len(inside) == 1:
                    return inside[0], archive.read(inside[0])
    except _SPOILT as error:
        why = str(error).partition("\n")[0].rstrip(".") or "it ends too early"
        raise PaybenchError(f"{path} cannot be unpacked ({why}); unpack it yourself, or export it again.") from None
    if ending == ".zip":
        raise PaybenchError(f"{path} holds {len(inside)} files, and one is expected; unpack it, and name its files.")
    return name, content


def _source_of(path: Path, format: Format) -> Source | None:
    """What a file is to the format, by its name; a zip archive may also be called by the name of what it holds."""
    name = Path(path.stem) if path.suffix.lower() in (*_UNPACK, ".zip") else path
    own = format.source_of(name.stem if name == path or name.suffix.lower() in _TABLES else name.name)
    if own is None and path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return next((s for file in _files_of(archive) if (s := format.source_of(Path(file).stem))), None)
    return own


def _files_of(archive: zipfile.ZipFile) -> list[str]:
    return [info.filename for info in archive.infolist() if not info.is_dir()]


def _is_table(path: Path) -> bool:
    ending = path.suffix.lower()
    return ending in (*_TABLES, ".zip") or (ending in _UNPACK and _is_table(Path(path.stem)))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise PaybenchError(f"{folder} cannot be read ({error.strerror}); give the path of an export.") from None
