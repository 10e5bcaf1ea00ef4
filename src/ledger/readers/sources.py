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
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PaybenchError
from ..formats import Format, Source
from .cells import sheet_of_arrow
from .sheet import Sheet, csv_sheet, read_bytes
from .workbook import WORKBOOKS, Workbook

_TABLES = (".csv", ".txt", ".tsv", *WORKBOOKS, ".parquet")
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}
_SPOILT = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError),
    *(lzma.LZMAError, zlib.error, zipfile.BadZipFile),
)


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
    given : files, and folders, which stand for the files in them that the format knows. ``book.xlsx#Sheet`` is one
        sheet of a workbook; without it the first sheet is read and those that have the same column names.
    zone : the ledger's; instants become its calendar days.

    Raises
    ------
    PaybenchError
        If one of them is no file of the format, or one that the format needs is missing.
    """
    expected = ", ".join(f"{source.name}.csv" for source in format.files)
    found: list[tuple[Path, Source, str | None]] = []
    for path, sheet in map(named, given):
        inside = sorted(file for file in _entries(path) if _is_table(file)) if path.is_dir() else [path]
        known = [(file, source) for file in inside if (source := _source_of(file, format))]
        if not known:
            what = "is a folder without a file" if path.is_dir() else "is no file"
            raise PaybenchError(f"{path} {what} of the format '{format.name}'; its files are called {expected}.")
        found += [(file, source, sheet) for file, source in known]
    check_needed(format, [source for _, source, _ in found], [path.name for path, _, _ in found], ".csv")
    names = [path.name for path, _, _ in found]
    inputs: list[Input] = []
    for path, source, sheet in found:
        label = path.name if names.count(path.name) == 1 or sheet else str(path)
        inputs += _inputs(path, label, source, sheet, format, zone)
    return inputs


def named(given: str | Path) -> tuple[Path, str | None]:
    """A path, and behind a ``#`` the sheet of a workbook."""
    name, mark, sheet = str(given).rpartition("#")
    if mark and sheet and name.lower().endswith(WORKBOOKS) and not Path(given).exists():
        return Path(name), sheet
    return Path(given), None


def _inputs(
    path: Path, label: str, source: Source, sheet: str | None, format: Format, zone: ZoneInfo
) -> Iterator[Input]:
    """One file, or each sheet of a workbook that is read."""
    if not inner_name(path).lower().endswith(WORKBOOKS):
        yield Input(source, label, lambda: _read(path, label, format, zone))
        return
    book = Workbook.of(unpacked(path)[1], path)
    chosen = book.chosen(sheet or source.sheet, format.skip)
    left = "" if sheet else book.left(chosen)
    for nth, name in enumerate(chosen):
        said = f"{label}#{name}" if sheet or len(chosen) > 1 else label
        yield Input(source, said, partial(_sheet_of, book, name, said, left if nth == 0 else "", format.skip, zone))


def _sheet_of(book: Workbook, name: str, label: str, left: str, skip: int, zone: ZoneInfo) -> Sheet:
    return replace(book.read(name, label, skip, zone), unread=left)


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


def _read(path: Path, label: str, format: Format, zone: ZoneInfo) -> Sheet:
    name, content = unpacked(path)
    ending = Path(name).suffix.lower()
    if ending == ".xls":
        raise PaybenchError(f"{path} is a workbook of the old kind; save it as .xlsx or .csv.")
    if ending == ".parquet":
        return _parquet(content, path, label, zone)
    return csv_sheet(content, path, label, format, zone)


def _parquet(content: bytes, path: Path, label: str, zone: ZoneInfo) -> Sheet:
    try:
        table = pq.read_table(pa.BufferReader(content))
        table.validate(full=True)  # a damaged file may hold text that is none
        return sheet_of_arrow(label, table, zone)
    except (pa.ArrowException, ValueError, OSError) as error:
        why = str(error).partition("\n")[0].rstrip(".")
        raise PaybenchError(f"{path} cannot be read as Parquet ({why}); export it again.") from None


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises
    ------
    PaybenchError
        If there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PaybenchError(f"There is no time zone '{name}'; give one like Europe/Berlin.") from None


def inner_name(path: Path) -> str:
    """The name of a file without the ending that says how it is packed; of an archive the name of its one file."""
    if path.suffix.lower() in _UNPACK:
        return path.stem
    if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            inside = _files_of(archive)
        return inside[0] if len(inside) == 1 else path.name
    return path.name


def unpacked(path: Path) -> tuple[str, bytes]:
    """The name of a file without the ending that says how it is packed, and its content.

    Raises
    ------
    PaybenchError
        If it is missing, cannot be read or unpacked, or is an archive of several files.
    """
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
    """What was packed; without what macOS adds of its own."""
    return [i.filename for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]


def _is_table(path: Path) -> bool:
    ending = path.suffix.lower()
    return ending in (*_TABLES, ".zip") or (ending in _UNPACK and _is_table(Path(path.stem)))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise PaybenchError(f"{folder} cannot be read ({error.strerror}); give the path of an export.") from None
