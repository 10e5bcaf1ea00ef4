"""Outputs are written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import IO

from .errors import PaybenchError

_TRIES, _PAUSE = 20, 0.02
"""How often and for how many seconds a folder is waited for that is being replaced."""


@contextmanager
def replaced_file(target: str | Path) -> Iterator[Path]:
    """A path to write to; renamed to ``target`` when the block ends well, removed when it does not.

    Raises
    ------
    PaybenchError
        If ``target`` is a folder, or its folder cannot be written.
    """
    path = _place(target)
    if path.exists() and not path.is_file():
        raise PaybenchError(f"{target} is {_kind(path)}; give the name of a file to write.")
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
    """A new folder to fill; it takes the place of ``target`` when the block ends well, and is removed when it does not.

    Raises
    ------
    PaybenchError
        If ``target`` is a file or the folder one is in, or its folder cannot be written.
    """
    path = _place(target)
    if path.exists() and not path.is_dir():
        raise PaybenchError(f"{target} is {_kind(path)}; give the name of a folder to write.")
    if Path.cwd().is_relative_to(path):
        raise PaybenchError(f"{target} is the folder that you are in, or holds it; give the name of another one.")
    new = Path(_temporary(path))
    fresh, old = new / "new", new / "old"
    try:
        fresh.mkdir()
        yield fresh
        if path.exists():
            path.rename(old)
        fresh.rename(path)
    finally:
        if old.exists() and not path.exists():
            old.rename(path)
        shutil.rmtree(new, ignore_errors=True)


@contextmanager
def locked_file(file: Path) -> Iterator[None]:
    """Hold the lock of a file, which is made where it is not there; other processes and threads wait for it.

    It holds for the file that is there when it is given: where the folder was replaced meanwhile, the new one's counts.

    It is not given twice: who has it and asks again waits for ever.
    """
    import fcntl

    while True:
        with _opened(file) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not _is_there(file, handle.fileno()):
                continue
            yield
            return


def _opened(file: Path) -> IO[str]:
    """The file, to be written; its folder is away for a moment while another one takes its place."""
    for _ in range(_TRIES):
        try:
            return file.open("w")
        except FileNotFoundError:
            sleep(_PAUSE)
    return file.open("w")


def _is_there(file: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), file.stat())
    except FileNotFoundError:
        return False


def check_folder(target: str | Path, what: str, mark: str) -> None:
    """See that a folder may be replaced: it is new, empty, or holds the file ``mark`` that every such folder has.

    Raises
    ------
    PaybenchError
        If it holds something else, which would be lost; ``what`` says what it should have been.
    """
    path = _place(target)
    if path.exists() and not (path.is_dir() and ((path / mark).exists() or not any(path.iterdir()))):
        raise PaybenchError(f"{target} exists and is no {what}; give another name, or an empty or new folder.")


def _place(target: str | Path) -> Path:
    try:
        path = Path(target).resolve()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PaybenchError(f"Nothing can be written at {target} ({why}); choose another place.") from None
    return path


def _kind(path: Path) -> str:
    return "a folder" if path.is_dir() else "a file" if path.is_file() else "a device"


def _temporary(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        raise PaybenchError(f"Nothing can be written at {path} ({error.strerror}); choose another place.") from None
