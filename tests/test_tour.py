"""The notebooks of the book, its features and the split, run on a small one: the numbers that they state are true."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from importlib import import_module
from inspect import getsource
from pathlib import Path

import pytest

import paybench as pb
from paybench.features import example, proof
from paybench.simulate import simulate, write_world

ROOT = Path(__file__).parents[1]
AS_OF, ORIGIN = "2025-03-01", "2024-10-01"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small ledger, and the notebooks run on it."""
    import matplotlib.font_manager  # noqa: F401  (makes its list of fonts once; a notebook would say so in red)

    place = tmp_path_factory.mktemp("tour")
    write_world(simulate(60, 16, seed=3, start="2024-01-01"), place / "ledger")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "pipelines")
        run_notebook = import_module("run_notebooks").run_notebook
        for name in ("01_ledger", "02_features"):
            given = {"ledger": str(place / "ledger"), "as_of": AS_OF}
            run_notebook(ROOT / "notebooks" / f"{name}.ipynb", place, given)
        run_notebook(ROOT / "notebooks" / "10_split.ipynb", place, given | {"origin": ORIGIN, "horizon": 30})
    return place


def test_the_book_is_counted_right(place: Path) -> None:
    known = pb.as_of(pb.read_ledger(place / "ledger"), AS_OF)
    told = pb.features.labels(known, known.invoices, AS_OF)
    pattern = r"(\d+) invoices of (\d+) customers; ([\d.]+)% of (\d+) that fell due were late,\nand .* explains (\d+)%"
    said = re.search(pattern, _outputs(place / "01_ledger.ipynb"))
    assert said
    invoices, customers, late, due, habit = map(float, said.groups())
    assert (invoices, customers) == (len(known.invoices), known.invoices["customer_id"].nunique())
    assert due == told["late"].count()
    assert late == pytest.approx(100 * told["late"].mean(), abs=0.06)
    assert 0 < habit < 100


def test_the_law_is_proved_for_every_feature(place: Path) -> None:
    book, shown = pb.read_ledger(place / "ledger"), _outputs(place / "02_features.ipynb")
    said = re.search(r"(\d+) features of (\d+) open invoices are the same .*;\na careless mean .* ([\d.]+) days", shown)
    assert said
    tonight = pb.features.open_on(book, AS_OF)
    assert (int(said[1]), int(said[2])) == tonight.shape[::-1]
    rows = tonight.index.to_frame(index=False)
    found = proof.differences(proof.side_by_side(proof.books(book, AS_OF), rows))
    assert float(said[3]) == pytest.approx(found[proof.LEAK].max(), abs=0.06)
    assert (found["different"] == 0).all()


def test_the_best_feature_is_named_with_its_auc(place: Path) -> None:
    from sklearn.metrics import roc_auc_score

    book = pb.read_ledger(place / "ledger")
    said = re.search(r"Alone, (\w+) tells late .* best: AUC ([\d.]+)", _outputs(place / "02_features.ipynb"))
    assert said
    X = pb.features.at_issue(pb.ledger.known(book, AS_OF), [said[1]])
    both = X.assign(late=pb.features.labels(book, X, AS_OF)["late"]).dropna()
    assert float(said[2]) == pytest.approx(roc_auc_score(both["late"], both[said[1]]), abs=6e-4)


def test_the_honest_way_is_the_protocol_and_the_careless_way_looks_better(place: Path) -> None:
    whole = pb.models.Book(pb.read_ledger(place / "ledger"), AS_OF, 30)
    shown = "\n".join(
        "".join(o["data"]["text/plain"])
        for c in _cells(place / "10_split.ipynb")
        for o in c.get("outputs", [])
        if "text/plain" in o.get("data", {})
    )
    counts = f"{len(whole.known_at(ORIGIN))} +{len(whole.issued_in(ORIGIN))}"
    assert re.search(rf"by time, matured invoices +{counts}\n", shown + "\n")
    said = re.search(r"accuracy of ([\d.]+)% .*, and ([\d.]+)%\n", _outputs(place / "10_split.ipynb"))
    assert said
    assert float(said[1]) > float(said[2])


@pytest.mark.parametrize("name", ["01_ledger", "02_features"])
def test_nothing_is_said_in_red_and_pictures_have_a_text(place: Path, name: str) -> None:
    outputs = [o for c in _cells(place / f"{name}.ipynb") for o in c.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) >= 7
    assert all(o["metadata"]["image/png"]["alt"] for o in pictures)


def test_the_feature_that_a_reader_is_told_to_write_is_the_one_that_is_registered() -> None:
    text = "\n".join("".join(c["source"]) for c in _cells(ROOT / "notebooks" / "02_features.ipynb"))
    code = re.search(r"```python\n@.*?\n(def .*?)```", text, re.S)
    assert code
    (told,), (there,) = (ast.parse(textwrap.dedent(c)).body for c in (code[1], getsource(example.late_share_3)))
    assert isinstance(told, ast.FunctionDef)
    assert isinstance(there, ast.FunctionDef)
    assert told.name == there.name
    assert [ast.unparse(line) for line in told.body] == [ast.unparse(line) for line in there.body]


def _cells(path: Path) -> list[dict]:  # type: ignore[type-arg]
    cells: list[dict] = json.loads(path.read_text(encoding="utf-8"))["cells"]  # type: ignore[type-arg]
    return cells


def _outputs(path: Path) -> str:
    return "\n".join("".join(o.get("text", "")) for c in _cells(path) for o in c.get("outputs", []))
