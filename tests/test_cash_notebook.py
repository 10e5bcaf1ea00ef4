"""The notebook of the cash, run on a small book: the numbers that it states are true."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import paybench as pb
from tests.trained import AS_OF, Trained

ROOT = Path(__file__).parents[1]
PATHS, WEEKS = 60, 20


@pytest.fixture(scope="module")
def cells(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The executed notebook."""
    import matplotlib.font_manager  # noqa: F401  (makes its list of fonts once; a notebook would say so in red)

    given = {
        "ledger": str(trained.ledger),
        "as_of": AS_OF,
        "candidate": str(trained.store / "candidate"),
        "trials": 2,
        "paths": PATHS,
        "weeks": WEEKS,
        "months": 6,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "pipelines")
        run_notebook = import_module("run_notebooks").run_notebook
        done = run_notebook(ROOT / "notebooks" / "06_cash.ipynb", tmp_path_factory.mktemp("cash"), given)
    found: list[dict[str, Any]] = json.loads(done.read_text(encoding="utf-8"))["cells"]
    return found


def test_the_open_book_is_counted_right(cells: list[dict[str, Any]], trained: Trained) -> None:
    said = re.search(rf"(\d+) invoices open at the start of {AS_OF}; (\d+) past weeks", printed(cells))
    assert said
    assert int(said[1]) == len(pb.features.open_on(pb.read_ledger(trained.ledger), AS_OF))
    assert int(said[2]) > 0


def test_no_more_is_expected_than_is_open(cells: list[dict[str, Any]], trained: Trained) -> None:
    said = re.search(rf"(\w+) ([\d,]+) expected in {WEEKS} weeks, by day as by week", printed(cells))
    assert said
    facts = pb.ledger.settle(pb.as_of(pb.read_ledger(trained.ledger), AS_OF))
    owed = facts.loc[facts["currency"] == said[1], "amount_open"].sum()
    assert 0.5 * owed < int(said[2].replace(",", "")) < owed


def test_dependence_makes_the_bands_no_narrower(cells: list[dict[str, Any]]) -> None:
    said = re.search(r"80 % bands of the next 8 weeks are ([\d.]+) times as wide", printed(cells))
    assert said
    assert float(said[1]) > 0.95


def test_nothing_is_said_in_red_and_pictures_have_a_text(cells: list[dict[str, Any]]) -> None:
    outputs = [o for c in cells for o in c.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 7
    assert all(o["metadata"]["image/png"]["alt"] for o in pictures)


def printed(cells: list[dict[str, Any]]) -> str:
    outputs = [o for c in cells for o in c.get("outputs", [])]
    return "\n".join("".join(o["text"]) for o in outputs if o.get("name") == "stdout")
