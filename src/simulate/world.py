"""A whole world: blocks of customers that live through the same days, as a ledger and its truth."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PaybenchError
from ..ledger import TABLES, Ledger, day
from ..ledger.schema import days
from .calendar import Calendar, check_window
from .customers import draw_customers
from .delays import make_plans
from .disk import on_disk, write
from .exchange import Tables
from .foresight import Foreseen, Foresight
from .invoices import draw_invoices
from .life import live
from .liquidity import Weather, draw_cash, draw_weather
from .payments import bounce_chances
from .policies import POLICIES, Ladder
from .settings import MODES, Settings
from .state import State
from .streams import Fork, Streams
from .tables import make_tables, to_frame
from .truth import conformed
from .view import Policy
from .workers import drawn_by, parcel

BLOCK = 2048
"""Customers that are simulated together: large enough for arrays, small enough for memory and for a quick stop."""

PROCESSES_FROM = 4 * BLOCK
"""A world of fewer customers is drawn before other processes would have started."""

MOST_WORKERS = 4
"""Processes that a world is drawn by unless more are asked for: each has memory of its own, a third of a gigabyte."""

USUAL = Ladder()
"""The policy of a world if none is named."""

MOST_CUSTOMERS = 100_000_000
"""Customers of the largest world."""

LONGEST_TERM = 120
"""Days of the longest terms that a world can have."""

TRUTHS = ("short", "full", "none")

Watch = Callable[[Iterable[int]], Iterable[int]]


@dataclass(frozen=True)
class World:
    """What happened in a simulated world, and the probabilities from which it was drawn.

    Attributes
    ----------
    ledger : the book as it stands at the end of the window.
    oracle : DataFrames by the names of the files beside a ledger, see ``truth.TRUTH_FILES``.
    distributions : P(days_late <= d) of every invoice, (n, len(truth.DAYS_LATE)); only with ``truth="full"``.
    foreseen : by date, of the invoices that were open that morning, when each is settled; only for the dates that
        ``foresee`` asked for.
    """

    ledger: Ledger
    oracle: dict[str, pd.DataFrame] = field(repr=False)
    distributions: np.ndarray | None = field(repr=False, default=None)
    foreseen: dict[pd.Timestamp, Foreseen] = field(repr=False, default_factory=dict)
    _tables: Tables = field(repr=False, default_factory=dict)

    @property
    def truth(self) -> pd.DataFrame:
        """The true distribution of every invoice in short, one row per invoice in the ledger's order."""
        return self.oracle["truth.parquet"]


@dataclass(frozen=True)
class Plan:
    """A world before it is drawn: everything that decides it."""

    customers: int
    settings: Settings
    calendar: Calendar
    streams: Streams
    policy: Policy | None
    name: str

    @classmethod
    def of(
        cls,
        customers: int,
        months: int,
        seed: int,
        start: str,
        name: str | None,
        policy: Policy | str | None,
        settings: Settings | str,
        fork: tuple[object, int] | None,
    ) -> Plan:
        """Check what was asked for."""
        for what, value, least in (("customers", customers, 1), ("months", months, 1), ("seed", seed, 0)):
            if not isinstance(value, int | np.integer) or value < least:
                raise PaybenchError(f"{what} is {value}; it has to be {least} or more, a whole number.")
        if isinstance(settings, str) and settings not in MODES:
            raise PaybenchError(f"settings are '{settings}'; give one of {', '.join(MODES)}, or Settings of your own.")
        chosen = Settings.mode(settings) if isinstance(settings, str) else settings
        if isinstance(policy, str):
            if policy not in POLICIES:
                raise PaybenchError(f"policy is '{policy}'; give one of {', '.join(POLICIES)}, or a callable.")
            policy = POLICIES[policy]
        check_window(months, start)
        if customers > MOST_CUSTOMERS:
            raise PaybenchError(f"customers is {customers}; give {MOST_CUSTOMERS} or fewer.")
        for what in ("types", "terms"):
            if not getattr(chosen, what):
                raise PaybenchError(f"The settings have no {what}; give one or more.")
        terms = [*chosen.terms, *chosen.others]
        if not all(0 < term <= LONGEST_TERM for term in terms):
            raise PaybenchError(f"terms are {', '.join(map(str, terms))}; give days from 1 to {LONGEST_TERM}.")
        branch = None
        if fork is not None:
            if not isinstance(fork[1], int | np.integer):
                raise PaybenchError(f"A fork is a date and a whole number; its number is {fork[1]!r}.")
            branch = Fork(int(days(pd.Series([day(fork[0])]))[0]), fork[1])
        calendar = Calendar.of(day(start), months, chosen.weekend_share)
        return cls(customers, chosen, calendar, Streams(seed, branch), policy, name or f"simulated-{seed}")

    def blocks(self) -> list[range]:
        """The numbers of the customers of each block."""
        last = self.customers + 1
        return [range(first, min(first + BLOCK, last)) for first in range(1, last, BLOCK)]


def simulate(
    customers: int = 300,
    months: int = 24,
    seed: int = 0,
    start: str = "2024-01-01",
    name: str | None = None,
    progress: Watch | None = None,
    *,
    policy: Policy | str | None = USUAL,
    settings: Settings | str = "easy",
    fork: tuple[object, int] | None = None,
    truth: str = "short",
    foresee: Iterable[object] = (),
    foresee_days: int = 91,
) -> World:
    """Draw a ledger from a known world.

    Customers are independent given what they share, and every random number belongs to one customer or invoice and one
    day: another number of customers, or another policy, changes nothing else.

    Parameters
    ----------
    customers : how many customers.
    months : length of the window; what would happen after it is not in the ledger.
    seed : the same seed gives the same tables.
    start : first day of the window.
    name : of the book.
    progress : wraps the blocks of customers while they are drawn, as ``tqdm`` does.
    policy : who decides what is sent to customers, see :mod:`.view`, or a name in ``POLICIES``; None sends nothing.
    settings : of the world, or ``easy`` or ``hard``.
    fork : a date and a number: the same world up to that date and another future from it on (see :class:`.Fork`).
    truth : ``short``: the oracle's tables; ``full``: also the true distribution of every invoice, 1.2 kB each;
        ``none``: no probabilities and no effects, which halves the time.
    foresee : mornings on which the exact distribution of every open invoice is told, see :class:`.Foreseen`, from the
        second one of the window to the one after its last day.
    foresee_days : how many days it looks ahead.

    Raises
    ------
    PaybenchError
        If a count is not above zero, the seed is negative, a date is none or outside, or a policy decides what cannot
        be done.
    """
    if truth not in TRUTHS:
        raise PaybenchError(f"truth is '{truth}'; give one of {', '.join(TRUTHS)}.")
    plan = Plan.of(customers, months, seed, start, name, policy, settings, fork)
    foresight = Foresight(foresee, foresee_days, plan.calendar)
    weather = _weather(plan)
    fresh = _own_copy(plan.policy)
    parts = [
        # The first block has the policy itself, so that who gave it can read in it what it remembered.
        _block(plan, block, weather, truth, plan.policy if block[0] == 1 else _own_copy(fresh), foresight)
        for block in _watched(plan.blocks(), progress)
    ]
    tables = {k: pa.concat_tables([p[0][k] for p in parts]) for k in parts[0][0]}
    order = None
    if len(parts) > 1:
        tables, order = _sorted(tables)
    frames = {k: to_frame(k, v) for k, v in tables.items() if k in TABLES}
    oracle = {k: conformed(v) for k, v in tables.items() if k not in TABLES}
    full = np.concatenate([p[1] for p in parts if p[1] is not None]) if truth == "full" else None
    if full is not None and order is not None:
        full = full[order]
    ledger = Ledger.of(plan.name, **frames)
    return World(ledger, oracle, full, foresight.all(ledger.invoices["invoice_id"]), tables)


def write_world(world: World, folder: str | Path) -> None:
    """Write a ledger folder with the oracle files beside its tables, whole or not at all.

    Raises
    ------
    PaybenchError
        If the folder holds anything but a simulated ledger.
    """
    write(folder, world.ledger.settings, lambda _: (on_disk(tables) for tables in (world._tables,)))


def stream_world(
    folder: str | Path,
    customers: int = 300,
    months: int = 24,
    seed: int = 0,
    start: str = "2024-01-01",
    name: str | None = None,
    progress: Watch | None = None,
    *,
    policy: Policy | str | None = USUAL,
    settings: Settings | str = "easy",
    workers: int | None = None,
    finish: Callable[[Path], None] | None = None,
) -> dict[str, int]:
    """Draw a world of any size straight into a ledger folder; arguments as of :func:`simulate`.

    Only a few blocks of customers are in memory at a time. Within the files rows are sorted by block of
    :data:`BLOCK` customers, and by date within a block; with one block the folder is that of :func:`write_world`.

    Parameters
    ----------
    folder : of the ledger.
    workers : processes that draw blocks; None = one per core, :data:`MOST_WORKERS` at most. The bytes are the same
        whatever their number. A world of less than :data:`PROCESSES_FROM` customers, or one whose policy is defined in
        a script or a notebook, is drawn in this process.
    finish : is given the new folder before it takes its place, to put more into it.

    Returns
    -------
    Rows written, by table.

    Raises
    ------
    PaybenchError
        As :func:`simulate`, and if the folder holds anything but a simulated ledger.
    """
    if workers is None:
        workers = min(_cores(), MOST_WORKERS)
    if workers < 1:
        raise PaybenchError(f"workers is {workers}; it has to be 1 or more.")
    plan = Plan.of(customers, months, seed, start, name, policy, settings, None)
    blocks = plan.blocks()
    job = parcel(_ready, plan) if workers > 1 and customers >= PROCESSES_FROM else None

    def drawn(new: Path) -> Generator[Tables, None, None]:
        if job is None:
            yield from (_ready(plan, block) for block in _watched(blocks, progress))
            return
        with (
            TemporaryDirectory(dir=new.parent) as place,
            closing(drawn_by(workers, job, blocks, Path(place))) as finished,
        ):
            yield from (next(finished) for _ in _watched(blocks, progress))

    return write(folder, Ledger.of(plan.name).settings, drawn, finish)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _watched(blocks: list[range], progress: Watch | None) -> Iterable[range]:
    """Blocks, whose first customers are shown to who watches."""
    if progress is None:
        return blocks
    return (block for block, _ in zip(blocks, progress([b[0] for b in blocks]), strict=True))


def _weather(plan: Plan) -> Weather:
    return draw_weather(plan.settings, plan.calendar, plan.streams)


def _ready(plan: Plan, block: range) -> Tables:
    """A block as it is written."""
    return on_disk(_block(plan, block, _weather(plan), "short", _own_copy(plan.policy))[0])


def _own_copy(policy: Policy | None) -> Policy | None:
    """The policy of one block: what it remembers must not depend on which block was drawn before."""
    try:
        return copy.deepcopy(policy)
    except TypeError:
        # Locks, open files and the like can neither be copied nor sent: such a world is drawn block after block.
        return policy


def _block(
    plan: Plan,
    block: range,
    weather: Weather,
    truth: str,
    policy: Policy | None,
    foresight: Foresight | None = None,
) -> tuple[Tables, np.ndarray | None]:
    numbers = np.asarray(block)
    settings, calendar, streams = plan.settings, plan.calendar, plan.streams
    customers = draw_customers(numbers, settings, calendar, streams)
    cash = draw_cash(customers, weather, settings, calendar, streams)
    invoices = draw_invoices(customers, cash.gone_on, settings, calendar, streams)
    plans = make_plans(invoices, customers, cash, weather, settings, calendar)
    state = State(customers, invoices, plans, cash, weather, settings, calendar, streams)
    bounced = bounce_chances(settings.bounces, calendar.workdays)
    bounced[calendar.end - calendar.first - 1] = 0.0
    live(state, policy, bounced, foresight)
    label = getattr(policy, "name", type(policy).__name__)
    return make_tables(state, label, bounced, truth)


def _sorted(tables: Tables) -> tuple[Tables, np.ndarray]:
    keys = {name: [spec.dated, spec.key[0]] for name, spec in TABLES.items() if spec.dated}
    out = dict(tables)
    for name, columns in keys.items():
        out[name] = tables[name].sort_by([(c, "ascending") for c in columns])
    order = pc.sort_indices(tables["invoices"], [(c, "ascending") for c in keys["invoices"]])
    out["truth.parquet"] = tables["truth.parquet"].take(order)
    return out, order.to_numpy()
