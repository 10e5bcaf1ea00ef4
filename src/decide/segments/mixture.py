"""Groups that nobody drew the borders of: a Gaussian mixture over how customers behave, for discovery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, as_of
from ...ledger.schema import to_dates
from .agreement import adjusted_rand
from .facts import Facts, Floats, Ints
from .segment import Segments

FEWEST = 8
"""Matured invoices from which on a customer takes part: of fewer its columns are mostly chance."""
COLUMNS = {
    "days late": "mean days from due date to settlement, early below zero, unpaid as 60",
    "spread of days late": "their standard deviation",
    "over a month late": "share of invoices unpaid 30 days after due",
    "one weekday": "share of payment days on the customer's commonest weekday",
    "disputed": "share of invoices disputed",
    "contacts": "contacts per invoice",
    "messages": "messages per invoice",
    "invoices a year": "logarithm of their number",
    "usual amount": "logarithm of the median amount over the currency's",
    "change": "mean days late of the later half of the invoices, less that of the earlier",
}
"""What the mixture looks at, by customer."""
_EARLY, _LATE, _SPREAD = -30, 60, 3.0


@dataclass(frozen=True)
class Mixture:
    """The groups found.

    Attributes
    ----------
    behaviour : DataFrame (customers, columns), indexed by customer_id, in the columns' own units.
    group : Series of group numbers by customer_id; 1 is the largest. sure : chance of that group.
    told : DataFrame by group: customers, usual_segment (the commonest), share_there (of it), name (what is most unlike
        the others), and the group's mean of each column.
    bic : Series by number of groups (the lower the better).
    ari : adjusted Rand index between groups and segments; 0 = they have nothing to do with each other.
    """

    behaviour: pd.DataFrame
    group: pd.Series
    sure: pd.Series
    told: pd.DataFrame
    bic: pd.Series
    ari: float


def discover(segments: Segments, ledger: Ledger, most: int = 8, seed: int = 0) -> Mixture:
    """Fit mixtures of 1 to ``most`` Gaussians (diagonal covariances) to how customers behave; BIC chooses.

    Columns are put on one scale by median and quartiles, and cut at three of these, so that one odd customer makes no
    group of its own.

    Parameters
    ----------
    segments : of a day. ledger : the book; nothing dated on that day or later is looked at. seed : of the fits.

    Raises
    ------
    PaybenchError
        If scikit-learn is not installed, or fewer than 20 customers have enough invoices.
    """
    try:
        from sklearn.mixture import GaussianMixture
    except ImportError:
        raise PaybenchError(
            "A mixture needs scikit-learn, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None
    table = behaviour(as_of(ledger, segments.at), segments.facts)
    if len(table) < 20:
        raise PaybenchError(
            f"{len(table)} customers have {FEWEST} invoices or more that are due for two months; a mixture needs 20."
        )
    X = _scaled(table.to_numpy())
    fits = [
        GaussianMixture(k, covariance_type="diag", reg_covar=0.05, n_init=2, random_state=seed).fit(X)
        for k in range(1, most + 1)
    ]
    bic = pd.Series([fit.bic(X) for fit in fits], index=pd.RangeIndex(1, most + 1, name="groups"))
    best = fits[int(bic.to_numpy().argmin())]
    chance = best.predict_proba(X)
    found = chance.argmax(axis=1)
    size = np.bincount(found, minlength=chance.shape[1])
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(1, len(size) + 1)
    group = pd.Series(rank[found], index=table.index, name="group")
    main = segments.table.sort_values("billed_a_year", ascending=False).drop_duplicates("customer_id")
    segment = main.set_index("customer_id")["segment"].reindex(table.index)
    return Mixture(
        table, group, pd.Series(chance.max(axis=1), index=table.index, name="sure"), _told(table, X, group, segment),
        bic, adjusted_rand(group.to_numpy(), segment.to_numpy(dtype=object)),
    )  # fmt: skip


def behaviour(cut: Ledger, facts: Facts) -> pd.DataFrame:
    """How each customer with enough invoices behaves: :data:`COLUMNS`, indexed by customer_id."""
    ids = np.empty(int(facts.customer.max(initial=-1)) + 1, dtype=object)
    ids[facts.customer] = facts.accounts["customer_id"].to_numpy(dtype=object)
    who = facts.customer[facts.account]
    ripe = facts.counts & (facts.due + _LATE < facts.at)
    late = np.clip(np.where(facts.settled < facts.at, facts.settled - facts.due, _LATE), _EARLY, _LATE)
    rows = pd.DataFrame({"who": who, "late": late, "due": facts.due, "issued": facts.issued})[ripe]
    by = rows.groupby("who")["late"]
    table = pd.DataFrame({"days late": by.mean(), "spread of days late": by.std(ddof=0)})
    table["over a month late"] = (rows["late"] > 30).groupby(rows["who"]).mean()
    table["one weekday"] = _one_weekday(facts, who)
    number = pd.Series(who).value_counts()
    owner = cut.invoices.set_index("invoice_id")["customer_id"]
    named = {
        "disputed": cut.disputes.drop_duplicates("invoice_id")["invoice_id"].map(owner),
        "contacts": cut.contacts["customer_id"],
        "messages": cut.messages["customer_id"],
    }
    place = pd.Index(ids)
    for name, customers in named.items():
        found = place.get_indexer(pd.Index(customers.dropna()))
        count = np.bincount(found[found >= 0], minlength=len(ids))
        table[name] = count[table.index] / number.reindex(table.index)
    span = np.maximum(facts.at - pd.Series(facts.issued).groupby(who).min(), 30)
    table["invoices a year"] = np.log(number / span * 365.25)
    currency = facts.accounts["currency"].to_numpy(dtype=object)[facts.account]
    amount = np.log(np.maximum(facts.amount, 0.01))
    middle = pd.Series(amount).groupby(currency).transform("median").to_numpy()
    table["usual amount"] = pd.Series(amount - middle).groupby(who).median()
    later = rows["due"].groupby(rows["who"]).rank(method="first", pct=True) > 0.5
    halves = rows.groupby(["who", later])["late"].mean().unstack()
    table["change"] = (halves[True] - halves[False]) if True in halves and False in halves else 0.0
    enough = table[(by.size() >= FEWEST).reindex(table.index)].fillna(0.0)
    return enough.set_index(pd.Index(ids[enough.index.to_numpy()], name="customer_id"))[list(COLUMNS)]


def _one_weekday(facts: Facts, who: Ints) -> pd.Series:
    settled = facts.settled < facts.at
    pays = pd.DataFrame({"who": who[settled], "day": facts.settled[settled]}).drop_duplicates()
    weekday = pd.Series(to_dates(pays["day"].to_numpy()), index=pays.index).dt.day_of_week
    counts = pd.crosstab(pays["who"], weekday)
    return counts.max(axis=1) / counts.sum(axis=1)


def _scaled(values: Floats) -> Floats:
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    width = np.where(high > low, (high - low) / 1.35, np.maximum(values.std(axis=0), 1e-9))
    return np.clip((values - middle) / width, -_SPREAD, _SPREAD)


def _told(table: pd.DataFrame, X: Floats, group: pd.Series, segment: pd.Series) -> pd.DataFrame:
    rows = []
    scaled = pd.DataFrame(X, index=table.index, columns=table.columns)
    for number in sorted(group.unique()):
        mine = (group == number).to_numpy()
        apart = scaled[mine].mean() - scaled.mean()
        strongest = apart.abs().sort_values(ascending=False, kind="stable").index[:3]
        name = ", ".join(f"{'more' if apart[c] > 0 else 'less'} {c}" for c in strongest if abs(apart[c]) > 0.25)
        usual = segment[mine].value_counts()
        head = {"group": number, "customers": int(mine.sum()), "usual_segment": usual.index[0]}
        head |= {"share_there": usual.iloc[0] / mine.sum(), "name": name or "like the others"}
        rows.append(head | table[mine].mean().to_dict())
    return pd.DataFrame(rows).set_index("group")
