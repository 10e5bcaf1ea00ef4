"""Takes the lock of a store, says so, and keeps it until it is killed or told to go on."""

from __future__ import annotations

import sys

from paybench.models.store.store import Store

if __name__ == "__main__":
    store = Store.at(sys.argv[1])
    sys.stdout.write("asking\n")
    sys.stdout.flush()
    with store.lock():
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.readline()
