"""A payment by a link as rows of the ledger, spread over the link's invoices to the last unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger.schema import MONEY_UNITS, conform, units
from .link import Link, Paid


def payment_rows(
    paid: Paid, link: Link, customer_id: str, still_open: Mapping[str, Decimal] | None = None
) -> pd.DataFrame:
    """Rows for the table ``payments``.

    Each invoice of the link gets at most what is open of it, in the link's order. What is left over, and a payment in
    another currency than the link's, belongs to no invoice: unapplied, for a person to see.

    Parameters
    ----------
    paid : the payment. link : by which it came. customer_id : who owes the link's invoices.
    still_open : open amount by number now (of :func:`still_open`); None = as when the link was made, which is right for
        a link's first payment if nothing else was paid since.

    Returns
    -------
    DataFrame with the columns of ``payments``; payment_id is the provider's number, with ``/1``, ``/2`` where there are
    several rows. The amounts together are exactly the payment's.

    Raises
    ------
    PaybenchError
        If the payment is not by this link.
    """
    if paid.link_id != link.id:
        raise PaybenchError("The payment was made by another link; give the link that it names.")
    left = _units(paid.amount)
    shares: list[tuple[str, int]] = []
    for number, owed in link.invoices if paid.currency == link.currency else ():
        part = min(left, max(0, _units(owed if still_open is None else still_open.get(number, Decimal(0)))))
        if part:
            shares.append((number, part))
            left -= part
    if left:
        shares.append(("", left))
    many = len(shares) > 1
    rows = pd.DataFrame(
        {
            "payment_id": [f"{paid.payment_id}/{n}" if many else paid.payment_id for n in range(1, len(shares) + 1)],
            "customer_id": customer_id,
            "invoice_id": pd.array([number or None for number, _ in shares], dtype="str"),
            "paid_on": pd.Timestamp(paid.paid_on),
            "amount": np.array([share for _, share in shares], dtype=np.int64) / MONEY_UNITS,
            "currency": paid.currency,
            "kind": "payment",
        }
    )
    return conform("payments", rows)


def still_open(invoices: pd.DataFrame, payments: pd.DataFrame, link: Link) -> dict[str, Decimal]:
    """What is open of a link's invoices, all that is recorded counted whatever its date.

    Parameters
    ----------
    invoices, payments : the tables of the whole ledger; of several versions of a row, the latest counts.

    Returns
    -------
    Amount by number, for invoices in the link's currency that the ledger has.
    """
    numbers = [number for number, _ in link.invoices]
    billed = _latest(invoices[invoices["invoice_id"].isin(numbers)], "invoice_id")
    billed = billed[billed["currency"] == link.currency]
    settled = _latest(payments[payments["invoice_id"].isin(numbers)], "payment_id")
    settled = settled[settled["currency"] == link.currency]
    owed = pd.Series(units(billed["amount"]), index=billed["invoice_id"].astype(str))
    came = pd.Series(units(settled["amount"]), index=settled["invoice_id"].astype(str)).groupby(level=0).sum()
    left = owed.sub(came.reindex(owed.index, fill_value=0))
    return {str(number): Decimal(int(part)) / MONEY_UNITS for number, part in left.items()}


def is_recorded(payments: pd.DataFrame, paid: Paid) -> bool:
    """Whether rows of a payment are in the table ``payments`` already."""
    numbers = payments["payment_id"].astype(str)
    return bool(((numbers == paid.payment_id) | numbers.str.startswith(f"{paid.payment_id}/")).any())


def _units(amount: Decimal) -> int:
    return int(amount * MONEY_UNITS)


def _latest(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.sort_values("recorded_on", na_position="first", kind="stable").drop_duplicates(key, keep="last")
