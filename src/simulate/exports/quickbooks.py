"""QuickBooks Online's report Transaction List by Customer, exported to CSV.

The columns are those of the report's own documentation, which names the default ones and those that can be added
(``due_date``, ``nat_open_bal``, ``currency``):
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/report-entities/transactionlistbycustomer. Their
titles and the frame are documented nowhere; they are as public programs that read such files expect them: three title
lines and an empty one above the column names, a first column without a name that holds the customer above the rows and
``Total for ...`` below, a ``TOTAL`` at the end, three empty lines and the time of the report; month/day/year, thousands
separated by commas, lines ended by CR LF.

How a ledger is told in it:

- An invoice is an ``Invoice``, with its number, due date and what is open of it on the day of the report.
- A payment is a ``Payment`` of a positive amount, without a number. QuickBooks knows what it paid, but no report on
  transactions says so; it stands in the memo here (``Invoice 1042``), as careful bookkeepers note it. A payment
  without an invoice has an empty memo and is open with its amount below zero.
- A credit note is a ``Credit Memo`` below zero, and so is a write-off, with the memo ``Bad debt, Invoice 1042``: see
  https://quickbooks.intuit.com/learn-support/en-ca/sales-customers/how-to-write-of-an-invoice/00/1563240.
- A reversal (a payment below zero) is a ``Journal Entry`` above zero, ``Reversed payment, Invoice 1042``.
- Customers have no number in the report: they are called by their names, which QuickBooks keeps unique; where the
  ledger does not, the number follows in parentheses.
- Amounts are in the row's currency. (With several currencies QuickBooks shows them in the home currency as well; a
  ledger has no rates for that.) Where a total would add up several currencies it is left empty.
- Contacts, disputes, promises and countries are not in it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...ledger import Ledger, settle
from ...ledger.schema import MONEY_UNITS, units
from .draft import Draft, last_day, record, write_days
from .edits import (
    before_issue,
    cleared,
    credits,
    european,
    excel_serial,
    impossible_date,
    in_latin_1,
    in_lower_case,
    in_parentheses,
    in_words,
    invoices,
    large,
    next_year,
    nothing,
    number_of_another_customer,
    payments,
    untouched,
    with_leading_minus,
    with_line_break,
    with_nul,
    with_spaces,
    with_trailing_minus,
    with_zeros,
    zero,
)
from .faults import Copy, Edit, Extra, Fault, Mark, Rename

QUICKBOOKS_FILE = "Transaction List by Customer.csv"

_DAY = "%m/%d/%Y"
_RECEIVABLE, _BANK = "Accounts Receivable (A/R)", "Undeposited Funds"
_MEMO = {"payment": "", "credit_note": "", "write_off": "Bad debt, "}
_REVERSED = {"payment": "Reversed payment, ", "credit_note": "Reversed credit, ", "write_off": "Reversed write-off, "}


def quickbooks_draft(ledger: Ledger) -> Draft:
    """The report, customers in the order of their names, without faults."""
    rows = pd.concat([_invoices(ledger), _payments(ledger)], ignore_index=True)
    rows["name"] = rows["customer_id"].map(display_names(ledger))
    rows = rows.sort_values(["name", "dated_on", "rank"], kind="stable", ignore_index=True)
    amounts, opens = units(rows["amount"]), units(rows["open"])
    cells = pd.DataFrame(
        {
            "": "",
            "Date": write_days(rows["dated_on"], _DAY),
            "Transaction type": rows["type"],
            "Num": rows["number"],
            "Posting": "Yes",
            "Customer full name": rows["name"],
            "Memo/Description": rows["memo"],
            "Account full name": np.where(rows["role"] == "payment", _BANK, _RECEIVABLE),
            "Due date": write_days(rows["due_on"], _DAY),
            "Currency": rows["currency"],
            "Amount": _write_all(amounts),
            "Open balance": _write_all(opens),
        },
        dtype=object,
    )
    facts = rows[["role", "customer_id", "dated_on", "due_on", "closed_on", "amount", "untouched"]]
    cells, facts = _framed(cells, facts, rows["currency"], amounts, opens)
    day = last_day(ledger)
    first = ledger.invoices["issued_on"].min()
    period = f"{first.strftime('%B')} {first.day}, {first.year}-{day.strftime('%B')} {day.day}, {day.year}"
    made = day + pd.Timedelta(days=1)
    stamp = f"Accrual Basis {made.strftime('%A, %B %d, %Y')} 06:00 AM GMT+00:00"
    blank = [""] * (cells.shape[1] - 1)
    above = [record([title, *blank]) for title in (ledger.name, "Transaction List by Customer", period)]
    return Draft(
        QUICKBOOKS_FILE,
        [*above, "", record(cells.columns.tolist())],
        cells,
        facts,
        {"Date": ("dated_on", _DAY), "Due date": ("due_on", _DAY)},
        lambda amount: _write(round(amount * MONEY_UNITS)),
        below=["", "", "", record([stamp, *blank])],
        grouped=True,
    )


def display_names(ledger: Ledger) -> pd.Series:
    """What QuickBooks calls each customer of the invoices and payments: customer_id -> name."""
    ids = pd.concat([ledger.invoices["customer_id"], ledger.payments["customer_id"]]).drop_duplicates()
    known = ledger.customers.drop_duplicates("customer_id", keep="last").set_index("customer_id")["name"]
    names = ids.map(known).astype("str").fillna("").set_axis(ids)
    named = names.where(names != "", names.index.to_series())
    return named.mask(named.duplicated(keep=False), named + " (" + named.index.to_series() + ")")


def _invoices(ledger: Ledger) -> pd.DataFrame:
    state = settle(ledger)
    return state.assign(
        role="invoice",
        type="Invoice",
        rank=0,
        number=state["invoice_id"],
        memo="",
        dated_on=state["issued_on"],
        closed_on=state["settled_on"].fillna(state["written_off_on"]),
        open=state["amount_open"],
        untouched=~state["invoice_id"].isin(ledger.payments["invoice_id"]),
    )


def _payments(ledger: Ledger) -> pd.DataFrame:
    rows = ledger.payments
    kind, unapplied, reversal = rows["kind"], rows["invoice_id"].isna(), rows["amount"] < 0
    cash = kind.eq("payment") & ~reversal
    amount = rows["amount"].abs().where(cash | reversal, -rows["amount"])
    memo = kind.map(_MEMO).where(~reversal, kind.map(_REVERSED)) + "Invoice " + rows["invoice_id"].fillna("")
    return pd.DataFrame(
        {
            "role": np.select([cash, reversal], ["payment", "other"], "credit"),
            "type": np.select([cash, reversal], ["Payment", "Journal Entry"], "Credit Memo"),
            "rank": 1,
            "number": np.where(cash, "", rows["payment_id"]),
            "customer_id": rows["customer_id"],
            "currency": rows["currency"],
            "memo": memo.where(~unapplied, ""),
            "dated_on": rows["paid_on"],
            "due_on": pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"),
            "closed_on": pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"),
            "amount": amount,
            "open": (-rows["amount"]).where(unapplied, 0.0),
            "untouched": False,
        }
    )


def _framed(
    cells: pd.DataFrame, facts: pd.DataFrame, currency: pd.Series, amounts: np.ndarray, opens: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows with a heading above and a total below each customer, and the total of all."""
    by = cells.assign(currency=currency, amount=amounts, open=opens, customer_id=facts["customer_id"])
    groups = by.groupby("Customer full name", sort=False)
    sums = groups.agg(
        n=("currency", "size"),
        currencies=("currency", "nunique"),
        amount=("amount", "sum"),
        open=("open", "sum"),
        customer_id=("customer_id", "first"),
    )
    blank = pd.DataFrame("", index=range(len(sums)), columns=cells.columns, dtype=object)
    heads = blank.assign(**{"": sums.index})
    single = (sums["currencies"] == 1).to_numpy()
    totals = blank.assign(
        **{
            "": "Total for " + sums.index.to_series().to_numpy(dtype=object),
            "Amount": np.where(single, _write_all(sums["amount"].to_numpy()), ""),
            "Open balance": np.where(single, _write_all(sums["open"].to_numpy()), ""),
        }
    )
    last = blank.iloc[:1].assign(**{"": "TOTAL"})
    if currency.nunique() == 1:
        last = last.assign(**{"Amount": _write(int(amounts.sum())), "Open balance": _write(int(opens.sum()))})
    ends = sums["n"].cumsum().to_numpy()
    place = np.r_[ends - sums["n"] - 0.5, np.arange(len(cells)), ends - 0.75, len(cells)]
    order = np.argsort(place, kind="stable")
    frame = pd.DataFrame({"role": "", "customer_id": sums["customer_id"].to_numpy()})
    facts = pd.concat([frame, facts, frame, pd.DataFrame({"role": [""]})], ignore_index=True)
    facts["untouched"] = facts["untouched"].eq(True)
    cells = pd.concat([heads, cells, totals, last], ignore_index=True).astype(object)
    return cells.iloc[order].reset_index(drop=True), facts.iloc[order].reset_index(drop=True)


def _write(amount: int) -> str:
    """An integer amount of 1/10,000 currency unit with two decimals, or four where it needs them."""
    return f"{amount / MONEY_UNITS:,.{4 if amount % 100 else 2}f}"


def _write_all(amounts: np.ndarray) -> np.ndarray:
    return np.array([_write(amount) for amount in amounts.tolist()], dtype=object)


def _unpaid(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(**{"Open balance": rows["Amount"]})


_NAMES = ("", "Customer full name")

QUICKBOOKS_FAULTS: tuple[Fault, ...] = (
    Mark(),
    Rename("name_like_missing", "keep", _NAMES, lambda old, rng: "NA"),
    Rename("name_like_missing", "keep", _NAMES, lambda old, rng: "None"),
    Rename("name_like_missing", "keep", _NAMES, lambda old, rng: "Null"),
    Edit("parentheses", "repair", ("Amount",), credits, in_parentheses),
    Edit("trailing_minus", "repair", ("Amount",), credits, with_trailing_minus),
    Edit("leading_zeros", "keep", ("Num",), untouched, with_zeros),
    Edit("number_of_another_customer", "flag", ("Num",), untouched, number_of_another_customer),
    Copy("repeated_row", "set aside", invoices),
    Copy("other_state", "set aside", cleared, _unpaid),
    Edit("european_decimals", "set aside", ("Amount",), large, european),
    Edit("negative_amount", "set aside", ("Amount",), invoices, with_leading_minus),
    Edit("zero_amount", "set aside", ("Amount",), invoices, zero),
    Edit("text_in_amount", "set aside", ("Amount",), invoices, in_words),
    Edit("excel_serial_date", "set aside", ("Due date",), invoices, excel_serial),
    Edit("impossible_date", "set aside", ("Due date",), invoices, impossible_date),
    Edit("missing_due_date", "set aside", ("Due date",), invoices, nothing),
    Edit("due_before_issue", "set aside", ("Due date",), invoices, before_issue),
    Edit("future_payment", "flag", ("Date",), payments, next_year),
    Edit("latin_1", "set aside", ("Customer full name",), invoices, in_latin_1),
    Edit("nul_byte", "set aside", ("Customer full name",), invoices, with_nul),
    Edit("line_break", "repair", ("Customer full name",), invoices, with_line_break),
    Edit("trailing_spaces", "repair", ("Customer full name",), invoices, with_spaces),
    Edit("currency_in_lower_case", "repair", ("Currency",), invoices, in_lower_case),
    Extra("repeated_header", "set aside", lambda draft: draft.columns),
)
"""What goes wrong with such files, in the order in which it is planted; totals and headings belong to the report."""
