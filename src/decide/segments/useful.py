"""Whether segments tell what comes: how the invoices of the months after as_of were paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, day, known
from ...ledger.schema import NO_DAY, days
from ..kpi.entries import Entries
from .facts import Facts, Flags, Floats
from .segment import Segments
from .words import ORDER, RISKS

AFTER = 92
"""Days after as_of in which the invoices fall due that are looked at."""


@dataclass(frozen=True)
class Usefulness:
    """What came of the invoices that fell due in the months after as_of, and were not settled before it.

    Attributes
    ----------
    table : DataFrame, one row per segment with such invoices: segment, accounts, invoices, late (share later than the
        grace days), days_overdue (mean, as the settings count them), unpaid (share that was not settled after as many
        days as the settings count).
    risks : the same by risk level.
    late_auc, unpaid_auc : how often the risk estimate of as_of puts an invoice that was late (unpaid) above one that
        was not; 0.5 = as chance would. NaN where all are alike.
    segment_auc : of being late, by risk level alone.
    kruskal, kruskal_p : statistic of accounts' mean days overdue by risk level, and its p-value (Kruskal-Wallis);
        NaN where fewer than two levels have accounts.
    """

    table: pd.DataFrame
    risks: pd.DataFrame
    late_auc: float
    unpaid_auc: float
    segment_auc: float
    kruskal: float
    kruskal_p: float

    def __str__(self) -> str:
        lines = [f"  {'':<19}{'accounts':>10}{'invoices':>10}{'late':>8}{'days overdue':>15}{'unpaid':>9}"]
        for frame, name in ((self.table, "segment"), (self.risks, "risk")):
            for row in frame.to_dict("records"):
                label = row[name] if name == "segment" else f"risk {row[name]}"
                lines.append(
                    f"  {label:<19}{row['accounts']:>10,d}{row['invoices']:>10,d}{row['late']:>8.0%}"
                    f"{row['days_overdue']:>15.1f}{row['unpaid']:>9.1%}"
                )
        by_estimate, by_level = f"{self.late_auc:.2f} by the estimate", f"{self.segment_auc:.2f} by the level"
        lines += [
            f"  late told from not late (AUC): {by_estimate}, {by_level}",
            f"  unpaid told from paid (AUC): {self.unpaid_auc:.2f} by the estimate",
            f"  that the risk levels differ by chance alone: p = {self.kruskal_p:.1g} (Kruskal-Wallis)",
        ]
        return "\n".join(lines)


def usefulness(segments: Segments, ledger: Ledger, later: object, after: int = AFTER) -> Usefulness:
    """How well segments of a day told what came later.

    Parameters
    ----------
    segments : of a day. ledger : the whole book. later : the day up to which it is looked at; nothing dated on it or
        later counts. after : an invoice is looked at if it fell due within so many days from as_of on, was not settled
        before as_of, and has matured by ``later``: the settings' ``most_days`` have passed since it was due.

    Raises
    ------
    PaybenchError
        If ``later`` is not after as_of, or no invoice has matured by then.
    """
    end = day(later)
    if end <= segments.at:
        raise PaybenchError(f"later is {end:%Y-%m-%d}; give a day after as_of, which is {segments.at:%Y-%m-%d}.")
    most, at = segments.settings.most_days, segments.facts.at
    facts = Facts.of(Entries(known(ledger, end)), int(days(pd.Series([end]))[0]))
    place = segments.table.set_index(["customer_id", "currency"]).index
    row = np.asarray(place.get_indexer(pd.MultiIndex.from_frame(facts.accounts)), dtype=np.int64)[facts.account]
    seen = (row >= 0) & facts.counts & (facts.due >= at) & (facts.due < at + after)
    seen &= (facts.settled >= at) & (facts.due + most < facts.at)
    if not seen.any():
        raise PaybenchError(
            f"No invoice that fell due in the {after} days from {segments.at:%Y-%m-%d} on has matured by "
            f"{end:%Y-%m-%d}; give a later day, some {after + most} days after as_of."
        )
    row, settled, due = row[seen], facts.settled[seen], facts.due[seen]
    over = np.where(settled == NO_DAY, NO_DAY, settled - due)
    invoices = pd.DataFrame(
        {
            "account": row,
            "segment": segments.table["segment"].to_numpy()[row],
            "risk": segments.table["risk"].to_numpy()[row],
            "late": over > ledger.grace_days,
            "days_overdue": facts.overdue(most)[seen],
            "unpaid": over > most,
        }
    )
    estimate = segments.table["days_overdue"].to_numpy(dtype=np.float64)[row]
    level = np.array([RISKS.index(risk) for risk in segments.table["risk"]], dtype=np.float64)[row]
    late, unpaid = invoices["late"].to_numpy(), invoices["unpaid"].to_numpy()
    means = invoices.groupby(["account", "risk"])["days_overdue"].mean().reset_index()
    groups = [group["days_overdue"].to_numpy() for _, group in means.groupby("risk")]
    statistic, p = _kruskal(groups)
    return Usefulness(
        _by(invoices, "segment", ORDER), _by(invoices, "risk", RISKS), auc(estimate, late), auc(estimate, unpaid),
        auc(level, late), statistic, p,
    )  # fmt: skip


def auc(score: Floats, event: Flags) -> float:
    """Chance that an event has the higher score than a non-event, half of it where they are equal; NaN without both."""
    positive = int(event.sum())
    if positive in (0, len(event)):
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place.reshape(-1)].astype(np.float64)
    return float((rank[event].sum() - positive * (positive + 1) / 2) / (positive * (len(event) - positive)))


def _by(invoices: pd.DataFrame, name: str, order: tuple[str, ...]) -> pd.DataFrame:
    found = invoices.groupby(name).agg(
        accounts=("account", "nunique"), invoices=("late", "size"), late=("late", "mean"),
        days_overdue=("days_overdue", "mean"), unpaid=("unpaid", "mean"),
    )  # fmt: skip
    return found.reindex([label for label in order if label in found.index]).reset_index()


def _kruskal(groups: list[Floats]) -> tuple[float, float]:
    from scipy.stats import kruskal

    if len(groups) < 2 or len(np.unique(np.concatenate(groups))) < 2:
        return float("nan"), float("nan")
    statistic, p = kruskal(*groups)
    return float(statistic), float(p)
