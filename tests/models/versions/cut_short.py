"""Begins a restore or an upgrade, again and again, and kills it: each a little later after it has begun to write.

Each line of the input is JSON: an act, a store, and arguments: a file, what is there once it has begun (a pattern of
names beside the store), and the delays in seconds. Each line of the output says of each delay whether it was killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import mlflow.store.tracking.sqlalchemy_store  # noqa: F401  (loaded once, not by each)

from paybench.models.backups.backup import restore
from paybench.models.backups.upgrade import upgrade
from paybench.models.store.store import Store

ACTS: dict[str, Callable[[Path, Path], object]] = {
    "restore": lambda store, file: restore(file, store),
    "upgrade": lambda store, file: upgrade(Store.at(store), file),
}


def killed(act: str, store: Path, file: Path, begun: str, delay: float) -> bool:
    """Whether it was killed before it came to its end."""
    if not (pid := os.fork()):
        with suppress(BaseException):
            ACTS[act](store, file)
            os._exit(0)
        os._exit(1)
    gone = 0
    while not gone and not list(store.parent.glob(begun)):
        gone = os.waitpid(pid, os.WNOHANG)[0]
    if not gone:
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)
        return os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    return False


if __name__ == "__main__":
    for line in sys.stdin:
        act, store, (file, begun, *delays) = json.loads(line)
        found = []
        for number, delay in enumerate(delays):
            path = Path(file.replace("NUMBER", str(number)))
            found.append(killed(act, Path(store), path, begun.replace("NUMBER", str(number)), float(delay)))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
