"""A registration that ends in the middle, at whichever step and however, leaves a store that works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any

import numpy as np
import pytest
from mlflow import MlflowClient

from paybench.ledger import Ledger
from paybench.models.learn.bundle import read_bundle
from paybench.models.store.mend import experiment
from paybench.models.store.runs import compare_runs
from paybench.models.store.store import CHAMPION, NAMES, PREVIOUS, Store
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import baseline_candidate, train
from paybench.models.versions.promotion import ensure_champion, rollback
from paybench.models.versions.registry import record_declined, register, registered
from tests.models.books import book_of

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

WRITES = (
    "create_run", "log_batch", "log_artifacts", "create_registered_model", "create_model_version", "set_terminated",
    "set_registered_model_alias", "set_tag", "delete_model_version",
)  # fmt: skip


@pytest.fixture(scope="module")
def few() -> Ledger:
    rng = np.random.default_rng(0)
    return book_of(np.arange(99) * 3, np.zeros(99, dtype=int), rng.integers(-3, 9, 99).astype(np.float64))


@pytest.fixture(scope="module")
def baseline(few: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return baseline_candidate(few, "2026-01-01", tmp_path_factory.mktemp("baseline") / "candidate")


@pytest.fixture(scope="module")
def declined(few: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return train(few, "2026-01-01", tmp_path_factory.mktemp("declined") / "candidate", trials=1)


@pytest.fixture(scope="module")
def store(baseline: Candidate, tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store.at(tmp_path_factory.mktemp("store"))
    ensure_champion(made, baseline.about["book"], lambda: baseline)
    return made


@contextmanager
def stopped(at: int, killed: bool) -> Iterator[None]:
    """Writes to MLflow, of which one stops the process: by Ctrl-C, or for good, so that nothing can be tidied up."""
    turns = count()
    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(MlflowClient, name, _stopping(getattr(MlflowClient, name), turns, at, killed))
        with suppress(KeyboardInterrupt):
            yield


def _stopping(write: Callable[..., Any], turns: Iterator[int], at: int, killed: bool) -> Callable[..., Any]:
    def stops(*arguments: Any, **named: Any) -> Any:
        turn = next(turns)
        if turn == at or (killed and turn > at):
            raise KeyboardInterrupt
        return write(*arguments, **named)

    return stops


def steps(act: Callable[[], object]) -> int:
    """How many writes something takes."""
    turns = count()
    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(MlflowClient, name, _stopping(getattr(MlflowClient, name), turns, -1, killed=False))
        act()
    return next(turns)


def numbers(store: Store) -> list[list[int]]:
    """The versions of each name."""
    found = (store.client().search_model_versions(f"name = '{name}'") for name in NAMES)
    return [sorted(int(v.version) for v in versions) for versions in found]


def statuses(store: Store) -> set[str]:
    """Of all runs."""
    client = store.client()
    return {run.info.status for run in client.search_runs([experiment(client, store)])}


@pytest.mark.parametrize("killed", [False, True], ids=["interrupted", "killed"])
@pytest.mark.parametrize("first", [0, 1])
def test_the_next_registration_is_whole_wherever_the_last_one_stopped(
    store: Store, baseline: Candidate, first: int, killed: bool
) -> None:
    again = partial(register, store, baseline)
    for at in range(first, steps(again), 2):
        before = numbers(store)
        with stopped(at, killed):
            again()
        version = again()
        # Only what was registered to its end is there, and its three versions have one number.
        assert numbers(store) == [[*kept, version.number] for kept in before]
        assert {store.client().get_model_version(n, str(version.number)).run_id for n in NAMES} == {version.run_id}
        # No run goes on for ever.
        assert "RUNNING" not in statuses(store)


def test_a_store_whose_versions_came_apart_works_again(store: Store, baseline: Candidate) -> None:
    client = store.client()
    # As an earlier release left them: versions of one name only, of a run that failed.
    run = client.create_run(experiment(client, store), tags={"key": "half"}).info
    for name, more in zip(NAMES, (3, 1, 0), strict=True):
        for _ in range(more):
            client.create_model_version(name, "nowhere", run.run_id, tags={"key": "half"})
    client.set_terminated(run.run_id, "FAILED")
    assert registered(store, "half") is None
    version = register(store, baseline)
    assert [kept[-1] for kept in numbers(store)] == [version.number] * 3
    # The champion was whole, and is left as it is.
    assert store.version(CHAMPION) is not None


@pytest.mark.parametrize("killed", [False, True], ids=["interrupted", "killed"])
def test_the_names_serve_one_version_wherever_the_change_stopped(
    store: Store, baseline: Candidate, killed: bool
) -> None:
    client = store.client()
    second = register(store, baseline)
    for name in NAMES:
        client.set_registered_model_alias(name, PREVIOUS, str(second.number))
    for at in range(steps(partial(rollback, store))):
        with stopped(at, killed):
            rollback(store)
        champion = ensure_champion(store, baseline.about["book"], lambda: baseline)
        # All three names point to it, and its bundle is the one that scores.
        assert {client.get_model_version_by_alias(name, CHAMPION).run_id for name in NAMES} == {champion.run_id}
        assert len({client.get_model_version_by_alias(name, PREVIOUS).version for name in NAMES}) == 1
        assert read_bundle(store.champion_folder).about["run_id"] == champion.run_id


def test_a_declined_training_that_was_cut_short_is_recorded_again(store: Store, declined: Candidate) -> None:
    def recorded() -> int:
        return len(compare_runs(store, outcome="declined"))

    for killed in (False, True):
        for at in range(4):
            with stopped(at, killed):
                record_declined(store, declined)
            # Half a record is none.
            assert recorded() == 0
    record_declined(store, declined)
    record_declined(store, declined)
    # Whole it is one, and stays one.
    assert recorded() == 1
    assert "RUNNING" not in statuses(store)


def test_a_first_training_that_was_cut_short_is_done_again(store: Store, baseline: Candidate) -> None:
    client = store.client()
    for name in NAMES:
        client.delete_registered_model_alias(name, CHAMPION)
    first = partial(ensure_champion, store, str(baseline.about["book"]), lambda: baseline)
    for at in (7, 10, 12):
        with stopped(at, killed=True):
            first()
    champion = first()
    # Whatever was there before, it serves.
    assert {client.get_model_version_by_alias(name, CHAMPION).run_id for name in NAMES} == {champion.run_id}
    assert read_bundle(store.champion_folder).version == champion.label
