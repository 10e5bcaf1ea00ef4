"""A store on PostgreSQL does what one on SQLite does, for processes on any machine, and tells nobody the password."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import read_ledger
from paybench.models.gate.gate import judge
from paybench.models.learn.bundle import read_bundle, write_bundle
from paybench.models.store.log import CHANGES, FIRST, PROMOTED, REFUSED, read_log
from paybench.models.store.postgres import connect
from paybench.models.store.runs import compare_runs
from paybench.models.store.store import CHALLENGER, CHAMPION, NAMES, PREVIOUS, Store, Version, registered_bundle
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import baseline_candidate
from paybench.models.versions.promotion import rollback
from paybench.models.versions.registry import register
from paybench.score import score, write_scores
from tests.models.versions.conftest import Asked
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

SHIFTS = [-0.55, -0.7, 0.0, -0.85]
"""How far the twins of candidates are off, in log-odds of the days late."""

Database = Callable[[], str]


def on_server(folder: Path, database: str, more: str = "") -> Store:
    """A new store."""
    folder.mkdir(parents=True)
    (folder / "settings.yaml").write_text(f"tracking: {database}\n{more}")
    return Store.at(folder)


def served(store: Store, trained: Trained) -> str:
    """Put the trained candidate into a store by the command line; returns what was said."""
    shutil.copytree(trained.store / "candidate", store.folder / "candidate")  # not to be trained once more
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        place = ["--as-of", AS_OF, "--trials", "2", "--store", str(store.folder)]
        assert main(["train", str(trained.ledger), *place]) == 0
    return said.getvalue()


SAID: list[str] = []
"""What the commands on the team's store said."""


@pytest.fixture(scope="module")
def team(trained: Trained, database: Database, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of a training by the command line, artifacts beside its folder."""
    store = on_server(tmp_path_factory.mktemp("team") / "store", database(), "artifacts: ../artifacts\n")
    SAID.append(served(store, trained))
    return store


def scores(trained: Trained, store: Store, place: Path) -> bytes:
    write_scores(score(read_ledger(trained.ledger), AS_OF, "champion", store.folder), place / "scores.parquet")
    return (place / "scores.parquet").read_bytes()


def agreed(store: Store) -> int:
    """The number of the version that the three names, the exported bundle and the log say to serve."""
    client = store.client()
    (number,) = {int(client.get_model_version_by_alias(name, CHAMPION).version) for name in NAMES}
    assert read_bundle(store.champion_folder).version == f"payment-timing v{number}"
    assert next(e["version"] for e in reversed(read_log(store)) if e["action"] in CHANGES) == number
    return number


def test_what_is_trained_on_a_server_is_what_is_trained_in_a_file(
    team: Store, trained: Trained, tmp_path: Path
) -> None:
    assert team.exists
    found = {alias: version.number for alias in (CHAMPION, PREVIOUS, CHALLENGER) if (version := team.version(alias))}
    assert found == {CHAMPION: 2, CHALLENGER: 2, PREVIOUS: 1}
    # Scores are the same, byte for byte; runs are, but for their ids and the time.
    assert scores(trained, team, tmp_path) == scores(trained, Store.at(trained.store), tmp_path)
    ours, theirs = (compare_runs(s).drop(columns=["started", "run_id"]) for s in (team, trained.store))
    assert ours.to_json() == theirs.to_json()
    # Nothing of SQLite is in the folder, and no artifacts, which are where the settings say.
    assert not list(team.folder.rglob("*.db"))
    assert {path.name for path in team.folder.iterdir()} >= {"settings.yaml", "champion", "promotions.jsonl"}
    assert len(list((team.folder.parent / "artifacts").iterdir())) == 2


def test_the_way_back_and_forth_gives_the_same_bytes(team: Store, trained: Trained, tmp_path: Path) -> None:
    best, before = scores(trained, team, tmp_path), registered_bundle(team.folder, "payment-timing@previous_champion")
    rollback(team)
    assert agreed(team) == 1
    assert read_bundle(team.champion_folder).pooled.tobytes() == before.pooled.tobytes()
    rollback(team, "Ada Lovelace")
    assert agreed(team) == 2
    assert scores(trained, team, tmp_path) == best
    assert [e["action"] for e in read_log(team)] == [FIRST, PROMOTED, "rollback", "rollback"]


def test_studies_and_runs_live_in_one_database(team: Store) -> None:
    import optuna

    # First uses at once of the studies' tables all work, and each finds what the others did.
    program = (
        "import sys, optuna; from paybench.models.store.store import Store; uri = Store.at(sys.argv[1]).study_uri; "
        "study = optuna.create_study(study_name='late', storage=uri, load_if_exists=True); "
        "study.optimize(lambda trial: trial.suggest_float('x', 0, 1), 2)"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(team.folder)], stderr=-1) for _ in range(2)]
    for process in running:
        assert b"Traceback" not in process.communicate()[1]
    study = optuna.load_study(study_name="late", storage=team.study_uri)
    assert len(study.trials) == 4
    assert len(compare_runs(team)) == 2
    study._storage._backend.engine.dispose()  # type: ignore[attr-defined]


def test_a_database_belongs_to_one_folder(team: Store, trained: Trained, tmp_path: Path) -> None:
    other = on_server(tmp_path / "other", team.settings.tracking)
    assert not other.exists
    # Whose log would else have gaps.
    with pytest.raises(PaybenchError, match="belongs to the store in another folder than .*other; share that folder"):
        other.client()
    # Nor does a store move into a database, or out of it, by a line in its settings.
    shutil.copyfile(trained.store / "mlflow.db", other.folder / "mlflow.db")
    with pytest.raises(PaybenchError, match="is kept in its mlflow.db, and its settings now name a database"):
        other.client()
    alone = Store.at(shutil.copytree(team.folder, tmp_path / "alone", ignore=shutil.ignore_patterns("settings.yaml")))
    with pytest.raises(PaybenchError, match="is kept in a PostgreSQL database that its settings no longer name"):
        alone.client()


@contextmanager
def holder(store: Store) -> Iterator[subprocess.Popen[str]]:
    """Another process, which asks for the lock; it has it when it says so."""
    program = [sys.executable, str(Path(__file__).with_name("holding.py")), str(store.folder)]
    with subprocess.Popen(program, stdin=-1, stdout=-1, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "asking\n"
        try:
            yield running
        finally:
            running.kill()


def test_one_at_a_time_and_a_killed_holder_frees_the_lock(team: Store) -> None:
    asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with closing(connect(team.settings.tracking)) as server, holder(team) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with holder(team) as second, ThreadPoolExecutor(1) as pool:
            assert second.stdout is not None
            said = pool.submit(second.stdout.readline)
            while server.run(asked) == [[0]]:
                assert not said.done()
            # The second one waits for the first, and has the lock once that is no more.
            assert not said.done()
            first.kill()
            assert said.result() == "held\n"
    # As has whoever comes after it; within a process it may be taken again.
    with team.lock(), team.lock():
        assert agreed(team) == 2


def test_a_lock_that_was_lost_is_told(team: Store) -> None:
    def cut_off() -> None:
        with team.lock(), closing(connect(team.settings.tracking)) as server:
            server.run("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")

    with pytest.raises(PaybenchError, match="was lost, and with it the lock; another process may have come between"):
        cut_off()


def test_eight_first_uses_at_once_and_then_the_best_of_four_promoters_serves(
    trained: Trained, database: Database, at_once: Asked, tmp_path: Path
) -> None:
    store = on_server(tmp_path / "store", database())
    baseline_candidate(read_ledger(trained.ledger), AS_OF, store.folder / "baseline")
    # All eight found the same champion, and one line says how it came to be.
    first = at_once("first", store.folder, *["baseline"] * 8)
    (line,) = read_log(store)
    assert first == [line["version"]] * 8
    good, candidates = Candidate(trained.store / "candidate"), {}
    for shift in SHIFTS:
        folder = shutil.copytree(good.folder, tmp_path / f"off by {shift:.2f}")
        (folder / "candidate.json").write_text(json.dumps(good.about | {"key": folder.name}))
        calibrator = replace(good.twin.calibrator, shift=good.twin.calibrator.shift + shift)
        write_bundle(replace(good.twin, calibrator=calibrator), folder / "twin")
        candidates[register(store, Candidate(folder)).number] = Candidate(folder)
    promoted = dict(zip(candidates, at_once("contend", store.folder, *map(str, candidates)), strict=True))
    # All four were judged, one after the other, each against who served then.
    assert set(promoted.values()) <= {0, 1}, promoted
    serves: int | None = None
    for entry in read_log(store)[1:]:
        assert entry["previous"] == (serves or line["version"])
        verdict = judge(candidates[entry["version"]], None if serves is None else candidates[serves].twin)
        assert (entry["action"], entry["reason"]) == (PROMOTED if verdict.promoted else REFUSED, verdict.reason)
        serves = entry["version"] if verdict.promoted else serves
    # The best one serves, whenever its turn came: by the three names, the bundle and the log.
    assert agreed(store) == serves == list(candidates)[SHIFTS.index(0.0)]
    # Rollbacks that are killed leave a store that works.
    assert set(at_once("killed", store.folder, "0.000", "0.050")) <= {int(v.number) for v in _two(store)}
    agreed(store)


def _two(store: Store) -> list[Version]:
    return [version for alias in (CHAMPION, PREVIOUS) if (version := store.version(alias))]


def test_the_password_is_nowhere(
    team: Store,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = ["--store", str(team.folder)]
    assert main(["store", "backup", *place, "--out", str(tmp_path / "backup.tar")]) == 0
    assert main(["registry", "log", *place]) == 0
    team.study_uri  # noqa: B018
    # Neither where it is wrong, nor where it is missing.
    monkeypatch.setenv("PGPASSWORD", "h0use, but wrong")
    other = on_server(tmp_path / "other", team.settings.tracking)
    for wrong in (other, on_server(tmp_path / "nowhere", "postgresql://team@127.0.0.1:1/store")):
        assert main(["train", str(tmp_path), "--as-of", AS_OF, "--store", str(wrong.folder)]) == 1
        with pytest.raises(PaybenchError, match="cannot be used .*; see that it runs, that PGPASSWORD or ~/.pgpass"):
            wrong.client()
    assert main(["store", "backup", *place, "--out", str(tmp_path / "other.tar")]) == 1
    said = "".join([*SAID, *capfd.readouterr(), caplog.text, team.uri, team.study_uri, repr(team)])
    assert "h0use" not in said
    folders = (team.folder, team.folder.parent / "artifacts", tmp_path)
    assert not [p for f in folders for p in f.rglob("*") if p.is_file() and b"h0use" in p.read_bytes()]
    # It may come from ~/.pgpass as well.
    monkeypatch.delenv("PGPASSWORD")
    with pytest.raises(PaybenchError, match="cannot be used"):
        connect(team.settings.tracking)
