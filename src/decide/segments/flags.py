"""What marks a customer besides its segment; each flag is a test, and can say why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...ledger import Ledger
from ...ledger.schema import NO_DAY, to_dates
from .facts import Facts, Flags, Floats, Ints, summed
from .promises import promises_kept
from .settings import Settings
from .words import SENTENCES, WEEKDAYS

RECENT = 180
"""Days back to which an invoice's due date is recent, for what changes."""
FEWEST, FEWEST_BEFORE, LEAST = 4, 6, 3.0
"""Recent invoices, earlier ones, and days of difference below which nothing is called a change."""
SURE = 2.6
"""Standard errors from which on it is one; by chance alone about one customer in a hundred looks so."""
_EXTRA = 10.0  # invoices that the book's own spread is worth where a customer's is estimated
NEW = 90
"""Days since the first invoice within which a customer is new."""
PAY_DAYS, REGULAR, WIDE = 8, 0.8, 3
"""Days of payment needed, the share of them on fixed ones, and days that one date of the month may slip over."""
TIMES, RARE = 2, 0.01
"""Disputes, or part payments, needed; and how rarely as many would come about at the book's usual share."""
BROKEN = 2
"""Broken promises needed, and more than half of all that came due."""


@dataclass(frozen=True)
class Flag:
    """One flag of one customer, with the sentence that says why."""

    customer_id: str
    flag: str
    why: str


def find_flags(cut: Ledger, facts: Facts, settings: Settings) -> list[Flag]:
    """All flags, by customer.

    Parameters
    ----------
    cut : the ledger as known at ``facts.at`` (:func:`paybench.ledger.as_of`).
    """
    customers = _Customers(facts)
    found = [
        *_change(customers, facts, settings),
        *_runs(customers, facts),
        *_disputers(customers, cut),
        *_promises(customers, cut, facts),
        *_part_payers(customers, cut),
        *_new(customers, facts),
    ]
    return sorted(found, key=lambda flag: flag.customer_id)


class _Customers:
    """The customers of the accounts, sorted, and whose each invoice is."""

    def __init__(self, facts: Facts) -> None:
        owner = facts.accounts["customer_id"].to_numpy(dtype=object)
        self.ids = np.empty(int(facts.customer.max(initial=-1)) + 1, dtype=object)
        self.ids[facts.customer] = owner
        self.of_invoice = facts.customer[facts.account]
        self.place = pd.Index(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def count(self, which: Flags | Ints) -> Ints:
        """How many of the invoices each has."""
        return np.bincount(self.of_invoice[which], minlength=len(self)).astype(np.int64)

    def count_ids(self, ids: pd.Series) -> Ints:
        """How often each is named."""
        place = self.place.get_indexer(pd.Index(ids))
        return np.bincount(place[place >= 0], minlength=len(self)).astype(np.int64)

    def say(self, flag: str, who: Flags, sentence: str, **holes: Ints | Floats | list[str]) -> Iterator[Flag]:
        for row in np.flatnonzero(who):
            given = {name: _shown(values[row]) for name, values in holes.items()}
            yield Flag(str(self.ids[row]), flag, SENTENCES[sentence].format(**given))


def changes(days_overdue: Floats, recent: Flags, who: Ints, customers: int) -> tuple[Floats, Floats, Floats]:
    """Mean days overdue before, lately, and how many standard errors apart, (customers,); NaN where too few.

    The spread of a customer's invoices is estimated with some of the book's, so that three alike are not taken for
    certainty (a t-test of equal variances, moderated as in Smyth 2004).
    """
    parts = [np.bincount(who[rows], minlength=customers).astype(np.float64) for rows in (~recent, recent)]
    sums = [summed(who[rows], days_overdue[rows], customers) for rows in (~recent, recent)]
    enough = (parts[0] >= FEWEST_BEFORE) & (parts[1] >= FEWEST)
    with np.errstate(divide="ignore", invalid="ignore"):
        before, lately = (np.where(enough, s / n, np.nan) for s, n in zip(sums, parts, strict=True))
        middle = np.where(recent, lately[who], before[who])
        rest = np.where(np.isfinite(middle), (days_overdue - middle) ** 2, 0.0)
        freedom = np.where(enough, parts[0] + parts[1] - 2, 0.0)
        usual = rest.sum() / max(freedom.sum(), 1.0)
        variance = (summed(who, rest, customers) + _EXTRA * usual) / (freedom + _EXTRA)
        apart = (lately - before) / np.sqrt(np.maximum(variance, 0.01) * (1 / parts[0] + 1 / parts[1]))
    return before, lately, apart


def _change(customers: _Customers, facts: Facts, settings: Settings) -> Iterator[Flag]:
    ripe = facts.counts & (facts.due + settings.most_days < facts.at)
    recent = facts.due[ripe] >= facts.at - RECENT
    late, who = facts.overdue(settings.most_days)[ripe], customers.of_invoice[ripe]
    before, lately, apart = changes(late, recent, who, len(customers))
    large = np.abs(lately - before) >= LEAST
    numbers: dict[str, Ints | Floats] = {
        "before": before, "recent": lately,
        "n_before": np.bincount(who[~recent], minlength=len(customers)).astype(np.int64),
        "n_recent": np.bincount(who[recent], minlength=len(customers)).astype(np.int64),
    }  # fmt: skip
    yield from customers.say("improving", large & (apart <= -SURE), "improving", **numbers)
    yield from customers.say("worsening", large & (apart >= SURE), "worsening", **numbers)


def _runs(customers: _Customers, facts: Facts) -> Iterator[Flag]:
    settled = facts.settled < facts.at
    # Invoices that are paid together are one payment day.
    pairs = np.unique(np.stack([customers.of_invoice[settled], facts.settled[settled]]), axis=1)
    who, when = pairs
    number = np.bincount(who, minlength=len(customers)).astype(np.int64)
    weekday, date = (when + 3) % 7, pd.DatetimeIndex(to_dates(when)).day.to_numpy() - 1
    by_weekday = _counts(who, weekday, len(customers), 7)
    top = by_weekday.argmax(axis=1)
    on_weekday = by_weekday.max(axis=1)
    enough = number >= PAY_DAYS
    weekly = enough & (on_weekday >= REGULAR * number)
    names = [WEEKDAYS[k] for k in top]
    yield from customers.say("pay-run regular", weekly, "pay-run weekday", days=names, k=on_weekday, n=number)

    first, on_first, rest = _best_window(_counts(who, date, len(customers), 31))
    second, on_second, _ = _best_window(rest)
    two = on_first < REGULAR * number
    on_dates = on_first + np.where(two, on_second, 0)
    # Two windows hold a fifth of the month's days, as one weekday does of the working ones.
    monthly = enough & ~weekly & (on_dates >= REGULAR * number)
    pair = [f"{min(a, b) + 1} and {max(a, b) + 1}" for a, b in zip(first, second, strict=True)]
    said = [text if both else f"{a + 1}" for text, both, a in zip(pair, two, first, strict=True)]
    yield from customers.say("pay-run regular", monthly, "pay-run dates", days=said, k=on_dates, n=number)


def _counts(who: Ints, column: Ints, customers: int, columns: int) -> Ints:
    flat = np.bincount(who * columns + column, minlength=customers * columns)
    return flat.reshape(customers, columns).astype(np.int64)


def _best_window(counts: Ints) -> tuple[Ints, Ints, Ints]:
    """The day on which most days of payment begin to lie, how many do, and the counts of the others."""
    around = sum(np.roll(counts, -shift, axis=1) for shift in range(WIDE))
    first = np.asarray(around).argmax(axis=1)
    rest = counts.copy()
    for shift in range(WIDE):
        rest[np.arange(len(counts)), (first + shift) % counts.shape[1]] = 0
    return first, (counts - rest).sum(axis=1), rest


def _more_than_usual(times: Ints, number: Ints) -> tuple[Flags, Floats]:
    """Whether so many of so many would be rare at the book's share; and that share in hundredths, by customer."""
    from scipy.special import bdtrc

    usual = times.sum() / max(int(number.sum()), 1)
    rare = bdtrc(np.maximum(times - 1, 0), np.maximum(number, times), usual) <= RARE
    return (times >= TIMES) & rare, np.full(len(times), 100.0 * usual)


def _disputers(customers: _Customers, cut: Ledger) -> Iterator[Flag]:
    owner = cut.invoices.set_index("invoice_id")["customer_id"]
    disputed = owner.reindex(cut.disputes["invoice_id"].unique()).dropna()
    times, number = customers.count_ids(disputed), customers.count_ids(cut.invoices["customer_id"])
    more, usual = _more_than_usual(times, number)
    yield from customers.say("disputer", more, "disputer", k=times, n=number, usual=usual)


def _promises(customers: _Customers, cut: Ledger, facts: Facts) -> Iterator[Flag]:
    kept = promises_kept(cut, facts.at)
    number, broken = (customers.count_ids(part["customer_id"]) for part in (kept, kept[~kept["kept"]]))
    breaks = (broken >= BROKEN) & (2 * broken > number)
    yield from customers.say("promise-breaker", breaks, "promise-breaker", k=broken, n=number)


def _part_payers(customers: _Customers, cut: Ledger) -> Iterator[Flag]:
    paid = cut.payments[(cut.payments["kind"] == "payment") & (cut.payments["amount"] > 0)]
    billed = cut.invoices.set_index("invoice_id")
    known = paid[paid["invoice_id"].isin(billed.index)]
    share = known["amount"].to_numpy() < billed["amount"].reindex(known["invoice_id"]).to_numpy() - cut.tolerance
    days_paid = known[share].groupby("invoice_id")["paid_on"].nunique()
    owner = billed["customer_id"]
    touched = owner.reindex(known["invoice_id"].unique())
    times = customers.count_ids(owner.reindex(days_paid.index[days_paid > 1]))
    number = customers.count_ids(touched)
    more, usual = _more_than_usual(times, number)
    yield from customers.say("part payer", more, "part payer", k=times, n=number, usual=usual)


def _new(customers: _Customers, facts: Facts) -> Iterator[Flag]:
    first = np.full(len(customers), NO_DAY, dtype=np.int64)
    np.minimum.at(first, customers.of_invoice, facts.issued)
    said = [f"{day:%Y-%m-%d}" for day in pd.DatetimeIndex(to_dates(first))]
    yield from customers.say("new", first >= facts.at - NEW, "new", first=said)


def _shown(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
