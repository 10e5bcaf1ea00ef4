"""Features at decision points: an invoice, and the day on which something is decided about it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..ledger import Ledger, as_of, day, settle
from ..ledger.cut import known_on
from ..ledger.schema import TABLES
from . import exposure, history, terms  # noqa: F401  (importing them fills the catalogue)
from .catalogue import all_features
from .moment import Moment, Terms

KEYS = ["invoice_id", "customer_id", "as_of"]
"""The index of a feature table."""

_USED = ("invoices", "payments", "customers", "disputes")


def at_issue(ledger: Ledger) -> pd.DataFrame:
    """Features of every invoice as of its own issue date (see :func:`features_at`)."""
    return features_at(ledger, issue_rows(ledger))


def open_on(ledger: Ledger, date: object) -> pd.DataFrame:
    """Features of every invoice that is open at a date (see :func:`features_at`)."""
    return features_at(ledger, open_rows(ledger, date))


def issue_rows(ledger: Ledger) -> pd.DataFrame:
    """One decision row per invoice: invoice_id, customer_id, as_of = its first known issue date."""
    first = _first_version(ledger.invoices)
    return first.rename(columns={"issued_on": "as_of"})[KEYS].reset_index(drop=True)


def open_rows(ledger: Ledger, date: object) -> pd.DataFrame:
    """One decision row per invoice that was known and neither settled nor written off at the start of a day."""
    at = day(date)
    facts = settle(as_of(ledger, at))
    still = facts["settled_on"].isna() & facts["written_off_on"].isna()
    return facts.loc[still, ["invoice_id", "customer_id"]].assign(as_of=at).reset_index(drop=True)


def features_at(ledger: Ledger, rows: pd.DataFrame) -> pd.DataFrame:
    """Point-in-time features, for any number of decision rows at once.

    Parameters
    ----------
    ledger : the whole book; what was not known before a row's as_of has no influence on that row.
    rows : invoice_id, customer_id, as_of. A row brings the terms of its own invoice; nothing else dated on its
        as_of or later is known. A decision point lies between an invoice's issue and its settlement.

    Returns
    -------
    DataFrame in the order of ``rows``, indexed by invoice_id, customer_id, as_of; columns and units by
    :func:`~.catalogue.catalogue`. A missing value is NaN, never 0.

    Raises
    ------
    PaybenchError
        If a row names an invoice that the ledger does not have, or lies after its invoice was closed.
    """
    unknown = ~rows["invoice_id"].isin(ledger.invoices["invoice_id"])
    if unknown.any():
        raise PaybenchError(
            f"Invoice '{rows.loc[unknown, 'invoice_id'].iloc[0]}' is not in the ledger; name invoices that are."
        )
    rows = rows.reset_index(drop=True)
    parts = [_compute(at) for at in moments(ledger, rows)]
    table = pd.concat(parts).loc[rows.index]
    table.index = pd.MultiIndex.from_frame(rows[KEYS])
    return table


def moments(ledger: Ledger, rows: pd.DataFrame) -> Iterator[Moment]:
    """What was known at each decision row, in blocks that together hold every row once.

    Customers whose known facts only ever grow are one block, whatever the rows' dates. Those of whom something known
    can stop being true (a correction, a reversal, a late record) are cut anew for each day: slow, and right.
    """
    corrected = rows["customer_id"].isin(_corrected_customers(ledger)).to_numpy()
    if not corrected.all() or rows.empty:
        plain = rows[~corrected]
        grown = _of_customers(ledger, set(plain["customer_id"]))
        yield Moment(grown, Terms.of(plain, grown.invoices.set_index("invoice_id").loc[plain["invoice_id"]]))
    if not corrected.any():
        return
    rows = rows[corrected]
    small = _of_customers(ledger, set(rows["customer_id"]))
    first = _first_version(small.invoices).set_index("invoice_id")
    for at, block in rows.groupby("as_of"):
        cut = as_of(_of_customers(small, set(block["customer_id"])), at)
        known = cut.invoices.set_index("invoice_id")
        unknown = block["invoice_id"][~block["invoice_id"].isin(known.index)].unique()
        own = pd.concat([known, first.loc[unknown, known.columns]]).loc[block["invoice_id"]]
        yield Moment(cut, Terms.of(block, own))


def _compute(at: Moment) -> pd.DataFrame:
    if at.own_closed.any():
        row = at.own.rows.iloc[int(np.flatnonzero(at.own_closed)[0])]
        raise PaybenchError(
            f"Invoice '{row['invoice_id']}' was closed before {row['as_of']:%Y-%m-%d}; "
            "a decision point lies between an invoice's issue and its settlement."
        )
    columns = {}
    for feature in all_features():
        values = feature.compute(at)
        columns[feature.name] = np.asarray(values, dtype=object if feature.category else np.float64)
    table = pd.DataFrame(columns, index=at.own.rows.index)
    return table.astype({feature.name: "str" for feature in all_features() if feature.category})


def _corrected_customers(ledger: Ledger) -> set[str]:
    """Customers of whom something that was known once can stop being true: they take the slow way."""
    owner = ledger.invoices.drop_duplicates("invoice_id").set_index("invoice_id")["customer_id"]
    found: set[str] = set()
    for name in _USED:
        table, spec = ledger.table(name), TABLES[name]
        late = known_on(spec, table) > table[spec.dated] if spec.dated else table["recorded_on"].notna()
        if name == "disputes":
            late[:] = False  # when one becomes known is all that counts, and a stream can say that
        doubtful = table[table.duplicated(list(spec.key), keep=False) | late]
        found |= set(_owners(doubtful, owner))
    found |= set(_owners(ledger.payments[ledger.payments["amount"] < 0], owner))
    rest = _of_customers(ledger, set(ledger.invoices["customer_id"]) - found)
    facts = settle(rest).set_index("invoice_id")
    settled = facts["settled_on"].reindex(rest.payments["invoice_id"]).set_axis(rest.payments.index)
    lost = (rest.payments["kind"] == "write_off") & settled.notna()
    credited = (rest.payments["kind"] == "credit_note") & (rest.payments["paid_on"] > settled)
    found |= set(_owners(rest.payments[lost | credited], owner))
    odd = facts["cancelled"] | (facts["settled_on"] < facts["issued_on"])
    return found | set(facts.loc[odd, "customer_id"])


def _owners(table: pd.DataFrame, owner: pd.Series) -> list[str]:
    owners = list(table["customer_id"].dropna()) if "customer_id" in table else []
    return owners + (list(table["invoice_id"].map(owner).dropna()) if "invoice_id" in table else [])


def _of_customers(ledger: Ledger, customers: set[str]) -> Ledger:
    """The tables that features use, of some customers: by customer, and by the invoice where somebody else pays."""
    invoices = ledger.invoices[ledger.invoices["customer_id"].isin(customers)]
    tables: dict[str, pd.DataFrame] = {}
    for name in _USED:
        table = ledger.table(name)
        kept = pd.Series(False, index=table.index)
        if "invoice_id" in table:
            kept |= table["invoice_id"].isin(invoices["invoice_id"])
        if "customer_id" in table:
            kept |= table["customer_id"].isin(customers)
        tables[name] = table[kept].reset_index(drop=True)
    return ledger.with_tables(tables)


def _first_version(invoices: pd.DataFrame) -> pd.DataFrame:
    """Of each invoice the version that was known first."""
    spec = TABLES["invoices"]
    order = pd.DataFrame(
        {"known": known_on(spec, invoices), "version": invoices["recorded_on"].fillna(invoices["issued_on"])}
    )
    order = order.sort_values(["known", "version"], kind="stable")
    return invoices.loc[order.index].drop_duplicates("invoice_id").sort_index()
