"""The decisions of a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..contacted.performance import Performance
from ..dunning import Policy
from ..exceptions import Queue, Sheet
from ..saved.records import records
from ..segments import Segments
from ..uplift import Uplift
from ..worklist import Worklist
from .told import told

SHEETS = 200
"""Customers of the queue of whom a sheet is written."""


DIGITS = 9
"""After the point, of what is estimated."""


@dataclass(frozen=True)
class Decisions:
    """What is done about a book on a day, and why.

    Attributes
    ----------
    about : what a reader may want to trace: book, as_of, model, policy, data_hash, explore, hold_out, seed. JSON.
    policy : whose rules hold. segments : of the customers.
    states : one row per open invoice, columns of :func:`~..dunning.replay.states_on` and ``today``: what is done about
        it, or why nothing is (a sentence).
    worklist : the contacts. log : every decision of the day, those to send nothing among them, with its propensity
        (:meth:`.today.Today.table`). queue : what a person has to see.
    sheets : what is known of customers in the queue, the most urgent first, as many as were asked for; none without
        names. performance : of the contacts so far. uplift : what is known of effects. scores : the score table.
    """

    about: dict[str, Any]
    policy: Policy
    segments: Segments = field(repr=False)
    states: pd.DataFrame = field(repr=False)
    worklist: Worklist = field(repr=False)
    log: pd.DataFrame = field(repr=False)
    queue: Queue = field(repr=False)
    sheets: tuple[Sheet, ...] = field(repr=False)
    performance: Performance = field(repr=False)
    uplift: Uplift = field(repr=False)
    scores: pd.DataFrame = field(repr=False)

    @property
    def at(self) -> pd.Timestamp:
        """as_of."""
        return self.worklist.at

    @property
    def withheld(self) -> pd.DataFrame:
        """The decisions to send nothing, for the log."""
        return self.log[self.log["channel"] == ""].reset_index(drop=True)

    @property
    def contacts(self) -> pd.DataFrame:
        """What is sent if the worklist is done, as rows of the ledger's table of contacts (``--format canonical``)."""
        sent = self.log[self.log["channel"] != ""].rename(
            columns={"decision_id": "contact_id", "decided_on": "sent_on"}
        )
        names = [
            "contact_id",
            "customer_id",
            "invoice_id",
            "sent_on",
            "channel",
            "tone",
            "step",
            "propensity",
            "policy",
        ]
        return sent[names].reset_index(drop=True)

    @property
    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: where it comes from, the contacts, counts of states, segments, and what is to be seen to."""
        lines = self.worklist.table().drop(columns=["text", "subject"])
        found: dict[str, Any] = {
            "about": self.about,
            "worklist": records(lines),
            "withheld": len(self.withheld),
            "states": {str(k): int(v) for k, v in self.states["state"].value_counts().items()},
            "segments": self.segments.as_dict["segments"],
            "exceptions": len(self.queue.to_do),
            "effects_known": not self.uplift.declined,
            "effects_declined": self.uplift.declined,
        }
        plain: dict[str, Any] = _known(found)
        return plain

    def __str__(self) -> str:
        return told(self)


def _known(said: Any) -> Any:
    """The same with None for what is no number, of which JSON knows nothing, and numbers to :data:`DIGITS`."""
    if isinstance(said, dict):
        return {key: _known(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_known(value) for value in said]
    if isinstance(said, float):
        return round(said, DIGITS) if np.isfinite(said) else None
    return said
