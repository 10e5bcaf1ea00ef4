"""Pages as files: written whole or not at all, as .html only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import PaybenchError
from ..files import replaced_file


def write_page(out: str | Path, page: Callable[[], str], what: str = "report") -> None:
    """Make a page, once it is clear that it can be written where it is wanted, and write it.

    Parameters
    ----------
    out : the file. page : makes the text. what : how the page is called in sentences.

    Raises
    ------
    PaybenchError
        If ``out`` does not end in .html.
    """
    if Path(out).suffix.lower() != ".html":
        raise PaybenchError(f"The {what} is written as .html, not as '{Path(out).name}'; change the file's ending.")
    text = page()
    with replaced_file(out) as new:
        new.write_text(text, encoding="utf-8")


@contextmanager
def with_workbench(what: str = "report") -> Iterator[None]:
    """Say in one sentence what the base install leaves out, where a page needs it."""
    try:
        yield
    except ImportError as error:
        raise PaybenchError(
            f"The {what} needs {error.name}, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None
