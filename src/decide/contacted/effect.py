"""What contacts change, by decisions that were left to chance.

Some decisions sent nothing by chance, and the log says with what probability. Weighted by its inverse they tell what
would have become of all decisions if nothing had been sent (Horvitz and Thompson 1952; weights made to add up, Hajek
1971). The difference to what became of them is what the contacts did. Rates of payment after a contact say nothing of
it: who is contacted is late already, and some would have paid without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger import Ledger
from ...ledger.schema import days
from .intervals import Z, cluster_variance
from .outcomes import PAID_DAYS, day_number, paid_within, settled_days, weekdays

Floats = NDArray[np.float64]

WITHHELD = ["decision_id", "customer_id", "invoice_id", "decided_on", "step", "propensity", "policy"]
"""Columns of decisions to send nothing."""
FEWEST = 30
"""Withheld decisions below which nothing is said of an effect."""
OFF = 3.0
"""Standard errors by which the weights may miss 1 before the logged probabilities are doubted."""

_BEFORE = ("step", "weekday", "policy")
"""Groups known before the decision: what was withheld falls into them, too."""
_CHOSEN = ("channel", "tone")


@dataclass(frozen=True)
class Chance:
    """Decisions that chance had a part in.

    Attributes
    ----------
    table : customer_id, sent (flag), propensity (of what was decided), channel, tone, step, weekday, policy,
        matured_k and paid_k.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, contacts: pd.DataFrame, cut: Ledger, withheld: pd.DataFrame | None, at: pd.Timestamp) -> Chance:
        """Contacts (of :func:`.outcomes.outcomes`) and withheld decisions with a probability between 0 and 1.

        Of policies that withheld nothing by chance there is nothing to compare, so they are left out.
        """
        kept = _checked(withheld, at)
        decided, today = days(kept["decided_on"]), day_number(at)
        quiet = kept.assign(sent=False, channel="", tone="", weekday=weekdays(decided))
        settled = settled_days(cut, kept["invoice_id"])
        for k in PAID_DAYS:
            quiet[f"matured_{k}"], quiet[f"paid_{k}"] = paid_within(decided, settled, k, today)
        loud = contacts.assign(sent=True)
        columns = ["customer_id", "sent", "propensity", "channel", "tone", "step", "weekday", "policy"]
        columns += [f"{what}_{k}" for k in PAID_DAYS for what in ("matured", "paid")]
        both = pd.concat([part[columns] for part in (loud, quiet) if len(part)] or [loud[columns]], ignore_index=True)
        both = both[(both["propensity"] > 0) & (both["propensity"] < 1)]
        both["policy"] = both["policy"].astype("str").fillna("")
        return cls(both[both["policy"].isin(both.loc[~both["sent"], "policy"])].reset_index(drop=True))

    def effects(self) -> pd.DataFrame:
        """What contacts change, overall and by group.

        Returns
        -------
        DataFrame: by, group, days, decisions, withheld, paid_sent and paid_withheld (shares settled within so many
        days, as they are seen), effect (difference in that share that a contact makes, of those sent), low, high
        (95 %, clustered by customer), weights (mean of the withheld weights; 1 if the logged probabilities are right),
        doubtful (whether it misses 1 by more than :data:`OFF` standard errors).
        By channel and tone it is the mean over the options with that channel or tone, each alike, and rests on each
        having been possible in every decision of its step.
        """
        lines = []
        for k in PAID_DAYS:
            ripe = self.table[self.table[f"matured_{k}"]]
            lines.append(_as_it_was_run(ripe, k, "all", ""))
            for by in _BEFORE:
                lines += [_as_it_was_run(ripe[ripe[by] == group], k, by, group) for group in _groups(ripe, by)]
            for by in _CHOSEN:
                lines += [_chosen(ripe, k, by, group) for group in _groups(ripe[ripe["sent"]], by)]
        return pd.DataFrame([line for line in lines if line is not None], columns=COLUMNS)


COLUMNS = [
    *["by", "group", "days", "decisions", "withheld", "paid_sent", "paid_withheld", "effect", "low", "high"],
    *["weights", "doubtful"],
]


def _groups(table: pd.DataFrame, by: str) -> list[object]:
    return sorted(table[by].dropna().unique().tolist())


def _as_it_was_run(rows: pd.DataFrame, k: int, by: str, group: object) -> tuple[object, ...] | None:
    """The decisions as they were taken against sending nothing at all, per contact sent."""
    sent, paid = rows["sent"].to_numpy(dtype=bool), rows[f"paid_{k}"].to_numpy(dtype=np.float64)
    if min((~sent).sum(), sent.sum()) < FEWEST:
        return None
    weight = np.where(sent, 0.0, 1.0 / rows["propensity"].to_numpy(dtype=np.float64))
    nothing = float((weight * paid).sum() / weight.sum())
    rate = float(sent.mean())
    effect = (float(paid.mean()) - nothing) / rate
    influence = (paid - paid.mean()) - weight / weight.mean() * (paid - nothing) - effect * (sent - rate)
    return _line(rows, k, by, group, effect, influence / rate, weight)


def _chosen(ripe: pd.DataFrame, k: int, by: str, group: object) -> tuple[object, ...] | None:
    """One channel or tone against nothing, over the decisions of the steps in which it was tried."""
    tried = ripe.loc[ripe["sent"] & (ripe[by] == group), ["policy", "step"]].drop_duplicates()
    rows = ripe.merge(tried, on=["policy", "step"])
    mine, quiet = ((rows["sent"] & (rows[by] == group)).to_numpy(dtype=bool), ~rows["sent"].to_numpy(dtype=bool))
    if min(mine.sum(), quiet.sum()) < FEWEST:
        return None
    paid = rows[f"paid_{k}"].to_numpy(dtype=np.float64)
    inverse = 1.0 / rows["propensity"].to_numpy(dtype=np.float64)
    one, none = np.where(mine, inverse, 0.0), np.where(quiet, inverse, 0.0)
    with_it, without = (float((w * paid).sum() / w.sum()) for w in (one, none))
    influence = one / one.mean() * (paid - with_it) - none / none.mean() * (paid - without)
    return _line(rows, k, by, group, with_it - without, influence, none, mine)


def _line(
    rows: pd.DataFrame, k: int, by: str, group: object, effect: float, influence: Floats, weight: Floats,
    mine: NDArray[np.bool_] | None = None,
) -> tuple[object, ...]:  # fmt: skip
    cluster = pd.factorize(rows["customer_id"])[0].astype(np.int64)
    half = Z * np.sqrt(cluster_variance(influence, cluster))
    off = abs(weight.mean() - 1.0) > OFF * np.sqrt(cluster_variance(weight - weight.mean(), cluster))
    sent = rows["sent"].to_numpy(dtype=bool) if mine is None else mine
    quiet = ~rows["sent"].to_numpy(dtype=bool)
    paid = rows[f"paid_{k}"]
    return (
        by, _name(group), k, len(rows), int(quiet.sum()), float(paid[sent].mean()), float(paid[quiet].mean()), effect,
        effect - half, effect + half, float(weight.mean()), bool(off),
    )  # fmt: skip


def _name(group: object) -> str:
    return f"{group:g}" if isinstance(group, float) else str(group)


def _checked(withheld: pd.DataFrame | None, at: pd.Timestamp) -> pd.DataFrame:
    """Decisions to send nothing that were taken before a day."""
    if withheld is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in WITHHELD}).astype(
            {"decided_on": "datetime64[s]", "step": "float64", "propensity": "float64"}
        )
    missing = [name for name in WITHHELD if name not in withheld]
    if missing:
        raise PaybenchError(
            f"The withheld decisions have no column {missing[0]!r}; they need {', '.join(WITHHELD)}, as in the file "
            "withheld.parquet beside a ledger."
        )
    table = withheld[WITHHELD].copy()
    table["decided_on"] = pd.to_datetime(table["decided_on"]).astype("datetime64[s]")
    wrong = ~table["propensity"].between(0.0, 1.0)
    if wrong.any():
        raise PaybenchError(
            f"Decision {table.loc[wrong, 'decision_id'].iloc[0]} was withheld with the probability "
            f"{table.loc[wrong, 'propensity'].iloc[0]}; give one from 0 to 1."
        )
    return table[table["decided_on"] < at].reset_index(drop=True)
