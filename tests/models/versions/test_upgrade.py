"""A store of an earlier schema is brought to today's, or is what it was; wherever it stops, there is a store."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base
from optuna.storages import RDBStorage

from paybench.cli import main
from paybench.models.backups.backup import backup, check, restore
from paybench.models.backups.database import copy
from paybench.models.learn.bundle import read_bundle, write_bundle
from paybench.models.store.postgres import STUDIES, connect, engine_uri
from paybench.models.store.schema import latest
from paybench.models.store.store import Store
from tests.models.versions.conftest import Asked, asked
from tests.trained import Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

EARLIER = {"mlflow": "b7e4c1a90f23", "optuna": "v3.0.0.d"}
"""Revisions of the schemas of MLflow and Optuna that came before today's."""
TODAY = {library: latest(library) for library in EARLIER}


def made_earlier(theirs: str, ours: str) -> None:
    """An MLflow database as an earlier version makes one, with the rows of another."""
    new, old = (sa.create_engine(url, poolclass=sa.pool.NullPool) for url in (theirs, ours))
    Base.metadata.create_all(old)
    config = _get_alembic_config(ours)
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, EARLIER["mlflow"])
    source, target = sa.MetaData(), sa.MetaData()
    source.reflect(new)
    target.reflect(old)
    tables = [t for t in target.sorted_tables if t.name in source.tables and t.name != "alembic_version"]
    with new.connect() as reading, old.begin() as writing:
        for table in reversed(tables):
            writing.execute(table.delete())
        for table in tables:
            kept = [c for c in source.tables[table.name].columns if c.name in table.columns]
            if rows := [dict(row._mapping) for row in reading.execute(sa.select(*kept))]:
                writing.execute(table.insert(), rows)


def studies_earlier(uri: str) -> None:
    storage: Any = RDBStorage(uri)
    command.stamp(storage._version_manager._create_alembic_config(), EARLIER["optuna"])
    storage.engine.dispose()


@pytest.fixture(scope="module")
def earlier(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store on SQLite, as an earlier MLflow and Optuna left it."""
    place = tmp_path_factory.mktemp("earlier")
    backup(Store.at(trained.store), place / "store.tar")
    made = restore(place / "store.tar", place / "store")
    studies_earlier(made.study_uri)
    (made.folder / "mlflow.db").rename(place / "new.db")
    made_earlier(f"sqlite:///{place}/new.db", f"sqlite:///{place}/old.db")
    copy(place / "old.db", made.folder / "mlflow.db")
    return made.folder


@pytest.fixture
def store(earlier: Path, tmp_path: Path) -> Store:
    """The same, to be written to; its artifacts are where they were."""
    return Store.at(shutil.copytree(earlier, tmp_path / "store", ignore=shutil.ignore_patterns("artifacts")))


def revisions(store: Store) -> dict[str, str]:
    found = {}
    for name in EARLIER:
        if store.settings.tracking:
            schema = STUDIES if name == "optuna" else "public"
            with closing(connect(store.settings.tracking)) as server:
                ((found[name],),) = server.run(f"SELECT version_num FROM {schema}.alembic_version")
        else:
            with closing(sqlite3.connect(store.folder / f"{name}.db")) as file:
                ((found[name],),) = file.execute("SELECT version_num FROM alembic_version").fetchall()
    return found


def content(store: Store) -> dict[str, str]:
    """All of a store on SQLite, in words."""
    found = {}
    for name in EARLIER:
        with closing(sqlite3.connect(store.folder / f"{name}.db")) as file:
            found[name] = "\n".join(file.iterdump())
    return found


def damaged(store: Store) -> None:
    """Let the exported champion say something else than the registered one."""
    bundle = read_bundle(store.champion_folder)
    write_bundle(replace(bundle, calibrator=replace(bundle.calibrator, shift=0.5)), store.champion_folder)


def test_an_earlier_store_is_upgraded(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--store", str(store.folder)]
    # Others say what to do.
    program = [str(Path(sys.executable).with_name("paybench")), "registry", "log", *place]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"another version of MLflow; 'paybench store upgrade --store {store.folder}'" in done.stderr
    assert revisions(store) == EARLIER
    assert main(["store", "upgrade", *place]) == 0
    said = capsys.readouterr().out
    assert all(f"{library}: {EARLIER[library]} -> {TODAY[library]}\n" in said for library in EARLIER)
    assert "champion: payment-timing v2, its golden scores reproduced\n" in said
    assert revisions(store) == TODAY
    assert check(store) == "payment-timing v2"
    # There is nothing more to do, and the backup from before is an earlier store.
    assert main(["store", "upgrade", *place, "--backup", str(store.folder.parent / "another.tar")]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert not (store.folder.parent / "another.tar").exists()
    assert main(["store", "upgrade", *place]) == 1
    assert "store-before-upgrade.tar.gz exists, and may be the only good backup" in capsys.readouterr().err


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--store", str(store.folder)]
    # A table is in the way of the migration.
    with closing(sqlite3.connect(store.folder / "mlflow.db")) as file:
        file.execute("CREATE TABLE mcp_servers (x)")
    before = content(store)
    assert main(["store", "upgrade", *place]) == 1
    said = capsys.readouterr().err
    assert "could not be upgraded (OperationalError: table mcp_servers already exists) and is as it was" in said
    assert content(store) == before
    # The migration works, but the champion does not serve as before.
    with closing(sqlite3.connect(store.folder / "mlflow.db")) as file:
        file.execute("DROP TABLE mcp_servers")
    before = content(store)
    damaged(store)
    assert main(["store", "upgrade", *place, "--backup", str(store.folder.parent / "2.tar")]) == 1
    assert "does not reproduce its golden scores; restore another backup) and is as it was" in capsys.readouterr().err
    assert content(store) == before


def test_on_a_server_it_is_the_same(
    trained: Trained, database: Callable[[], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.models.versions.test_postgres import on_server, served

    new, old = database(), database()
    store = on_server(tmp_path / "store", new)
    served(store, trained)
    made_earlier(engine_uri(new), engine_uri(old))
    (store.folder / "settings.yaml").write_text(f"tracking: {old}\n")
    store = Store.at(store.folder)
    (store.folder / ".studies").unlink(missing_ok=True)
    studies_earlier(store.study_uri)
    place = ["--store", str(store.folder)]
    assert revisions(store) == EARLIER
    # A table in the way: MLflow's migration is one transaction, and the backup is put back on top of that.
    with closing(connect(store.settings.tracking)) as server:
        server.run("CREATE TABLE mcp_servers (x int)")
    assert main(["store", "upgrade", *place, "--backup", str(tmp_path / "1.tar")]) == 1
    assert 'relation "mcp_servers" already exists) and is as it was' in capsys.readouterr().err
    assert revisions(store) == EARLIER
    with closing(connect(store.settings.tracking)) as server:
        server.run("DROP TABLE mcp_servers")
    # The migration works, but the champion does not serve as before: the backup is put back.
    right = shutil.copytree(store.champion_folder, tmp_path / "champion")
    damaged(store)
    assert main(["store", "upgrade", *place, "--backup", str(tmp_path / "2.tar")]) == 1
    assert "does not reproduce its golden scores; restore another backup) and is as it was" in capsys.readouterr().err
    assert revisions(store) == EARLIER
    shutil.rmtree(store.champion_folder)
    shutil.copytree(right, store.champion_folder)
    assert main(["store", "upgrade", *place, "--backup", str(tmp_path / "3.tar")]) == 0
    assert revisions(store) == TODAY
    assert check(store) == "payment-timing v2"


@pytest.fixture(scope="module")
def cut_short() -> Iterator[Asked]:
    yield from asked(Path(__file__).with_name("cut_short.py"))


def test_an_upgrade_that_is_killed_leaves_a_store(store: Store, tmp_path: Path, cut_short: Asked) -> None:
    delays = ["0", "0.1", "0.5"]
    killed = cut_short("upgrade", store.folder, str(tmp_path / "NUMBER.tar"), "NUMBER.tar", *delays)
    assert killed[0]
    # It is of one version or the other, never between them.
    assert revisions(store) in (EARLIER, TODAY, EARLIER | {"mlflow": TODAY["mlflow"]})
    assert main(["store", "upgrade", "--store", str(store.folder)]) == 0
    assert revisions(store) == TODAY
    assert check(store) == "payment-timing v2"
