"""Whether anybody is left out: shares of accounts that are contacted, by group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from .assigned import CONTACTED, Assigned

ALL = "all"


def served(assigned: Assigned, accounts: pd.DataFrame, by: Sequence[str] = ("currency", "country")) -> pd.DataFrame:
    """How many of each group could be contacted with gain, how many are, and how long the others have waited.

    Parameters
    ----------
    accounts : the rows of the assignment. by : its columns (segment, currency, country, ..); one it lacks is left out.

    Returns
    -------
    DataFrame: by, group, accounts, wanted (with a permitted contact that is worth something), contacted, share (of
    wanted), first (served because they had waited), waits_at_most (days, of those who are wanted and not contacted).
    The first row is all of them.

    Raises
    ------
    PaybenchError
        If the numbers of rows differ.
    """
    if len(accounts) != len(assigned.state):
        raise PaybenchError(
            f"{len(assigned.state)} accounts were assigned, and {len(accounts)} are given; give the same."
        )
    wanted = ~np.isin(assigned.state, ["not permitted", "not worth it"])
    done = assigned.state == CONTACTED
    waited = accounts["waited"].to_numpy(dtype=np.float64) if "waited" in accounts else np.full(len(done), np.nan)
    table = pd.DataFrame(
        {
            "accounts": 1,
            "wanted": wanted.astype(np.int64),
            "contacted": done.astype(np.int64),
            "first": assigned.first.astype(np.int64),
            "waits_at_most": np.where(wanted & ~done, waited, np.nan),
        }
    )
    groups = {ALL: pd.Series(ALL, index=table.index)}
    groups |= {name: accounts[name].astype("str").reset_index(drop=True) for name in by if name in accounts}
    sums = {"accounts": "sum", "wanted": "sum", "contacted": "sum", "first": "sum", "waits_at_most": "max"}
    parts = [
        table.groupby(group.rename("group")).agg(sums).reset_index().assign(by=name) for name, group in groups.items()
    ]
    found = pd.concat(parts, ignore_index=True)
    found["share"] = found["contacted"] / found["wanted"].where(found["wanted"] > 0)
    return found[["by", "group", "accounts", "wanted", "contacted", "share", "first", "waits_at_most"]]
