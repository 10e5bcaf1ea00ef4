"""Which customers belong together: a grid of risk and value, with flags."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, as_of, data_hash, day, known
from ...ledger.schema import days, to_dates
from ..kpi.entries import Entries
from .facts import Facts
from .flags import Flag, find_flags
from .grid import Held, Levels, plain_levels
from .replay import Month, cells, replay
from .settings import Settings
from .words import FLAGS, NAMES, ORDER, RISKS, SENTENCES, VALUES

COLUMNS = [
    "customer_id", "currency", "segment", "risk", "value", "flags", "days_overdue", "billed_a_year", "invoices",
    "own_days_overdue", "weight_of_own", "usual_days_overdue", "segment_by_estimate", "since",
]  # fmt: skip
"""Of :attr:`Segments.table`."""


@dataclass(frozen=True)
class Segments:
    """The segments of a day.

    Attributes
    ----------
    at : as_of. settings : what they are made by. book : name of the ledger. data_hash : of what was known.
    table : DataFrame, one row per account (customer and currency) that was billed before ``at``, sorted by both:
        segment (plain name), risk (low, medium, high), value (small, middle, large), flags (separated by commas),
        days_overdue (shrunk mean, days), billed_a_year (shrunk, currency units), invoices (that count for the risk),
        own_days_overdue (NaN without any), weight_of_own (0 to 1, of the own past in days_overdue), usual_days_overdue
        (of the group), segment_by_estimate (without memory of the months before), since (first day on which the
        segment was told, without a break).
    history : DataFrame, one row per account and month: customer_id, currency, month (the day on which it was told),
        segment. Each as it was told then; the last month is ``at``.
    flags : DataFrame: customer_id, flag, why.
    facts, before : the invoices known at ``at``, and the levels of the month before (None in the first), for
        :func:`~.stability.stability` and :func:`~.migration.migration`.
    """

    at: pd.Timestamp
    settings: Settings
    book: str
    data_hash: str
    table: pd.DataFrame = field(repr=False)
    history: pd.DataFrame = field(repr=False)
    flags: pd.DataFrame = field(repr=False)
    facts: Facts = field(repr=False)
    before: Held | None = field(repr=False)

    def __len__(self) -> int:
        return len(self.table)

    def why(self, customer_id: str) -> list[str]:
        """Sentences that explain the segments and flags of a customer.

        Raises
        ------
        PaybenchError
            If it was never billed before as_of.
        """
        mine = self.table[self.table["customer_id"] == customer_id]
        if mine.empty:
            raise PaybenchError(
                f"There is no segment of customer '{customer_id}' on {self.at:%Y-%m-%d}: no invoice was issued to it "
                "before; give the number of a customer who was billed."
            )
        told = []
        for n, row in enumerate(mine.to_dict("records")):
            if n == 0:
                told.append(_risk_sentence(row, self.settings))
            amount = f"{row['billed_a_year']:,.0f}"
            told.append(SENTENCES["value"].format(amount=amount, currency=row["currency"], value=row["value"]))
            if row["segment"] != row["segment_by_estimate"]:
                told.append(SENTENCES["held"].format(plain=row["segment_by_estimate"]))
        return told + self.flags.loc[self.flags["customer_id"] == customer_id, "why"].tolist()

    def summary(self) -> pd.DataFrame:
        """One row per currency and segment, in the order of names.

        Returns
        -------
        DataFrame: currency, segment, accounts, share (of the currency's accounts), billed_a_year (their sum, currency
        units), billed_share, days_overdue (mean over accounts, days), flagged (accounts with a flag).
        """
        by = self.table.assign(flagged=self.table["flags"] != "").groupby(["currency", "segment"])
        found = by.agg(
            accounts=("segment", "size"), billed_a_year=("billed_a_year", "sum"),
            days_overdue=("days_overdue", "mean"), flagged=("flagged", "sum"),
        ).reset_index()  # fmt: skip
        totals = found.groupby("currency")[["accounts", "billed_a_year"]].transform("sum")
        found.insert(3, "share", found["accounts"] / totals["accounts"])
        found.insert(5, "billed_share", found["billed_a_year"] / totals["billed_a_year"])
        order = found["segment"].map({name: place for place, name in enumerate(ORDER)})
        return found.assign(order=order).sort_values(["currency", "order"]).drop(columns="order").reset_index(drop=True)

    @property
    def flagged(self) -> dict[str, int]:
        """How many customers bear each flag that occurs, in the order of :data:`.FLAGS`."""
        counts = self.flags["flag"].value_counts()
        return {flag: int(counts[flag]) for flag in FLAGS if flag in counts}

    @property
    def as_dict(self) -> dict[str, Any]:
        """What a program would read: as_of, book, data_hash, settings, accounts, segments, flags."""
        return {
            "as_of": f"{self.at:%Y-%m-%d}",
            "book": self.book,
            "data_hash": self.data_hash,
            "settings": asdict(self.settings),
            "accounts": len(self),
            "segments": [
                {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
                for row in self.summary().to_dict("records")
            ],
            "flags": self.flagged,
        }

    def __str__(self) -> str:
        s = self.settings
        text = (
            f"slow: more than {s.slow:g} days overdue on average, risky: more than {s.risky:g} ({s.most_days} at most "
            f"per invoice). Large: the first {s.large:.0%} of a year's billing, middle: up to {s.middle:.0%}."
        )
        lines = [f"segments of {len(self)} accounts on {self.at:%Y-%m-%d}", *wrap(text, 79)]
        for currency, rows in self.summary().groupby("currency"):
            heads = ("accounts", "share", "a year", "share", "days", "flags")
            lines += ["", f"{currency:<19}" + "".join(f"{head:>10}" for head in heads)]
            for row in rows.to_dict("records"):
                figures = (
                    f"{row['accounts']:,d}", f"{row['share']:.0%}", _money(row["billed_a_year"]),
                    f"{row['billed_share']:.0%}", f"{row['days_overdue']:.1f}", f"{row['flagged']:,d}",
                )  # fmt: skip
                lines.append(f"  {row['segment']:<17}" + "".join(f"{figure:>10}" for figure in figures))
        if self.flagged:
            lines += ["", *wrap("flags: " + ", ".join(f"{flag} {n}" for flag, n in self.flagged.items()), 79)]
        return "\n".join(lines)


def segment(ledger: Ledger, date: object, settings: Settings | None = None) -> Segments:
    """The segments of every account that was billed before a day.

    Risk is how many days overdue a customer's invoices stay on average, in all its currencies; value is what an account
    is billed a year in its currency. Both are drawn toward the group (country, currency) where little is known, as
    much as the book itself shows, and held from month to month until a move is sure enough. The months are replayed
    from the first on, so that the segments follow from the ledger and the day alone.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    settings : borders and margins; None = the usual.

    Raises
    ------
    PaybenchError
        If the date is none, or no invoice was issued before it.
    """
    at, chosen = day(date), settings or Settings()
    past = known(ledger, at)
    entries = Entries(past)
    number = int(days(pd.Series([at]))[0])
    facts = Facts.of(entries, number)
    if not len(facts):
        raise PaybenchError(
            f"No invoice is known before {at:%Y-%m-%d}, so there is nobody to put into a segment; give a later day."
        )
    months = list(replay(entries, facts, chosen))
    flags = find_flags(as_of(past, at), facts, chosen)
    return Segments(
        at=at,
        settings=chosen,
        book=ledger.name,
        data_hash=data_hash(past),
        table=_table(facts, months, flags),
        history=_history(facts, months),
        flags=pd.DataFrame([asdict(flag) for flag in flags], columns=["customer_id", "flag", "why"]).astype("str"),
        facts=facts,
        before=months[-2].held if len(months) > 1 else None,
    )


def names_of(level: Levels) -> pd.Series:
    """The segment's name of each pair of levels, (n, 2)."""
    lookup = np.array([NAMES[value, risk] for value in VALUES for risk in RISKS], dtype=object)
    return pd.Series(lookup[cells(level)], dtype="str")


def _table(facts: Facts, months: list[Month], flags: list[Flag]) -> pd.DataFrame:
    last = months[-1]
    level, found = last.held.level, last.found
    told: dict[str, list[str]] = {}
    for flag in flags:
        told.setdefault(flag.customer_id, []).append(flag.flag)
    table = facts.accounts.copy()
    table["segment"] = names_of(level)
    table["risk"] = pd.Series(np.array(RISKS, dtype=object)[level[:, 0]], dtype="str")
    table["value"] = pd.Series(np.array(VALUES, dtype=object)[level[:, 1]], dtype="str")
    table["flags"] = pd.Series([", ".join(told.get(who, ())) for who in table["customer_id"]], dtype="str")
    table["days_overdue"] = found.days.mean
    table["billed_a_year"] = np.exp(found.billing.mean)
    table["invoices"] = found.n
    table["own_days_overdue"] = found.plain
    table["weight_of_own"] = found.days.own
    table["usual_days_overdue"] = found.days.prior
    table["segment_by_estimate"] = names_of(plain_levels(found, last.borders))
    since = np.full(len(table), last.at, dtype=np.int64)
    same = np.ones(len(table), dtype=bool)
    for month in reversed(months):
        same &= (month.held.level == level).all(axis=1)
        since[same] = month.at
    table["since"] = to_dates(since)
    return table[COLUMNS]


def _history(facts: Facts, months: list[Month]) -> pd.DataFrame:
    parts = []
    for month in months:
        there = month.held.level[:, 0] >= 0
        part = facts.accounts[there].assign(month=to_dates(np.full(there.sum(), month.at)))
        parts.append(part.assign(segment=names_of(month.held.level[there]).to_numpy()))
    return pd.concat(parts, ignore_index=True)


def _risk_sentence(row: dict[Any, Any], settings: Settings) -> str:
    usual, most = f"{row['usual_days_overdue']:.1f}", settings.most_days
    if not row["invoices"]:
        return SENTENCES["risk_unknown"].format(most=most, usual=usual, risk=row["risk"])
    return SENTENCES["risk"].format(
        own=f"{row['own_days_overdue']:.1f}", n=row["invoices"], most=most, usual=usual,
        rest=f"{100 * (1 - row['weight_of_own']):.0f}", days=f"{row['days_overdue']:.1f}", risk=row["risk"],
    )  # fmt: skip


def _money(amount: float) -> str:
    return f"{amount / 1e6:,.1f} m" if amount >= 999_500 else f"{amount:,.0f}"
