"""The registered versions as MLflow's own models: the same numbers, nothing pickled."""

from __future__ import annotations

import json
from pathlib import Path

import mlflow.pyfunc
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, read_ledger
from paybench.models.learn.bundle import read_bundle
from paybench.models.store.store import NAMES, Store
from paybench.models.versions.pyfunc import PAST, answer, pyfunc_rows, save_pyfunc
from paybench.score import score
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

KEYS = ["invoice_id", "customer_id"]


@pytest.fixture(scope="module")
def store(trained: Trained) -> Store:
    return Store.at(trained.store)


@pytest.fixture(scope="module")
def ledger(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


@pytest.fixture(autouse=True)
def no_pickles(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow at the store, told to load nothing that is pickled."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")


@pytest.mark.parametrize("alias", ["champion", "previous_champion"])
def test_it_says_what_the_scoring_script_says(store: Store, ledger: Ledger, alias: str) -> None:
    version = store.version(alias)
    assert version is not None
    bundle = store.bundle(version)
    assert bundle.kind == {"champion": "timing", "previous_champion": "baseline"}[alias]
    rows = pyfunc_rows(ledger, AS_OF, bundle)
    said = mlflow.pyfunc.load_model(f"models:/payment-timing@{alias}").predict(rows)
    # The same numbers to the last bit, for the same invoices.
    right = score(ledger, AS_OF, bundle).set_index(KEYS)
    pd.testing.assert_frame_equal(said.loc[right.index], right[list(said.columns)], check_exact=True)
    # Row by row, and in another order, too.
    some = rows.sample(5, random_state=1)
    model = mlflow.pyfunc.load_model(f"models:/payment-timing@{alias}")
    alone = pd.concat([model.predict(some.iloc[i : i + 1]) for i in range(5)])
    pd.testing.assert_frame_equal(alone, said.loc[some.index], check_exact=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [1, 2])
def test_every_name_and_version_loads(name: str, number: int) -> None:
    model = mlflow.pyfunc.load_model(f"models:/{name}/{number}")
    flavors = model.metadata.flavors
    # Trees of their own are LightGBM's text; all else is the bundle, read by this package.
    native = number == 2 and name != NAMES[-1]
    loader = "mlflow.lightgbm" if native else "paybench.models.versions.pyfunc"
    assert flavors["python_function"]["loader_module"] == loader
    assert native or model.metadata.signature is not None


def test_nothing_in_a_model_folder_is_pickled_or_code(store: Store) -> None:
    for number in ("1", "2"):
        run = store.artifacts(str(store.client().get_model_version(NAMES[-1], number).run_id))
        files = {path.suffix for path in (run / "models" / NAMES[-1]).rglob("*") if path.is_file()}
        assert files <= {"", ".json", ".npz", ".txt", ".yaml"}
        assert read_bundle(run / "models" / NAMES[-1] / "data" / "bundle").kind == read_bundle(run / "bundle").kind


def test_the_signature_asks_for_what_the_model_looks_at(store: Store, ledger: Ledger) -> None:
    champion = read_bundle(store.champion_folder)
    rows = pyfunc_rows(ledger, AS_OF, champion)
    model = mlflow.pyfunc.load_model("models:/payment-timing@champion")
    signature = model.metadata.signature
    assert signature.inputs.input_names() == list(rows.columns)
    assert signature.outputs.input_names() == list(model.predict(rows).columns)
    # Of a feature that is missing MLflow says so, and of a list of another length we do.
    with pytest.raises(Exception, match="amount"):
        model.predict(rows.drop(columns="amount"))
    with pytest.raises(PaybenchError, match="past_days_late needs 167 numbers in every row"):
        model.predict(rows.assign(past_days_late=pd.Series([[0.0]] * len(rows), index=rows.index)))
    # Its rows survive JSON, which is how a server gets them.
    lines = json.loads(json.dumps(rows.reset_index(drop=True).astype({"as_of": "str"}).to_dict("records")))
    again = pd.DataFrame(lines).assign(as_of=rows["as_of"].to_numpy()).astype({"days_to_due": "float64"})
    assert set(PAST) <= set(again.columns)
    pd.testing.assert_frame_equal(model.predict(again), model.predict(rows).reset_index(drop=True), check_exact=True)


def test_rows_that_lack_something_are_one_sentence(store: Store, ledger: Ledger) -> None:
    champion = read_bundle(store.champion_folder)
    rows = pyfunc_rows(ledger, AS_OF, champion)
    with pytest.raises(PaybenchError, match="^The rows lack past_lately; make them with pyfunc_rows"):
        answer(champion, rows.drop(columns="past_lately"))
    # Nobody to score is no error.
    assert answer(champion, rows.head(0)).empty


def test_a_damaged_model_is_refused(store: Store, tmp_path: Path) -> None:
    save_pyfunc(read_bundle(store.champion_folder), tmp_path / "model")
    file = tmp_path / "model" / "data" / "bundle" / "late.txt"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(PaybenchError, match="late.txt differs from its sha256"):
        mlflow.pyfunc.load_model(str(tmp_path / "model"))
