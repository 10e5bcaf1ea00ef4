"""The room of a day between currencies, whose amounts cannot be compared without rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .accounts import Accounts, Flags, Ints
from .plan import Plan
from .problem import Problem

ROUNDS = 50


def kept_accounts(accounts: Accounts, worth: Flags) -> Flags:
    """(n,) whether an account is the one that counts of its customer.

    Of several currencies it is the oldest debt about which something may be done, then the first by its code.

    Parameters
    ----------
    worth : (n,) whether the account has an action that is worth something.
    """
    order = np.lexsort([accounts.account_id, accounts.currency, -accounts.age, ~worth])
    first = np.unique(accounts.customer_id[order], return_index=True)[1]
    kept = np.zeros(len(accounts), dtype=bool)
    kept[order[first]] = True
    return kept


def shared_out(capacity: Ints, wanted: Ints) -> Ints:
    """Whole shares of capacities in proportion to who wants them, (p, s).

    Parameters
    ----------
    capacity : (s,). wanted : (p, s) customers of each part who would gain from a slot; where nobody would,
        all parts are alike.

    Examples
    --------
    >>> shared_out(np.array([10, 10]), np.array([[30, 2], [15, 0]])).tolist()
    [[7, 10], [3, 0]]
    """
    wanted = np.where(wanted.any(axis=0), wanted, 1)
    total = wanted.sum(axis=0)
    share = capacity * wanted // total
    rest = capacity * wanted % total
    for slot, over in enumerate((capacity - share.sum(axis=0)).tolist()):
        share[np.argsort(-rest[:, slot], kind="stable")[:over], slot] += 1
    return share


def plan_apart(
    problems: Sequence[Problem], capacity: Ints, solve: Callable[[Problem], Plan]
) -> tuple[list[Problem], list[Plan]]:
    """Plans of parts that share the slots, and the parts with the capacity that each of them got.

    Each part gets its share (:func:`shared_out`); what it leaves unused goes to the parts for which one more contact
    would be worth something, until there is none.
    """
    if not problems:
        return [], []
    shares = shared_out(capacity, np.array([(p.gain > 0).sum(axis=0) for p in problems]))
    given = [problem.with_capacity(share) for problem, share in zip(problems, shares, strict=True)]
    plans = [solve(problem) for problem in given]
    for _ in range(ROUNDS):
        if len(problems) == 1:
            break
        used = np.array([problem.used(plan.place) for problem, plan in zip(given, plans, strict=True)])
        price = np.array([plan.price for plan in plans])
        spare = np.where((price > 0).any(axis=0), capacity - used.sum(axis=0), 0)
        if not spare.any():
            break
        short_of = np.array([(p.gain > 0).sum(axis=0) for p in given]) - used
        more = shared_out(spare, np.where(price > 0, np.maximum(short_of, 1), 0))
        for part in range(len(problems)):
            given[part] = given[part].with_capacity(np.where(spare > 0, used[part] + more[part], given[part].capacity))
            if more[part].any():
                plans[part] = solve(given[part])
    return given, plans
