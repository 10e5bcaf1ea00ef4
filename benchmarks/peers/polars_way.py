"""polars, lazy: one stream of sorted events per question, running sums by customer, and ``join_asof`` for their state.

What makes it fast: one query from the scan of the Parquet files to the table; customer and day in one integer, so that
``join_asof`` needs no ``by``; running sums of a customer as running sums of all less what was before it, instead of
``over``; running maxima that the customer's number in the upper digits starts anew; the most frequent value as a
running maximum of (count, value) in one number.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from . import NAMES, OF_SETTLED

UNITS = 10_000
DAYS = 1 << 15
NEVER = DAYS - 1
CUSTOMER = 1 << 25
"""More than any count of a value times 32."""


def at_issue(folder: Path) -> pl.DataFrame:
    """The features of every invoice as of its issue."""
    settings = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    grace = settings["grace_days"]
    invoices = pl.scan_parquet(folder / "invoices.parquet").select(
        "invoice_id",
        number("issued_on").alias("issued"),
        number("due_on").alias("due"),
        units("amount").alias("units"),
        customer=pl.col("customer_id").cast(pl.Categorical).to_physical().cast(pl.Int64),
    )
    invoices = once(invoices.with_row_index("row"))
    payments = once(settle(folder, invoices, round(settings["tolerance"] * UNITS)))
    book = once(closed(invoices, payments, grace))
    rows = once(book.select("row", "customer", "issued", "due", "units", key=key("issued")).sort("key"))
    s, d, b = once(settled_stream(book)), once(due_stream(book)), once(billed_stream(rows))
    asked = [
        ("settled", s, 0),
        *((f"settled_{w}", s.select("key", "customer", "n", "late", "dl"), w) for w in (90, 180, 365)),
        ("due", d.select("key", "customer", "n", "units", "late", "late_10"), 0),
        ("billed", b, 0),
        ("billed_365", b.select("key", "customer", "units"), 365),
        ("paid", paid_stream(payments, "paid"), 0),
        ("paid_due", paid_stream(payments, "when_due").drop("last"), 0),
    ]
    if grace:
        asked.append(("grace", d.select("key", "customer", "n", "late", "late_10"), grace))
    table = rows
    for name, stream, lag in asked:
        table = latest(table, stream, name, lag)
    table = table.join_asof(oldest_stream(d), on="key", strategy="forward", coalesce=True)
    past = "grace" if grace else "due"
    features = table.select("row", **terms(), **history(), **dues(past), **exposure())
    features = features.with_columns(
        days_late_trend=pl.col("days_late_mean_3") - pl.col("days_late_mean"),
        days_late_trend_90=pl.col("days_late_mean_90") - pl.col("days_late_mean_365"),
    )
    features = features.sort("row").select(pl.col(name).cast(pl.Float64) for name in NAMES)
    keys = pl.scan_parquet(folder / "invoices.parquet").select("invoice_id", "customer_id", as_of="issued_on")
    return pl.concat([keys, features], how="horizontal").collect()


def once(query: pl.LazyFrame) -> pl.LazyFrame:
    """A query that several others go on from, computed now: left lazy, its branches would be computed one by one."""
    return query.collect().lazy()


def number(date: str) -> pl.Expr:
    return pl.col(date).to_physical().cast(pl.Int64)


def units(amount: str) -> pl.Expr:
    return (pl.col(amount) * UNITS).cast(pl.Int64)


def key(day: str) -> pl.Expr:
    return pl.col("customer") * DAYS + pl.col(day)


def date(day: str) -> pl.Expr:
    return pl.col(day).cast(pl.Int32).cast(pl.Date)


def first(group: str) -> pl.Expr:
    """Whether a row is the first of its group, in a table sorted by group."""
    return (pl.col(group) != pl.col(group).shift(1)).fill_null(True)


def total(value: pl.Expr, group: str = "customer") -> pl.Expr:
    """Running sum by group of whole numbers, in a table sorted by group."""
    everything = value.cum_sum()
    return everything - pl.when(first(group)).then(everything - value).forward_fill()


def highest(value: pl.Expr, most: int) -> pl.Expr:
    """Running maximum by customer of numbers from 0 to ``most``, in a table sorted by customer."""
    return (pl.col("customer") * most + value).cum_max() - pl.col("customer") * most


def settle(folder: Path, invoices: pl.LazyFrame, tolerance: int) -> pl.LazyFrame:
    """The payments with what each of them changed, in the order of invoices and days."""
    p = pl.scan_parquet(folder / "payments.parquet").select(
        "invoice_id",
        paid=number("paid_on"),
        less=units("amount"),
        by_customer=pl.col("kind") == "payment",
        given_up=pl.col("kind") == "write_off",
    )
    p = p.join(invoices, on="invoice_id").drop("invoice_id", "issued")
    p = p.sort(pl.col("row").cast(pl.Int64) * DAYS + pl.col("paid"))
    really = pl.when("given_up").then(0).otherwise("less")
    p = p.with_columns(paid_units=total(pl.col("less"), "row"), really=total(really, "row"))
    floor = pl.col("units") - tolerance
    before = pl.col("paid_units") - pl.col("less")
    open_before = pl.when(before < floor).then(pl.col("units") - before).otherwise(0)
    open_after = pl.when(pl.col("paid_units") < floor).then(pl.col("units") - pl.col("paid_units")).otherwise(0)
    return p.select(
        "row",
        "customer",
        "paid",
        "by_customer",
        when_due=pl.max_horizontal("paid", "due"),
        closes=((pl.col("paid_units") >= floor) & (before < floor)).cast(pl.Int64),
        settles=(pl.col("really") >= floor) & (pl.col("really") - really < floor),
        less=open_before - open_after,
    )


def closed(invoices: pl.LazyFrame, payments: pl.LazyFrame, grace: int) -> pl.LazyFrame:
    """The invoices with the days on which they were settled and closed, and of the first payment."""
    day = pl.col("paid")
    ends = payments.group_by("row").agg(
        settled=pl.when("settles").then(day).min(),
        closed=pl.when(pl.col("closes") == 1).then(day).min(),
        first_paid=pl.when("by_customer").then(day).min(),
    )
    return invoices.join(ends, on="row", how="left").with_columns(
        late=pl.col("settled").is_null() | (pl.col("settled") > pl.col("due") + grace)
    )


def latest(table: pl.LazyFrame, stream: pl.LazyFrame, name: str, lag: int) -> pl.LazyFrame:
    """Add the state of each row's customer at the start of its day less ``lag``; zeros if there is none yet."""
    values = [column for column in stream.collect_schema().names() if column not in ("key", "customer")]
    stream = stream.rename({column: f"{name}.{column}" for column in ("customer", *values)})
    table = table.with_columns(asked=pl.col("key") - lag)
    table = table.join_asof(
        stream, left_on="asked", right_on="key", allow_exact_matches=False, coalesce=False, suffix=".right"
    )
    known = pl.col(f"{name}.customer") == pl.col("customer")
    return table.with_columns(
        pl.when(known).then(f"{name}.{column}").otherwise(0).alias(f"{name}.{column}") for column in values
    ).drop("key.right", f"{name}.customer")


def settled_stream(book: pl.LazyFrame) -> pl.LazyFrame:
    """The state of each customer's history after each settlement."""
    s = book.filter(pl.col("settled").is_not_null()).sort(key("settled") * DAYS + pl.col("due"))
    s = s.select(
        "customer",
        "units",
        key=key("settled"),
        late=pl.col("late").cast(pl.Int64),
        dl=pl.col("settled") - pl.col("due"),
        dtp=pl.col("settled") - pl.col("issued"),
        part=(pl.col("first_paid") < pl.col("settled")).fill_null(False).cast(pl.Int64),
        weight=((pl.col("settled") - pl.col("settled").min()) / 90 * pl.lit(2.0).log()).exp(),
        weekday=date("settled").dt.weekday().cast(pl.Int64) - 1,
        day=date("settled").dt.day().cast(pl.Int64),
    ).with_columns(pl.col("customer", "key").set_sorted())
    dl, dtp = pl.col("dl"), pl.col("dtp")
    s = s.with_columns(
        n=pl.int_range(1, pl.len() + 1).over("customer"),
        last=dl,
        max=dl.rolling_max(10, min_samples=1).over("customer"),
        median=dl.cast(pl.Float64).rolling_median(10, min_samples=1).over("customer"),
        dl2=total(dl * dl),
        dtp2=total(dtp * dtp),
        dtp=total(dtp),
        dl=total(dl),
        late=total(pl.col("late")),
        part=total(pl.col("part")),
        units=total(pl.col("units")),
        units_dl=total(pl.col("units") * dl),
        weight=pl.col("weight").cum_sum().over("customer"),
        weight_dl=(pl.col("weight") * dl).cum_sum().over("customer"),
        weekday=often("weekday", 8),
        day=often("day", 32),
    )
    return s.with_columns(
        dl_3=last_mean("dl", 3),
        dl_5=last_mean("dl", 5),
        dl_10=last_mean("dl", 10),
        late_10=last_mean("late", 10),
        weekday=7 - pl.col("weekday") % 8,
        weekday_count=pl.col("weekday") // 8,
        day=31 - pl.col("day") % 32,
    )


def often(value: str, most: int) -> pl.Expr:
    """The most frequent value so far and its count, in one number: count * most + (most - 1 - value)."""
    count = pl.int_range(1, pl.len() + 1).over(pl.col("customer") * most + pl.col(value))
    return highest(count * most + (most - 1 - pl.col(value)), CUSTOMER)


def last_mean(running: str, k: int) -> pl.Expr:
    """Mean of the last k from running sums."""
    earlier = pl.when(pl.col("n") > k).then(pl.col(running).shift(k)).otherwise(0)
    return (pl.col(running) - earlier) / pl.min_horizontal("n", pl.lit(k))


def due_stream(book: pl.LazyFrame) -> pl.LazyFrame:
    """What has fallen due. Whether it was late is known for good once its days of grace are over."""
    d = book.select("customer", "units", "late", "closed", key=key("due")).sort(
        "key", pl.col("units") * 2 + pl.col("late")
    )
    d = d.with_columns(
        pl.col("customer", "key").set_sorted(),
        n=pl.int_range(1, pl.len() + 1).over("customer"),
        units=total(pl.col("units")),
        late=total(pl.col("late").cast(pl.Int64)),
    )
    return d.with_columns(late_10=last_mean("late", 10))


def oldest_stream(d: pl.LazyFrame) -> pl.LazyFrame:
    """The latest closing so far in the order of the dues, where it grows, and the due date.

    The first invoice that is not closed before a day is the first at which the latest closing so far is not before it.
    """
    latest_so_far = (pl.col("customer") * DAYS + pl.col("closed").fill_null(NEVER)).cum_max()
    records = d.select(key=latest_so_far, oldest=pl.col("key"))
    return records.filter((pl.col("key") > pl.col("key").shift(1)).fill_null(True)).with_columns(
        pl.col("key").set_sorted()
    )


def billed_stream(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.select(
        "key", "customer", n=pl.int_range(1, pl.len() + 1).over("customer"), units=total(pl.col("units"))
    )


def paid_stream(payments: pl.LazyFrame, day: str) -> pl.LazyFrame:
    """What payments took from the open amount and count so far, in the order of a day."""
    p = payments.select("customer", "less", "closes", "by_customer", "paid", key=key(day)).sort("key")
    return p.select(
        "key",
        "customer",
        less=total(pl.col("less")),
        closes=total(pl.col("closes")),
        last=highest(pl.when("by_customer").then("paid").otherwise(0), DAYS),
    )


def terms() -> dict[str, pl.Expr]:
    """What the invoice itself says."""
    due = date("due")
    quarter = due.dt.truncate("1q").dt.offset_by("1q") - pl.duration(days=1)
    return {
        "amount": pl.col("units") / UNITS,
        "terms_days": pl.col("due") - pl.col("issued"),
        "due_weekday": due.dt.weekday() - 1,
        "due_to_month_end": due.dt.month_end().to_physical() - pl.col("due"),
        "due_to_quarter_end": quarter.to_physical() - pl.col("due"),
        "age_days": pl.lit(0.0),
        "days_to_due": pl.col("due") - pl.col("issued"),
        "paid_share": pl.lit(0.0),
    }


def history() -> dict[str, pl.Expr]:
    """What the customer's settled invoices say."""
    s = {name: pl.col(f"settled.{name}") for name in ("n", "late", "dl", "dl2", "dtp", "dtp2", "weight")}
    n = s["n"]
    some = pl.when(n > 0)
    features = {
        "n_settled": n,
        "cold_start": n < 3,
        "late_share": s["late"] / n,
        "days_late_mean": s["dl"] / n,
        "days_late_sd": sd(n, s["dl"], s["dl2"]),
        "days_to_pay_mean": s["dtp"] / n,
        "days_to_pay_sd": sd(n, s["dtp"], s["dtp2"]),
        "days_late_by_amount": pl.col("settled.units_dl") / pl.col("settled.units"),
        "days_late_decayed": pl.col("settled.weight_dl") / s["weight"],
        "part_share": pl.col("settled.part") / n,
        "pay_weekday_share": pl.col("settled.weekday_count") / n,
    }
    for name, column in OF_SETTLED.items():
        features[name] = some.then(f"settled.{column}")
    for window in (90, 180, 365):
        count, late, dl = (pl.col(f"settled.{c}") - pl.col(f"settled_{window}.{c}") for c in ("n", "late", "dl"))
        features[f"n_settled_{window}"] = count
        features[f"late_share_{window}"], features[f"days_late_mean_{window}"] = late / count, dl / count
    return features


def sd(n: pl.Expr, total: pl.Expr, squares: pl.Expr) -> pl.Expr:
    return pl.when(n > 1).then(((n * squares - total * total) / (n * (n - 1))).sqrt())


def dues(past: str) -> dict[str, pl.Expr]:
    """What had fallen due."""
    n = pl.col(f"{past}.n")
    late_by = pl.col("key") - pl.col("oldest")
    return {
        "late_share_due": pl.col(f"{past}.late") / n,
        "late_share_due_10": pl.when(n > 0).then(f"{past}.late_10"),
        "overdue_count": pl.col("due.n") - pl.col("paid_due.closes"),
        "overdue_amount": (pl.col("due.units") - pl.col("paid_due.less")) / UNITS,
        "oldest_overdue": pl.when(late_by > 0).then(late_by),
    }


def exposure() -> dict[str, pl.Expr]:
    """What was billed and is open."""
    billed, n = pl.col("billed.units"), pl.col("billed.n")
    open_units = billed - pl.col("paid.less")
    last = pl.col("paid.last")
    return {
        "n_issued": n,
        "amount_to_usual": pl.col("units") * n / billed,
        "open_count": n - pl.col("paid.closes"),
        "open_amount": open_units / UNITS,
        "credit_used": open_units / (billed - pl.col("billed_365.units")),
        "days_since_payment": pl.when(last > 0).then(pl.col("issued") - last),
    }
