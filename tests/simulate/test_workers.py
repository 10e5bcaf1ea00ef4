"""Laws of the processes that draw blocks: in order, and what goes wrong in one of them is told here."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from paybench.errors import PaybenchError
from paybench.simulate.exchange import Tables
from paybench.simulate.workers import drawn_by, parcel


def squared(offset: int, task: int) -> Tables:
    """What the processes of this file do."""
    if task == 3 and offset == 1:
        raise PaybenchError("Three is too many.")
    if task == 3 and offset == 2:
        raise ValueError("three")
    if task == 3 and offset == 3:
        os._exit(9)
    sys.stdout.write("nothing of this gets between the answers\n")
    sys.stdout.flush()
    return {"squares": pa.table({"x": [task * task + offset]}), "who": pa.table({"pid": [os.getpid()]})}


def work(offset: int) -> bytes:
    packed = parcel(squared, offset)
    assert packed is not None
    return packed


def test_blocks_come_in_order(tmp_path: Path) -> None:
    found = list(drawn_by(2, work(0), list(range(7)), tmp_path))

    # The order is that of the tasks; several processes took turns, and none of them is this one.
    assert [t["squares"]["x"][0].as_py() for t in found] == [n * n for n in range(7)]
    who = [t["who"]["pid"][0].as_py() for t in found]
    assert len(set(who)) == 2
    assert all(one != other for one, other in pairwise(who))
    assert os.getpid() not in who

    # The files between are gone.
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("offset", "error", "said"),
    [
        (1, PaybenchError, "Three is too many."),
        (2, ValueError, "three"),
        (3, PaybenchError, r"ended before its work did \(code 9\).*workers=1"),
    ],
)
def test_what_goes_wrong_there_is_raised_here(tmp_path: Path, offset: int, error: type[Exception], said: str) -> None:
    blocks = drawn_by(2, work(offset), list(range(9)), tmp_path)

    # What came before an error is here; a process that ends may take what it was asked for along.
    if offset < 3:
        assert [next(blocks)["squares"]["x"][0].as_py() - offset for _ in range(3)] == [0, 1, 4]
    with pytest.raises(error, match=said):
        list(blocks)

    # Nothing is left behind but what the caller clears away with its folder.
    assert len(list(tmp_path.iterdir())) <= 4


def test_who_stops_listening_ends_the_processes(tmp_path: Path) -> None:
    pids: list[int] = []
    blocks = drawn_by(2, work(0), list(range(9)), tmp_path, pids.append)
    next(blocks)
    blocks.close()

    # None of them is left.
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert len(pids) == 2


def test_what_another_process_cannot_know_is_not_sent() -> None:
    # A function within a function, and what a script or a notebook defines.
    assert parcel(lambda view: None) is None
    mine = type("Mine", (), {"__module__": "__main__"})
    assert parcel(mine) is None
