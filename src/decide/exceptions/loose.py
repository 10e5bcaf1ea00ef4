"""Money that belongs to no invoice, or not to the one that it names.

What :func:`paybench.decide.kpi.ageing` shows as unallocated is, in a currency, what is found here as unapplied, credit,
stray and overpaid, sign turned; but for what the ledger's tolerance leaves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...ledger.schema import MONEY_UNITS, units
from .rows import joined, key, ordered, told_date
from .seen import Seen

_WORDS = {"payment": "payments", "credit_note": "credit notes", "write_off": "write-offs"}


def unapplied(seen: Seen) -> pd.DataFrame:
    """What came in without naming an invoice, less what was taken back; by customer and currency."""
    return _account(seen, "payment")


def credit(seen: Seen) -> pd.DataFrame:
    """What was credited without naming an invoice, less what was taken back; by customer and currency."""
    return _account(seen, "credit_note")


def stray(seen: Seen) -> pd.DataFrame:
    """Entries that name an invoice that is not known, or one in another currency; accounts below zero."""
    both = joined([_nowhere(seen.moves), _below(seen.moves)])
    return ordered(both[both["amount"].abs() > seen.cut.tolerance])


def _nowhere(moves: pd.DataFrame) -> pd.DataFrame:
    """What names an invoice that it does not fit, by who paid and what it names."""
    some = moves[moves["invoice_id"].notna() & ~moves["fits"]]
    if some.empty:
        return some
    by = ["customer_id", "invoice_id", "currency"]
    rows = some.groupby(by, as_index=False, sort=False).agg(
        units=("units", "sum"), since=("paid_on", "min"), billed_in=("currency_due", "first")
    )
    unknown = rows["billed_in"].isna()
    detail = np.where(
        unknown,
        "names invoice " + rows["invoice_id"] + ", which the ledger does not have",
        "is not in " + rows["billed_in"].fillna("") + ", the currency of the invoice that it names",
    )
    subject = key(*(rows[name] for name in by))
    return _amounts(rows.assign(detail=detail, subject=subject, invoice_id=rows["invoice_id"].mask(unknown, "")))


def _below(moves: pd.DataFrame) -> pd.DataFrame:
    """Accounts of which more was taken back than came in, and write-offs that name no invoice."""
    accounts = _loose(moves[moves["invoice_id"].isna()])
    rows = accounts[(accounts["units"] < 0) | (accounts["kind"] == "write_off")]
    if rows.empty:
        return rows
    words = rows["kind"].map(_WORDS)
    less = "is more than came in: " + words + " without an invoice"
    detail = np.where(rows["units"] < 0, less, words + " name no invoice")
    subject = key(rows["kind"], rows["customer_id"], rows["currency"])
    return _amounts(rows.assign(invoice_id="", detail=detail, subject=subject))


def overpaid(seen: Seen) -> pd.DataFrame:
    """Invoices with more against them than was billed; which kind of entry it was is told."""
    moves, bills = seen.moves[seen.moves["fits"]], seen.cut.invoices
    billed = units(bills["amount"])
    place = pd.Index(bills["invoice_id"]).get_indexer(pd.Index(moves["invoice_id"]))
    amount, kind = moves["units"].to_numpy(dtype=np.int64), moves["kind"].to_numpy(dtype=object)
    paid, credited, lost = (_summed(len(bills), place, np.where(kind == name, amount, 0)) for name in _WORDS)
    over = paid + credited + lost - billed
    rows = np.flatnonzero(over > round(seen.cut.tolerance * MONEY_UNITS))
    whole = np.bincount(place[(kind == "payment") & (amount == billed[place])], minlength=len(bills))
    detail = np.select(
        [(whole >= 2) & (paid >= 2 * billed), paid + credited <= billed, credited > 0],
        ["the whole amount was paid twice", "part of it was written off before", "credit notes included"],
        "",
    )
    last = moves.groupby("invoice_id")["paid_on"].max()
    found = bills.iloc[rows][["invoice_id", "customer_id", "currency"]]
    # Of an invoice of less than nothing, which is a credit note, nothing has to be paid.
    since = last.reindex(found["invoice_id"]).fillna(bills.iloc[rows].set_index("invoice_id")["issued_on"]).to_numpy()
    return ordered(found.assign(amount=over[rows] / MONEY_UNITS, since=since, detail=detail[rows]))


def misapplied(seen: Seen) -> pd.DataFrame:
    """Payments and credit notes before the invoice was issued, or by another customer than the invoice's."""
    moves = seen.moves
    odd = (moves["paid_on"] < moves["issued_on"]) | (moves["customer_id"] != moves["owner"])
    moves = moves[odd & moves["fits"] & (moves["kind"] != "write_off") & (moves["units"] > 0)]
    moves = moves[moves["invoice_id"].isin(seen.open["invoice_id"]) | seen.recent(moves["paid_on"])]
    if moves.empty:
        return ordered(moves)
    early, other = moves["paid_on"] < moves["issued_on"], moves["customer_id"] != moves["owner"]
    issued = moves["issued_on"].map(told_date)
    before = "came before the invoice that it names was issued (" + issued + ")"
    elsewhere = "is by customer " + moves["customer_id"] + " for an invoice of " + moves["owner"]
    detail = np.select([early & other, early], [before + " and " + elsewhere, before], elsewhere)
    rows = moves.assign(detail=detail, customer_id=moves["owner"], since=moves["paid_on"], subject=moves["payment_id"])
    return ordered(_amounts(rows.drop(columns="amount")))


def _account(seen: Seen, kind: str) -> pd.DataFrame:
    free = seen.moves[seen.moves["invoice_id"].isna() & (seen.moves["kind"] == kind)]
    if free.empty:
        return ordered(free)
    rows = _amounts(_loose(free).assign(invoice_id="", detail=""))
    rows["subject"] = key(rows["customer_id"], rows["currency"])
    return ordered(rows[rows["amount"] > seen.cut.tolerance])


def _loose(free: pd.DataFrame) -> pd.DataFrame:
    """Units by customer, currency and kind, and the first day."""
    return free.groupby(["customer_id", "currency", "kind"], as_index=False).agg(
        units=("units", "sum"), since=("paid_on", "min")
    )


def _summed(n: int, place: np.ndarray, amount: np.ndarray) -> np.ndarray:
    total = np.zeros(n, dtype=np.int64)
    np.add.at(total, place, amount)
    return total


def _amounts(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(amount=rows["units"] / MONEY_UNITS)
