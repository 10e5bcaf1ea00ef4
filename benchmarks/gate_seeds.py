"""What another seed alone changes: the size of the noise in ``gate_world.py``, and of the gate's margin.

python benchmarks/gate_seeds.py              trains one recipe with three seeds on a simulated book
"""

from __future__ import annotations

import sys
from itertools import combinations

import numpy as np
import pandas as pd

from paybench.models.family.distribution import logit
from paybench.models.gate.simpler import complexity
from paybench.models.learn.fit import fit_timing
from paybench.models.learn.folds import Book
from paybench.models.learn.metrics import skill
from paybench.models.learn.tune import tune
from paybench.models.training.aside import set_aside
from paybench.simulate import simulate

SEEDS = (0, 1, 2)


def main() -> int:
    ledger = simulate(300, 24, seed=1, policy=None).ledger
    book, start = set_aside(Book(ledger, "2025-12-31"))
    gate = book.issued_in(start)
    tuned = tune(Book(book.cut, start, book.H), 1, 0)
    twins = [fit_timing(book, tuned, seed, start) for seed in SEEDS]
    said = [twin.predict(book.cut, gate.X) for twin in twins]
    p_late = [logit(s.later_than(book.ledger.grace_days)) for s in said]
    print(f"{len(gate):,} later invoices of {gate.customers.nunique()} customers")
    for seed, twin in zip(SEEDS, twins, strict=True):
        print(f"seed {seed}: {complexity(twin)}")
    for one, other in combinations(SEEDS, 2):
        moved = p_late[one] - p_late[other]
        by_customer = pd.Series(moved).groupby(gate.customers.to_numpy())
        between, within = by_customer.mean().std(), np.sqrt(by_customer.var().mean())
        gain, low, high = skill(said[one].crps(gate.y, book.H), said[other].crps(gate.y, book.H), gate.customers)
        print(
            f"seeds {one} and {other}: log-odds of P(late) differ by {moved.std():.2f} "
            f"(between customers {between:.2f}, within {within:.2f}); "
            f"CRPS by {gain:+.2%} (95 % interval {low:+.2%} to {high:+.2%})"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
