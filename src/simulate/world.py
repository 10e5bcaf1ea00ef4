"""A whole world: every customer drawn from its own random numbers, put together as a ledger and its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..ledger import Ledger, day, write_ledger
from ..ledger.schema import NO_DAY
from .calendar import Calendar
from .customers import draw_customer
from .delays import draw_days_late, settled_by
from .invoices import draw_invoices
from .liquidity import SHARED_SPREAD, draw_liquidity, draw_path
from .payments import draw_bookings
from .streams import WORLD, Purpose, stream
from .tables import Account, joined
from .truth import TRUTH_FILE, summarise, to_parquet


@dataclass(frozen=True)
class World:
    """What happened in a simulated world, and the probabilities from which it was drawn.

    Attributes
    ----------
    ledger : the book as it stands at the end of the window.
    truth : DataFrame, one row per invoice in the order of ``ledger.invoices``; columns are ``truth.MEANINGS``.
    """

    ledger: Ledger
    truth: pd.DataFrame


def simulate(
    customers: int = 300,
    months: int = 24,
    seed: int = 0,
    start: str = "2024-01-01",
    name: str | None = None,
    progress: Callable[[Iterable[int]], Iterable[int]] | None = None,
) -> World:
    """Draw a ledger from a known world.

    Customers are independent given the world's shared liquidity, and each has random numbers of its own: another
    number of customers changes none of those that are in both.

    Parameters
    ----------
    customers : how many customers.
    months : length of the window; what would happen after it is not in the ledger.
    seed : the same seed gives the same tables.
    start : first day of the window.
    name : of the book.
    progress : wraps the numbers of the customers while they are drawn, as ``tqdm`` does.

    Raises
    ------
    PaybenchError
        If a count is not above zero, the seed is negative or the start is no date.
    """
    for what, value, least in (("customers", customers, 1), ("months", months, 1), ("seed", seed, 0)):
        if value < least:
            raise PaybenchError(f"{what} is {value}; it has to be {least} or more.")
    calendar = Calendar.of(day(start), months)
    shared = draw_path(calendar, SHARED_SPREAD, stream(seed, WORLD, Purpose.LIQUIDITY))
    numbers: Iterable[int] = range(1, customers + 1)
    accounts = [_account(n, seed, calendar, shared) for n in (progress(numbers) if progress else numbers)]
    tables, truth = joined(accounts, calendar)
    return World(Ledger.of(name or f"simulated-{seed}", **tables), truth)


def write_world(world: World, folder: str | Path) -> None:
    """Write a ledger folder with the truth beside its tables, whole or not at all (see ``write_ledger``)."""
    write_ledger(world.ledger, folder, extras={TRUTH_FILE: to_parquet(world.truth)})


def _account(number: int, seed: int, calendar: Calendar, shared: np.ndarray) -> Account:
    customer = draw_customer(number, calendar, stream(seed, number, Purpose.CHARACTER))
    path = draw_liquidity(customer, calendar, shared, stream(seed, number, Purpose.LIQUIDITY))
    invoices = draw_invoices(customer, calendar, stream(seed, number, Purpose.INVOICES))
    liquidity = path[invoices.issued - calendar.first]
    plain = settled_by(customer, invoices, liquidity, calendar)
    contested = settled_by(customer, invoices, liquidity, calendar, disputed=True)

    random = stream(seed, number, Purpose.SETTLEMENT)
    chance = customer.type.disputes
    disputed = random.random(len(invoices)) < chance
    days_late = draw_days_late(np.where(disputed[:, None], contested, plain), random)
    bookings = draw_bookings(customer, invoices, disputed, days_late, calendar, stream(seed, number, Purpose.BOOKINGS))
    # Whether it will be disputed is not known on the day of issue.
    truth = summarise((1 - chance) * plain + chance * contested)
    settled = invoices.due + np.nan_to_num(days_late).astype(np.int64)
    truth["settled_on"] = np.where(np.isnan(days_late), NO_DAY, settled)
    return Account(customer, invoices, bookings, truth)
