"""Pictures of what happened over time: one invoice's life, and one customer's invoices at a decision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..errors import PaybenchError
from ..ledger import Ledger, as_of, day, settle
from .canvas import INK, OURS, THEIRS, Picture, date_axis, panels, tidy

_RED, _GREEN = "#8e2f2f", "#5b9a68"
_LANES = {"contacts": "sent_on", "messages": "received_on", "promises": "made_on", "disputes": "opened_on"}
"""What happens beside the payments, and on which day."""

_MARKS = {"contacts": ("^", OURS), "messages": ("v", _GREEN), "promises": ("D", THEIRS), "disputes": ("X", _RED)}
_TELLING = 30
"""Invoices of a customer that make a telling picture: with few there is no habit, with many all are of one week."""

_FADED = 0.28
"""Opacity of what is not known yet."""


def eventful(ledger: Ledger, date: object, closed: bool = True) -> str:
    """The invoice with the most different things in its life: payments, credits, reversals, contacts, promises, ...

    Parameters
    ----------
    ledger : the whole book. date : what happened that day or later is not looked at.
    closed : whether the invoice is settled by then, or still open.

    Raises
    ------
    PaybenchError
        If there is no such invoice.
    """
    known = as_of(ledger, date)
    state = settle(known).set_index("invoice_id")
    state = state[state["settled_on"].notna() if closed else state["amount_open"] > 0]
    if state.empty:
        raise PaybenchError(
            f"No invoice is {'settled' if closed else 'open'} at {day(date):%Y-%m-%d}; give another day."
        )
    paid = known.payments
    kinds = paid["kind"].where(paid["amount"] > 0, "reversal")
    counts = [paid.groupby(["invoice_id", kinds]).size().unstack(fill_value=0)]
    named = ("contacts", "promises", "disputes")
    counts += [known.table(name)["invoice_id"].value_counts().rename(name).to_frame() for name in named]
    table = pd.concat(counts, axis=1).reindex(state.index).fillna(0.0)
    # Different things count most, then how many there are, up to what a picture can hold.
    points = 10 * (table > 0).sum(axis=1) + table.clip(upper=3).sum(axis=1) - 5 * (table.sum(axis=1) > 12)
    if closed:
        points += state["days_late"] > 0
    else:
        invoices = state["customer_id"].map(known.invoices["customer_id"].value_counts())
        points -= np.abs(np.log(invoices / _TELLING))
    return str(points.sort_values(kind="stable").index[-1])


def life(ledger: Ledger, invoice_id: str, date: object) -> Picture:
    """One invoice from its issue on: what has been paid of it, and what was said and done.

    Parameters
    ----------
    ledger : the whole book. invoice_id : which. date : what happened that day or later is not shown.

    Raises
    ------
    PaybenchError
        If the invoice is not known at that day.
    """
    known = as_of(ledger, date)
    own = _own(known, invoice_id, date)
    paid = known.payments[known.payments["invoice_id"] == invoice_id].sort_values("paid_on", kind="stable")
    lanes = _beside(known, own, invoice_id)
    picture = Picture(figsize=(9.6, 3.4 + 0.25 * len(lanes)), layout="constrained")
    picture.alt = "Paid amount of one invoice over time, with contacts, messages, promises and disputes"
    rows = [3.0, 0.4 + 0.34 * len(lanes)] if lanes else [1.0]
    both = list(picture.subplots(len(rows), 1, sharex=True, height_ratios=rows, squeeze=False).ravel())
    for axes in both:
        tidy(axes)
    money, said = both[0], both[-1]
    last = day(date) - pd.Timedelta(days=1)
    end = min(max([*paid["paid_on"], own["due_on"], *(t.max() for t in lanes.values())]) + pd.Timedelta(days=6), last)
    _payments(money, own, paid, end)
    for place, (name, dates) in enumerate(lanes.items()):
        mark, colour = _MARKS[name]
        said.scatter(dates, [place] * len(dates), marker=mark, color=colour, s=42, zorder=3)
    if lanes:
        said.set_yticks(range(len(lanes)), list(lanes))
        said.set_ylim(-0.6, len(lanes) - 0.4)
    marked = [("due", own["due_on"], THEIRS, 1.0), ("settled", own["settled_on"], _GREEN, 0.1)]
    for word, when, colour, height in marked:
        if pd.notna(when):
            for axes in both:
                axes.axvline(when, color=colour, lw=1.4)
            place = money.get_xaxis_transform()
            money.text(when, height, f" {word}", transform=place, color=colour, fontsize=9, va="top")
    money.set(title=_ended(own, paid), ylabel=f"{own['currency']} paid in total")
    date_axis(said, 4, 9)
    return picture


def _payments(axes: Axes, own: pd.Series, paid: pd.DataFrame, end: pd.Timestamp) -> None:
    real = paid[paid["kind"] != "write_off"]
    reached = real["amount"].cumsum()
    days = [own["issued_on"], *real["paid_on"], max(end, own["issued_on"])]
    axes.step(days, [0.0, *reached, reached.iloc[-1] if len(reached) else 0.0], where="post", color=OURS, lw=2.2)
    axes.axhline(own["amount"], color=INK, lw=1, ls=":")
    axes.text(own["issued_on"], own["amount"], "billed", fontsize=8, color=INK, va="bottom")
    for kind, amount, when, total in zip(real["kind"], real["amount"], real["paid_on"], reached, strict=True):
        what = "reversal" if amount < 0 else kind.replace("_", " ")
        axes.plot(when, total, "o", color=OURS, ms=5)
        note = f"{what}\n{amount:,.2f}"
        up = amount < 0  # at the bottom, where a label below would leave the picture
        axes.annotate(
            note, (when, total), (6, 5 if up else -5), textcoords="offset points", fontsize=8, color=INK,
            va="bottom" if up else "top",
        )  # fmt: skip
    axes.set_ylim(min([0.0, *reached]) - 0.16 * own["amount"], 1.18 * max([own["amount"], *reached]))


def _ended(own: pd.Series, paid: pd.DataFrame) -> str:
    name = own["invoice_id"]
    again = bool((paid["amount"] < 0).any())
    if pd.notna(own["settled_on"]):
        late = int(own["days_late"])
        words = "in time" if late <= 0 else f"{late} days late" if late > 1 else "one day late"
        part = (paid["kind"] != "write_off").sum()
        by = "one booking" if part == 1 else f"{part} bookings{', one of them taken back' if again else ''}"
        return f"{name} is settled {words}, by {by}"
    return f"{name} is {'written off' if pd.notna(own['written_off_on']) else 'still open'}"


def _beside(known: Ledger, own: pd.Series, invoice_id: str) -> dict[str, pd.Series]:
    """Days of what was said about an invoice; of messages, which name none, those during its life."""
    closed = own["settled_on"] if pd.notna(own["settled_on"]) else pd.Timestamp("9999-12-31")
    found = {}
    for name, column in _LANES.items():
        table = known.table(name)
        if name == "messages":
            mine = (table["customer_id"] == own["customer_id"]) & table[column].between(own["issued_on"], closed)
        else:
            mine = table["invoice_id"] == invoice_id
        if mine.any():
            found[name] = table.loc[mine, column]
    return found


def timeline(ledger: Ledger, invoice_id: str, date: object, most: int = 22) -> Picture:
    """What a decision about one invoice sees: its customer's invoices and dealings; what lies ahead is faded.

    An invoice is a bar from its issue to its settlement. Bars end in a dot where the money came; a bar that reaches
    the picture's edge is open at the end of the book. Known at the decision is what lies left of the line.

    Parameters
    ----------
    ledger : the whole book. invoice_id : of the decision. date : its as_of; what happens that day is not known.
    most : invoices to show, around the decision.

    Raises
    ------
    PaybenchError
        If the invoice is not known at that day.
    """
    at: Any = day(date)  # matplotlib takes dates, its types do not
    own = _own(as_of(ledger, date), invoice_id, date)
    whole = settle(as_of(ledger, "9999-12-31"))
    mine = whole[whole["customer_id"] == own["customer_id"]].sort_values(["issued_on", "due_on"], kind="stable")
    shown = _around(mine, invoice_id, at, most)
    lanes = _dealings(ledger, own["customer_id"], shown["issued_on"].min())
    height = 1.3 + 0.19 * (len(shown) + 1.4 * len(lanes))
    picture, (axes,) = panels(1, height=height, alt="A customer's invoices over time")
    end = max([shown["settled_on"].max(), shown["due_on"].max(), at + pd.Timedelta(days=30)])
    for row, invoice in enumerate(shown.itertuples()):
        _bar(axes, -row, invoice, at, end, str(invoice.invoice_id) == invoice_id)
    for row, (name, dates) in enumerate(lanes.items()):
        mark, colour = _MARKS[name]
        for some, opacity in ((dates < at, 1.0), (dates >= at, _FADED)):
            where = [-len(shown) - 1.4 * row - 0.6] * int(some.sum())
            axes.scatter(dates[some], where, marker=mark, color=colour, s=34, alpha=opacity, lw=0)
    places = [0.0 - row for row in range(len(shown))] + [-len(shown) - 1.4 * row - 0.6 for row in range(len(lanes))]
    axes.set_yticks(places, [*shown["invoice_id"], *lanes])
    axes.tick_params(axis="y", labelsize=7.5, length=0)
    for label in axes.get_yticklabels():
        if label.get_text() == invoice_id:
            label.set(color=THEIRS, weight="bold")
    axes.axvline(at, color=INK, lw=1.6)
    axes.set_title(_seen(mine, at), loc="left")
    axes.set_xlabel("line: as_of; solid: known; pale: not known yet; tick: due date; dot: closed")
    axes.margins(y=0.03)
    date_axis(axes, 4, 9)
    return picture


def _bar(axes: Axes, row: int, invoice: Any, at: Any, end: Any, own: bool) -> None:
    """One invoice: solid up to the decision, pale behind it."""
    colour, width = (THEIRS, 7.0) if own else (OURS, 5.0)
    closed = invoice.settled_on if pd.notna(invoice.settled_on) else invoice.written_off_on
    until = closed if pd.notna(closed) else end
    if invoice.issued_on < at:
        axes.hlines(row, invoice.issued_on, min(until, at), color=colour, lw=width, alpha=0.85)
    if until >= at:
        axes.hlines(row, max(invoice.issued_on, at), until, color=colour, lw=width, alpha=_FADED)
    if pd.notna(closed):
        ink = _GREEN if pd.notna(invoice.settled_on) else _RED
        axes.plot(closed, row, "o", color=ink, ms=6, alpha=1.0 if closed < at else _FADED, mew=0, zorder=4)
    axes.plot(invoice.due_on, row, "|", color=INK, ms=8, alpha=1.0 if invoice.issued_on < at else _FADED, zorder=4)


def _around(mine: pd.DataFrame, invoice_id: str, at: pd.Timestamp, most: int) -> pd.DataFrame:
    """The invoices nearest to a decision, two of three of them issued before it; its own is always there."""
    before, after = mine[mine["issued_on"] < at], mine[mine["issued_on"] >= at]
    after = after.head(most // 3)
    before = before.tail(most - len(after))
    return mine[mine.index.isin(before.index.append(after.index)) | (mine["invoice_id"] == invoice_id)]


def _dealings(ledger: Ledger, customer: str, since: pd.Timestamp) -> dict[str, pd.Series]:
    """Days of what was said between us and a customer; of disputes, those of its invoices."""
    theirs = ledger.invoices.loc[ledger.invoices["customer_id"] == customer, "invoice_id"]
    found = {}
    for name, column in _LANES.items():
        table = ledger.table(name)
        whose = table["invoice_id"].isin(theirs) if name == "disputes" else table["customer_id"] == customer
        some = table.loc[whose & (table[column] >= since), column]
        if len(some):
            found[name] = some
    return found


def _seen(mine: pd.DataFrame, at: pd.Timestamp) -> str:
    settled, issued = (mine["settled_on"] < at).sum(), (mine["issued_on"] < at).sum()
    return f"Known at {at:%Y-%m-%d}: {issued} of the customer's {len(mine)} invoices, {settled} of them as settled"


def _own(known: Ledger, invoice_id: str, date: object) -> pd.Series:
    state = settle(known)
    own = state[state["invoice_id"] == invoice_id]
    if own.empty:
        raise PaybenchError(f"Invoice '{invoice_id}' is not known at {day(date):%Y-%m-%d}; name one that is.")
    return own.iloc[0]
