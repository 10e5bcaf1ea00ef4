"""What is measured: each KPI with the one sentence that says which definition it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kpi:
    """One measure.

    Attributes
    ----------
    name : as in the column ``kpi`` of the tables. title : for a heading.
    sentence : the definition, for the page that shows the number.
    unit : ``currency`` (units of the row's currency), ``days``, ``percent`` (0 to 100) or ``share`` (0 to 1).
    good : ``lower``, ``higher``, or empty where neither is good in itself.
    """

    name: str
    title: str
    sentence: str
    unit: str
    good: str


def _roll(name: str, earlier: str, later: str) -> Kpi:
    return Kpi(
        name, f"Roll rate, {earlier} to {later} days",
        f"Of what was open and {earlier} 30 days ago, the share that is open and {later} days overdue now, by the same "
        "invoices (for classes after the first the usual ratio of balances).", "share", "lower",
    )  # fmt: skip


_ALL = (
    Kpi(
        "receivables", "Receivables",
        "The balance of the ledger: everything billed less all payments, credit notes and write-offs, unapplied cash "
        "included; what was written off is no longer in it.", "currency", "",
    ),
    Kpi("not_due", "Not due", "What is still to be paid on invoices whose due date has not passed.", "currency", ""),
    Kpi("overdue", "Overdue", "What is still to be paid on invoices whose due date has passed.", "currency", "lower"),
    Kpi(
        "unallocated", "Unallocated",
        "Cash and credits that belong to no open invoice (below zero): unapplied, overpaid, or for invoices not known.",
        "currency", "",
    ),
    Kpi(
        "sales", "Net credit sales",
        "What was billed in the window less the credit notes dated in it.", "currency", "higher",
    ),
    Kpi(
        "collected", "Cash collected",
        "Payments dated in the window less reversals, applied or not; credit notes and write-offs are no cash.",
        "currency", "higher",
    ),
    Kpi("written_off", "Written off", "Write-offs dated in the window, less those taken back.", "currency", "lower"),
    Kpi(
        "dso", "Days sales outstanding",
        "Receivables at the end of the window, unapplied cash taken off, / net credit sales of the window * its days; "
        "a write-off lowers it.", "days", "lower",
    ),
    Kpi(
        "bpdso", "Best possible DSO",
        "What is not due yet at the end of the window / net credit sales of the window * its days.", "days", "lower",
    ),
    Kpi(
        "add", "Average days delinquent",
        "DSO less best possible DSO (the name is used elsewhere for the average payment delay, which is a line of its "
        "own here).", "days", "lower",
    ),
    Kpi(
        "count_back_dso", "Count-back DSO",
        "How many days of the latest net credit sales the receivables are worth, counted back in periods of 30 days "
        "and a part of the last.", "days", "lower",
    ),
    Kpi(
        "cei", "Collection effectiveness index",
        "Of what could have been collected in the window (opening receivables + net credit sales of the whole window - "
        "what is not due yet), the percentage collected in cash; what was written off counts as not collected.",
        "percent", "higher",
    ),
    Kpi(
        "payment_delay", "Average payment delay",
        "Days from due date to payment of the invoices due in the window, weighted by amount, early payments below "
        "zero; what is unpaid, written off included, counts up to today; what was credited does not count.",
        "days", "lower",
    ),
    Kpi(
        "at_risk", "At-risk rate",
        "Share of a month's billing that was unpaid 90 days after its due date, of the latest month all of whose "
        "invoices have come that far (the window says which).", "share", "lower",
    ),
    Kpi(
        "bad_debt", "Bad-debt rate",
        "Written off in the window / net credit sales of the same window: by period of writing off, not by the month "
        "in which the lost invoices were billed.", "share", "lower",
    ),
    _roll("roll_to_1_30", "not due", "1-30"),
    _roll("roll_to_31_60", "1-30", "31-60"),
    _roll("roll_to_61_90", "31-60", "61-90"),
    _roll("roll_to_91", "61-90", "91 or more"),
)  # fmt: skip

KPIS: dict[str, Kpi] = {kpi.name: kpi for kpi in _ALL}
"""Every measure by its name, in the order of the tables."""
