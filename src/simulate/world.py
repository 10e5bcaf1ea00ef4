"""A whole world: blocks of customers that live through the same days, as a ledger and its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import PaybenchError
from ..files import check_folder, replaced_folder
from ..ledger import TABLES, Ledger, day
from ..ledger.schema import days
from ..ledger.store import settings_text
from .calendar import Calendar
from .contacts import Policy
from .customers import draw_customers
from .delays import make_plans
from .exchange import Tables
from .invoices import draw_invoices
from .life import live
from .liquidity import Weather, draw_cash, draw_weather
from .payments import bounce_chances
from .policies import POLICIES, Ladder
from .settings import MODES, Settings
from .state import State
from .streams import Fork, Streams
from .tables import make_tables, to_disk, to_frame
from .truth import TRUTH_FILES, conformed

BLOCK = 2048
"""Customers that are simulated together: large enough for arrays, small enough for memory and for a quick stop."""

WORKERS = 2
"""Blocks in work at one time when a world is written."""

USUAL = Ladder()
"""The policy of a world if none is named."""

EARLIEST_START = pd.Timestamp("1971-01-01")
"""Days are counted from 1970, and day 0 stands for never."""

LAST_YEAR, MOST_CUSTOMERS = 2190, 100_000_000
"""Limits of a world."""

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
    """

    ledger: Ledger
    oracle: dict[str, pd.DataFrame] = field(repr=False)
    distributions: np.ndarray | None = field(repr=False, default=None)
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
        if day(start) < EARLIEST_START:
            raise PaybenchError(f"start is {start}; give a day from {EARLIEST_START:%Y-%m-%d} on, after 1970.")
        if day(start).year + months / 12 > LAST_YEAR:
            raise PaybenchError(
                f"{months} months from {start} go on past {LAST_YEAR}; give fewer, or an earlier start."
            )
        if customers > MOST_CUSTOMERS:
            raise PaybenchError(f"customers is {customers}; give {MOST_CUSTOMERS} or fewer.")
        if not all(0 < term <= LONGEST_TERM for term in chosen.terms):
            raise PaybenchError(f"terms are {', '.join(map(str, chosen.terms))}; give days from 1 to {LONGEST_TERM}.")
        branch = None
        if fork is not None:
            if not isinstance(fork[1], int | np.integer):
                raise PaybenchError(f"A fork is a date and a whole number; its number is {fork[1]!r}.")
            branch = Fork(int(days(pd.Series([day(fork[0])]))[0]), fork[1])
        calendar = Calendar.of(day(start), months, chosen.weekend_share)
        return cls(customers, chosen, calendar, Streams(seed, branch), policy, name or f"simulated-{seed}")

    def blocks(self) -> range:
        """The first customer of each block."""
        return range(1, self.customers + 1, BLOCK)


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
    policy : who decides what is sent to customers, see :mod:`.contacts`, or a name in ``POLICIES``; None sends nothing.
    settings : of the world, or ``easy`` or ``hard``.
    fork : a date and a number: the same world up to that date and another future from it on (see :class:`.Fork`).
    truth : ``short``: the oracle's tables; ``full``: also the true distribution of every invoice, 1.2 kB each;
        ``none``: no probabilities and no effects, which halves the time.

    Raises
    ------
    PaybenchError
        If a count is not above zero, the seed is negative, a date is none, or a policy decides what cannot be done.
    """
    if truth not in TRUTHS:
        raise PaybenchError(f"truth is '{truth}'; give one of {', '.join(TRUTHS)}.")
    plan = Plan.of(customers, months, seed, start, name, policy, settings, fork)
    weather = _weather(plan)
    firsts: Iterable[int] = plan.blocks()
    parts = [_block(plan, first, weather, truth) for first in (progress(firsts) if progress else firsts)]
    tables = {k: pa.concat_tables([p[0][k] for p in parts]) for k in parts[0][0]}
    order = None
    if len(parts) > 1:
        tables, order = _sorted(tables)
    frames = {k: to_frame(k, v) for k, v in tables.items() if k in TABLES}
    oracle = {k: conformed(v) for k, v in tables.items() if k not in TABLES}
    full = np.concatenate([p[1] for p in parts if p[1] is not None]) if truth == "full" else None
    if full is not None and order is not None:
        full = full[order]
    return World(Ledger.of(plan.name, **frames), oracle, full, tables)


def write_world(world: World, folder: str | Path) -> None:
    """Write a ledger folder with the oracle files beside its tables, whole or not at all."""
    _write(folder, world.ledger.settings, iter([world._tables]))


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
    workers: int = WORKERS,
    finish: Callable[[Path], None] | None = None,
) -> dict[str, int]:
    """Draw a world of any size straight into a ledger folder; arguments as of :func:`simulate`.

    Only a few blocks of customers are in memory at a time. Within the files rows are sorted by block of
    :data:`BLOCK` customers, and by date within a block; with one block the folder is that of :func:`write_world`.

    Parameters
    ----------
    folder : of the ledger. workers : blocks in work at one time.
    finish : is given the new folder before it takes its place, to put more into it.

    Returns
    -------
    Rows written, by table.

    Raises
    ------
    PaybenchError
        As :func:`simulate`, and if the folder holds something that is not a ledger.
    """
    if workers < 1:
        raise PaybenchError(f"workers is {workers}; it has to be 1 or more.")
    plan = Plan.of(customers, months, seed, start, name, policy, settings, None)
    weather = _weather(plan)

    def drawn() -> Iterator[Tables]:
        firsts = list(plan.blocks())
        watched = iter(progress(firsts) if progress else firsts)
        pool = ThreadPoolExecutor(workers)
        try:
            waiting = [pool.submit(_block, plan, first, weather, "short") for first in firsts[:workers]]
            for nth, _ in enumerate(watched):
                tables, _ = waiting.pop(0).result()
                if nth + workers < len(firsts):
                    waiting.append(pool.submit(_block, plan, firsts[nth + workers], weather, "short"))
                yield tables
        finally:
            pool.shutdown(cancel_futures=True)

    return _write(folder, Ledger.of(plan.name).settings, drawn(), finish)


def _write(
    folder: str | Path,
    settings: dict[str, object],
    blocks: Iterator[Tables],
    finish: Callable[[Path], None] | None = None,
) -> dict[str, int]:
    check_folder(folder, "ledger folder", "ledger.json")
    rows = dict.fromkeys(TABLES, 0)
    with replaced_folder(folder) as new:
        writers: dict[str, pq.ParquetWriter] = {}
        try:
            for tables in blocks:
                for name, table in tables.items():
                    ready = to_disk(name, table)
                    if name not in writers:
                        file = name if name in TRUTH_FILES else f"{name}.parquet"
                        writers[name] = _writer(new / file, ready.schema)
                    writers[name].write_table(ready)
                    if name in rows:
                        rows[name] += len(table)
        finally:
            for writer in writers.values():
                writer.close()
        (new / "ledger.json").write_text(settings_text(settings), encoding="utf-8")
        if finish is not None:
            finish(new)
    return rows


def _writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Numbers that hardly repeat, as those of the oracle, are smaller when their bytes lie apart."""
    numbers = [f.name for f in schema if pa.types.is_float32(f.type)]
    others = [f.name for f in schema if f.name not in numbers]
    return pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=others, use_byte_stream_split=numbers)


def _weather(plan: Plan) -> Weather:
    return draw_weather(plan.settings, plan.calendar, plan.streams)


def _block(plan: Plan, first: int, weather: Weather, truth: str) -> tuple[Tables, np.ndarray | None]:
    numbers = np.arange(first, min(first + BLOCK, plan.customers + 1))
    settings, calendar, streams = plan.settings, plan.calendar, plan.streams
    customers = draw_customers(numbers, settings, calendar, streams)
    cash = draw_cash(customers, weather, settings, calendar, streams)
    invoices = draw_invoices(customers, cash.gone_on, settings, calendar, streams)
    plans = make_plans(invoices, customers, cash, weather, settings, calendar)
    state = State(customers, invoices, plans, cash, weather, settings, calendar, streams)
    bounced = bounce_chances(settings.bounces, calendar.workdays)
    bounced[calendar.end - calendar.first - 1] = 0.0
    live(state, plan.policy, bounced)
    label = getattr(plan.policy, "name", type(plan.policy).__name__)
    return make_tables(state, label, bounced, truth)


def _sorted(tables: Tables) -> tuple[Tables, np.ndarray]:
    keys = {name: [spec.dated, spec.key[0]] for name, spec in TABLES.items() if spec.dated}
    out = dict(tables)
    for name, columns in keys.items():
        out[name] = tables[name].sort_by([(c, "ascending") for c in columns])
    order = pc.sort_indices(tables["invoices"], [(c, "ascending") for c in keys["invoices"]])
    out["truth.parquet"] = tables["truth.parquet"].take(order)
    return out, order.to_numpy()
