"""Revisions of the schemas that MLflow and Optuna keep in a store's databases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from .postgres import STUDIES, connect

LIBRARIES = ("mlflow", "optuna")


def revision(tracking: str, folder: Path, library: str) -> str:
    """The revision of a library's schema; empty if the store has none.

    Parameters
    ----------
    tracking : address of the store's database, empty on SQLite. folder : of the store.
    """
    asked = "SELECT version_num FROM {}alembic_version"
    if tracking:
        schema = STUDIES if library == "optuna" else "public"
        with closing(connect(tracking)) as server:
            there = server.run("SELECT to_regclass(:name)::text", name=f"{schema}.alembic_version") != [[None]]
            rows = server.run(asked.format(f"{schema}.")) if there else []
        return str(rows[0][0]) if rows else ""
    if not (folder / f"{library}.db").exists():
        return ""
    with closing(sqlite3.connect(folder / f"{library}.db")) as file:
        there = file.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        rows = file.execute(asked.format("")).fetchall() if there else []
    return str(rows[0][0]) if rows else ""


def latest(library: str) -> str:
    """The newest revision that the installed library knows."""
    import importlib.util

    from alembic.script import ScriptDirectory

    found = importlib.util.find_spec(library)
    place = {"mlflow": ("store", "db_migrations"), "optuna": ("storages", "_rdb", "alembic")}[library]
    scripts = Path(str(found and found.origin)).parent.joinpath(*place)
    return str(ScriptDirectory(str(scripts)).get_current_head())
