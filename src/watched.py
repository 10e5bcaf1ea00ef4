"""A folder that is read again when something else was put in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Generic, TypeVar

from .errors import PaybenchError

T = TypeVar("T")
Mark = tuple[tuple[str, int, int, int], ...]

_TRIES, _PAUSE = 4, 0.05


class Watched(Generic[T]):
    """What a folder holds, read once and again whenever a file in it has changed.

    Parameters
    ----------
    folder : replaced as a whole by whoever writes it. read : how; raises PaybenchError if it cannot.

    A reading during which the folder was replaced does not count; a few are tried before one that failed is believed.
    Threads may ask at the same time.
    """

    def __init__(self, folder: Path, read: Callable[[Path], T]) -> None:
        self._folder = folder
        self._read = read
        self._lock = Lock()
        self._found: tuple[T, Mark] | None = None
        self._failed: tuple[str, Mark | None] | None = None

    def get(self) -> tuple[T, Mark]:
        """What the folder holds now, and a mark that changes with it.

        Raises
        ------
        PaybenchError
            If it cannot be read.
        """
        with self._lock:
            why = f"{self._folder} is being replaced all the time; ask again."
            mark = None
            for _ in range(_TRIES):
                mark = _mark(self._folder)
                if self._found and self._found[1] == mark:
                    return self._found
                if self._failed and self._failed[1] == mark is not None:
                    raise PaybenchError(self._failed[0])
                try:
                    found = self._read(self._folder)
                except PaybenchError as error:
                    why = str(error)
                else:
                    if mark is not None and _mark(self._folder) == mark:
                        self._found, self._failed = (found, mark), None
                        return self._found
                sleep(_PAUSE)
            self._found, self._failed = None, (why, mark)
            raise PaybenchError(why)


def _mark(folder: Path) -> Mark | None:
    """Names, sizes, times and numbers of its files; None if it is not there."""
    try:
        states = sorted((path.name, path.stat()) for path in folder.iterdir() if path.is_file())
    except OSError:
        return None
    return tuple((name, state.st_size, state.st_mtime_ns, state.st_ino) for name, state in states)
