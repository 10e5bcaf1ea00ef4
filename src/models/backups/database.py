"""What lies below MLflow and Optuna: copies of a store's databases, made and put back, and the places they name.

SQLite is copied by its own online backup, which sees whole transactions only, and is put back as one transaction.
PostgreSQL is copied by pg_dump and put back by psql in one transaction, so that it is there whole or not at all.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...errors import PaybenchError
from ..store.postgres import STUDIES, connect, tables
from ..store.store import EXPERIMENT, Store

SQLITE = ("mlflow.db", "optuna.db")
DUMP = "database.sql"
UNFINISHED = "paybench_unfinished_restore"
"""A table that is there from the moment when a database is put back until its folder is, too."""
_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)
"""Columns with addresses of artifacts, whichever of them a version of MLflow has."""


def dump(store: Store, folder: Path) -> list[Path]:
    """Copy the databases into a folder; the caller holds the store's lock."""
    if store.settings.tracking:
        schemas = [f"--schema={name}" for name in ("public", STUDIES)]
        options = ["--no-owner", "--no-privileges", "--no-comments", f"--file={folder / DUMP}", *schemas]
        _run("pg_dump", store.settings.tracking, *options)
        return [folder / DUMP]
    there = [name for name in SQLITE if (store.folder / name).exists()]
    for name in there:
        copy(store.folder / name, folder / name)
    return [folder / name for name in there]


def copy(source: Path, target: Path) -> None:
    """A SQLite database into another file, there as one transaction."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def load(tracking: str, dumped: Path, moved: tuple[str, str] | None = None, unfinished: bool = False) -> None:
    """Put a copy of PostgreSQL in the place of what is in the database, in one transaction.

    Parameters
    ----------
    dumped : what :func:`dump` wrote. moved : addresses of artifacts under the first are then under the second.
    unfinished : leave the mark :data:`UNFINISHED`.
    """
    script = [_EMPTIED, f"CREATE SCHEMA {STUDIES};"]
    after = [_moved_by(*moved)] if moved else []
    after += [f"CREATE TABLE public.{UNFINISHED} ();"] if unfinished else []
    made = {f"CREATE SCHEMA {name};\n" for name in ("public", STUDIES)}
    with TemporaryDirectory() as place:
        # A file, not a pipe: psql takes a pipe's early end for the end of the script, and commits.
        whole = Path(place) / DUMP
        with whole.open("w", encoding="utf-8") as out, dumped.open(encoding="utf-8", newline="\n") as lines:
            out.writelines(f"{line}\n" for line in script)
            out.writelines(line for line in lines if line not in made)
            out.writelines(f"{line}\n" for line in after)
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={whole}"]
        _run("psql", tracking, *options, "--output=/dev/null")


def occupied(tracking: str) -> bool:
    """Whether a database holds tables that are not the beginning of a restore."""
    there = tables(tracking)
    return bool(there) and UNFINISHED not in there


def finish(tracking: str) -> None:
    """Take the mark of a restore away."""
    with closing(connect(tracking)) as connection:
        connection.run(f"DROP TABLE IF EXISTS public.{UNFINISHED}")


def location(store: Store) -> str:
    """Where the store's artifacts are, as its database says, of whichever version of MLflow it is.

    Raises
    ------
    PaybenchError
        If it says nothing.
    """
    asked = f"SELECT artifact_location FROM experiments WHERE name = '{EXPERIMENT}'"
    try:
        if store.settings.tracking:
            with closing(connect(store.settings.tracking)) as connection:
                ((place,),) = connection.run(asked)
        else:
            with closing(sqlite3.connect(store.folder / "mlflow.db")) as file:
                ((place,),) = file.execute(asked).fetchall()
    except PaybenchError:
        raise
    except Exception as error:
        raise PaybenchError(
            f"The database of the store at {store.folder} cannot be read ({type(error).__name__}); restore a backup "
            "with 'paybench store restore'."
        ) from None
    return str(place)


def relocate(file: Path, old: str, new: str) -> None:
    """Change the addresses of artifacts in a SQLite database, as one transaction."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for table, column in _PLACES:
            if column in {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}:
                connection.execute(_update(table, column, old, new))


def relocate_server(tracking: str, old: str, new: str) -> None:
    """The same in PostgreSQL."""
    with closing(connect(tracking)) as connection:
        connection.run(_moved_by(old, new))


def _update(table: str, column: str, old: str, new: str) -> str:
    was, length = _text(old), len(old)
    return (
        f"UPDATE {table} SET {column} = {_text(new)} || substr({column}, {length + 1}) "
        f"WHERE {column} = {was} OR substr({column}, 1, {length + 1}) = {was} || '/'"
    )


def _moved_by(old: str, new: str) -> str:
    """One statement that does it, in columns that there are."""
    steps = [
        "IF EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public' "
        f"AND table_name = '{table}' AND column_name = '{column}') THEN\n"
        f"{_update(f'public.{table}', column, old, new)};\nEND IF;"
        for table, column in _PLACES
    ]
    return "\n".join(["DO $moved_by$ BEGIN", *steps, "END $moved_by$;"])


def _text(value: str) -> str:
    if "$moved_by$" in value:
        raise PaybenchError(f"Artifacts cannot be at {value}; name another place.")
    return "'" + value.replace("'", "''") + "'"


_EMPTIED = f"""SET client_min_messages = warning;
DROP SCHEMA IF EXISTS {STUDIES} CASCADE;
DO $$ DECLARE made record; BEGIN
FOR made IN SELECT format('DROP TABLE public.%I CASCADE', tablename) AS away FROM pg_tables WHERE schemaname = 'public'
LOOP EXECUTE made.away; END LOOP;
FOR made IN SELECT format('DROP ROUTINE public.%I(%s) CASCADE', p.proname, pg_get_function_identity_arguments(p.oid))
AS away FROM pg_proc p LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
WHERE p.pronamespace = 'public'::regnamespace AND d.objid IS NULL
LOOP EXECUTE made.away; END LOOP;
FOR made IN SELECT format('DROP TYPE public.%I CASCADE', typname) AS away FROM pg_type
WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
LOOP EXECUTE made.away; END LOOP;
END $$;"""
"""SQL that takes away what a dump brings, of whichever version; what belongs to an extension stays."""


def _run(program: str, tracking: str, *options: str) -> None:
    """A program of PostgreSQL's, which finds the password as we do.

    Raises
    ------
    PaybenchError
        If it is not installed, or says no.
    """
    if shutil.which(program) is None:
        raise PaybenchError(
            f"Backups of a store on PostgreSQL are made and put back by PostgreSQL's own {program}, which is not "
            "installed: apt-get install postgresql-client, or your system's package of it, as new as the server."
        )
    environment: dict[str, Any] = {**os.environ, "PGAPPNAME": "paybench", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [program, "--no-password", f"--dbname={tracking}", *options], capture_output=True, text=True, env=environment
    )
    if done.returncode:
        said = [line.removeprefix(f"{program}: ") for line in done.stderr.splitlines() if line.strip()]
        raise PaybenchError(f"{program} could not do it: {' '.join(said[:2]).rstrip('.') or done.returncode}.")
