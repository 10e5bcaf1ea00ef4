"""Processes that do one thing at the same moment, forked from this one, which has loaded what they need.

Each line of the input is JSON: an act, a store and one argument per process; each line of the output their answers.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout, suppress

import mlflow.lightgbm
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401  (loaded once, not by each)
import pytest
from sqlalchemy.orm import configure_mappers

from paybench.cli import main
from paybench.models.store.log import FILE
from paybench.models.store.store import CHAMPION, NAMES, Store, Version
from paybench.models.training import train  # noqa: F401
from paybench.models.training.candidate import Candidate
from paybench.models.versions.promotion import ensure_champion, promote, rollback


def contend(store: Store, number: str) -> int:
    """Have a version judged; 1 if it was promoted."""
    found = store.client().get_model_version(NAMES[-1], number)
    _, verdict = promote(store, version=Version(int(number), str(found.run_id), dict(found.tags)))
    return int(verdict.promoted)


def first(store: Store, folder: str) -> int:
    """Use a new store."""
    candidate = Candidate(store.folder / folder)
    return ensure_champion(store, candidate.about["book"], lambda: candidate).number


def command(store: Store, arguments: str) -> int:
    """What ``paybench`` does with arguments."""
    return main([*arguments.split(), "--store", str(store.folder)])


def killed(store: Store, delay: str) -> int:
    """Begin to roll back for ever, be killed after the first time and a delay in seconds, and use the store again."""
    log = store.folder / FILE
    size = log.stat().st_size
    if not (pid := os.fork()):
        with suppress(BaseException):
            while True:
                rollback(store)
        os._exit(1)
    while log.stat().st_size == size:
        time.sleep(0.005)
    time.sleep(float(delay))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    book = str(next(v.tags["book"] for v in [store.version(CHAMPION)] if v))
    return ensure_champion(store, book, lambda: pytest.fail("there is a champion")).number


ACTS: dict[str, Callable[[Store, str], int]] = {act.__name__: act for act in (contend, first, command, killed)}


def answers(act: str, store: str, arguments: list[str]) -> list[object]:
    """Of each process what it returned, or its traceback; all begin when the last one is there."""
    waiting, starting = os.pipe()
    running = []
    for argument in arguments:
        back, answer = os.pipe()
        if not (pid := os.fork()):
            os.close(starting)
            os.read(waiting, 1)
            with suppress(BaseException):
                os.write(answer, _tried(ACTS[act], Store.at(store), argument).encode())
            os._exit(0)
        os.close(answer)
        running.append((pid, back))
    os.close(starting)
    os.close(waiting)
    found = []
    for pid, back in running:
        with open(back, encoding="utf-8") as said:  # noqa: PTH123
            found.append(json.loads(said.read() or '"died"'))
        os.waitpid(pid, 0)
    return found


def _tried(act: Callable[[Store, str], int], store: Store, argument: str) -> str:
    try:
        with redirect_stdout(sys.stderr):
            return json.dumps(act(store, argument))
    except BaseException:
        return json.dumps(traceback.format_exc())


if __name__ == "__main__":
    configure_mappers()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answers(*json.loads(line))) + "\n")
        sys.stdout.flush()
