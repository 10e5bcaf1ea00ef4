"""Processes that help with a tuning: they take trials from the same studies."""

from __future__ import annotations

import fcntl
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ...progress import say

if TYPE_CHECKING:
    from .training import Training

_HELPERS = ".helpers"


@contextmanager
def helpers(training: Training) -> Iterator[None]:
    """A training's other workers search while the block does, and are waited for at its end.

    Helpers of an earlier process that is no more end their trials first; what then still runs in the studies runs
    nowhere, and is given up. The caller holds the training's lock.
    """
    if training.store is None:
        yield
        return
    with (training.steps.folder / _HELPERS).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for helpers of an earlier run to end their trials", training.steps.show)
            fcntl.flock(handle, fcntl.LOCK_EX)
    training.tuning.give_up_dead()
    spawn = multiprocessing.get_context("spawn")
    mine = [
        spawn.Process(target=_help, args=(replace(training, worker=worker),), daemon=True)
        for worker in range(1, training.workers)
    ]
    for process in mine:
        process.start()
    yield
    for process in mine:
        process.join()


def _help(training: Training) -> None:
    """What a helper does; it ends with the process that it helps, once its trial is done."""
    leader = multiprocessing.parent_process()
    with (training.steps.folder / _HELPERS).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        training.search(lambda: leader is not None and leader.is_alive())
