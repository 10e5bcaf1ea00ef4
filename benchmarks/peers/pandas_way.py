"""pandas: one stream of sorted events per question, running sums by customer, and ``merge_asof`` for their last state.

What makes it fast: customer and day in one integer, so that ``merge_asof`` needs no ``by``; amounts as whole numbers,
whose running sums are exact; the last k as differences of running sums instead of ``groupby.rolling``; the most
frequent value as a running maximum of (count, value) in one number; calendar values by lookup of the day; Arrow's
hash join for the numbers of invoices (half the time of ``pandas.merge``).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from . import NAMES, OF_SETTLED

UNITS = 10_000
DAY_BITS = 15
NEVER = (1 << DAY_BITS) - 1
CUSTOMER = 1 << 10
"""With the bits of a day, more than any count of a value times 32."""


def at_issue(folder: Path) -> pd.DataFrame:
    """The features of every invoice as of its issue."""
    settings = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    invoices = read(folder / "invoices.parquet", ["invoice_id", "customer_id", "issued_on", "due_on", "amount"])
    customer, _ = pd.factorize(invoices["customer_id"])
    book = frame(
        {
            "customer": customer.astype(np.int64) << DAY_BITS,
            "issued": days(invoices["issued_on"]),
            "due": days(invoices["due_on"]),
            "units": units(invoices["amount"]),
        }
    )
    payments = settle(folder, invoices["invoice_id"], book, round(settings["tolerance"] * UNITS))
    book["late"] = book["settled"] > book["due"] + settings["grace_days"]

    rows = book[["key", "customer", "issued", "due", "units"]].iloc[np.argsort(book["key"].to_numpy())]
    f = terms(rows)
    history(f, rows, settled_stream(book))
    dues(f, rows, book, settings["grace_days"])
    exposure(f, rows, payments)
    place = np.empty(len(rows), dtype=np.int64)
    place[rows.index.to_numpy()] = np.arange(len(rows))
    keys = invoices[["invoice_id", "customer_id"]].assign(as_of=invoices["issued_on"])
    return pd.concat([keys, frame({name: f[name] for name in NAMES}).take(place).set_axis(keys.index)], axis=1)


def read(file: Path, columns: list[str]) -> pd.DataFrame:
    return pd.read_parquet(file, columns=columns, dtype_backend="pyarrow")


def frame(columns: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame(columns, copy=False)


def days(dates: pd.Series) -> np.ndarray:
    return dates.astype("int32[pyarrow]").to_numpy().astype(np.int64)


def units(amounts: pd.Series) -> np.ndarray:
    return np.rint(amounts.astype("double[pyarrow]").to_numpy() * UNITS).astype(np.int64)


def settle(folder: Path, numbers: pd.Series, book: pd.DataFrame, tolerance: int) -> pd.DataFrame:
    """Add to the book the days of settlement and closing; return the payments and what each of them changed."""
    table = read(folder / "payments.parquet", ["invoice_id", "paid_on", "amount", "kind"])
    row = pc.index_in(pa.array(table["invoice_id"].array), value_set=pa.array(numbers.array)).to_numpy()
    kind = table["kind"].array
    p = frame(
        {
            "row": row,
            "paid": days(table["paid_on"]),
            "units": units(table["amount"]),
            "by_customer": np.asarray(kind == "payment", dtype=bool),
            "given_up": np.asarray(kind == "write_off", dtype=bool),
        }
    )
    del table, kind
    p = p.iloc[np.argsort(p["row"].to_numpy().astype(np.int64) << DAY_BITS | p["paid"].to_numpy())]
    row = p["row"].to_numpy()
    amount = book["units"].to_numpy()[row]
    floor = amount - tolerance
    by_invoice = p.groupby("row", sort=False)
    total = by_invoice["units"].cumsum().to_numpy()
    before = total - p["units"].to_numpy()
    without = p["units"].where(~p["given_up"], 0)
    really = without.groupby(p["row"], sort=False).cumsum().to_numpy()

    closes = (total >= floor) & (before < floor)
    settles = (really >= floor) & (really - without.to_numpy() < floor)
    first = p["by_customer"].to_numpy() & ~p["row"].where(p["by_customer"], -1).duplicated().to_numpy()
    for name, which in (("closed", closes), ("settled", settles), ("first_paid", first)):
        day = np.full(len(book), NEVER)
        day[row[which]] = p["paid"].to_numpy()[which]
        book[name] = day
    book["key"] = book["customer"] + book["issued"]
    return frame(
        {
            "customer": book["customer"].to_numpy()[row],
            "paid": p["paid"].to_numpy(),
            "when_due": np.maximum(p["paid"].to_numpy(), book["due"].to_numpy()[row]),
            "less": np.where(before >= floor, 0, amount - before) - np.where(total >= floor, 0, amount - total),
            "closes": closes,
            "by_customer": p["by_customer"].to_numpy(),
        }
    )


def running(events: pd.DataFrame, sums: list[str]) -> pd.DataFrame:
    """Running count ``n`` and running sums by customer of events in order, and their key."""
    groups = events.groupby("customer", sort=False)
    state = groups[sums].cumsum().astype("float64")
    state.insert(0, "n", groups.cumcount().to_numpy() + 1.0)
    state.insert(0, "key", events["key"].to_numpy())
    return state


def latest(rows: pd.DataFrame, state: pd.DataFrame, lag: int = 0) -> dict[str, np.ndarray]:
    """The state of each row's customer at the start of its day less ``lag``; zeros if there is none yet."""
    asked = frame({"asked": rows["key"].to_numpy() - lag})
    found = pd.merge_asof(asked, state, left_on="asked", right_on="key", allow_exact_matches=False)
    none = np.flatnonzero(~(found["key"].to_numpy() >= rows["customer"].to_numpy()))
    names = list(state.columns.drop("key"))
    found.loc[none, names] = 0
    return {name: found[name].to_numpy() for name in names}


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """NaN where there is nothing to share."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def calendar(first: int, last: int) -> pd.DataFrame:
    """By day number less ``first``: weekday, day of the month, days to the ends of month and quarter."""
    dates = pd.DatetimeIndex(np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[s]"))
    table = pd.DataFrame({"weekday": dates.weekday, "day": dates.day, "month_end": dates.days_in_month - dates.day})
    table["quarter"] = (dates + pd.offsets.QuarterEnd(0) - dates).days
    return table


def terms(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """What the invoice itself says."""
    due, issued = rows["due"].to_numpy(), rows["issued"].to_numpy()
    table = calendar(due.min(), due.max())
    looked_up = table[["weekday", "month_end", "quarter"]].astype("float64").iloc[due - due.min()]
    to_due = (due - issued).astype("float64")
    return {
        "amount": rows["units"].to_numpy() / UNITS,
        "terms_days": to_due,
        "due_weekday": looked_up["weekday"].to_numpy(),
        "due_to_month_end": looked_up["month_end"].to_numpy(),
        "due_to_quarter_end": looked_up["quarter"].to_numpy(),
        "age_days": np.zeros(len(rows)),
        "days_to_due": to_due,
        "paid_share": np.zeros(len(rows)),
    }


def settled_stream(book: pd.DataFrame) -> pd.DataFrame:
    """The state of each customer's history after each settlement."""
    s = book[book["settled"].to_numpy() != NEVER]
    key = s["customer"].to_numpy() + s["settled"].to_numpy()
    s = s.iloc[np.argsort(key << DAY_BITS | s["due"].to_numpy())]
    settled = s["settled"].to_numpy()
    late_by = (settled - s["due"].to_numpy()).astype("float64")
    took = (settled - s["issued"].to_numpy()).astype("float64")
    weight = np.exp2((settled - settled.min()) / 90)
    amount = s["units"].to_numpy() / UNITS
    events = frame(
        {
            "key": s["customer"].to_numpy() + settled,
            "customer": s["customer"].to_numpy(),
            "late": s["late"].to_numpy().astype("float64"),
            "dl": late_by,
            "dl2": late_by * late_by,
            "dtp": took,
            "dtp2": took * took,
            "amount": amount,
            "amount_dl": amount * late_by,
            "weight": weight,
            "weight_dl": weight * late_by,
            "part": (s["first_paid"].to_numpy() < settled).astype("float64"),
        }
    )
    state = running(events, list(events.columns[2:]))
    n = state["n"].to_numpy()
    table = calendar(settled.min(), settled.max())
    for name, most in (("weekday", 8), ("day", 32)):
        value = table[name].to_numpy()[settled - settled.min()]
        count = events.groupby(events["customer"] + value, sort=False).cumcount().to_numpy() + 1
        best = highest(events["customer"].to_numpy(), count * most + (most - 1 - value), CUSTOMER)
        state[f"{name}_count"], state[name] = best // most, most - 1 - best % most
    for name, k in (("dl", 3), ("dl", 5), ("dl", 10), ("late", 10)):
        state[f"{name}_{k}"] = last_mean(state[name].to_numpy(), n, k)
    state["last"] = late_by
    state["median"], state["max"] = last_ten(late_by, n)
    return state


def highest(customer: np.ndarray, values: np.ndarray, room: int) -> np.ndarray:
    """Running maximum by customer; the customer's number in the upper digits starts it anew."""
    return np.maximum.accumulate(customer * room + values) - customer * room


def last_mean(total: np.ndarray, n: np.ndarray, k: int) -> np.ndarray:
    """Mean of the last k from running sums; n = number of events so far."""
    earlier = np.zeros(len(total))
    earlier[k:] = total[:-k]
    earlier[n <= k] = 0
    return (total - earlier) / np.minimum(n, k)


def last_ten(values: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and maximum of the last ten; n = number of events so far."""
    missing = 1 << 14
    padded = np.concatenate([np.zeros(9, np.int16), values.astype(np.int16)])
    window = np.lib.stride_tricks.sliding_window_view(padded, 10)
    there = np.minimum(n, 10).astype(np.intp)
    window = np.sort(np.where(np.arange(10) < 10 - there[:, None], np.int16(missing), window), axis=1)
    row = np.arange(len(values))
    return (window[row, (there - 1) // 2] + window[row, there // 2]) / 2.0, window[row, there - 1].astype("float64")


def sd(n: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 1, np.sqrt((n * squares - total * total) / (n * (n - 1))), np.nan)


def history(f: dict[str, np.ndarray], rows: pd.DataFrame, state: pd.DataFrame) -> None:
    """What the customer's settled invoices say."""
    s = latest(rows, state)
    n = s["n"]
    f["n_settled"], f["cold_start"] = n, (n < 3).astype("float64")
    f["late_share"], f["days_late_mean"] = ratio(s["late"], n), ratio(s["dl"], n)
    f["days_to_pay_mean"], f["part_share"] = ratio(s["dtp"], n), ratio(s["part"], n)
    f["days_late_sd"], f["days_to_pay_sd"] = sd(n, s["dl"], s["dl2"]), sd(n, s["dtp"], s["dtp2"])
    f["days_late_by_amount"] = ratio(s["amount_dl"], s["amount"])
    f["days_late_decayed"] = ratio(s["weight_dl"], s["weight"])
    f["pay_weekday_share"] = ratio(s["weekday_count"], n)
    for name, column in OF_SETTLED.items():
        f[name] = np.where(n > 0, s[column], np.nan)
    few = state[["key", "n", "late", "dl"]]
    for window in (90, 180, 365):
        earlier = latest(rows, few, window)
        count, late, late_by = (s[name] - earlier[name] for name in ("n", "late", "dl"))
        f[f"n_settled_{window}"] = count
        f[f"late_share_{window}"], f[f"days_late_mean_{window}"] = ratio(late, count), ratio(late_by, count)
    f["days_late_trend"] = f["days_late_mean_3"] - f["days_late_mean"]
    f["days_late_trend_90"] = f["days_late_mean_90"] - f["days_late_mean_365"]


def ordered(customer: np.ndarray, day: np.ndarray, tie: np.ndarray) -> np.ndarray:
    """Order by customer, day and tie: one sort of all in one number, where they fit."""
    span, most = int(day.max() - day.min()) + 1, int(tie.max()) + 1
    when = customer * span + (day - day.min())
    if (int(customer.max()) + 1) * span * most < 1 << 63:
        return np.argsort(when * most + tie)
    return np.lexsort((tie, when))


def dues(f: dict[str, np.ndarray], rows: pd.DataFrame, book: pd.DataFrame, grace: int) -> None:
    """What had fallen due: counts and amounts, the share of it paid late, and the oldest that is still open."""
    key = (book["customer"] + book["due"]).to_numpy()
    late = book["late"].to_numpy()
    # Whether an invoice was late is known for good once its days of grace are over.
    order = ordered(
        book["customer"].to_numpy() >> DAY_BITS, book["due"].to_numpy(), book["units"].to_numpy() << 1 | late
    )
    d = frame(
        {
            "key": key[order],
            "customer": book["customer"].to_numpy()[order],
            "units": book["units"].to_numpy()[order],
            "late": late[order].astype("float64"),
        }
    )
    state = running(d, ["units", "late"])
    state["late_10"] = last_mean(state["late"].to_numpy(), state["n"].to_numpy(), 10)
    fallen = latest(rows, state)
    f["overdue_count"], f["overdue_amount"] = fallen["n"], fallen["units"]
    if grace:
        fallen = latest(rows, state[["key", "n", "late", "late_10"]], grace)
    f["late_share_due"] = ratio(fallen["late"], fallen["n"])
    f["late_share_due_10"] = np.where(fallen["n"] > 0, fallen["late_10"], np.nan)

    # In the order of their dues, the first that is not closed before a day is the first at which the latest closing so
    # far is not before it.
    latest_so_far = np.maximum.accumulate(d["customer"].to_numpy() + book["closed"].to_numpy()[order])
    first = np.flatnonzero(np.diff(latest_so_far, prepend=-1))
    records = pd.DataFrame({"latest": latest_so_far[first], "due": d["key"].to_numpy()[first]})
    found = pd.merge_asof(rows[["key"]], records, left_on="key", right_on="latest", direction="forward")
    late_by = rows["key"].to_numpy() - found["due"].to_numpy()
    f["oldest_overdue"] = np.where(late_by > 0, late_by, np.nan).astype("float64")


def exposure(f: dict[str, np.ndarray], rows: pd.DataFrame, payments: pd.DataFrame) -> None:
    """What was billed and is open."""
    billed = running(rows, ["units"])
    so_far, year = latest(rows, billed), latest(rows, billed[["key", "units"]], 365)
    f["n_issued"] = so_far["n"]
    f["amount_to_usual"] = ratio(rows["units"].to_numpy() * so_far["n"], so_far["units"])

    paid = latest(rows, paid_stream(payments, "paid"))
    f["open_count"] = so_far["n"] - paid["closes"]
    open_units = so_far["units"] - paid["less"]
    f["open_amount"] = open_units / UNITS
    f["credit_used"] = ratio(open_units, so_far["units"] - year["units"])
    day = rows["issued"].to_numpy()
    f["days_since_payment"] = np.where(paid["last"] > 0, day - paid["last"], np.nan)

    paid = latest(rows, paid_stream(payments, "when_due"))
    f["overdue_count"] = f["overdue_count"] - paid["closes"]
    f["overdue_amount"] = (f["overdue_amount"] - paid["less"]) / UNITS


def paid_stream(payments: pd.DataFrame, day: str) -> pd.DataFrame:
    """What payments took from the open amount and count so far, in the order of a day."""
    key = payments["customer"].to_numpy() + payments[day].to_numpy()
    order = np.argsort(key)
    p = frame(
        {
            "key": key[order],
            "customer": payments["customer"].to_numpy()[order],
            "less": payments["less"].to_numpy()[order],
            "closes": payments["closes"].to_numpy()[order].astype(np.int64),
        }
    )
    state = running(p, ["less", "closes"]).drop(columns="n")
    if day == "paid":
        last = np.where(payments["by_customer"].to_numpy(), payments["paid"].to_numpy(), 0)[order]
        state["last"] = highest(p["customer"].to_numpy(), last, 1)
    return state
