"""How often the gate is right, on few small books; ``benchmarks/gate.py`` asks the same of 200 large ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
BOOKS, CUSTOMERS = 6, 150
NAMES = (
    *("own", "seed", "better", "leak", "everywhere", "sure"),
    *("slice", "little", "sure_slice", "half", "worse"),
)
"""Of the benchmark's questions, in their order."""


@pytest.fixture(scope="module")
def answers() -> Iterator[dict[str, Any]]:
    """By name of the question, once for all tests; the books have half of the benchmark's customers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import gate as bench  # type: ignore[import-not-found]
        import gate_leaks  # type: ignore[import-not-found]
        import gate_world  # type: ignore[import-not-found]

        world = gate_world.make_world(customers=260)
        leaks = list(gate_leaks.planted_leaks(books=1))
        asked = [replace(q, name=str(k)) for k, q in enumerate(bench.questions(world, leaks))]
        found = bench.ask(world, asked, BOOKS, customers=CUSTOMERS)
        yield {"leaks": leaks, **dict(zip(NAMES, found, strict=True))}
        for name in ("gate", "gate_leaks", "gate_world"):
            sys.modules.pop(name, None)


def test_who_is_as_good_is_not_promoted(answers: dict[str, Any]) -> None:
    # Equally good twins, of errors of their own or but for a seed: of 12 at most one by chance.
    assert answers["own"].promoted + answers["seed"].promoted <= 1


def test_who_is_better_is_promoted(answers: dict[str, Any]) -> None:
    # 0.02 AUC are seen on most books of half the size.
    assert answers["better"].promoted >= BOOKS - 2


@pytest.mark.parametrize("planted", ["leak", "everywhere", "sure", "slice", "sure_slice"])
def test_what_is_planted_is_always_refused(answers: dict[str, Any], planted: str) -> None:
    # However much better the challenger is.
    assert answers[planted].promoted == 0


def test_each_kind_of_leak_is_found(answers: dict[str, Any]) -> None:
    # By the test that training makes, on a small book.
    assert answers["leaks"] == [False] * 5
    # And that alone refuses: to every other question the leaking challengers have the right answer.
    assert answers["leak"].refused == {"no leak": BOOKS}


def test_simpler_is_no_way_round(answers: dict[str, Any]) -> None:
    # Who is worse than the margin is refused with half of the leaves, too.
    assert answers["worse"].promoted == 0
