"""The figures of a ledger that a calibration shows: their names, units and definitions, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

MATURED = 90
"""Days: what becomes of an invoice is counted once so many days have passed since it was due."""
NEVER = 180
"""Days: who has not paid so long after due is counted as never paying."""
KEPT = 3
"""Days after the promised day by which a kept promise is paid."""
MONTH_END = 3
"""Working days (Monday to Friday) that make up the end of a month."""
ENOUGH = 5
"""Invoices that a customer needs before its own mean is taken off."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Found = dict[str, tuple[float, int]]
"""Values of figures by name, each with the number of cases that it rests on."""


@dataclass(frozen=True)
class Measure:
    """One figure; ``unit`` is count, months, days, share (0 to 1), each (per one of something), times, correlation."""

    name: str
    family: str
    unit: str
    label: str
    meaning: str


_OLD = f"Of invoices due {MATURED} days or more before the end"
_CAP = f"Who pays more than {MATURED} days after due counts as later than any."

_ROWS = (
    ("invoices", "Size", "count", "Invoices", "Invoices issued in the ledger."),
    ("customers", "Size", "count", "Customers", "Customers with at least one invoice."),
    ("months", "Size", "months", "Months", "From the first invoice to the day after the last event (the end)."),
    ("terms", "Size", "days", "Terms, median", "Days from issue to due, the middle one of all invoices."),
    ("late", "Late payment", "share", "Late, by number",
     "Of invoices whose grace after due is over, paid or not: paid later than that, written off, or still unpaid."),
    ("late_amount", "Late payment", "share", "Late, by amount", "The same, each invoice counting with its amount."),
    ("late_settled", "Late payment", "share", "Late, of those paid",
     "The same of paid invoices only. It leaves out who has not paid, so it flatters; here for comparison."),
    ("early", "Late payment", "share", "Paid before the due day", f"{_OLD}: paid before it."),
    ("late_30", "Late payment", "share", "More than 30 days late",
     "Of invoices due 31 days or more before the end, paid or not: not paid by 30 days after due."),
    ("late_60", "Late payment", "share", "More than 60 days late", "The same at 60 days."),
    ("late_90", "Late payment", "share", "More than 90 days late", "The same at 90 days."),
    ("to_pay_mean", "Days", "days", "Days to pay, mean",
     f"{_OLD} and paid within {MATURED} days after due: from issue."),
    ("to_pay_q10", "Days", "days", "Days to pay, quickest tenth", f"{_OLD}: by then a tenth was paid. {_CAP}"),
    ("to_pay_q50", "Days", "days", "Days to pay, middle", "The same: by then half was paid."),
    ("to_pay_q90", "Days", "days", "Days to pay, 90 of 100", "The same: by then nine tenths were paid."),
    ("to_pay_q99", "Days", "days", "Days to pay, 99 of 100", "The same: by then 99 of 100 were paid."),
    ("to_pay_60", "Days", "share", "Paid over 60 days after issue",
     "Of invoices issued 61 days or more before the end, paid or not: not paid by 60 days after issue."),
    ("late_mean", "Days", "days", "Days late, mean",
     f"{_OLD} and paid within {MATURED} days after it: days after due, early ones negative."),
    ("late_q10", "Days", "days", "Days late, quickest tenth", f"{_OLD}: by then a tenth was paid. {_CAP}"),
    ("late_q50", "Days", "days", "Days late, middle", "The same: by then half was paid."),
    ("late_q90", "Days", "days", "Days late, 90 of 100", "The same: by then nine tenths were paid."),
    ("late_q99", "Days", "days", "Days late, 99 of 100", "The same: by then 99 of 100 were paid."),
    ("dso", "Days", "days", "Days sales outstanding",
     "What is open at the end, in days of billing: open amount / amount billed a day in the last 90."),
    ("bad_debt", "What goes wrong", "share", "Bad debt, by amount",
     "Written off in the last 12 months / billed in them; in a ledger of less than 18 months over all of it."),
    ("never_paid", "What goes wrong", "share", "Never paid, by number",
     f"Of invoices due {NEVER} days or more before the end: written off or still unpaid."),
    ("part_paid", "What goes wrong", "share", "Paid in parts", f"{_OLD}: with several payments that stayed."),
    ("credit_notes", "What goes wrong", "share", "Credit notes, by number", "Number of credit notes / of invoices."),
    ("credited", "What goes wrong", "share", "Credited, by amount", "Sum of credit notes / sum of invoices."),
    ("disputed", "What goes wrong", "share", "Disputed", f"{_OLD}: with a dispute."),
    *((f"paid_{d[:3].lower()}", "Calendar", "share", f"Payments on a {d}", f"Of all payments: booked on a {d}.")
      for d in WEEKDAYS),
    ("paid_weekend", "Calendar", "share", "Payments on weekends", "Of all payments: on Saturday or Sunday."),
    ("paid_month_end", "Calendar", "share", "Payments at month end",
     f"Of all payments: on one of the last {MONTH_END} working days (Monday to Friday) of a month."),
    ("paid_month_end_lift", "Calendar", "times", "Month end against a usual day",
     f"Payments on one of the last {MONTH_END} working days / payments on an average working day; 1 = no effect."),
    ("issued_weekend", "Calendar", "share", "Issued on weekends", "Of all invoices: on Saturday or Sunday."),
    ("issued_month_end", "Calendar", "share", "Issued at month end",
     f"Of all invoices: on one of the last {MONTH_END} working days of a month."),
    ("issued_first", "Calendar", "share", "Issued on the 1st", "Of all invoices: on the first day of a month."),
    ("issued_30_31", "Calendar", "share", "Issued on the 30th or 31st", "Of all invoices: on day 30 or 31 of a month."),
    ("lag1", "Habit", "correlation", "Next invoice, own mean off",
     f"Correlation of days late of a customer's consecutive paid invoices, less the customer's mean, of customers with"
     f" {ENOUGH} or more; 0 = each invoice is a new start."),
    ("lag1_raw", "Habit", "correlation", "Next invoice, as it is",
     "The same pairs without taking the mean off: it holds the differences between customers too."),
    ("between", "Habit", "share", "Spread between customers",
     "How much of the variance of days late lies between customers and not within them (intraclass correlation)."),
    ("top_1", "Concentration", "share", "Billed to the largest 1 %",
     "Of the amount billed: the largest 1 % of customers."),
    ("top_10", "Concentration", "share", "Billed to the largest 10 %", "The same, the largest 10 %."),
    ("top_20", "Concentration", "share", "Billed to the largest 20 %", "The same, the largest 20 %."),
    ("gini", "Concentration", "each", "Gini coefficient of billing", "0 = all customers alike, near 1 = one buys all."),
    ("few", "Concentration", "share", "Customers with 1 to 3 invoices", "Of customers with an invoice in the ledger."),
    ("contacts_per_invoice", "Contacts", "each", "Contacts per invoice", "Reminders, letters and calls / invoices."),
    ("replies_per_contact", "Contacts", "each", "Messages per contact", "Messages from customers / contacts."),
    ("promises_per_contact", "Contacts", "each", "Promises per contact", "Promises to pay / contacts."),
    ("promises_kept", "Contacts", "share", "Promises kept",
     f"Of promises whose day was more than {KEPT} days before the end: what was promised (or all that was open) came"
     f" in from the day of the promise to {KEPT} days after the promised day."),
)  # fmt: skip

BY_WEEKDAY = tuple(f"paid_{d[:3].lower()}" for d in WEEKDAYS)
"""Figures that the page draws and does not list."""

MEASURES: dict[str, Measure] = {row[0]: Measure(*row) for row in _ROWS}
"""Every figure by its name."""
