"""Drills: a store is backed up, lost, restored elsewhere, moved; backups are damaged, and restores are cut short."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import read_ledger
from paybench.models.backups.backup import backup, check, restore
from paybench.models.store.log import read_log
from paybench.models.store.postgres import tables
from paybench.models.store.runs import compare_runs
from paybench.models.store.store import CHAMPION, Store, registered_bundle
from paybench.models.versions.promotion import rollback
from paybench.score import score, write_scores
from tests.models.versions.conftest import Asked, asked
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

DELAYS = ["0", "0.02", "0.05", "0.1", "0.2", "0.4"]
"""After which a restore is killed that has begun to write, in seconds."""


@pytest.fixture(scope="module")
def kept(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the trained store."""
    file = tmp_path_factory.mktemp("kept") / "store.tar.gz"
    backup(Store.at(trained.store), file)
    return file


@pytest.fixture(scope="module")
def cut_short() -> Iterator[Asked]:
    """Whether a restore was killed, by delay."""
    yield from asked(Path(__file__).with_name("cut_short.py"))


def scores(trained: Trained, store: Store, place: Path, models: str = "champion") -> bytes:
    bundle = models if models == "champion" else registered_bundle(store.folder, models)
    write_scores(score(read_ledger(trained.ledger), AS_OF, bundle, store.folder), place / "scores.parquet")
    return (place / "scores.parquet").read_bytes()


def said(store: Store) -> str:
    """What runs say, without what is of a place."""
    return str(compare_runs(store).to_csv())


def whole(store: Store) -> None:
    """It serves; the registered champion gives its golden scores, and the log is whole."""
    assert check(store) == "payment-timing v2"


def test_a_store_that_was_lost_is_restored_elsewhere(trained: Trained, kept: Path, tmp_path: Path) -> None:
    before = Store.at(trained.store)
    first = restore(kept, tmp_path / "first")
    assert main(["store", "backup", "--store", str(first.folder), "--out", str(tmp_path / "again.tar")]) == 0
    shutil.rmtree(first.folder)
    assert main(["store", "restore", str(tmp_path / "again.tar"), "--store", str(tmp_path / "second")]) == 0
    store = Store.at(tmp_path / "second")
    whole(store)
    # Scores of every registered version are the same, byte for byte; so are runs and the log.
    for models in ("champion", "payment-days@champion", "payment-timing@previous_champion"):
        assert scores(trained, store, tmp_path, models) == scores(trained, before, tmp_path, models)
    assert said(store) == said(before)
    assert read_log(store) == read_log(before)
    # No file of it, and no row of its database, speaks of a place where it was.
    with closing(sqlite3.connect(store.folder / "mlflow.db")) as database:
        rows = "\n".join(database.iterdump())
    assert str(tmp_path / "first") not in rows
    assert str(trained.store) not in rows
    # It goes on: back, forth, and a new registration finds its place.
    assert rollback(store).number == 1
    assert rollback(store).number == 2
    assert [e["action"] for e in read_log(store)[-2:]] == ["rollback", "rollback"]


def test_a_store_on_a_server_is_restored_to_another_database(
    trained: Trained, kept: Path, database: Callable[[], str], tmp_path: Path, cut_short: Asked
) -> None:
    from tests.models.versions.test_postgres import on_server, served

    old = on_server(tmp_path / "old", database(), "artifacts: ../shared\n")
    served(old, trained)
    old.study_uri  # noqa: B018
    backup(old, tmp_path / "team.tar")
    new = on_server(tmp_path / "new", database())
    # Wherever a restore is killed there is no store, and the next one is none the worse for it.
    cut_short("restore", new.folder, str(tmp_path / "team.tar"), ".new-*", *DELAYS[::2])
    if (new.folder / "champion").exists():  # the last one was faster
        shutil.rmtree(new.folder)
        new = on_server(new.folder, database())
    assert not new.exists
    restore(tmp_path / "team.tar", new.folder)
    shutil.rmtree(old.folder)
    shutil.rmtree(tmp_path / "shared")
    # Its settings are those that were there, its artifacts in its folder, and nothing is left of the restore.
    assert new.settings.tracking in (new.folder / "settings.yaml").read_text()
    assert "paybench_unfinished_restore" not in tables(new.settings.tracking)
    assert {"experiments", "studies"} <= tables(new.settings.tracking)
    whole(Store.at(new.folder))
    assert scores(trained, new, tmp_path) == scores(trained, Store.at(trained.store), tmp_path)
    assert rollback(new).number == 1
    # A database that holds something is left alone, as is a backup of the other kind.
    full = on_server(tmp_path / "full", new.settings.tracking)
    with pytest.raises(PaybenchError, match="holds tables already; name an empty one in .*settings.yaml"):
        restore(tmp_path / "team.tar", full.folder)
    with pytest.raises(PaybenchError, match="is of a store on SQLite, and the settings are of a store on PostgreSQL"):
        restore(kept, full.folder)
    assert [path.name for path in full.folder.iterdir()] == ["settings.yaml"]


def test_a_store_that_was_moved_finds_its_artifacts(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = restore(_backed_up(trained, tmp_path), tmp_path / "made")
    folder = made.folder.rename(tmp_path / "it's moved")
    # Until it is told.
    assert main(["promote", "--rollback", "--store", str(folder)]) == 1
    assert f"after moving or copying it, 'paybench store moved --store {folder}' finds them" in capsys.readouterr().err
    assert main(["store", "moved", "--store", str(folder)]) == 0
    whole(Store.at(folder))
    # A copy is a store of its own, once it is told.
    copied = Store.at(shutil.copytree(folder, tmp_path / "copy"))
    assert main(["store", "moved", "--store", str(copied.folder)]) == 0
    shutil.rmtree(folder)
    whole(copied)
    shutil.rmtree(copied.folder / "artifacts")
    assert main(["store", "moved", "--store", str(copied.folder)]) == 1
    assert "should be at file:" in capsys.readouterr().err


def _backed_up(trained: Trained, place: Path) -> Path:
    backup(Store.at(trained.store), place / "store.tar")
    return place / "store.tar"


def test_artifacts_go_where_the_settings_say(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "settings.yaml").write_text("artifacts: ../elsewhere\n")
    whole(restore(kept, tmp_path / "store"))
    assert len(list((tmp_path / "elsewhere").iterdir())) == 2
    assert not (tmp_path / "store" / "artifacts").exists()
    # Where something is, nothing is overwritten.
    with pytest.raises(PaybenchError, match="is not empty; restore into a new folder"):
        restore(kept, tmp_path / "store")
    (tmp_path / "other").mkdir()
    shutil.copy(tmp_path / "store" / "settings.yaml", tmp_path / "other")
    with pytest.raises(PaybenchError, match="elsewhere holds something already; clear it, or name another place"):
        restore(kept, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["settings.yaml"]


def test_a_damaged_backup_is_refused_and_nothing_is_written(kept: Path, tmp_path: Path) -> None:
    content = gzip.decompress(kept.read_bytes())
    file, target = tmp_path / "damaged.tar", tmp_path / "store"
    with tarfile.open(kept) as tar:
        places = [(info.offset_data, info.size) for info in tar]
        last = places[-1]
    # A byte changed in any of its files, the manifest among them.
    damaged = [_changed(content, start + size // 2) for start, size in [*places[:: len(places) // 12 or 1], last]]
    # Cut short, anywhere up to the end of the manifest.
    damaged += [content[: (last[0] + last[1]) * part // 7] for part in range(7)] + [content[: last[0] + last[1] - 1]]
    for bytes_ in damaged:
        file.write_bytes(bytes_)
        with pytest.raises(PaybenchError, match=r"is damaged .*, and nothing was written; use another one."):
            restore(file, target)
        assert [path.name for path in tmp_path.iterdir()] == [file.name]
    # Compressed, too; and what is no backup at all is none.
    packed = kept.read_bytes()
    for bytes_ in (_changed(packed, len(packed) // 2), packed[: len(packed) // 2], b"", b"\x1f\x8b", b"not a tar" * 99):
        file.write_bytes(bytes_)
        with pytest.raises(PaybenchError, match="is damaged"):
            restore(file, target)
    with pytest.raises(PaybenchError, match="There is no backup .*nowhere.tar; give the file that"):
        restore(tmp_path / "nowhere.tar", target)


def _changed(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "folder//tmp/outside", "folder/../../outside"])
def test_a_backup_writes_nowhere_but_into_the_store(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(PaybenchError, match="in it is no file of a store"):
        restore(tmp_path / "evil.tar", tmp_path / "store")


def test_a_restore_that_is_killed_leaves_nothing_that_looks_like_a_store(
    kept: Path, tmp_path: Path, cut_short: Asked
) -> None:
    target = tmp_path / "store"
    killed = cut_short("restore", target, str(kept), ".store-*", *DELAYS)
    assert any(killed)
    if target.exists():  # one of them was faster than its end
        whole(Store.at(target))
        shutil.rmtree(target)
    # Nothing is there until all is, and the next one needs no tidying up.
    whole(restore(kept, target))


def test_what_cannot_be_backed_up_is_told(trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--store", str(trained.store)]
    assert main(["store", "backup", *place, "--out", str(tmp_path / "store.zip")]) == 1
    assert "ends in none of .tar, .tar.gz, .tgz: name it so." in capsys.readouterr().err
    assert main(["store", "backup", *place, "--out", str(trained.store / "store.tar")]) == 1
    assert "is within the store that it would back up; name a place outside of it." in capsys.readouterr().err
    assert main(["store", "backup", "--store", str(tmp_path / "none"), "--out", str(tmp_path / "store.tar")]) == 1
    assert "There is no store at" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_backup_holds_what_a_person_would_look_for(trained: Trained, kept: Path) -> None:
    with tarfile.open(kept) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("backup.json"))
    assert names[-1] == "backup.json"
    assert set(names[:-1]) == set(manifest["files"])
    assert {"database/mlflow.db", "folder/promotions.jsonl", "folder/champion/manifest.json"} <= set(names)
    # Locks and what is temporary stay out.
    assert not [name for name in names if "/." in name]
    version = Store.at(trained.store).version(CHAMPION)
    assert version is not None
    assert f"artifacts/{version.run_id}/artifacts/bundle/manifest.json" in names
