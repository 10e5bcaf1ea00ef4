"""How often the gate is right: its operating characteristics on simulated books, by the code that serves.

    python benchmarks/gate.py                    200 books for each question, some minutes

``gate_world.py`` says how books and twins are made.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything with threads is loaded: processes share the cores

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from gate_leaks import planted_leaks
from gate_world import CUSTOMERS, NOISE, SIZE, Draw, Recipe, World, make_world
from scipy.stats import binomtest

from paybench.models.gate.gate import Verdict
from paybench.models.gate.simpler import Complexity

BETTER, WORSE = 0.02, 1.1 * NOISE
"""By how much the better challenger's AUC is higher; the noise of a worse one."""
HALF_OF_IT = Complexity(SIZE.leaves // 2, SIZE.features)
SHIFT, SLICE_SHIFT, LITTLE, SURER, SLICE_SURER = 1.0, 2.0, 1.0, 2.0, 3.0
"""Planted miscalibration: log-odds added to P(late), and the factor that makes every distribution too sure."""
LEAK = 0.5
"""Log-odds by which a leaking challenger's P(late) knows the outcome: little, so that nothing else looks wrong."""


@dataclass(frozen=True)
class Question:
    """One challenger, and between which shares of books it is to be promoted."""

    name: str
    verdict: Callable[[Draw], Verdict]
    least: float = 0.0
    most: float = 1.0
    by: str = ""
    """Which of the gate's questions is to refuse it, whatever the others say."""


def questions(world: World, leaks: list[bool]) -> list[Question]:
    """Of a world, with what the leak test said of planted leaks."""
    usual, better, worse = (Recipe.of(world, noise) for noise in (NOISE, world.less_noise(BETTER), WORSE))

    def against(challenger: Recipe, size: Complexity = SIZE) -> Callable[[Draw], Verdict]:
        return lambda d: d.verdict(d.says(challenger), d.says(usual), size)

    def retrained(size: Complexity = SIZE) -> Callable[[Draw], Verdict]:
        return lambda d: d.verdict(d.says(usual, seed=True), d.says(usual, seed=True), size)

    def planted(slope: float = 1.0, shift: float = 0.0, on_slice: bool = False) -> Callable[[Draw], Verdict]:
        def verdict(d: Draw) -> Verdict:
            where = d.a_slice() if on_slice else np.ones(len(d.rows))
            return d.verdict(d.says(better, 1 + (slope - 1) * where, shift * where), d.says(usual))

        return verdict

    def leaky(d: Draw) -> Verdict:
        seen = np.where(d.rows["late"] > 0, LEAK, -LEAK)
        return d.verdict(d.says(better, moved=seen), d.says(usual), clean=leaks[int(d.rng.integers(len(leaks)))])

    points = world.points(better, SHIFT)
    return [
        Question("A/A: as good, as complex, its own errors", against(usual), most=0.05),
        Question("A/A: the same recipe, another seed", retrained(), most=0.05),
        Question(f"better by {BETTER} AUC", against(better), least=0.9),
        Question("better, with a planted leak", leaky, most=0.0, by="no leak"),
        Question(f"better, P(late) {points:.0%} off everywhere", planted(shift=SHIFT), most=0.0),
        Question("better, all far too sure", planted(slope=SURER), most=0.0),
        Question(
            f"better, P(late) {world.points(better, SLICE_SHIFT):.0%} off on a slice",
            planted(shift=SLICE_SHIFT, on_slice=True),
            most=0.0,
            by="large slices",
        ),
        Question(
            f"better, P(late) {world.points(better, LITTLE):.0%} off on a slice", planted(shift=LITTLE, on_slice=True)
        ),
        Question(
            "better, far too sure on a slice", planted(slope=SLICE_SURER, on_slice=True), most=0.0, by="large slices"
        ),
        Question("the same recipe, another seed, half the leaves", retrained(HALF_OF_IT)),
        Question("worse, half the leaves", against(worse, HALF_OF_IT), most=0.05),
    ]


@dataclass(frozen=True)
class Answer:
    """Of a question, over books: how many were promoted, and how often the one refused that is to refuse it."""

    question: Question
    books: int
    promoted: int
    refused: Counter[str]

    @property
    def kept(self) -> bool:
        """Whether what is to be reached is reached."""
        q, share = self.question, self.promoted / self.books
        return q.least <= share <= q.most and (not q.by or self.refused.get(q.by, 0) == self.books)

    def __str__(self) -> str:
        q = self.question
        low, high = binomtest(self.promoted, self.books).proportion_ci()
        goal = f"at least {q.least:.0%}" if q.least else f"at most {q.most:.0%}" if q.most < 1 else "(no goal)"
        by = f"; '{q.by}' refused {self.refused.get(q.by, 0)}" if q.by else ""
        kept = "" if self.kept else "  NOT REACHED"
        return f"{q.name:48}{self.promoted:5} of {self.books}  {low:6.1%} to {high:6.1%}   {goal}{by}{kept}"


def ask(world: World, asked: list[Question], books: int, workers: int = 1, customers: int = CUSTOMERS) -> list[Answer]:
    """Every question on so many books; the same whatever the number of processes."""
    jobs = [(number, seed, customers) for number in range(len(asked)) for seed in range(books)]
    _SHARED[:] = [world, asked]
    if workers > 1:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            failed = list(pool.map(_failed, jobs, chunksize=10))
    else:
        failed = list(map(_failed, jobs))
    return [
        Answer(
            q,
            books,
            sum(not names for names in failed[k * books : (k + 1) * books]),
            Counter(name for names in failed[k * books : (k + 1) * books] for name in names),
        )
        for k, q in enumerate(asked)
    ]


_SHARED: list[Any] = []


def _failed(job: tuple[int, int, int]) -> list[str]:
    """The gate's questions whose answer was no."""
    number, seed, customers = job
    world, asked = _SHARED
    verdict = asked[number].verdict(Draw.of(world, 1000 * number + seed, customers))
    return [check.name for check in verdict.checks if not check.passed]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--books", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    options = parser.parse_args()
    begun = time.time()
    world = make_world()
    draws = [Draw.of(world, seed) for seed in range(20)]
    leaks = list(planted_leaks())
    asked = questions(world, leaks)
    better = world.less_noise(BETTER)
    print(
        f"books of {CUSTOMERS} customers with {min(d.matured for d in draws):,} or more matured invoices; "
        f"the gate judges by the latest, {min(len(d.rows) for d in draws):,} or more"
    )
    print(
        f"AUC of P(late): champion {world.auc(NOISE):.3f}, better challenger {world.auc(better):.3f}; at most "
        f"{world.auc(0.0):.3f}"
    )
    print(f"leak test of training on {len(leaks)} planted leaks of 5 kinds: {leaks.count(False)} found")
    print(f"{'challenger':48}{'promoted':>12}   95 % interval     to be reached")
    answers = ask(world, asked, options.books, options.workers)
    for answer in answers:
        print(answer)
    wrong = sum((answer.refused for answer in answers[:3]), Counter[str]())
    wrong.pop("beats the champion", None)
    print(f"the first three are honest; refused by other questions than 'beats the champion': {dict(wrong) or 'none'}")
    print(f"{time.time() - begun:.0f} s")
    return 0 if all(answer.kept for answer in answers) and not any(leaks) else 1


if __name__ == "__main__":
    sys.exit(main())
