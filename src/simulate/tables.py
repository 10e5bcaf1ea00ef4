"""From what a block of customers has lived through to the tables of a ledger, and to the oracle files beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from ..ledger.schema import KINDS, MONEY_UNITS, NO_DAY, TABLES, conform
from ..ledger.store import decimals
from .columns import count_up, dates, named, shown_before
from .disputes import REASONS
from .exchange import Tables, contact_tables, message_tables
from .identifiers import identifiers
from .payments import WRITE_OFF_KIND
from .settings import CHANNELS, COUNTRIES
from .state import NEVER, State
from .truth import distributions, oracle, unknown
from .words import customer_names

_CENT = MONEY_UNITS // 100


def make_tables(state: State, policy: str, bounced: np.ndarray, truth: str) -> tuple[Tables, np.ndarray | None]:
    """All tables of a block, sorted by their dates, without what is dated past the window.

    Parameters
    ----------
    policy : name to log. bounced : of :func:`.payments.bounce_chances`.
    truth : see :func:`.world.simulate`; with ``full``, the true distribution of every invoice is returned too.
    """
    end = state.calendar.end
    invoices, who = state.invoices, state.invoices.customer
    number = state.customers.number
    customer_ids = identifiers("C", (number, 5))
    invoice_ids = identifiers("INV-", (number[who], 5), (invoices.serial, 4))
    owners = customer_ids.take(pa.array(who))
    codes = list(COUNTRIES)
    countries = [codes[c] for c in state.customers.country]
    currencies = pa.array(state.customers.currencies(state.settings), pa.large_string())

    tables: Tables = {
        "customers": pa.table(
            {
                "customer_id": customer_ids,
                "name": pa.array(customer_names(state.customers.name, countries), pa.large_string()),
                "country": pa.array(countries, pa.large_string()),
            }
        ),
        "invoices": pa.table(
            {
                "invoice_id": invoice_ids,
                "customer_id": owners,
                "issued_on": dates(invoices.issued),
                "due_on": dates(invoices.due),
                "amount": pa.array(invoices.cents),
                "currency": currencies.take(pa.array(who)),
            }
        ),
    }

    booked = state.log.table("payments", invoice=int, day=int, cents=int, kind=int)
    order = np.lexsort((booked["day"], booked["invoice"]))
    nth = np.empty(order.size, dtype=np.int64)
    nth[order] = count_up(booked["invoice"][order])
    shown = shown_before(booked["day"], booked["invoice"], end)
    of, owner = booked["invoice"][shown], who[booked["invoice"][shown]]
    serial = invoices.serial[of]
    tables["payments"] = pa.table(
        {
            "payment_id": identifiers("PAY-", (number[owner], 5), (serial, 4), (nth[shown], 1)),
            "customer_id": customer_ids.take(pa.array(owner)),
            "invoice_id": invoice_ids.take(pa.array(of)),
            "paid_on": dates(booked["day"][shown]),
            "amount": pa.array(booked["cents"][shown]),
            "currency": currencies.take(pa.array(owner)),
            "kind": named(KINDS, booked["kind"][shown]),
        }
    )

    opened = state.log.table("disputes", invoice=int, day=int, cents=int, reason=int)
    closing = np.full(len(invoices), NO_DAY)
    closings = state.log.table("closings", invoice=int, day=int)
    closing[closings["invoice"]] = closings["day"]
    shown = shown_before(opened["day"], opened["invoice"], end)
    of, cents = opened["invoice"][shown], opened["cents"][shown]
    tables["disputes"] = pa.table(
        {
            "dispute_id": identifiers("DIS-", (number[who[of]], 5), (invoices.serial[of], 4)),
            "invoice_id": invoice_ids.take(pa.array(of)),
            "opened_on": dates(opened["day"][shown]),
            "closed_on": dates(closing[of], end),
            "reason": named(REASONS, opened["reason"][shown]),
            "amount": pa.array(cents, mask=cents == 0),
        }
    )
    tables |= contact_tables(state, policy, customer_ids, invoice_ids, bounced, truth != "none")
    tables |= message_tables(state, countries, customer_ids, invoice_ids)

    shared = state.weather.state[state.calendar.week(invoices.issued)]
    squeezed = state.cash.squeezed[who, state.calendar.week(invoices.issued)]
    law = (state.plans, squeezed, shared, state.weather.chances, state.calendar, bounced)
    types = [t.name for t in state.settings.types]
    lost = booked["invoice"][booked["kind"] == WRITE_OFF_KIND]
    settled = state.closed.copy()
    settled[lost] = NEVER
    known = oracle(*law) if truth != "none" else unknown(len(invoices))
    level = state.cash.level[who, state.calendar.week(invoices.issued)]
    tables["truth.parquet"] = pa.table(
        {
            "invoice_id": invoice_ids,
            "customer_type": named(types, state.customers.type[who]),
            **{name: pa.array(values, from_pandas=True) for name, values in known.items()},
            "liquidity": pa.array(level),
            "settled_on": dates(np.where(settled == NEVER, NO_DAY, settled)),
        }
    )
    tables["truth_customers.parquet"] = pa.table(
        {
            "customer_id": customer_ids,
            "customer_type": named(types, state.customers.type),
            "usual_days_late": pa.array(state.customers.lateness),
            "scale": pa.array(state.customers.scale),
            "forgets": pa.array(state.customers.forgets),
            "pay_rule": pa.array(state.customers.rule),
            "likes": named(CHANNELS, state.customers.likes),
            "gone_on": dates(state.cash.gone_on, end),
            "goodwill": pa.array(1.0 - state.lost_at_end),
        }
    )
    return tables, distributions(*law) if truth == "full" else None


def to_disk(name: str, table: pa.Table) -> pa.Table:
    """A table as it is written: every column of the contract, amounts as decimals, oracle numbers as float32.

    A newer column that a world says nothing in is left out: files of before are the same.
    """
    if name not in TABLES:
        return table.cast(
            pa.schema([f.with_type(pa.float32()) if pa.types.is_float64(f.type) else f for f in table.schema])
        ).combine_chunks()
    columns = {}
    for column in TABLES[name].columns:
        if column.name not in table.column_names:
            if column.newer:
                continue
            columns[column.name] = pa.nulls(len(table), _EMPTY[column.kind])
        elif column.kind == "amount":
            cents = table[column.name].combine_chunks()
            missing = cents.is_null().to_numpy(zero_copy_only=False)
            columns[column.name] = decimals(cents.fill_null(0).to_numpy() * _CENT, missing)
        else:
            columns[column.name] = table[column.name]
    # Where a table is cut inside must not be seen in the file.
    return pa.table(columns).combine_chunks()


_EMPTY = {"id": pa.large_string(), "text": pa.large_string(), "date": pa.date32(), "amount": pa.decimal128(18, 4)}


def to_frame(name: str, table: pa.Table) -> pd.DataFrame:
    """A ledger's table in memory, conformed to the contract."""
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    for column in TABLES[name].columns:
        if column.kind == "amount" and column.name in frame:
            frame[column.name] = frame[column.name].astype("float64") / 100
    return conform(name, frame)
