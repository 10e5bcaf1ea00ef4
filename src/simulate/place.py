"""Where a simulated world may be written: never over what somebody else put there."""

from __future__ import annotations

from pathlib import Path

from ..errors import PaybenchError
from ..files import check_folder
from ..ledger import TABLES
from .truth import TRUTH_FILES

REPORT = "calibration.html"
"""Name of the calibration page in a ledger folder."""

MARK = "truth.parquet"
"""Every simulated ledger has this file, and no other ledger has."""

_OF_A_LEDGER = {"ledger.json", *(f"{table}.parquet" for table in TABLES)}


def check_place(target: str | Path, exports: dict[str, set[str]] | None = None) -> None:
    """See that nothing is lost if a simulated ledger takes the place of ``target``.

    Parameters
    ----------
    exports : folders within it that may be replaced too, and the files that each may hold.

    Raises
    ------
    PaybenchError
        If there is a folder that is no simulated ledger, or one in which something else lies too.
    """
    folder = Path(target)
    resolved(folder, "The folder")
    check_folder(target, "ledger folder", "ledger.json")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if (folder / "import.json").exists():
        raise PaybenchError(f"{target} holds an imported book; give --out another name, it would be replaced.")
    if not (folder / MARK).exists():
        raise PaybenchError(f"{target} holds a ledger that was not simulated; give another name, it would be replaced.")
    known = _OF_A_LEDGER | set(TRUTH_FILES) | {REPORT}
    foreign = [file.name for file in sorted(folder.iterdir()) if not _known(file, known, exports or {})]
    if foreign:
        raise PaybenchError(
            f"{target} holds '{foreign[0]}'{f' and {len(foreign) - 1} more' if foreign[1:] else ''}, which simulating "
            "did not make and would delete; move it, or give another name."
        )


def check_page(file: Path, mark: str) -> None:
    """See that nothing is lost if a page takes the place of ``file``; ``mark`` stands in every page.

    Raises
    ------
    PaybenchError
        If there is a file that is no such page.
    """
    if file.exists() and mark.encode() not in file.read_bytes()[:4096]:
        raise PaybenchError(f"{file} exists and is no calibration page; give another name, it would be replaced.")


def resolved(path: Path, option: str) -> Path:
    """The path without links.

    Raises
    ------
    PaybenchError
        If it leads nowhere: links that go round in circles, a name that no file can have.
    """
    try:
        # Parquet's library knows no other names.
        str(path).encode("utf-8")
        return path.resolve()
    except UnicodeEncodeError:
        shown = str(path).encode("utf-8", "backslashreplace").decode("utf-8")
        raise PaybenchError(f"{option} {shown} is a name that is no UTF-8 text; give another one.") from None
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PaybenchError(f"{option} {path} leads nowhere ({why}); give another path.") from None


def _known(file: Path, known: set[str], exports: dict[str, set[str]]) -> bool:
    if file.name in exports and file.is_dir():
        return {inner.name for inner in file.iterdir()} <= exports[file.name]
    return file.name in known and file.is_file()
