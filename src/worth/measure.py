"""How large a gain a hold-out in one's own book can show, and how many weeks that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ..decide.evaluate import Trial, gain, held_out
from ..decide.evaluate.hold_out import LEAST
from ..errors import PaybenchError
from ..ledger import Ledger, as_of, day, settle
from ..ledger.schema import NO_DAY, days
from .trial import CAP, SALT

YEAR = 52
"""Weeks."""


@dataclass(frozen=True)
class Past:
    """What a book's own invoices say about a trial on its customers.

    Attributes
    ----------
    table : a row per invoice, all issued within ``weeks`` and at least :data:`CAP` days ago: customer_id, days (from
        issue to settlement, :data:`CAP` at most), before (mean days of the customer's earlier invoices, NaN = none).
    weeks : that they are of. explained : share of a gain's variance that the customers' past takes away.
    """

    table: pd.DataFrame = field(repr=False)
    weeks: float
    explained: float

    @classmethod
    def of(cls, ledger: Ledger, date: object, weeks: int = YEAR) -> Past:
        """Of the last weeks whose invoices have all been watched for :data:`CAP` days at ``date``.

        Raises
        ------
        PaybenchError
            If too few customers were billed in them.
        """
        at = day(date)
        cut = as_of(ledger, at)
        facts = settle(cut)[["invoice_id", "settled_on"]].merge(
            cut.invoices[["invoice_id", "customer_id", "issued_on"]], on="invoice_id"
        )
        issued, settled = days(facts["issued_on"]), days(facts["settled_on"])
        end = int(days(pd.Series([at]))[0]) - CAP
        waited = np.where(settled == NO_DAY, CAP, np.clip(settled - issued, 0, CAP))
        every = pd.DataFrame({"customer_id": facts["customer_id"], "issued": issued, "days": waited.astype(np.float64)})
        start = end - 7 * weeks
        earlier = every[every["issued"] < start].groupby("customer_id")["days"].mean()
        table = every[(every["issued"] >= start) & (every["issued"] < end)].reset_index(drop=True)
        if table["customer_id"].nunique() < 4 * LEAST:
            raise PaybenchError(
                f"{table['customer_id'].nunique()} customers were billed in the {weeks} weeks before; a trial takes "
                f"{4 * LEAST} or more. Give a later date, or a larger book."
            )
        table["before"] = table["customer_id"].map(earlier)
        aside = held_out(table["customer_id"], 0.5, SALT)
        told = gain(table["days"], aside, table["customer_id"], table["before"])
        return cls(table, float(weeks), told.explained)

    def trial(self, held: float = 0.5) -> Trial:
        """The plan of a trial on these customers, with a share of them held out."""
        plan = Trial.of_past(self.table["days"], self.table["customer_id"], self.weeks, held=held)
        return replace(plan, explained=self.explained)

    def needed(self, gains: Mapping[str, float], held: Sequence[float] = (0.1, 0.2, 0.5)) -> pd.DataFrame:
        """Weeks until a gain is found with a probability of 80 %, or that it is out of reach.

        Parameters
        ----------
        gains : days by which payment comes earlier, by what they are; 0 is left out. held : shares held out.

        Returns
        -------
        DataFrame indexed by the gains' names: days, and for each share the weeks as text.
        """
        rows = {}
        for name, value in gains.items():
            if round(abs(value), 2) == 0:
                continue
            weeks = [self.trial(share).weeks(value).weeks for share in held]
            rows[name] = [f"{abs(value):.2f}", *(_in_words(w) for w in weeks)]
        columns = ["days", *(f"{100 * share:.0f} % held out" for share in held)]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _in_words(weeks: int | None) -> str:
    return "out of reach" if weeks is None else f"{weeks:,} week{'' if weeks == 1 else 's'}"
