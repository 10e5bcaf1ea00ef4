"""Blocks of customers drawn by several processes: numpy's short calls leave threads waiting for each other.

A process is given the world's plan once and then the customers of one block after the other. What it has drawn it
leaves in an Arrow file; blocks come back in the order in which they were asked for, whoever was done first.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pyarrow as pa

from ..errors import PaybenchError
from .exchange import Tables

AHEAD = 2
"""Blocks that each process is asked for at a time, so that it need not wait for the next."""

_CHILD = f"import sys; sys.path[:] = sys.argv[1:]; from {__name__} import serve; serve()"


def parcel(*work: object) -> bytes | None:
    """What another process needs, as bytes; None if it could not make sense of them.

    What is defined in a script or a notebook, a policy for instance, is not known elsewhere.
    """
    try:
        packed = pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
    return None if b"__main__" in packed else packed


def drawn_by(
    workers: int, job: bytes, tasks: Sequence[object], place: Path, started: Callable[[int], object] | None = None
) -> Generator[Tables, None, None]:
    """The tables of every task, in order.

    Parameters
    ----------
    workers : processes. job : a :func:`parcel` of a function and its first argument; it is called with the tasks.
    tasks : second arguments.
    place : folder for the files that lie between; it is left as it was, unless something goes wrong.
    started : is given the process number of each worker.

    Raises
    ------
    PaybenchError
        If a process ends before its work does; what the function raises is raised here.
    """
    hands = [_Hand(job, place / f"{number}.arrow") for number in range(min(workers, len(tasks)))]
    try:
        for hand in hands if started else ():
            started(hand.number)  # type: ignore[misc]
        ahead = AHEAD * len(hands)
        for nth, task in enumerate(tasks[:ahead]):
            hands[nth % len(hands)].ask(nth, task)
        for nth in range(len(tasks)):
            hand = hands[nth % len(hands)]
            file, names = hand.answer()
            if nth + ahead < len(tasks):
                hand.ask(nth + ahead, tasks[nth + ahead])
            with pa.memory_map(str(file)) as source:
                yield {name: pa.ipc.open_stream(source).read_all() for name in names}
            file.unlink()
    finally:
        for hand in hands:
            hand.stop()


class _Hand:
    """One process, seen from the one that started it."""

    def __init__(self, job: bytes, file: Path) -> None:
        self._file = file
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, *sys.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._send(job)

    @property
    def number(self) -> int:
        return self._process.pid

    def ask(self, nth: int, task: object) -> None:
        self._send(pickle.dumps((str(self._file.with_stem(f"{self._file.stem}-{nth}")), task)))

    def answer(self) -> tuple[Path, list[str]]:
        assert self._process.stdout is not None
        try:
            file, names, error = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError):
            raise self._ended() from None
        if error is not None:
            raise error
        return Path(file), names

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _send(self, packed: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(len(packed).to_bytes(8, "little") + packed)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def _ended(self) -> PaybenchError:
        return PaybenchError(
            f"A process that drew customers ended before its work did (code {self._process.wait()}), probably for want "
            "of memory; close other programs, or draw with workers=1."
        )


def serve() -> None:
    """What a process does: read the job and then task after task, until there is no more to read."""
    # The first process is told to stop and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is printed on the way must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    function, first = pickle.loads(_received() or b"")
    while packed := _received():
        file, task = pickle.loads(packed)
        names: list[str] = []
        failed: BaseException | None = None
        try:
            tables: Tables = function(first, task)
            with pa.OSFile(file, "wb") as sink:
                for table in tables.values():
                    with pa.ipc.new_stream(sink, table.schema) as writer:
                        writer.write_table(table)
            names = list(tables)
        except Exception as error:
            failed = _portable(error)
        pickle.dump((file, names, failed), answers)
        answers.flush()


def _received() -> bytes:
    length = int.from_bytes(sys.stdin.buffer.read(8), "little")
    return sys.stdin.buffer.read(length)


def _portable(error: Exception) -> BaseException:
    """The error with where it was raised; as its text where it cannot be sent."""
    if not isinstance(error, PaybenchError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        sent: BaseException = pickle.loads(pickle.dumps(error))
    except Exception:
        sent = RuntimeError("".join(traceback.format_exception(error)))
    return sent
