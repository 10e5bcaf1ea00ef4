"""Pictures of what is billed, paid and open, for notebooks: each function returns a figure, its title says the finding.

Amounts of different currencies are never added together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, PercentFormatter

from ..ledger import Ledger
from ..ledger.glance import AGES, concentration
from .canvas import INK, OTHER, OURS, THEIRS, Picture, date_axis, panels

GOOD = "#5b9a68"
_AGED = (GOOD, "#f2d08a", "#e8a44c", "#cf6a3c", "#8e2f2f")
_PERCENT = PercentFormatter(1, decimals=0)


def months(ledger: Ledger) -> Picture:
    """Invoices issued and payments received, month by month; and billed and received in the commonest currency.

    Parameters
    ----------
    ledger : the book as it was known at one day.
    """
    invoices, payments = ledger.invoices, ledger.payments
    picture, (counts, money) = panels(2, alt="Invoices and payments by month, as counts and as amounts")
    issued, kinds = _month(invoices["issued_on"]), payments["kind"].where(payments["amount"] > 0, "reversal")
    billed = issued.value_counts().sort_index()
    paid = pd.crosstab(_month(payments["paid_on"]), kinds)
    colours = {"payment": GOOD, "credit_note": THEIRS, "write_off": "#8e2f2f", "reversal": OTHER}
    base = np.zeros(len(paid))
    for kind, colour in colours.items():
        if kind in paid:
            counts.bar(paid.index, paid[kind], 22, base, color=colour, label=f"{kind.replace('_', ' ')}s")
            base += paid[kind].to_numpy()
    counts.plot(billed.index, billed, color=OURS, lw=2, marker="o", ms=3, label="invoices issued")
    whole = billed.iloc[1:-1] if len(billed) > 2 else billed
    counts.set(title=f"Between {whole.min():,} and {whole.max():,} invoices a month", ylabel="rows a month")
    common = invoices["currency"].value_counts().index[0]
    mine = invoices["currency"] == common
    came = payments[(payments["currency"] == common) & (payments["kind"] == "payment")]
    billed_amount = invoices[mine].groupby(issued[mine])["amount"].sum()
    received = came.groupby(_month(came["paid_on"]))["amount"].sum()
    money.plot(billed_amount.index, billed_amount, color=OURS, lw=2, marker="o", ms=3, label="billed")
    money.plot(received.index, received, color=GOOD, lw=2, marker="o", ms=3, label="received")
    share = received.sum() / billed_amount.sum()
    money.set(title=f"{share:.0%} of what was billed in {common} has come in", ylabel=f"{common} a month")
    money.yaxis.set_major_formatter(FuncFormatter(_short))
    for axes in (counts, money):
        axes.set_ylim(0, 1.3 * axes.get_ylim()[1])
        date_axis(axes)
        axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=3)
    return picture


def lorenz(invoices: pd.DataFrame, most: int = 3) -> Picture:
    """How much of what is billed, and of what is open, the largest customers have; a line for each currency.

    Parameters
    ----------
    invoices : as :func:`~paybench.ledger.settle` gives them. most : currencies to show, those with most invoices first.
    """
    picture, (billed, still) = panels(2, alt="Lorenz curves of what is billed and what is open, by currency")
    common = invoices["currency"].value_counts().index[:most]
    for axes, column, what in ((billed, "amount", "billed"), (still, "amount_open", "open")):
        title = f"Nothing is {what}"
        for currency, colour in zip(common, (OURS, THEIRS, GOOD), strict=False):
            mine = invoices[(invoices["currency"] == currency) & (invoices[column] > 0)]
            if mine.empty:
                continue
            curve = concentration(mine.groupby("customer_id")[column].sum())
            tenth = float(np.interp(0.1, curve["customers"], curve["amount"]))
            axes.plot(curve["customers"], curve["amount"], color=colour, lw=2, label=currency)
            axes.plot(0.1, tenth, "o", color=colour, ms=6)
            if currency == common[0]:
                title = f"A tenth of the customers: {tenth:.0%} of {currency} {what}"
        axes.plot([0, 1], [0, 1], color=INK, lw=0.8, ls=":")
        axes.set(title=title, xlabel="share of customers, the largest first", ylabel=f"share of what is {what}")
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
        axes.xaxis.set_major_formatter(_PERCENT)
        axes.yaxis.set_major_formatter(_PERCENT)
        axes.legend(frameon=False, fontsize=9, loc="lower right")
    return picture


def ageing(aged: pd.DataFrame) -> Picture:
    """What is open by days overdue, each currency for itself.

    Parameters
    ----------
    aged : :func:`~paybench.ledger.glance.ageing`.
    """
    by_currency = aged["amount"].unstack()
    picture, (axes,) = panels(1, height=1.5 + 0.5 * max(len(by_currency), 1), alt="Open amounts by days overdue")
    if by_currency.empty:
        axes.set_title("Nothing is open")
        return picture
    by_currency = by_currency.loc[aged["invoices"].unstack().sum(axis=1).sort_values().index]
    share = by_currency.div(by_currency.sum(axis=1), axis=0)
    base = np.zeros(len(share))
    for name, colour, ink in zip(AGES, _AGED, ("white", INK, INK, "white", "white"), strict=True):
        axes.barh(range(len(share)), share[name], 0.6, base, color=colour, label=name)
        for row, (left, width) in enumerate(zip(base, share[name], strict=True)):
            if width > 0.04:
                axes.text(left + width / 2, row, f"{width:.0%}", ha="center", va="center", fontsize=9, color=ink)
        base += share[name].to_numpy()
    totals = by_currency.sum(axis=1)
    axes.set_yticks(range(len(share)), [f"{name}\n{_short(totals[name])}" for name in share.index])
    first = share.iloc[-1]
    axes.set_title(f"{1 - first['not due']:.0%} of the open {share.index[-1]} is overdue", loc="left")
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the open amount, by days overdue")
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.grid(axis="y", visible=False)
    axes.legend(frameon=False, fontsize=8.5, ncols=5, loc="lower right", bbox_to_anchor=(1, 1.0), handlelength=1)
    return picture


def _month(dates: pd.Series) -> pd.Series:
    """The first day of each date's month."""
    return dates.dt.to_period("M").dt.to_timestamp()


def _short(value: float, _: object = None) -> str:
    """An amount with few digits."""
    for size, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"
