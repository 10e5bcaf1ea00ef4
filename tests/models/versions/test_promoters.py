"""Drills with real processes: many on one store at once, first uses of a new one, the way back, ends in the middle."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from paybench.cli import main
from paybench.ledger import read_ledger
from paybench.models.gate.gate import judge
from paybench.models.learn.bundle import Bundle, read_bundle, write_bundle
from paybench.models.store.log import CHANGES, FIRST, PROMOTED, REFUSED, ROLLBACK, read_log
from paybench.models.store.store import CHALLENGER, CHAMPION, NAMES, Store, Version, registered_bundle
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import baseline_candidate
from paybench.models.versions.promotion import challenge, rollback
from paybench.models.versions.registry import register
from paybench.models.versions.release import release
from paybench.score import score, write_scores
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
ROUNDS, KILLS = (20, 16) if NIGHTLY else (1, 4)
WORSE = [-0.5 - k / 20 for k in range(15)]
"""How far the twins of candidates are off that are clearly worse than the best, in log-odds of the days late."""
MIDDLING = -0.62
"""The same of one that is better than the Baseline all the same."""

Answers = Callable[..., list[object]]


def agreed(store: Store) -> int:
    """The number of the version that the three names, the exported bundle and the log say to serve."""
    client = store.client()
    versions = {client.get_model_version_by_alias(name, CHAMPION).version for name in NAMES}
    (number,) = {int(version) for version in versions}
    assert read_bundle(store.champion_folder).version == f"payment-timing v{number}"
    assert next(e["version"] for e in reversed(read_log(store)) if e["action"] in CHANGES) == number
    return number


@pytest.fixture(scope="module")
def baseline(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return baseline_candidate(read_ledger(trained.ledger), AS_OF, tmp_path_factory.mktemp("baseline") / "baseline")


@dataclass
class Drill:
    """A store, and what came of what was done to it, in this order.

    Attributes
    ----------
    first : what eight processes answered that used it before it was there. challenger : the first that was better than
        the Baseline. codes : of eight commands that promoted it. candidates : by version, what contended then, the
        best of it in the middle. promoted : by version, whether its process promoted it.
    """

    store: Store
    first: list[object]
    challenger: int
    codes: list[object]
    candidates: dict[int, Candidate]
    best: int
    promoted: dict[int, object]


@pytest.fixture(scope="module", params=range(ROUNDS))
def drill(trained: Trained, baseline: Candidate, at_once: Answers, tmp_path_factory: pytest.TempPathFactory) -> Drill:
    place = tmp_path_factory.mktemp("drill")
    shutil.copytree(baseline.folder, place / "store" / "baseline")
    store = Store.at(place / "store")
    first = at_once("first", store.folder, *["baseline"] * 8)
    good = Candidate(trained.store / "candidate")

    def entered(shift: float) -> tuple[int, Candidate]:
        folder = shutil.copytree(good.folder, place / f"off by {shift:.2f}")
        (folder / "candidate.json").write_text(json.dumps(good.about | {"key": folder.name}))
        calibrator = replace(good.twin.calibrator, shift=good.twin.calibrator.shift + shift)
        write_bundle(replace(good.twin, calibrator=calibrator), folder / "twin")
        return register(store, Candidate(folder)).number, Candidate(folder)

    number, candidate = entered(MIDDLING)
    challenge(store, Version(number, "", {}))
    codes = at_once("command", store.folder, *["promote --json"] * 8)
    shifts = [*WORSE[:9], 0.0, *WORSE[9:]]
    candidates = dict(map(entered, shifts))
    numbers = list(candidates)
    promoted = dict(zip(numbers, at_once("contend", store.folder, *map(str, numbers)), strict=True))
    return Drill(store, first, number, codes, {number: candidate} | candidates, numbers[9], promoted)


def test_eight_first_uses_at_once_all_survive(drill: Drill) -> None:
    # All eight found the same champion, and one line says how it came to be.
    begin = read_log(drill.store)[0]
    assert drill.first == [begin["version"]] * 8
    assert (begin["action"], begin["previous"]) == (FIRST, None)


def test_of_eight_commands_that_promote_one_challenger_one_does(drill: Drill) -> None:
    # The others say that it serves already.
    assert sorted(drill.codes, key=str) == [0] + [1] * 7
    entry = read_log(drill.store)[1]
    assert (entry["action"], entry["version"], entry["previous"]) == (PROMOTED, drill.challenger, drill.first[0])


def test_of_sixteen_promoters_at_once_the_best_serves(drill: Drill) -> None:
    # All sixteen were judged, none died.
    assert len(drill.promoted) == 16
    assert set(drill.promoted.values()) <= {0, 1}, drill.promoted
    # The best one serves, whenever its turn came: by the three names, the bundle and the log.
    assert drill.promoted[drill.best] == 1
    assert agreed(drill.store) == drill.best


def test_the_log_of_sixteen_at_once_is_what_one_after_the_other_would_have_led_to(drill: Drill) -> None:
    entries = read_log(drill.store)[2:]
    # One line for each, in some order.
    assert sorted(e["version"] for e in entries) == sorted(drill.promoted)
    serves = drill.challenger
    for entry in entries:
        # Each was judged against who served at that moment, and rightly.
        assert entry["previous"] == serves
        verdict = judge(drill.candidates[entry["version"]], drill.candidates[serves].twin)
        assert (entry["action"], entry["reason"]) == (PROMOTED if verdict.promoted else REFUSED, verdict.reason)
        assert drill.promoted[entry["version"]] == verdict.promoted
        serves = entry["version"] if verdict.promoted else serves
    assert serves == drill.best


def test_the_way_back_gives_the_same_bytes(drill: Drill, trained: Trained, tmp_path: Path) -> None:
    store, ledger = drill.store, read_ledger(trained.ledger)

    def scores(models: str | Bundle = "champion") -> bytes:
        write_scores(score(ledger, AS_OF, models, store.folder), tmp_path / "scores.parquet")
        return (tmp_path / "scores.parquet").read_bytes()

    best, before = scores(), scores(registered_bundle(store.folder, "payment-timing@previous_champion"))
    command = [str(Path(sys.executable).with_name("paybench")), "promote", "--rollback", "--store", str(store.folder)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    sys.stdout.write(f"rollback: {time.perf_counter() - start:.2f} s\n")
    # A process of its own goes back, and what is scored is what was scored before; so it is once more forth.
    agreed(store)
    assert scores() == before
    rollback(store)
    agreed(store)
    assert scores() == best
    assert [e["action"] for e in read_log(store)[-2:]] == [ROLLBACK, ROLLBACK]


def test_where_a_signature_is_required_the_challenger_waits_for_one(
    drill: Drill, trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, rules = drill.store, drill.store.folder / "settings.yaml"
    candidate = Candidate(shutil.copytree(drill.candidates[drill.best].folder, tmp_path / "candidate"))
    (candidate.folder / "candidate.json").write_text(json.dumps(candidate.about | {"key": "signed"}))
    candidate = Candidate(candidate.folder)
    lines = read_log(store)
    rules.write_text("require_signature: true\n")
    try:
        outcome = release(store, read_ledger(trained.ledger), candidate)
        # It is registered and waits; nobody judged it.
        assert (outcome.promoted, outcome.outcome) == (False, "registered")
        assert outcome.reason == "a signature is required here: paybench promote --signed-by NAME"
        waits = store.version(CHALLENGER)
        assert waits is not None
        assert waits.label == outcome.challenger
        # Nor does anybody without a name, or go back.
        place = ["--store", str(store.folder)]
        for unsigned in (["promote"], ["promote", "--rollback"], ["promote", "--signed-by", ""]):
            assert main([*unsigned, *place]) == 1
            assert "a signature is required here: paybench promote --signed-by NAME" in capsys.readouterr().err
        assert main(["promote", "--signed-by", " \t", *place]) == 1
        assert "is no name; give one of 1 to 100 characters" in capsys.readouterr().err
        assert read_log(store) == lines
        # With one it is asked for what it is: no better than its twin, which serves.
        assert main(["promote", "--signed-by", "Ada Lovelace", *place]) == 0
        (entry,) = read_log(store)[len(lines) :]
        assert (entry["action"], entry["version"], entry["signed_by"]) == (REFUSED, waits.number, "Ada Lovelace")
        assert store.client().get_model_version(NAMES[0], str(waits.number)).tags["signed_by"] == "Ada Lovelace"
    finally:
        rules.unlink()


def test_wherever_rollbacks_are_killed_the_log_and_the_names_agree_afterwards(drill: Drill, at_once: Answers) -> None:
    delays = [f"{0.02 * k:.3f}" for k in range(KILLS)]
    versions = at_once("killed", drill.store.folder, *delays)
    # Whoever used the store after a kill found one of the two that were changed for each other.
    assert len(versions) == KILLS
    assert len(set(versions)) <= 2, versions
    assert agreed(drill.store) in versions
