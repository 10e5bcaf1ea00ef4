"""By which channel and on which day a customer is best reached, from its past responses, with a share left to chance.

What was responded to says what goes well together, not what causes it: channels and days were chosen by the ladder. The
share that chance decides, with its propensity logged, is what lets a later look tell the two apart
(:mod:`paybench.decide.evaluate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from typing import Any

import numpy as np
import pandas as pd

from ...decide.contacted.outcomes import WEEKDAYS
from ...decide.decided.today import chances
from ...decide.dunning.policy import CHANNELS
from ...errors import PaybenchError
from ...ledger import Ledger, as_of, day
from ...ledger.schema import days
from .instants import usual_hours
from .rates import Floats, Prior, prior
from .responses import DAYS, responses

COLUMNS = ("customer_id", "channel", "weekday", "send_on", "hour", "p", "propensity", "explored", "tried", "reason")
"""Of :func:`best_times`."""
WORKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Choice:
    """The time and channel of one customer.

    Attributes
    ----------
    send_on : the first such weekday from as_of on. hour : 0 to 23 where the customer is; None = not known.
    p : chance of a response within three days. propensity : with which just this was chosen.
    explored : whether chance chose. reason : in words.
    """

    customer_id: str
    channel: str
    send_on: Day
    hour: int | None
    p: float
    propensity: float
    explored: bool
    reason: str


def best_times(
    ledger: Ledger,
    date: object,
    customers: Sequence[str] | None = None,
    *,
    channels: Sequence[str] = CHANNELS,
    weekdays: Sequence[int] = WORKDAYS,
    explore: float = 0.15,
    seed: int = 0,
) -> pd.DataFrame:
    """The channel and weekday by which each customer most likely responds.

    A response is a message or a payment within three days. Rates by channel and by weekday are each drawn toward the
    book's (:mod:`.rates`), and put together as if they were independent.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    customers : whom to choose for; None = all that were billed or contacted. channels, weekdays (0 = Monday) : what may
        be chosen; what a customer has forbidden never is.
    explore : share of customers whose choice is uniform over what may be chosen; in [0, 1). seed : of that share.

    Returns
    -------
    DataFrame, :data:`COLUMNS`, in the order of ``customers``; ``channel`` is empty, and ``propensity`` 1, where a
    customer has forbidden every one. hour is empty where no message of the customer bears an instant (``received_at``).

    Raises
    ------
    PaybenchError
        If the date is none, ``explore`` is outside [0, 1), or nothing may be chosen.
    """
    at = day(date)
    if not 0 <= explore < 1:
        raise PaybenchError(f"explore is {explore}; give a share from 0 up to, but not including, 1.")
    if not channels or not weekdays or not set(weekdays) <= set(range(7)):
        raise PaybenchError(
            f"Channels {list(channels)} and weekdays {list(weekdays)} leave nothing to choose; give at least one of "
            "each, weekdays as numbers from 0 (Monday) to 6."
        )
    cut = as_of(ledger, at)
    number = int(days(pd.Series([at]))[0])
    who = _everybody(cut) if customers is None else list(customers)
    table = responses(cut, number)
    by_channel, counts = _rates(table, "channel", list(channels), who)
    by_day, day_counts = _rates(table, "weekday", list(weekdays), who)
    all_of_it = prior(*_counts(table, _ones(table))[:2])
    joint = _odds(by_channel)[:, :, None] + _odds(by_day)[:, None, :] - _odds(np.array(all_of_it.mean))
    p = 1.0 / (1.0 + np.exp(-joint))
    may = np.broadcast_to(_allowed(cut, who, list(channels))[:, :, None], p.shape)
    chosen, propensity, explored = _choose(p, may, explore, chances(np.asarray(who, dtype=object), number, seed))
    hours = usual_hours(cut, who)
    rows: list[tuple[Any, ...]] = []
    for n, name in enumerate(who):
        place = int(chosen[n])
        if place < 0:
            reason = "No channel: the customer has forbidden every one that may be chosen."
            rows.append((name, "", "", pd.NaT, hours[n], np.nan, 1.0, False, int(counts[n].sum()), reason))
            continue
        c, d = divmod(place, len(weekdays))
        send_on = at + pd.Timedelta((weekdays[d] - at.weekday()) % 7, "D")
        reason = _why(
            channels[c], WEEKDAYS[weekdays[d]], counts[n, c], day_counts[n, d], explored[n], explore, hours[n]
        )
        rows.append((name, channels[c], WEEKDAYS[weekdays[d]], send_on, hours[n], p[n, c, d], propensity[n],
                     bool(explored[n]), int(counts[n, :, 1].sum()), reason))  # fmt: skip
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.astype({"customer_id": "str", "channel": "str", "weekday": "str", "reason": "str", "hour": "Int64",
                         "send_on": "datetime64[s]"})  # fmt: skip


def choice_of(table: pd.DataFrame, customer_id: str) -> Choice | None:
    """One customer's row of :func:`best_times`; None where it is not in it, or may not be written to."""
    rows = table[(table["customer_id"] == customer_id).to_numpy()]
    if rows.empty or not rows["channel"].iloc[0]:
        return None
    row = rows.iloc[0]
    return Choice(
        customer_id, row["channel"], row["send_on"].date(), None if pd.isna(row["hour"]) else int(row["hour"]),
        float(row["p"]), float(row["propensity"]), bool(row["explored"]), row["reason"],
    )  # fmt: skip


def _everybody(cut: Ledger) -> list[str]:
    some = pd.concat([cut.customers["customer_id"], cut.invoices["customer_id"], cut.contacts["customer_id"]])
    return sorted(some.unique().tolist())


def _counts(table: pd.DataFrame, group: np.ndarray) -> tuple[Floats, Floats, pd.Index[Any]]:
    """(customers of the book,) responses and contacts in a group, and who they are."""
    owner, known = pd.factorize(table["customer_id"])
    responded = table["responded"].to_numpy(dtype=np.float64)
    trials: Floats = np.bincount(owner, group, minlength=len(known)).astype(np.float64)
    hits: Floats = np.bincount(owner, group * responded, minlength=len(known)).astype(np.float64)
    return hits, trials, pd.Index(known)


def _ones(table: pd.DataFrame) -> np.ndarray:
    return np.ones(len(table))


def _rates(table: pd.DataFrame, by: str, levels: Sequence[object], who: Sequence[str]) -> tuple[Floats, Floats]:
    """(n, levels) expected rates, and (n, levels, 2) responses and contacts, of each customer asked about."""
    everything = prior(*_counts(table, _ones(table))[:2])
    rates = np.empty((len(who), len(levels)))
    counts = np.zeros((len(who), len(levels), 2))
    for k, level in enumerate(levels):
        hits, trials, known = _counts(table, (table[by] == level).to_numpy(dtype=np.float64))
        place = known.get_indexer(pd.Index(who))
        mine = np.stack([hits, trials], axis=1) if len(known) else np.zeros((1, 2))
        counts[:, k] = np.where((place >= 0)[:, None], mine[np.maximum(place, 0)], 0.0)
        believed: Prior = prior(hits, trials, everything)
        rates[:, k] = believed.after(counts[:, k, 0], counts[:, k, 1])
    return rates, counts


def _odds(rate: Floats) -> Floats:
    safe = np.clip(rate, 1e-6, 1 - 1e-6)
    found: Floats = np.log(safe / (1 - safe))
    return found


def _allowed(cut: Ledger, who: Sequence[str], channels: Sequence[str]) -> np.ndarray:
    """(n, channels) whether a customer may be written to, by the last word on each channel."""
    said = cut.consents.sort_values("changed_on", kind="stable")
    last: Mapping[tuple[str, str], bool] = {
        (str(c), str(h)): bool(yes)
        for c, h, yes in zip(said["customer_id"], said["channel"], said["allowed"], strict=True)
    }
    return np.array([[last.get((name, channel), True) for channel in channels] for name in who], dtype=bool).reshape(
        len(who), len(channels)
    )


def _choose(p: Floats, may: np.ndarray, explore: float, uniform: Floats) -> tuple[np.ndarray, Floats, np.ndarray]:
    """(n,) the option of each customer (-1 where none may be chosen), its propensity, and whether chance chose."""
    n = len(p)
    cells = p.shape[1] * p.shape[2]
    flat, able = p.reshape(n, cells), may.reshape(n, cells)
    options = able.sum(axis=1)
    best = np.where(able, flat, -np.inf).argmax(axis=1) if n else np.zeros(0, dtype=np.int64)
    explored = (uniform[:, 0] < explore) & (options > 1)
    nth = np.minimum((uniform[:, 1] * options).astype(np.int64), np.maximum(options - 1, 0))
    drawn = (np.cumsum(able, axis=1) <= nth[:, None]).sum(axis=1)
    chosen = np.where(options == 0, -1, np.where(explored, drawn, best))
    share = explore / np.maximum(options, 1)
    propensity = np.where(options <= 1, 1.0, share + (1.0 - explore) * (chosen == best))
    return chosen, propensity, explored


def _why(
    channel: str, weekday: str, by_channel: Floats, by_day: Floats, explored: bool, explore: float, hour: int | None
) -> str:
    at = f", at about {hour}:00, when the customer usually writes" if hour is not None else ""
    if explored:
        return (
            f"Time and channel: {weekday}, {channel}{at}; chosen by chance, as {explore:.0%} of all are, to learn from."
        )
    own = []
    if by_channel[1]:
        own.append(f"{by_channel[0]:.0f} of {by_channel[1]:.0f} contacts by {channel}")
    if by_day[1]:
        own.append(f"{by_day[0]:.0f} of {by_day[1]:.0f} on a {weekday}")
    told = "nothing is known of this customer there, so what is usual in the book counts"
    if own:
        told = (
            f"the customer responded within {DAYS} days to {' and '.join(own)}; what is usual in the book counts, too"
        )
    return f"Time and channel: {weekday}, {channel}{at}; {told}."
