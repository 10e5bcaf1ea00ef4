"""The registry: which version serves, how it came to, and the way back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import mlflow.lightgbm
import numpy as np
import pandas as pd
import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.features import open_on
from paybench.ledger import Ledger, read_ledger, write_ledger
from paybench.models.family.distribution import expit, logit
from paybench.models.judge.compare import EMPIRICAL, MODEL
from paybench.models.learn.bundle import DAY_BY_DAY, read_bundle
from paybench.models.store.runs import compare_runs
from paybench.models.store.store import CHALLENGER, CHAMPION, NAMES, PREVIOUS, Store, registered_bundle
from paybench.models.training.candidate import Candidate
from paybench.models.training.card import model_card, short
from paybench.models.versions.promotion import export, promote, rollback
from paybench.score import score, write_scores
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture(scope="module")
def store(trained: Trained) -> Store:
    return Store.at(trained.store)


@pytest.fixture(scope="module")
def ledger(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


def aliases(store: Store) -> dict[str, int]:
    """Where the aliases of the three names point, which is to the same numbers."""
    client = store.client()
    found = [
        {alias: int(number) for alias, number in client.get_registered_model(name).aliases.items()} for name in NAMES
    ]
    assert found[0] == found[1] == found[2]
    return found[0]


def test_the_first_champion_is_the_baseline_and_a_better_challenger_takes_its_place(store: Store) -> None:
    assert aliases(store) == {CHAMPION: 2, CHALLENGER: 2, PREVIOUS: 1}
    kinds = [version.tags["kind"] for alias in (PREVIOUS, CHAMPION) if (version := store.version(alias))]
    assert kinds == ["baseline", "timing"]
    champion = store.version(CHAMPION)
    assert champion is not None
    assert champion.label == "payment-timing v2"
    assert store.version("nobody") is None


def test_versions_of_the_three_names_come_from_one_run(store: Store, ledger: Ledger) -> None:
    client = store.client()
    for number in ("1", "2"):
        versions = [client.get_model_version(name, number) for name in NAMES]
        assert len({version.run_id for version in versions}) == 1
        # Each says what it was trained on, and the run has ended.
        assert all(version.tags["as_of"] == AS_OF for version in versions)
        assert client.get_run(str(versions[0].run_id)).info.status == "FINISHED"


def test_a_version_says_what_the_gate_said(store: Store) -> None:
    reasons = {store.client().get_model_version(name, "2").tags["gate"] for name in NAMES}
    assert len(reasons) == 1
    assert "against the champion" in reasons.pop()


def test_a_versions_page_is_its_card_and_what_the_gate_said(store: Store) -> None:
    client = store.client()
    for name in NAMES:
        page = client.get_model_version(name, "2").description
        candidate = Candidate(store.folder / "candidate")
        card, _, gate = page.partition("\n**Gate**: ")
        assert card == short(model_card(candidate))
        assert gate == f"promoted: {client.get_model_version(name, '2').tags['gate']}.\n"
    # Whole, for people and programs, they lie with the run; so do the gate's answers.
    run = store.artifacts(str(client.get_model_version(NAMES[0], "2").run_id))
    for file in ("card.md", "card.json"):
        assert (run / "candidate" / file).read_bytes() == (store.folder / "candidate" / file).read_bytes()
    answers = json.loads((run / "gate.json").read_text())
    assert all(check["passed"] for check in answers["checks"])
    assert answers["champion"] == "payment-timing v1"
    # And the pictures of its tuning.
    assert [p.name for p in sorted((run / "tuning").iterdir())] == ["history.png", "parameters.png"]


def test_runs_are_compared_by_their_tags(store: Store) -> None:
    runs = compare_runs(store)
    candidate = Candidate(store.folder / "candidate")
    # The newest first; the Baseline, then what took its place.
    assert list(runs.index) == [2, 1]
    assert list(runs["kind"]) == ["timing", "baseline"]
    assert list(runs["outcome"]) == ["promoted", "promoted"]
    assert runs["started"].is_monotonic_decreasing
    newest = runs.loc[2]
    assert newest["key"] == candidate.about["key"]
    assert newest["data_hash"] == candidate.about["data_hash"]
    # Metrics with the champion's beside, parameters, gains.
    for name in ("auc", "log_loss", "crps", "coverage_80"):
        assert newest[name] == pytest.approx(candidate.metrics[name][MODEL])
        assert newest[f"champion/{name}"] == pytest.approx(candidate.metrics[name][EMPIRICAL])
    assert newest["skill/crps"] == candidate.about["skill"]["crps"][0]
    assert newest["tuning/crps"] == candidate.about["tuning"]["crps"][0]
    assert newest["late__leaves"] == str(candidate.about["parameters"]["late__leaves"])
    # Each tag chooses.
    assert list(compare_runs(store, kind="timing", seed=0, trials=2).index) == [2]
    assert list(compare_runs(store.folder, as_of=AS_OF).index) == [2, 1]
    assert compare_runs(store, book="another").empty
    with pytest.raises(PaybenchError, match="Runs have no tag 'colour'; they can be chosen by book, as_of"):
        compare_runs(store, colour="blue")


def test_a_store_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    runs = compare_runs(tmp_path / "store")
    assert runs.empty
    assert {"outcome", "log_loss", "run_id"} <= set(runs.columns)
    # Asking does not make one.
    assert not (tmp_path / "store").exists()


def test_what_serves_is_what_is_registered(store: Store, ledger: Ledger) -> None:
    serves, registered = read_bundle(store.champion_folder), registered_bundle(store.folder, "payment-timing@champion")
    assert serves.version == registered.version == "payment-timing v2"
    pd.testing.assert_frame_equal(score(ledger, AS_OF, serves), score(ledger, AS_OF, registered), check_exact=True)


def test_the_names_are_models_of_mlflow(store: Store, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    bundle = read_bundle(store.champion_folder)
    assert bundle.late_encoder is not None
    assert bundle.curve is not None
    X = open_on(ledger, AS_OF)
    late, hazard = (mlflow.lightgbm.load_model(f"models:/{name}/2") for name in NAMES[:2])
    # payment-late is the classifier, before calibration; payment-days what each day adds to the log-odds of payment.
    raw = 1 - bundle.late_calibrator(1 - late.predict(bundle.late_encoder.transform(X)))
    rows = bundle.seen(ledger, X)
    in_time = X["days_to_due"].to_numpy() >= -bundle.grace_days
    both = expit(0.5 * logit(raw) + 0.5 * logit(rows[DAY_BY_DAY].to_numpy()))
    np.testing.assert_allclose(both[in_time], bundle.p_late(rows)[in_time], atol=1e-9)
    assert hazard.model_to_string() == bundle.curve.booster.model_to_string()


def test_rollback_and_back_again_gives_the_same_bytes(trained: Trained, ledger: Ledger, tmp_path: Path) -> None:
    store = Store.at(trained.store)

    def scores(name: str) -> bytes:
        write_scores(score(ledger, AS_OF, store=store.folder), tmp_path / name)
        return (tmp_path / name).read_bytes()

    forest = scores("forest.parquet")
    try:
        assert rollback(store).label == "payment-timing v1"
        # The two have changed places, and the challenger is where it was.
        assert aliases(store) == {CHAMPION: 1, CHALLENGER: 2, PREVIOUS: 2}
        assert pd.read_parquet(tmp_path / "forest.parquet")["model_version"].unique() == ["payment-timing v2"]
        baseline = scores("baseline.parquet")
        assert baseline != forest
    finally:
        assert rollback(store).label == "payment-timing v2"
    assert aliases(store) == {CHAMPION: 2, CHALLENGER: 2, PREVIOUS: 1}
    assert scores("again.parquet") == forest


def test_promoting_what_serves_is_refused(store: Store) -> None:
    with pytest.raises(PaybenchError, match="^payment-timing v2 is the champion already; train a new challenger"):
        promote(store)


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("payment-late@nobody", "No version of payment-late is called 'nobody'"),
        ("payment-late", "There is no model 'payment-late'; give 'champion', or NAME@ALIAS"),
        ("../payment-late@champion", "There is no model '../payment-late@champion'"),
        ("@champion", "There is no model '@champion'"),
    ],
)
def test_another_name_is_one_sentence(store: Store, reference: str, sentence: str) -> None:
    with pytest.raises(PaybenchError, match=sentence):
        registered_bundle(store.folder, reference)


def test_an_export_of_something_damaged_leaves_the_champion(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    version = store.version(CHAMPION)
    assert version is not None
    before = {path.name: path.read_bytes() for path in store.champion_folder.iterdir()}
    file = store.artifacts(version.run_id) / "bundle" / "late.txt"
    whole = file.read_bytes()
    try:
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(PaybenchError, match="is damaged .late.txt differs from its sha256"):
            export(store, version)
    finally:
        file.write_bytes(whole)
    assert {path.name: path.read_bytes() for path in store.champion_folder.iterdir()} == before


@dataclass(frozen=True)
class Declined:
    """What two trainings at once in a new store said."""

    ledger: Path
    store: Path
    answers: list[dict[str, object]]


@pytest.fixture(scope="module")
def declined(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Declined:
    """A book in which everybody pays on the due date, trained on by two processes at once in a new store."""
    place = tmp_path_factory.mktemp("declined")
    payments = ledger.payments.drop_duplicates("invoice_id").drop(columns=["amount", "paid_on"])
    due = ledger.invoices[["invoice_id", "amount", "due_on"]].rename(columns={"due_on": "paid_on"})
    paid = payments.merge(due, on="invoice_id").assign(kind="payment")[ledger.payments.columns]
    invoices = ledger.invoices[ledger.invoices["invoice_id"].isin(paid["invoice_id"])]
    write_ledger(ledger.with_tables({"invoices": invoices, "payments": paid}), place / "ledger")
    program = "import sys; from paybench.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["train", "ledger", "--as-of", "2025-03-01", "--trials", "1", "--store", "store", "--json"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    return Declined(place / "ledger", place / "store", [json.loads(out) for out, _ in said])


def test_one_class_only_is_declined_by_both_and_one_baseline_serves(declined: Declined) -> None:
    for answer in declined.answers:
        assert answer["promoted"] is False
        assert str(answer["reason"]).startswith("one class only: none of the ")
        assert answer["outcome"] == "declined"
        assert answer["needed"] is None
        assert answer["challenger"] == ""
        assert answer["checks"] == []
    # Both name the same champion, and it is the one that the aliases and the exported bundle name.
    (champion,) = {str(answer["champion"]) for answer in declined.answers}
    assert champion == f"payment-timing v{aliases(Store.at(declined.store))[CHAMPION]}"
    assert read_bundle(declined.store / "champion").version == champion
    assert read_bundle(declined.store / "champion").kind == "baseline"


def test_a_declined_training_is_a_run_without_a_version_once(declined: Declined) -> None:
    def listed() -> pd.DataFrame:
        return compare_runs(declined.store, outcome="declined")

    before = listed()
    assert before.index.isna().all()
    assert before["reason"].str.startswith("one class only: none of the ").all()
    assert before["log_loss"].isna().all()
    # The same again is the same run.
    same = ["--as-of", "2025-03-01", "--trials", "1", "--store", str(declined.store), "--quiet"]
    assert main(["train", str(declined.ledger), *same]) == 0
    assert len(listed()) == len(before)
    # Why is on the candidate's card, too.
    assert "One class only" in (declined.store / "candidate" / "card.md").read_text()


def test_the_baseline_scores(declined: Declined, tmp_path: Path) -> None:
    common = [str(declined.ledger), "--as-of", "2025-03-01", "--store", str(declined.store), "--quiet"]
    assert main(["score", *common, "--out", str(tmp_path / "s.parquet")]) == 0
    table = pd.read_parquet(tmp_path / "s.parquet")
    assert len(table) > 0
    # Everybody always paid in time: nothing else is expected of what is not due yet.
    assert (table["p_late"] < 0.2).all()


def test_without_a_challenger_or_a_past_nothing_moves(declined: Declined) -> None:
    store = Store.at(declined.store)
    before = aliases(store)
    with pytest.raises(PaybenchError, match="has no challenger; train one with 'paybench train'"):
        promote(store)
    with pytest.raises(PaybenchError, match="has no previous champion to go back to"):
        rollback(store)
    assert aliases(store) == before
    assert set(before) == {CHAMPION}


def test_a_copied_store_still_scores(trained: Trained, ledger: Ledger, tmp_path: Path) -> None:
    shutil.copytree(trained.store / "champion", tmp_path / "champion")
    copied, original = (score(ledger, AS_OF, store=place) for place in (tmp_path, trained.store))
    pd.testing.assert_frame_equal(copied, original, check_exact=True)
