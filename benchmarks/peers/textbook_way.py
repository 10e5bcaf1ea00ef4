"""pandas as it is ordinarily written: dates, ``groupby``, ``rolling``, ``expanding``, and ``merge_asof`` by customer.

One table of each customer's days of issue goes from question to question. What was so far is ``expanding``, ``cumsum``
or ``cumcount`` over a customer's events, and the last of them before the day is found by ``merge_asof``; the last 90
days are a ``rolling`` window, for which the days asked about are sorted among the events.

pandas has no method for the most frequent value so far (here running counts of one column per value, and their
``idxmax``), nor for the oldest invoice overdue: of the invoices in the order of their dues it is the first with which
the latest closing so far (``cummax``) reaches the day. That is the only thought borrowed from ``pandas_way``; a loop
over customers with a heap would be the plainer way.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from . import NAMES

NEVER = pd.Timestamp("2200-01-01")
DIGITS = 4
"""Decimals of amounts, to which differences of sums are rounded."""


def at_issue(folder: Path) -> pd.DataFrame:
    """The features of every invoice as of its issue."""
    settings = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    grace = pd.offsets.Day(settings["grace_days"])
    invoices = pd.read_parquet(
        folder / "invoices.parquet", columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount"]
    )
    invoices["customer_id"] = invoices["customer_id"].astype("category")
    invoices["issued_on"] = pd.to_datetime(invoices["issued_on"])
    invoices["due_on"] = pd.to_datetime(invoices["due_on"])
    invoices["amount"] = invoices["amount"].astype(float)
    payments = paid(folder, invoices, settings["tolerance"])
    invoices = settle(invoices, payments, grace)

    settled = history(invoices)
    days = recent(billed(invoices), settled)
    days = before(days, settled.drop(columns=["late", "days_late"]), "settled_on")
    days = before(days, fallen_due(invoices, grace), "known_on")
    days = exposure(days, invoices, payments)
    none_yet = ["n_settled", "n_settled_90", "n_settled_365"]
    none_yet += ["open_count", "open_amount", "overdue_count", "overdue_amount"]
    days[none_yet] = days[none_yet].fillna(0)
    days["cold_start"] = days["n_settled"] < 3
    days["days_late_trend"] = days["days_late_mean_3"] - days["days_late_mean"]
    days["days_late_trend_90"] = days["days_late_mean_90"] - days["days_late_mean_365"]

    rows = terms(invoices).merge(days, how="left", on=["customer_id", "issued_on"])
    rows["amount_to_usual"] = rows["amount"] / (rows["billed_before"] / rows["n_issued"])
    rows = rows.rename(columns={"issued_on": "as_of"}).astype({"customer_id": "str", **dict.fromkeys(NAMES, float)})
    return rows[["invoice_id", "customer_id", "as_of", *NAMES]]


def paid(folder: Path, invoices: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """The payments with what each of them changed of its invoice."""
    p = pd.read_parquet(folder / "payments.parquet", columns=["invoice_id", "paid_on", "amount", "kind"])
    p["paid_on"] = pd.to_datetime(p["paid_on"])
    p["paid"] = p.pop("amount").astype(float)
    p = p.merge(invoices[["invoice_id", "customer_id", "due_on", "amount"]], on="invoice_id").sort_values("paid_on")
    enough = p["amount"] - tolerance

    p["money"] = p["paid"].where(p["kind"] != "write_off", 0)
    by_invoice = p.groupby("invoice_id", sort=False)
    so_far = by_invoice[["paid", "money"]].cumsum()
    p["settles"] = so_far["money"] >= enough
    closed = so_far["paid"] >= enough
    p["still"] = (p["amount"] - so_far["paid"]).where(~closed, 0)
    p["change"] = p["still"] - by_invoice["still"].shift().fillna(p["amount"])
    p["closes"] = closed & (so_far["paid"] - p["paid"] < enough)
    return p


def settle(invoices: pd.DataFrame, payments: pd.DataFrame, grace: pd.offsets.Day) -> pd.DataFrame:
    """The invoices with the days of the first payment, of settlement and of closing, and how late they were."""
    moments = {
        "first_paid_on": payments["kind"] == "payment",
        "settled_on": payments["settles"],
        "closed_on": payments["closes"],
    }
    for name, which in moments.items():
        first = payments[which].drop_duplicates("invoice_id")
        invoices[name] = invoices["invoice_id"].map(first.set_index("invoice_id")["paid_on"])
    invoices["days_late"] = (invoices["settled_on"] - invoices["due_on"]).dt.days
    invoices["days_to_pay"] = (invoices["settled_on"] - invoices["issued_on"]).dt.days
    on_time = invoices["settled_on"] <= invoices["due_on"] + grace
    invoices["late"] = (~on_time).astype(float)
    return invoices


def before(days: pd.DataFrame, events: pd.DataFrame, on: str) -> pd.DataFrame:
    """Add to each row the last event of its customer before its day."""
    events = events.sort_values(on, kind="stable")
    return pd.merge_asof(days, events, left_on="issued_on", right_on=on, by="customer_id", allow_exact_matches=False)


def terms(invoices: pd.DataFrame) -> pd.DataFrame:
    """What the invoice itself says."""
    due = invoices["due_on"]
    to_due = (due - invoices["issued_on"]).dt.days
    return invoices[["invoice_id", "customer_id", "issued_on", "amount"]].assign(
        terms_days=to_due,
        due_weekday=due.dt.day_of_week,
        due_to_month_end=due.dt.days_in_month - due.dt.day,
        due_to_quarter_end=(due + pd.offsets.QuarterEnd(0) - due).dt.days,
        age_days=0,
        days_to_due=to_due,
        paid_share=0,
    )


def billed(invoices: pd.DataFrame) -> pd.DataFrame:
    """Each customer's days of issue, in order, with what it was billed before them."""
    days = invoices.groupby(["customer_id", "issued_on"], as_index=False, observed=True).agg(
        n=("amount", "size"), billed=("amount", "sum")
    )
    by_customer = days.groupby("customer_id", observed=True)
    days[["n_issued", "billed_before"]] = by_customer[["n", "billed"]].cumsum() - days[["n", "billed"]]
    year = by_customer.rolling("365D", on="issued_on", closed="left")
    days["billed_365"] = year["billed"].sum().to_numpy()
    return days.drop(columns=["n", "billed"]).sort_values("issued_on", ignore_index=True)


def history(invoices: pd.DataFrame) -> pd.DataFrame:
    """How the customer had paid after each settlement."""
    s = invoices.dropna(subset="settled_on").sort_values(["customer_id", "settled_on", "due_on"], ignore_index=True)
    s["part"] = (s["first_paid_on"] < s["settled_on"]).astype(float)
    s["weighted"] = s["amount"] * s["days_late"]
    by_customer = s.groupby("customer_id", observed=True)
    f = s[["customer_id", "settled_on", "late", "days_late"]].copy()
    f["n_settled"] = by_customer.cumcount() + 1

    so_far = by_customer[["late", "days_late", "days_to_pay", "part"]].expanding().mean().droplevel(0)
    names = ["late_share", "days_late_mean", "days_to_pay_mean", "part_share"]
    f[names] = so_far.set_axis(names, axis=1)
    spread = by_customer[["days_late", "days_to_pay"]].expanding().std().droplevel(0)
    f["days_late_sd"], f["days_to_pay_sd"] = spread["days_late"], spread["days_to_pay"]
    sums = by_customer[["weighted", "amount"]].cumsum()
    f["days_late_by_amount"] = sums["weighted"] / sums["amount"]
    decayed = by_customer[["days_late"]].ewm(halflife="90D", times=s["settled_on"]).mean()
    f["days_late_decayed"] = decayed["days_late"].droplevel(0)

    f["days_late_last"] = s["days_late"]
    days_late = by_customer["days_late"]
    for k in (3, 5, 10):
        f[f"days_late_mean_{k}"] = days_late.rolling(k, min_periods=1).mean().droplevel(0)
    last_10 = days_late.rolling(10, min_periods=1)
    f["days_late_max_10"] = last_10.max().droplevel(0)
    f["days_late_median_10"] = last_10.median().droplevel(0)
    f["late_share_10"] = by_customer["late"].rolling(10, min_periods=1).mean().droplevel(0)

    weekdays = counts(s["settled_on"].dt.day_of_week, s["customer_id"])
    f["pay_weekday"] = weekdays.idxmax(axis=1)
    f["pay_weekday_share"] = weekdays.max(axis=1) / f["n_settled"]
    f["pay_month_day"] = counts(s["settled_on"].dt.day, s["customer_id"]).idxmax(axis=1)
    return f


def counts(values: pd.Series, customer: pd.Series) -> pd.DataFrame:
    """How often the customer had each value so far, in a column of its own."""
    return pd.get_dummies(values, dtype=int).groupby(customer, observed=True).cumsum()


def recent(days: pd.DataFrame, settled: pd.DataFrame) -> pd.DataFrame:
    """Add what the customer settled in the last 90, 180 and 365 days."""
    asked = days[["customer_id", "issued_on"]].rename(columns={"issued_on": "day"})
    events = settled[["customer_id", "settled_on", "late", "days_late"]].rename(columns={"settled_on": "day"})
    both = pd.concat([asked, events], ignore_index=True)
    both = both.sort_values(["customer_id", "day"], kind="stable")  # on one day, those asked about come first
    by_customer = both.groupby("customer_id", observed=True)
    found = pd.DataFrame(index=both.index)
    for size in (90, 180, 365):
        window = by_customer.rolling(f"{size}D", on="day", closed="left")
        found[f"days_late_mean_{size}"] = window["days_late"].mean().to_numpy()
        if size != 180:
            found[f"late_share_{size}"] = window["late"].mean().to_numpy()
            found[f"n_settled_{size}"] = window["late"].count().to_numpy()
    return days.join(found)


def fallen_due(invoices: pd.DataFrame, grace: pd.offsets.Day) -> pd.DataFrame:
    """The share late of what had fallen due; whether an invoice was late is known once its days of grace are over."""
    d = invoices.sort_values(["customer_id", "due_on", "amount", "late"], ignore_index=True)
    late = d.groupby("customer_id", observed=True)["late"]
    return pd.DataFrame(
        {
            "customer_id": d["customer_id"],
            "known_on": d["due_on"] + grace,
            "late_share_due": late.expanding().mean().droplevel(0),
            "late_share_due_10": late.rolling(10, min_periods=1).mean().droplevel(0),
        }
    )


def exposure(days: pd.DataFrame, invoices: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """Add what was open and overdue, and when the customer last paid."""
    when_due = payments["paid_on"].clip(lower=payments["due_on"])
    days = before(days, balance(invoices, "issued_on", payments, payments["paid_on"], "open"), "open_on")
    days = before(days, balance(invoices, "due_on", payments, when_due, "overdue"), "overdue_on")
    days["credit_used"] = days["open_amount"] / days["billed_365"]

    by_customer = payments.loc[payments["kind"] == "payment", ["customer_id", "paid_on"]]
    days = before(days, by_customer, "paid_on")
    days["days_since_payment"] = (days["issued_on"] - days["paid_on"]).dt.days

    d = invoices[["customer_id", "due_on", "closed_on"]].sort_values(["customer_id", "due_on"])
    d["closed_on"] = d["closed_on"].fillna(NEVER)
    d["latest"] = d.groupby("customer_id", observed=True)["closed_on"].cummax()
    d = d.drop_duplicates(["customer_id", "latest"])[["customer_id", "latest", "due_on"]].sort_values("latest")
    days = pd.merge_asof(days, d, left_on="issued_on", right_on="latest", by="customer_id", direction="forward")
    late_by = (days["issued_on"] - days["due_on"]).dt.days
    days["oldest_overdue"] = late_by.where(late_by > 0)
    return days


def balance(invoices: pd.DataFrame, day: str, payments: pd.DataFrame, when: pd.Series, name: str) -> pd.DataFrame:
    """Number and amount of a customer's invoices that had begun to count on a day and were not paid, after each change.

    Parameters
    ----------
    day : column of the invoices, the day from which on they count.
    when : the day on which each payment counts.
    """
    on, count, amount = f"{name}_on", f"{name}_count", f"{name}_amount"
    begun = invoices[["customer_id", day, "amount"]].set_axis(["customer_id", on, amount], axis=1).assign(**{count: 1})
    changed = payments[["customer_id", "change"]].rename(columns={"change": amount})
    changed = changed.assign(**{on: when, count: -payments["closes"].astype(int)})
    events = pd.concat([begun, changed]).sort_values(on)
    events[[count, amount]] = events.groupby("customer_id", observed=True)[[count, amount]].cumsum().round(DIGITS)
    return events
