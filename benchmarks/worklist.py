"""A day's worklist: the best plan against the most valuable contact first, and against calling who owes most.

python benchmarks/worklist.py                       5,000 and 20,000 customers x 5 actions, 5 seeds
python benchmarks/worklist.py --sizes 5000 --seeds 20

Everything happens in one run on the same days. Three kinds of days: in ``amounts`` a contact is worth days saved x
amount x cost of capital less its cost, so that large debts are worth more by every channel; in ``apart`` what one
channel is worth says nothing of another; in ``reach`` all channels are worth about the same, and two customers of five
can be reached by phone only, which the most valuable contact first does not spare for them. Only in ``amounts`` does a
debt say anything of a value. ``plain`` is the same problem as a textbook writes it down, one variable for each customer
and action, given to HiGHS.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from paybench.decide.worklist import Assigned, assign, greedy

ACTIONS = ("email:friendly", "email:firm", "letter:reminder", "phone:firm", "sms:reminder")
CHANNELS = tuple(action.split(":")[0] for action in ACTIONS)
COST = np.array([0.1, 0.1, 2.0, 6.0, 0.15])
ROOM = {"email": 0.25, "letter": 0.04, "phone": 0.02, "sms": 0.1}
REACH = {"email": 0.12, "letter": 0.12, "phone": 0.24, "sms": 0.12}
"""Contacts a day by channel, as shares of the customers."""


def day(kind: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Values, permissions and accounts of a day."""
    rng = np.random.default_rng(seed)
    amount = rng.lognormal(7.5, 1.2, n).round(2)
    if kind == "amounts":
        days = np.maximum(rng.normal([1.0, 1.5, 2.0, 4.0, 1.2], [0.8, 1.2, 1.8, 3.0, 1.0], (n, 5)), 0)
        value = days * amount[:, None] * 0.08 / 365 - COST
    elif kind == "reach":
        value = rng.lognormal(3.0, 0.6, (n, 1)) * [1.0, 1.02, 1.05, 1.15, 1.0] * rng.normal(1.0, 0.03, (n, 5))
    else:
        value = rng.gamma(2.0, [1.0, 1.1, 1.4, 2.0, 1.0], (n, 5))
    late = rng.integers(1, 90, n)
    accounts = pd.DataFrame({"account_id": [f"C{i:06d}" for i in range(n)], "amount": amount, "age": late})
    permitted = rng.random((n, 5)) < 0.8
    if kind == "reach":
        permitted = (rng.random(n) >= 0.4)[:, None] | np.array([channel == "phone" for channel in CHANNELS])
    return value.round(2), permitted, accounts


def plain(value: np.ndarray, permitted: np.ndarray, room: dict[str, int]) -> tuple[float, bool]:
    """The value of the textbook's linear program, and whether its solution is whole."""
    n, k = value.shape
    cells = np.arange(n * k)
    one = csr_array((np.ones(n * k), (cells // k, cells)), shape=(n, n * k))
    channel = np.array([list(room).index(c) for c in CHANNELS])
    used = csr_array((np.ones(n * k), (channel[cells % k], cells)), shape=(len(room), n * k))
    top = permitted.astype(float).ravel()
    found = linprog(
        -value.ravel(), A_ub=vstack([one, used], format="csr"), b_ub=np.r_[np.ones(n), [*room.values()]],
        bounds=np.c_[np.zeros(n * k), top], method="highs",
    )  # fmt: skip
    return float(-found.fun), bool(np.abs(found.x - np.rint(found.x)).max() < 1e-6)


def by_debt(value: np.ndarray, permitted: np.ndarray, room: dict[str, int], accounts: pd.DataFrame) -> float:
    """The value of going down the list of debts, each by the strongest channel that has room."""
    left, total = dict(room), 0.0
    strongest = [CHANNELS.index(c) for c in ("phone", "letter")] + [ACTIONS.index("email:firm"), 4]
    for row in np.argsort(-accounts["amount"].to_numpy(), kind="stable").tolist():
        for action in strongest:
            if permitted[row, action] and left[CHANNELS[action]] > 0:
                left[CHANNELS[action]] -= 1
                total += float(value[row, action])
                break
    return total


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    return work(), time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 20_000], metavar="N")
    parser.add_argument("--seeds", type=int, default=5, metavar="N")
    options = parser.parse_args()
    print(f"{'day':<8}{'customers':>10}{'seed':>5}{'best':>12}{'greedy':>9}{'by debt':>9}{'whole':>7}{'proven':>8}"
          f"{'same':>6}{'seconds':>9}{'plain':>8}{'greedy':>8}")  # fmt: skip
    timed(lambda: assign(np.ones((2, 1)), np.ones((2, 1)), ["phone"], {"phone": 1}))  # imports
    for kind in ("amounts", "apart", "reach"):
        for n in options.sizes:
            ratios = []
            for seed in range(1, options.seeds + 1):
                value, permitted, accounts = day(kind, n, seed)
                shares = REACH if kind == "reach" else ROOM
                room = {channel: int(share * n) for channel, share in shares.items()}
                best, ours = timed(lambda: assign(value, permitted, CHANNELS, room, accounts=accounts))  # noqa: B023
                first, theirs = timed(lambda: greedy(value, permitted, CHANNELS, room, accounts=accounts))  # noqa: B023
                (other, whole), textbook = timed(lambda: plain(value, permitted, room))  # noqa: B023
                ratios.append(show(kind, n, seed, best, first, by_debt(value, permitted, room, accounts),
                                   abs(other - best.value.sum()) < 0.01, whole, ours, textbook, theirs))  # fmt: skip
            table = np.array(ratios)
            print(f"{kind:<8}{n:>10,}{'all':>5}{'':>12}{table[:, 0].mean():>+9.1%}{table[:, 1].mean():>+9.1%}")
    return 0


def show(
    kind: str, n: int, seed: int, best: Assigned, first: Assigned, debt: float, same: bool, whole: bool,
    ours: float, textbook: float, theirs: float,
) -> tuple[float, float]:  # fmt: skip
    total = best.value.sum()
    part = best.parts.iloc[0]
    less, naive = first.value.sum() / total - 1, debt / total - 1
    sure = "yes" if part["whole"] and whole else "no"
    print(f"{kind:<8}{n:>10,}{seed:>5}{total:>12,.0f}{less:>+9.1%}{naive:>+9.1%}{sure:>7}"
          f"{'yes' if part['proven'] else 'no':>8}{'yes' if same else 'no':>6}{ours:>9.2f}"
          f"{textbook:>8.2f}{theirs:>8.2f}", flush=True)  # fmt: skip
    return less, naive


if __name__ == "__main__":
    sys.exit(main())
