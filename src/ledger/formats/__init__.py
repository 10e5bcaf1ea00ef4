"""Formats of exports as data: one YAML file says how the rows of an export make the rows of a ledger's tables.

A file of the format (``files``) makes rows of one or more tables (``rows``): "one file per table" lists several files
with one table each, "a flat row is an invoice and its payment" lists one file with several tables. What each key of
the YAML means is said by the attributes of the classes in :mod:`.language`; they bear the same names.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ...errors import PaybenchError
from .language import EXCEL_DAYS, Again, Amounts, Cell, Conditions, Format, Refusal, Rows, Source, Unread
from .parsing import parse_format

__all__ = [
    "EXCEL_DAYS",
    "Again",
    "Amounts",
    "Cell",
    "Conditions",
    "Format",
    "Refusal",
    "Rows",
    "Source",
    "Unread",
    "format_names",
    "load_format",
    "parse_format",
]

_FOLDER = Path(__file__).parent


def format_names() -> list[str]:
    """The formats that can be imported, in alphabetical order."""
    return sorted(file.stem for file in _FOLDER.glob("*.yaml"))


def load_format(name: str | Path) -> Format:
    """Read a format.

    Parameters
    ----------
    name : one of :func:`format_names`, or the path of a format file of your own, which ends in ``.yaml`` or ``.yml``.

    Raises
    ------
    PaybenchError
        If there is no format of this name, or its YAML says something that no format can say.
    """
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml"):
        return parse_format(path.stem, _read(path))
    return _packaged(str(name))


@cache
def _packaged(name: str) -> Format:
    if name not in format_names():
        raise PaybenchError(
            f"There is no format '{name}'; choose one of {', '.join(format_names())}, or name a file of your own that "
            "ends in .yaml."
        )
    return parse_format(name, _read(_FOLDER / f"{name}.yaml"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PaybenchError(f"There is no format file {path}; give the path of one, or the name of a format.") from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise PaybenchError(f"The format file {path} cannot be read ({why}); give the path of another one.") from None
