"""Outputs are written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import PaybenchError


@contextmanager
def replaced_file(target: str | Path) -> Iterator[Path]:
    """A path to write to; renamed to ``target`` when the block ends well, removed when it does not.

    Raises
    ------
    PaybenchError
        If ``target`` is a folder, or its folder cannot be written.
    """
    path = Path(target)
    if path.is_dir():
        raise PaybenchError(f"{path} is a folder; give the name of a file to write.")
    new = Path(_temporary(path)) / path.name
    try:
        yield new
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(path)
    finally:
        shutil.rmtree(new.parent, ignore_errors=True)


@contextmanager
def replaced_folder(target: str | Path) -> Iterator[Path]:
    """A new folder to fill; it takes the place of ``target`` when the block ends well, and goes when it does not."""
    path = Path(target)
    if path.exists() and not path.is_dir():
        raise PaybenchError(f"{path} is a file; give the name of a folder to write.")
    new = Path(_temporary(path))
    try:
        fresh, old = new / "new", new / "old"
        fresh.mkdir()
        yield fresh
        if path.exists():
            path.rename(old)
        fresh.rename(path)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _temporary(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        raise PaybenchError(f"Nothing can be written at {path} ({error.strerror}); choose another place.") from None
