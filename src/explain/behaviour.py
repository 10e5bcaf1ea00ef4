"""Pictures of how a book pays, for notebooks: each function returns one matplotlib figure, its title says the finding.

``invoices`` is what :func:`~paybench.ledger.settle` gives, with the columns status, late and days_late_capped of
:func:`~paybench.features.labels` beside it, both as they were known at ``as_of``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter

from ..ledger import day
from .canvas import INK, OURS, THEIRS, Picture, date_axis, panels

GOOD = "#5b9a68"
PALE = "#9dbfe3"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PERCENT = PercentFormatter(1, decimals=0)
_LEAST = 10
"""Invoices below which a share is not drawn: it would be an anecdote."""


def days_late(invoices: pd.DataFrame, grace_days: int, horizon: int = 60) -> Picture:
    """How many days after the due date invoices are paid, of those that have had ``horizon`` days to be paid.

    Parameters
    ----------
    invoices : see the module. grace_days : of the ledger. horizon : H of the labels, days.
    """
    picture, (axes,) = panels(1, height=3.4, alt="Histogram of days late")
    y = invoices["days_late_capped"].dropna()
    low = int(np.floor(y.quantile(0.002))) if len(y) else 0
    days = np.arange(low, horizon + 1)
    share = y.clip(low).value_counts(normalize=True).reindex(days, fill_value=0.0)
    late = days > grace_days
    axes.bar(days[~late], share[~late], 0.9, color=OURS, label="in time")
    axes.bar(days[late], share[late], 0.9, color=THEIRS, label="late")
    beyond = (y > horizon).mean()
    axes.bar(horizon + 4, beyond, 3, color="#8e2f2f", label=f"later than {horizon} days, or never: {beyond:.1%}")
    axes.axvline(grace_days + 0.5, color=INK, lw=1, ls=":")
    found = (y > grace_days).mean()
    axes.set(
        title=f"{found:.0%} are late; half are paid {_from_due(y.median())}",
        xlabel="days late: settled_on - due_on (negative = early)",
        ylabel=f"share of {len(y):,} invoices",
    )
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    axes.legend(frameon=False, fontsize=9)
    return picture


def late_shares(invoices: pd.DataFrame, grace_days: int) -> pd.DataFrame:
    """Share of late invoices by month of the due date, counted in two ways.

    Returns
    -------
    DataFrame by month: due (invoices not cancelled), mature and matured (their number, and the share late among them),
    settled and settled_only (the same of those that are settled); a share of fewer than ten invoices is NaN.
    """
    kept = invoices[invoices["status"] != "cancelled"]
    is_settled = kept["status"] == "settled"
    of = pd.DataFrame(
        {
            "month": _month(kept["due_on"]),
            "due": 1,
            "mature": kept["late"].notna(),
            "matured": kept["late"],
            "settled": is_settled,
            "settled_only": (kept["days_late"] > grace_days).astype("float64").where(is_settled),
        }
    ).groupby("month")
    table = of.agg({"due": "sum", "mature": "sum", "matured": "mean", "settled": "sum", "settled_only": "mean"})
    for share, number in (("matured", "mature"), ("settled_only", "settled")):
        table[share] = table[share].where(table[number] >= _LEAST)
    return table


def late_share(invoices: pd.DataFrame, as_of: object, grace_days: int) -> Picture:
    """Share of late invoices by month of the due date: of all whose question is answered, and of the settled ones.

    Parameters
    ----------
    invoices : see the module. as_of : the day at which both are counted. grace_days : of the ledger.
    """
    picture, (axes,) = panels(1, height=3.6, alt="Share late by month, by maturity and of settled invoices only")
    table, at = late_shares(invoices, grace_days), day(as_of)
    axes.plot(table.index, table["matured"], color=OURS, lw=2.4, marker="o", ms=4, zorder=3)
    axes.plot(table.index, table["settled_only"], color=THEIRS, lw=1.6, marker="s", ms=4, zorder=2)
    both = table.dropna()
    axes.fill_between(both.index, both["settled_only"], both["matured"], color=THEIRS, alpha=0.2, lw=0)
    axes.axvline(at, color=INK, lw=1, ls=":")  # type: ignore[arg-type]
    axes.annotate("as_of", (at, 1), (3, -10), ("data", "axes fraction"), "offset points", fontsize=8, color=INK)
    axes.plot([], [], color=OURS, lw=2.4, marker="o", ms=4, label="by maturity: all whose due date has passed")
    axes.plot([], [], color=THEIRS, lw=1.6, marker="s", ms=4, label="settled only: a fault")
    axes.set(title=_flattered(both), xlabel="month of the due date", ylabel="share late", ylim=(0, None))
    axes.yaxis.set_major_formatter(_PERCENT)
    date_axis(axes)
    axes.legend(frameon=False, fontsize=9, loc="lower left")
    return picture


def _flattered(both: pd.DataFrame) -> str:
    if both.empty:
        return "Too few invoices have fallen due to tell a month's share of late ones"
    gap = both["matured"] - both["settled_only"]
    if gap.max() < 0.005:
        return "Nearly all that fell due is settled: both ways to count agree"
    place = len(gap) - 1 if gap.iloc[-1] >= 0.005 else int(gap.argmax())
    month = f"{gap.index[place]:%B %Y}"
    return f"Counting settled invoices only makes {month} look {100 * gap.iloc[place]:.0f} points better than it is"


def days_to_pay(invoices: pd.DataFrame, horizon: int = 60, most: int = 5) -> Picture:
    """Days from issue to payment by terms, and how the share that is paid grows around the due date.

    Parameters
    ----------
    invoices : see the module; used are those that have had ``horizon`` days to be paid. most : how many terms to show.
    """
    picture, (boxes, curves) = panels(2, alt="Days to pay by terms; share paid by days after the due date")
    seen = invoices[invoices["days_late_capped"].notna()]
    term = (seen["due_on"] - seen["issued_on"]).dt.days
    shown = sorted(term.value_counts().index[:most])
    shades = (PALE, OURS, GOOD, "#b9a24a", INK)
    y, around = seen["days_late_capped"], np.arange(-30, horizon + 1)
    spread = []
    for place, days in enumerate(shown):
        # What is unpaid beyond the horizon lies at its end, so that slow payers count in the quantiles.
        low, quarter, middle, three, high = np.quantile(y[term == days] + days, [0.1, 0.25, 0.5, 0.75, 0.9])
        spread.append(middle - days)
        boxes.hlines(place, low, high, color=shades[place], lw=1.5)
        boxes.hlines(place, quarter, three, color=shades[place], lw=9, alpha=0.6)
        boxes.plot(middle, place, "o", color=shades[place], ms=7)
        boxes.plot([days, days], [place - 0.35, place + 0.35], color=THEIRS, lw=2)
        reached = (y[term == days].to_numpy()[:, None] <= around).mean(axis=0)
        curves.step(around, reached, where="post", color=shades[place], lw=1.8, label=f"{days} days")
    boxes.set_yticks(range(len(shown)), [f"{days} days\n{(term == days).sum():,}" for days in shown])
    boxes.set(title=_by_terms(shown, spread), xlabel="days from issue to payment (orange: due)")
    boxes.set_ylabel("terms, and invoices")
    paid = (y <= horizon).mean()
    curves.axvline(0, color=INK, lw=1, ls=":")
    curves.set(title=f"{paid:.0%} are paid within {horizon} days after due", xlabel="days after the due date")
    curves.set(ylabel="share paid by then", ylim=(0, 1.02))
    curves.yaxis.set_major_formatter(_PERCENT)
    curves.legend(frameon=False, fontsize=9, title="terms", title_fontsize=9, loc="upper left")
    return picture


def _by_terms(shown: list[int], late: list[float]) -> str:
    if len(shown) < 2:
        return f"Half are paid {_from_due(late[0])}" if late else "No invoice has matured"
    return f"Medians lie {min(late):+.0f} to {max(late):+.0f} days from due"


def _from_due(days: float) -> str:
    """By when, in words."""
    off = 0 if np.isnan(days) else round(days)
    if off == 0:
        return "by the due date"
    return f"by {'one day' if abs(off) == 1 else f'{abs(off)} days'} {'after' if off > 0 else 'before'} the due date"


def rhythm(invoices: pd.DataFrame) -> Picture:
    """On which weekdays and days of the month invoices fall due, and are settled.

    Parameters
    ----------
    invoices : see the module.
    """
    picture, (week, month) = panels(2, height=3.4, alt="Weekday and day of the month of due dates and settlements")
    paid = invoices["settled_on"].dropna()
    days = {"due": invoices["due_on"], "settled": paid}
    for place, (name, dates) in enumerate(days.items()):
        of_week = dates.dt.day_of_week.value_counts(normalize=True).reindex(range(7), fill_value=0.0)
        of_month = dates.dt.day.value_counts(normalize=True).reindex(range(1, 32), fill_value=0.0)
        colour = (PALE, OURS)[place]
        week.bar(np.arange(7) + 0.4 * place - 0.2, of_week, 0.38, color=colour, label=name)
        month.bar(of_month.index + 0.4 * place - 0.2, of_month, 0.4, color=colour, label=name)
    weekend, due = (x.dt.day_of_week >= 5 for x in (paid, days["due"]))
    week.set_xticks(range(7), list(_DAYS))
    week.set(title=f"{due.mean():.0%} fall due, {weekend.mean():.0%} are settled on a weekend", ylabel="share")
    end = (paid.dt.day > paid.dt.days_in_month - 3).mean()
    peak = paid.dt.day.value_counts(normalize=True).head(1)
    busiest = "".join(f"Day {day} brings {share:.0%}, " for day, share in peak.items())
    month.set(title=f"{busiest}the last three days {end:.0%}", xlabel="day of the month", ylabel="share")
    month.axhline(12 / 365.25, color=INK, lw=0.8, ls=":")
    for axes in (week, month):
        axes.yaxis.set_major_formatter(_PERCENT)
        axes.legend(frameon=False, fontsize=9, ncols=2)
        axes.margins(y=0.2)
    return picture


def between_customers(invoices: pd.DataFrame) -> float:
    """Share of the variance of days late that lies between customers (intraclass correlation, one-way).

    Days late are counted up to the horizon of the labels; customers with fewer than two matured invoices are left out.
    NaN if there are too few.
    """
    seen = invoices[invoices["days_late_capped"].notna()]
    of = seen.groupby("customer_id")["days_late_capped"]
    n, mean, var = of.size(), of.mean(), of.var()
    some = n >= 2
    n, mean, var = n[some], mean[some], var[some]
    groups, total = len(n), int(n.sum())
    if groups < 2:
        return float("nan")
    within = ((n - 1) * var).sum() / (total - groups)
    between = (n * (mean - (n * mean).sum() / total) ** 2).sum() / (groups - 1)
    size = (total - (n**2).sum() / total) / (groups - 1)
    variance = max((between - within) / size, 0.0)
    return float(variance / (variance + within)) if variance + within > 0 else float("nan")


def habits(invoices: pd.DataFrame, least: int = 10) -> Picture:
    """The middle half of each customer's days late, the customers sorted by their median.

    Parameters
    ----------
    invoices : see the module. least : matured invoices that a customer must have to be shown.
    """
    picture, (axes,) = panels(1, height=3.6, alt="Quartiles of days late of each customer, sorted by the median")
    y = invoices[invoices["days_late_capped"].notna()]
    known = y["customer_id"].value_counts()
    of = y[y["customer_id"].isin(known.index[known >= least])].groupby("customer_id")["days_late_capped"]
    quarters = ("low", of.quantile(0.25)), ("median", of.median()), ("high", of.quantile(0.75))
    table = pd.DataFrame(dict(quarters))
    axes.set(xlabel="customers by their median", ylabel="days late")
    if table.empty:
        axes.set_title(f"No customer has {least} invoices yet")
        return picture
    table = table.sort_values(["median", "low", "high"])
    place = np.arange(len(table))
    axes.vlines(place, table["low"], table["high"], color=PALE, lw=min(4.0, 500 / len(table)), label="middle half")
    axes.scatter(place, table["median"], color=OURS, s=8, zorder=3, label="median")
    axes.axhline(0, color=THEIRS, lw=1.2, label="due date")
    share = between_customers(invoices)
    axes.set(title=f"Who the customer is explains {share:.0%} of the variance of days late")
    axes.set_xlabel(f"{len(table):,} customers with {least} or more invoices, by their median")
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    return picture


def _month(dates: pd.Series) -> pd.Series:
    """The first day of each date's month."""
    return dates.dt.to_period("M").dt.to_timestamp()
