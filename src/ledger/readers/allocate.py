"""Which invoice a payment pays, where the export names several: the oldest due is paid first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..schema import MONEY_UNITS, days, units


def instalments(invoices: pd.DataFrame) -> pd.DataFrame:
    """Rows of one number, customer and day of issue, due on different days, as instalments N#1, N#2 of the parent N.

    Parameters
    ----------
    invoices : the rows; the same number may stand there for several of them.

    Returns
    -------
    The rows in their order, ``invoice_id`` and ``parent_id`` of the instalments set.
    """
    same = ["invoice_id", "customer_id", "issued_on", "currency", "recorded_on"]
    groups = invoices.groupby(same, dropna=False, sort=False)["due_on"]
    part = groups.transform("nunique") > 1
    nth = groups.rank("dense").where(part, 0).astype("int64").astype("str")
    number = invoices["invoice_id"]
    return invoices.assign(
        invoice_id=number.where(~part, number + "#" + nth), parent_id=invoices["parent_id"].where(~part, number)
    )


def families(invoices: pd.DataFrame) -> dict[str, list[str]]:
    """Parent number -> its instalments, the oldest due first; only parents that are no invoice themselves.

    Invoices N#1 and N#2 that name no parent are instalments of N, too.
    """
    parts = latest(invoices)
    parents = parts["parent_id"].fillna(parts["invoice_id"].str.extract(r"^(.+)#\d+$", expand=False))
    own = parents.notna() & ~parents.isin(invoices["invoice_id"])
    return _in_order(parts[own], parents[own])


def matched(invoices: pd.DataFrame, match: str) -> dict[str, list[str]]:
    """What invoices hold in the column ``match`` -> the invoices that hold it, the oldest due first."""
    there = latest(invoices).dropna(subset=[match])
    return _in_order(there, there[match])


def latest(invoices: pd.DataFrame) -> pd.DataFrame:
    """One row per invoice, the version recorded last."""
    order = invoices["recorded_on"].sort_values(kind="stable", na_position="first").index
    return invoices.loc[order].drop_duplicates("invoice_id", keep="last")


def allocate(payments: pd.DataFrame, invoices: pd.DataFrame, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Payments that name a group of invoices, shared out among these.

    In the order of their days, payments fill the invoices in the order of the group, each up to its amount; what is
    left over goes to the last one. What a negative payment takes back is taken from the last ones first.

    Parameters
    ----------
    payments : ``invoice_id`` names an invoice or a group. The index may be anything.
    invoices : with unique numbers, or several versions of them.
    groups : name -> invoices, the first to be paid first.

    Returns
    -------
    The payments in their order. One that went to several invoices is several rows, numbered ``P#1``, ``P#2``, with
    ``split_of`` = P; ``given_invoice_id`` is the group that was named. The sum of the parts is the payment, exactly.
    """
    asked = payments["invoice_id"].isin(list(groups)).to_numpy()
    if not asked.any():
        return payments
    rows = payments.reset_index(names=" at")
    shares = _shares(rows, asked, latest(invoices), groups)
    counts = np.array([len(shares.get(row, [0])) for row in range(len(rows))])
    starts = np.r_[0, np.cumsum(counts)[:-1]]
    parts = rows.loc[np.repeat(rows.index, counts)].reset_index(drop=True)
    numbers, names = (parts[name].to_numpy(dtype=object, copy=True) for name in ("payment_id", "invoice_id"))
    split, given = np.full(len(parts), None, dtype=object), np.full(len(parts), None, dtype=object)
    value, taken = units(parts["amount"]), set(numbers)
    chosen: dict[tuple[str, int], str] = {}
    for row, pieces in shares.items():
        for nth, (invoice, amount) in enumerate(pieces):
            at = starts[row] + nth
            given[at], names[at], value[at] = names[at], invoice, amount
            if len(pieces) > 1:
                split[at] = numbers[at]
                if (numbers[at], nth) not in chosen:
                    chosen[numbers[at], nth] = _free(f"{numbers[at]}#{nth + 1}", taken)
                numbers[at] = chosen[numbers[at], nth]
    text = {"payment_id": numbers, "invoice_id": names, "split_of": split, "given_invoice_id": given}
    columns = {name: pd.Series(values, dtype="str") for name, values in text.items()}
    if "given_invoice_id" in parts:
        columns["given_invoice_id"] = parts["given_invoice_id"].fillna(columns["given_invoice_id"])
    return parts.assign(**columns, amount=value / MONEY_UNITS).set_index(" at").rename_axis(None)


def _shares(
    rows: pd.DataFrame, asked: np.ndarray, invoices: pd.DataFrame, groups: Mapping[str, Sequence[str]]
) -> dict[int, list[tuple[str, int]]]:
    """Row -> invoices and integer amounts; the versions of one payment have the same invoices, with 0 where nothing."""
    owed = dict(zip(invoices["invoice_id"], units(invoices["amount"]).tolist(), strict=True))
    paid = dict.fromkeys(owed, 0)
    last = np.zeros(len(rows), dtype=bool)
    order = rows["recorded_on"].sort_values(kind="stable", na_position="first").index
    last[rows.loc[order].drop_duplicates("payment_id", keep="last").index] = True
    amounts, names, numbers = units(rows["amount"]).tolist(), rows["invoice_id"].tolist(), rows["payment_id"]
    for row in np.flatnonzero(last & ~asked & rows["invoice_id"].isin(list(owed)).to_numpy()).tolist():
        paid[names[row]] += amounts[row]
    # In the order of the days on which payments came; a version that was corrected later moves no money.
    days_paid = pd.Series(days(rows["paid_on"]))
    came = days_paid.where(pd.Series(last)).groupby(numbers).transform("first")
    shares: dict[int, dict[str, int]] = {}
    places = np.flatnonzero(asked)
    for row in places[np.lexsort((last[places], came.to_numpy()[places]))].tolist():
        shares[row] = _shared(amounts[row], list(groups[names[row]]), owed, paid)
        if last[row]:
            for invoice, piece in shares[row].items():
                paid[invoice] += piece
    whole: dict[str, dict[str, None]] = {}
    for row, pieces in shares.items():
        whole.setdefault(numbers[row], {}).update(dict.fromkeys(pieces))
    return {row: [(i, pieces.get(i, 0)) for i in whole[numbers[row]]] for row, pieces in shares.items()}


def _shared(amount: int, group: list[str], owed: dict[str, int], paid: dict[str, int]) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for invoice in group if amount >= 0 else group[::-1]:
        room = max(owed[invoice] - paid[invoice], 0) if amount >= 0 else -max(paid[invoice], 0)
        piece = min(amount, room) if amount >= 0 else max(amount, room)
        if piece:
            pieces[invoice] = piece
            amount -= piece
    if amount or not pieces:
        last = next(reversed(pieces), group[-1] if amount >= 0 else group[0])
        pieces[last] = pieces.get(last, 0) + amount
    return pieces


def _free(number: str, taken: set[str]) -> str:
    while number in taken:
        number += "#"
    taken.add(number)
    return number


def _in_order(invoices: pd.DataFrame, names: pd.Series) -> dict[str, list[str]]:
    ordered = invoices.assign(**{" name": names}).sort_values(["due_on", "invoice_id"], kind="stable")
    return {str(name): numbers.tolist() for name, numbers in ordered.groupby(" name", sort=False)["invoice_id"]}
