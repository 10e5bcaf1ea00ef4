"""Small days of work: drawn for properties, and every plan of them counted out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from paybench.decide.dunning.policy import Collector

CHANNELS = ("email", "phone", "letter")


@dataclass(frozen=True)
class Day:
    """What :func:`paybench.decide.worklist.assign` is given."""

    value: np.ndarray
    permitted: np.ndarray
    channel: tuple[str, ...]
    capacity: dict[str, int]
    collectors: tuple[Collector, ...]
    accounts: pd.DataFrame


@st.composite
def some_days(draw: st.DrawFn, most: int = 5, currencies: tuple[str, ...] = ("EUR",), waits: bool = False) -> Day:
    """Days with few customers and few different values, so that many are equal."""
    n, k = draw(st.integers(0, most)), draw(st.integers(1, 3))
    cells = st.lists(st.sampled_from([-1.0, 0.0, 1.0, 2.0, 2.0, 3.5]), min_size=n * k, max_size=n * k)
    value = np.array(draw(cells)).reshape(n, k)
    permitted = np.array(draw(st.lists(st.integers(0, 3), min_size=n * k, max_size=n * k)), dtype=bool).reshape(n, k)
    channel = tuple(draw(st.lists(st.sampled_from(CHANNELS), min_size=k, max_size=k)))
    staffed = draw(st.booleans())
    capacity = draw(st.dictionaries(st.sampled_from(("email", "letter") if staffed else CHANNELS), st.integers(0, 3)))
    collectors = (
        Collector("Ada", {"phone": draw(st.integers(0, 2))}, languages=draw(st.sampled_from([(), ("de",)]))),
        Collector("Bob", {"phone": draw(st.integers(0, 2))}, countries=draw(st.sampled_from([(), ("FR",)]))),
    )
    rows = range(n)
    accounts = pd.DataFrame(
        {
            "customer_id": [f"C{draw(st.integers(0, 3 * most)) if draw(st.booleans()) else 100 + i}" for i in rows],
            "currency": [draw(st.sampled_from(currencies)) for _ in rows],
            "amount": [draw(st.sampled_from([10.0, 20.0])) for _ in rows],
            "age": [draw(st.integers(0, 2)) for _ in rows],
            "waited": [draw(st.sampled_from([0, 29, 30, 60])) if waits else 0 for _ in rows],
            "language": [draw(st.sampled_from(["de", "fr"])) for _ in rows],
            "country": [draw(st.sampled_from(["DE", "FR"])) for _ in rows],
        }
    )
    accounts = accounts.drop_duplicates(["customer_id", "currency"], ignore_index=False)
    kept = accounts.index.to_numpy()
    return Day(
        value[kept], permitted[kept], channel, capacity, collectors if staffed else (), accounts.reset_index(drop=True)
    )


def options(day: Day, row: int) -> list[tuple[int, str]]:
    """What may be done about an account: nothing, or an action by a collector; written from the rules."""
    found = [(-1, "")]
    account = day.accounts.iloc[row]
    staffed = {channel for person in day.collectors for channel in person.capacity}
    for action, channel in enumerate(day.channel):
        if not day.permitted[row, action] or day.value[row, action] <= 0:
            continue
        if channel not in staffed:
            found.append((action, ""))
        for person in day.collectors:
            fits = not person.languages or account["language"] in person.languages
            fits &= not person.countries or account["country"] in person.countries
            fits &= not person.customers or account["customer_id"] in person.customers
            if channel in person.capacity and fits:
                found.append((action, person.name))
    return found


def has_room(day: Day, plan: tuple[tuple[int, str], ...], share: float = 1.0) -> bool:
    """Whether a plan keeps to every capacity, and to one contact a customer."""
    customers = Counter(c for c, (action, _) in zip(day.accounts["customer_id"], plan, strict=True) if action >= 0)
    used = Counter((day.channel[action], name) for action, name in plan if action >= 0)
    room: dict[tuple[str, str], int] = {(channel, ""): n for channel, n in day.capacity.items()}
    room |= {(channel, person.name): n for person in day.collectors for channel, n in person.capacity.items()}
    return all(n <= 1 for n in customers.values()) and all(
        n <= int(np.ceil(share * room.get(slot, len(plan)))) for slot, n in used.items()
    )


def every_plan(day: Day) -> Iterator[tuple[tuple[int, str], ...]]:
    """Every plan that is possible."""
    for plan in product(*(options(day, row) for row in range(len(day.value)))):
        if has_room(day, plan):
            yield plan


def worth(day: Day, plan: tuple[tuple[int, str], ...]) -> float:
    """The sum of values of a plan."""
    return float(sum(day.value[row, action] for row, (action, _) in enumerate(plan) if action >= 0))


def first_among_equals(day: Day) -> list[int]:
    """Rows by larger amount, older debt, id."""
    table = day.accounts
    return sorted(
        range(len(table)),
        key=lambda i: (
            -table["amount"][i],
            -table["age"][i],
            f"{table['customer_id'][i]} {table['currency'][i]}",
        ),
    )
