"""The notebook of the dunning, run on a small book and in small worlds: the numbers that it states are true."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from paybench.decide.dunning import Policy, default_policy, states_on
from paybench.ledger import Ledger, write_ledger
from paybench.simulate import simulate
from paybench.worth import Case, FixedLadder, outcome, policies

ROOT = Path(__file__).parents[1]
AS_OF, CUSTOMERS, MONTHS, SEED = "2025-03-01", 50, 6, 3


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(70, 15, seed=3, truth="none").ledger


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory, book: Ledger) -> list[dict[str, Any]]:
    """The executed notebook."""
    import matplotlib.font_manager  # noqa: F401  (makes its list of fonts once; a notebook would say so in red)

    place = tmp_path_factory.mktemp("dunning")
    write_ledger(book, place / "ledger")
    given = {
        "ledger": str(place / "ledger"),
        "as_of": AS_OF,
        "customers": CUSTOMERS,
        "months": MONTHS,
        "taught": 60,
        "effect": 1.0,
        "seed": SEED,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "pipelines")
        run_notebook = import_module("run_notebooks").run_notebook
        done = run_notebook(ROOT / "notebooks" / "08_dunning.ipynb", place, given)
    found: list[dict[str, Any]] = json.loads(done.read_text(encoding="utf-8"))["cells"]
    return found


def test_what_is_open_and_due_is_counted_right(cells: list[dict[str, Any]], book: Ledger) -> None:
    said = re.search(rf"(\d+) invoices open at the start of {AS_OF}; something is due about (\d+)", printed(cells))
    assert said
    rules = Policy.of({"steps": [_plain(step) for step in default_policy().steps]})
    states = states_on(rules, book, AS_OF)
    assert (int(said[1]), int(said[2])) == (len(states), int((states["state"] == "due_now").sum()))


def test_the_figures_of_the_contest_are_those_that_the_claims_are_held_against(cells: list[dict[str, Any]]) -> None:
    # Two arms learn nothing: each world is lived through again.
    ladder_rules, _ = policies()
    dso = []
    for arm in (FixedLadder(ladder_rules), None):
        world = simulate(CUSTOMERS, MONTHS, SEED, policy=arm, settings=Case("easy").settings, truth="none")
        dso.append(outcome(world, arm, ladder_rules.money).dso)
    claimed = re.search(r"2 DSO, days\s+52 to 31\s+([\d.]+) to ([\d.]+)\s+([\d.]+) to ([\d.]+)", printed(cells))
    assert claimed
    ladder, uplift, nobody, again = map(float, claimed.groups())
    assert [ladder, nobody] == pytest.approx(dso, abs=0.051)
    assert uplift == again


def test_the_gap_is_told_for_each_case(cells: list[dict[str, Any]]) -> None:
    told = re.findall(r"^(.+): uplift closes (-?[\d.]+) of the gap, (-?[\d.]+) of that", printed(cells), re.M)
    assert [name for name, _, _ in told] == ["easy world", "hard world"]
    # Nobody is cheaper than the oracle by more than chance explains.
    assert all(float(part) < 1.5 for _, *parts in told for part in parts)


def test_who_knew_the_truth_would_gain_no_less(cells: list[dict[str, Any]]) -> None:
    said = re.search(r"truly worth (-?[\d.]+);\nwho knew the truth would make \d+, worth (-?[\d.]+)", printed(cells))
    assert said
    assert float(said[1]) <= float(said[2])


def test_a_policy_of_which_the_log_says_too_little_is_refused(cells: list[dict[str, Any]]) -> None:
    assert re.search(r"^ send nothing +refused: ", printed(cells), re.M)
    assert "more decisions made at random" in " ".join(printed(cells).split())


def test_nothing_is_said_in_red_and_pictures_have_a_text(cells: list[dict[str, Any]]) -> None:
    outputs = [o for c in cells for o in c.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 10
    assert all(o["metadata"]["image/png"]["alt"] for o in pictures)


def test_what_is_printed_fits_the_page(cells: list[dict[str, Any]]) -> None:
    assert max(len(line) for line in printed(cells).splitlines()) <= 100


def printed(cells: list[dict[str, Any]]) -> str:
    outputs = [o for c in cells for o in c.get("outputs", [])]
    return "\n".join("".join(o["text"]) for o in outputs if o.get("name") == "stdout")


def _plain(step: Any) -> dict[str, Any]:
    return {"after_due": step.days, "by": step.channel, "tone": step.tone}
