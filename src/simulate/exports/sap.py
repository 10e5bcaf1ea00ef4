"""SAP's open and cleared items as one list: the column layout of the public HighRadius data set.

One row per invoice. The columns and their meaning are described in
https://github.com/ankitaeghosh/Payment-Date-Prediction/blob/main/Dataset-info.md; the spelling ``buisness_year``, the
second ``document_create_date.1`` and numbers like ``20200210.0`` and ``2020.0`` are the set's own (it was written by
pandas, from columns with gaps).

What the layout cannot say, and what stands there instead:

- Part payments, credit notes and reversals: ``clear_date`` is the day on which nothing was left to pay, and
  ``total_open_amount`` the amount billed, on open and cleared rows alike.
- Write-offs: SAP clears the item, so an invoice that was written off is cleared on that day like a paid one.
- Payments without an invoice, contacts, disputes and promises: nothing.
- The day of posting: all five dates of the document are the day of issue.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...ledger import Ledger, settle
from .draft import Draft, record, write_days
from .edits import (
    before_issue,
    cleared,
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
    with_leading_minus,
    with_line_break,
    with_nul,
    with_spaces,
    with_trailing_minus,
    zero,
)
from .faults import Copy, Edit, Extra, Fault, Mark, Rename

SAP_FILE = "open-and-cleared-items.csv"

_PATTERNS = {
    "clear_date": ("closed_on", "%Y-%m-%d 00:00:00"),
    "posting_date": ("dated_on", "%Y-%m-%d"),
    "document_create_date": ("dated_on", "%Y%m%d"),
    "document_create_date.1": ("dated_on", "%Y%m%d"),
    "due_in_date": ("due_on", "%Y%m%d.0"),
    "baseline_create_date": ("dated_on", "%Y%m%d.0"),
}


def sap_draft(ledger: Ledger) -> Draft:
    """The list, in the order of ``ledger.invoices``, without faults."""
    state = settle(ledger)
    facts = pd.DataFrame(
        {
            "role": "invoice",
            "customer_id": state["customer_id"],
            "dated_on": state["issued_on"],
            "due_on": state["due_on"],
            "closed_on": state["settled_on"].fillna(state["written_off_on"]),
            "amount": state["amount"],
            "untouched": ~state["invoice_id"].isin(ledger.payments["invoice_id"]),
        }
    )
    names = ledger.customers.drop_duplicates("customer_id", keep="last").set_index("customer_id")["name"]
    dates = {column: write_days(facts[fact], pattern) for column, (fact, pattern) in _PATTERNS.items()}
    terms = (facts["due_on"] - facts["dated_on"]).dt.days
    cells = pd.DataFrame(
        {
            "business_code": state["currency"].str[:2] + "01",
            "cust_number": state["customer_id"],
            "name_customer": state["customer_id"].map(names).astype("str").fillna(""),
            "clear_date": dates["clear_date"],
            "buisness_year": write_days(facts["dated_on"], "%Y.0"),
            "doc_id": state["invoice_id"],
            "posting_date": dates["posting_date"],
            "document_create_date": dates["document_create_date"],
            "document_create_date.1": dates["document_create_date.1"],
            "due_in_date": dates["due_in_date"],
            "invoice_currency": state["currency"],
            "document type": "RV",
            "posting_id": "1.0",
            "area_business": "",
            "total_open_amount": [repr(amount) for amount in state["amount"].tolist()],
            "baseline_create_date": dates["baseline_create_date"],
            "cust_payment_terms": ("N" + terms.astype("str").str.zfill(3)),
            "invoice_id": state["invoice_id"],
            "isOpen": np.where(facts["closed_on"].isna(), "1", "0"),
        },
        dtype=object,
    )
    return Draft(SAP_FILE, [record(cells.columns.tolist())], cells, facts, _PATTERNS, repr)


def _still_open(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(**{"clear_date": "", "isOpen": "1"})


def _total(draft: Draft) -> list[str]:
    total = draft.write_amount(round(float(draft.facts["amount"].sum()), 2))
    known = {"business_code": "Total", "total_open_amount": total}
    return [known.get(column, "") for column in draft.columns]


SAP_FAULTS: tuple[Fault, ...] = (
    Mark(),
    Rename("name_like_missing", "keep", ("name_customer",), lambda old, rng: "NA"),
    Rename("name_like_missing", "keep", ("name_customer",), lambda old, rng: "None"),
    Rename("name_like_missing", "keep", ("name_customer",), lambda old, rng: "Null"),
    Rename(
        "leading_zeros",
        "keep",
        ("cust_number",),
        lambda old, rng: f"00{rng.integers(100, 1000)}",
        then=("zeros_lost", "flag", lambda number: number.lstrip("0")),
    ),
    Rename("name_changed", "keep", ("name_customer",), lambda old, rng: f"{old} Group", since=0.5),
    Copy("repeated_row", "set aside", invoices),
    Copy("other_state", "set aside", cleared, _still_open),
    Edit("number_of_another_customer", "flag", ("doc_id", "invoice_id"), invoices, number_of_another_customer),
    Edit("european_decimals", "set aside", ("total_open_amount",), large, european),
    Edit("parentheses", "set aside", ("total_open_amount",), invoices, in_parentheses),
    Edit("trailing_minus", "set aside", ("total_open_amount",), invoices, with_trailing_minus),
    Edit("negative_amount", "set aside", ("total_open_amount",), invoices, with_leading_minus),
    Edit("zero_amount", "set aside", ("total_open_amount",), invoices, zero),
    Edit("text_in_amount", "set aside", ("total_open_amount",), invoices, in_words),
    Edit("excel_serial_date", "set aside", ("due_in_date",), invoices, excel_serial),
    Edit("impossible_date", "set aside", ("due_in_date",), invoices, impossible_date),
    Edit("missing_due_date", "set aside", ("due_in_date",), invoices, nothing),
    Edit("due_before_issue", "set aside", ("due_in_date",), invoices, before_issue),
    Edit("future_payment", "flag", ("clear_date",), cleared, next_year),
    Edit("latin_1", "set aside", ("name_customer",), invoices, in_latin_1),
    Edit("nul_byte", "set aside", ("name_customer",), invoices, with_nul),
    Edit("line_break", "repair", ("name_customer",), invoices, with_line_break),
    Edit("trailing_spaces", "repair", ("cust_number",), invoices, with_spaces),
    Edit("currency_in_lower_case", "repair", ("invoice_currency",), invoices, in_lower_case),
    Extra("repeated_header", "set aside", lambda draft: draft.columns),
    Extra("total_row", "set aside", _total, at_end=True),
)
"""What goes wrong with such lists, in the order in which it is planted: what needs whole customers comes first."""
