"""One server for all tests of a module, on a copy of the store's champion."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from paybench.ledger import Ledger, read_ledger
from tests.serve.running import COMMAND, Server, running
from tests.trained import Trained


@pytest.fixture(scope="session")
def ledger(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


@pytest.fixture(scope="module")
def store(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the champion alone, as a machine has it that only serves."""
    place = tmp_path_factory.mktemp("serving") / "store"
    shutil.copytree(trained.store / "champion", place / "champion")
    return place


@pytest.fixture(scope="module")
def server(trained: Trained, store: Path) -> Iterator[Server]:
    arguments = ["serve", trained.ledger, "--store", store, "--port", "0", "--json"]
    with running(store.parent / "log", COMMAND, *arguments) as found:
        yield found
