"""All open invoices as columns, small enough for a page: texts once each, dates and shares as places in lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...decide.decided import Decisions
from ...decide.dunning import STATES
from ...decide.exceptions import flagged, of_invoices
from ...explain.numbers import SPACE
from ...pages import Language
from .findings import Findings, currencies, waiting
from .states import WORDS as STATE_WORDS
from .states import sentences as sentences_of

Ints = NDArray[np.int64]

BUCKETS = (
    ("overdue by more than 90 days", 91, None),
    ("61 to 90 days overdue", 61, 90),
    ("31 to 60 days overdue", 31, 60),
    ("1 to 30 days overdue", 1, 30),
    ("due within 7 days", -7, 0),
    ("due in 8 to 30 days", -30, -8),
    ("due in more than 30 days", None, -31),
)
"""Kinds of due dates: their words, and the days overdue from and to which they reach."""

RISKS = ("high", "medium", "low")

REMARKS = {
    "disputed": "in dispute",
    "broken": "promise broken",
    "unapplied": "unapplied money of the customer",
    "credit": "open credit note of the customer",
    "cold_start": "hardly known yet",
    "unseen_value": "has a value never seen in training",
    "thin_tail": "few such cases in the past",
}
"""What is remarkable about an invoice, in words; their order is that of the bits."""

WORDS = {
    "late": "late already",
    "overdue1": "1 day overdue",
    "overdue": "{n} days overdue",
    "today": "due today",
    "in1": "due in 1 day",
    "in": "due in {n} days",
    "delay0": "about on the due date",
    "late1": "about 1 day late",
    "lates": "about {n} days late",
    "early1": "about 1 day early",
    "earlies": "about {n} days early",
    "open_end": "from {first}, open end",
    "no_date": "no date can be given",
    "no_year": "not within a year",
    "found": "{shown} of {all} invoices",
    "none": "No invoice is like that. Change the search, or show all.",
    "reasons": "Why",
    "no_reasons": "nothing moves it away from the average invoice",
    "band": "When",
    "band_said": "8 of 10 such invoices are paid from {low} to {high}; by {mid} it is as likely paid as not.",
    "band_open": "1 of 10 such invoices is paid by {low}; for the slowest no day can be given.",
    "band_none": "So many such invoices are never paid, or not within a year, that no day can be given.",
    "band_mid": "By {mid} it is as likely paid as not.",
    "band_key": "Bar: 8 of 10 are paid within it. Thick line: the day by which it is as likely paid as not.",
    "due": "due",
    "today_mark": "as of",
    "remarks": "Remarks",
    "sent": "What is sent, or why nothing is",
    "only": "Only this customer",
}  # fmt: skip
"""Sentences that the script says."""


def rows_of(found: Findings, t: Language) -> dict[str, Any]:
    """What ``portfolio.js`` draws: lists of texts, and columns of places in them, the costliest wait first.

    Customers, reasons and dates are told once and named by their place. Amounts are whole numbers of ``10 ** -places``
    of their currency, so that the script's sums are exact; ``dates`` are days from ``as_of`` on.
    """
    order = currencies(found.table)
    rank = found.table["currency"].map({c: k for k, c in enumerate(order)})
    table = found.table.assign(rank=rank, stake=waiting(found.table)).sort_values(
        ["rank", "stake", "customer_id", "invoice_id"], ascending=[True, False, True, True], kind="stable"
    )
    places = [_places(table.loc[table["currency"] == c, "amount_open"]) for c in order]
    scale = table["rank"].map({k: 10**p for k, p in enumerate(places)})
    customer, ids = pd.factorize(table["customer_id"])
    names = table.drop_duplicates("customer_id")["name"]
    dates, days = _dates(table[["due_on", "pay_on_p10", "pay_on_p50", "pay_on_p90"]], found.at)
    late, percents = _percents(table, int(found.about["grace_days"]), t)
    reasons, moved, sentences, points = _reasons(table)
    state, said, told = _decided(found, table, t)
    return {
        "words": {key: t(sentence) for key, sentence in WORDS.items()},
        "group": t.number(1000)[1],
        "decimal": t.number(0.5, 1)[1],
        "currencies": order,
        "places": places,
        "customers": ids.tolist(),
        "names": ["" if pd.isna(n) or n == i else str(n) for n, i in zip(names, ids, strict=True)],
        "days": days.tolist(),
        "dates": [t.date(found.at + pd.Timedelta(days=d)) for d in days.tolist()],
        "percents": percents,
        "sentences": sentences,
        "points": points,
        "risks": [t(r) for r in RISKS],
        "remarks": [t(r) for r in REMARKS.values()],
        "buckets": [[low, high] for _, low, high in BUCKETS],
        "said": told,
        "rows": {
            "invoice": table["invoice_id"].tolist(),
            "customer": customer.tolist(),
            "currency": table["rank"].tolist(),
            "amount": np.rint(table["amount_open"] * scale).astype(np.int64).tolist(),
            **{name: dates[:, k].tolist() for k, name in enumerate(("due", "low", "mid", "high"))},
            "late": late.tolist(),
            "delay": np.rint(table["expected_days_late"]).astype(np.int64).tolist(),
            "risk": table["risk"].map({r: k for k, r in enumerate(RISKS)}).tolist(),
            "remarks": _remarks(found, table).tolist(),
            "state": state.tolist(),
            "said": said.tolist(),
            "reasons": [column.tolist() for column in reasons],
            "moved": [column.tolist() for column in moved],
        },
    }


def _places(amounts: pd.Series) -> int:
    return 0 if np.allclose(amounts, amounts.round()) else 2


def _dates(columns: pd.DataFrame, at: pd.Timestamp) -> tuple[Ints, Ints]:
    """(n, k) places of dates in a sorted list, -1 where there is none; and the list, as days from ``at`` on."""
    since = np.stack([(columns[name] - at).dt.days.to_numpy(np.float64) for name in columns], axis=1)
    there = ~np.isnan(since)
    days, place = np.unique(since[there].astype(np.int64), return_inverse=True)
    places = np.full(since.shape, -1)
    places[there] = place
    return places, days


def _percents(table: pd.DataFrame, grace: int, t: Language) -> tuple[Ints, list[str]]:
    """Each P(late) as a place in a list of texts, in the order of what they say; the last is "late already"."""
    shares = [0.0, 0.001, *(k / 100 for k in range(1, 100)), 0.999, 1.0]
    p = table["p_late"].to_numpy(np.float64)
    place = np.where(p == 0, 0, np.where(p < 0.005, 1, np.where(p > 0.995, 101, np.rint(100 * p) + 1)))
    place = np.where(p == 1, 102, place)
    place = np.where(table["days_overdue"] > grace, len(shares), place).astype(np.int64)
    return place, [*(t.percent(share) for share in shares), t("late already")]


def _reasons(table: pd.DataFrame) -> tuple[list[Ints], list[Ints], list[str], list[str]]:
    """Reasons as places of their sentences and of what these move, -1 where there is none; and both lists."""
    texts = pd.concat([table[f"reason_{k}"].fillna("") for k in (1, 2, 3)], ignore_index=True)
    whole, different = pd.factorize(texts)
    parts = [_parted(text) for text in different]
    sentence, sentences = pd.factorize(pd.Series([p[0] for p in parts], dtype="str"))
    moved, points = pd.factorize(pd.Series([p[1] for p in parts], dtype="str"))
    empty = np.array([not text for text in different], dtype=bool)
    columns = [np.where(empty, -1, code)[whole].reshape(3, len(table)) for code in (sentence, moved)]
    return list(columns[0]), list(columns[1]), list(map(str, sentences)), list(map(str, points))


def _parted(reason: str) -> tuple[str, str]:
    """'Paid on average 14 days late', '+18 points' of a reason that says by how much; else all of it, and nothing."""
    sentence, colon, points = reason.removesuffix(".").rpartition(": ")
    return (sentence, points) if colon and points[:1] in ("+", "-", "\N{MINUS SIGN}") else (reason, "")


def _remarks(found: Findings, table: pd.DataFrame) -> Ints:
    concerned = of_invoices(found.exceptions, table)
    bits = np.zeros(len(table), dtype=np.int64)
    for k, kind in enumerate(REMARKS):
        own = concerned[kind] if kind in concerned else flagged(table, kind)
        bits |= own.to_numpy(dtype=bool).astype(np.int64) << k
    return bits


def _decided(found: Findings, table: pd.DataFrame, t: Language) -> tuple[Ints, Ints, list[str]]:
    """Each invoice's state and the place of its sentence, -1 where nothing was decided; and the sentences."""
    nothing = np.full(len(table), -1)
    if found.decisions is None:
        return nothing, nothing, []
    states = found.decisions.states
    place = pd.Index(states["invoice_id"]).get_indexer(pd.Index(table["invoice_id"]))
    state = states["state"].map({name: k for k, name in enumerate(STATES)}).to_numpy(np.int64)
    said, told = pd.factorize(sentences_of(found.decisions, t))
    return np.where(place < 0, -1, state[place]), np.where(place < 0, -1, said[place]), list(map(str, told))


def filters(t: Language, found: Findings) -> dict[str, list[dict[str, str]]]:
    """The choices of the filters: value and words of each."""
    return {
        "risk": [{"value": str(k), "said": t(r)} for k, r in enumerate(RISKS)],
        "currency": [{"value": str(k), "said": c} for k, c in enumerate(currencies(found.table))],
        "due": [{"value": str(k), "said": t(words)} for k, (words, _, _) in enumerate(BUCKETS)],
        "remark": [{"value": str(k), "said": t(words)} for k, words in enumerate(REMARKS.values())],
        "state": [] if found.decisions is None else _states(found.decisions, t),
    }


def _states(decisions: Decisions, t: Language) -> list[dict[str, str]]:
    """Those that there are, as choices of a filter."""
    there = set(decisions.states["state"])
    return [{"value": str(k), "said": t(STATE_WORDS[name][0])} for k, name in enumerate(STATES) if name in there]


def remark(kind: str) -> str:
    """The value of the filter that shows one kind of exception; empty where none does."""
    return str(list(REMARKS).index(kind)) if kind in REMARKS else ""


def tied(text: str) -> str:
    """A sentence whose percent signs stay with their numbers at the end of a line."""
    return text.replace(" %", f"{SPACE}%")
