"""The notebook of the segments, run on a small book: the numbers that it states are true."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from paybench.decide.segments import migration, read_segments, segment
from paybench.ledger import Ledger, write_ledger
from paybench.simulate import simulate

ROOT = Path(__file__).parents[1]
AS_OF, EARLIER, MONTHS = "2025-06-01", "2025-02-01", 6


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("segments")


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(120, 18, seed=3, truth="none").ledger


@pytest.fixture(scope="module")
def cells(place: Path, book: Ledger) -> list[dict[str, Any]]:
    """The executed notebook."""
    import matplotlib.font_manager  # noqa: F401  (makes its list of fonts once; a notebook would say so in red)

    write_ledger(book, place / "ledger")
    given = {
        "ledger": str(place / "ledger"),
        "as_of": AS_OF,
        "earlier": EARLIER,
        "months": MONTHS,
        "times": 4,
        "groups": 3,
        "store": str(place / "store"),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "pipelines")
        run_notebook = import_module("run_notebooks").run_notebook
        done = run_notebook(ROOT / "notebooks" / "07_segments.ipynb", place, given)
    found: list[dict[str, Any]] = json.loads(done.read_text(encoding="utf-8"))["cells"]
    return found


def test_it_says_what_the_package_says(cells: list[dict[str, Any]], book: Ledger) -> None:
    told = segment(book, AS_OF)
    assert str(told) in printed(cells)
    moved = migration(told, book, MONTHS)
    said = re.search(r"([\d.]+)% of accounts moved a month, ([\d.]+)% without an event", printed(cells))
    assert said
    assert float(said[1]) == pytest.approx(100 * moved.moved, abs=0.06)
    assert float(said[2]) == pytest.approx(100 * moved.moved_without_event, abs=0.06)


def test_risk_told_what_came(cells: list[dict[str, Any]]) -> None:
    said = re.search(r"from the lowest risk to the highest, ([\d.]+) to ([\d.]+) days overdue", printed(cells))
    assert said
    assert float(said[1]) < float(said[2])


def test_a_version_was_logged(cells: list[dict[str, Any]], place: Path, book: Ledger) -> None:
    assert "logged as version 1" in printed(cells)
    assert read_segments(place / "store").about == segment(book, AS_OF).as_dict


def test_nothing_is_said_in_red_and_pictures_have_a_text(cells: list[dict[str, Any]]) -> None:
    outputs = [o for c in cells for o in c.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 6
    assert all(o["metadata"]["image/png"]["alt"] for o in pictures)


def printed(cells: list[dict[str, Any]]) -> str:
    outputs = [o for c in cells for o in c.get("outputs", [])]
    return "\n".join("".join(o["text"]) for o in outputs if o.get("name") == "stdout")
