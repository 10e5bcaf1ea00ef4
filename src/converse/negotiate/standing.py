"""Where a conversation with a customer stands."""

from __future__ import annotations

from dataclasses import dataclass

from .decision import Proposal
from .wish import Wish

REMINDED, ENGAGED, PROPOSED, PROMISED, DISPUTED, PERSON, STOPPED, KEPT, BROKEN = STATES = (
    "reminded", "engaged", "proposed", "promised", "disputed", "person", "stopped", "kept", "broken",
)  # fmt: skip


@dataclass(frozen=True)
class Conversation:
    """Where a conversation stands.

    Attributes
    ----------
    state : of :data:`STATES`. proposal : the one that waits for the customer, that was agreed on, or that a person
        has to sign. rounds : counter-proposals so far, none of them taken. would : of a draft to sign, what it
        becomes. signed : whether a person has signed it. open_wish : what the customer wished for when it was asked
        back; None = nothing is asked.
    """

    state: str = REMINDED
    proposal: Proposal | None = None
    rounds: int = 0
    would: str = ""
    signed: bool = False
    open_wish: Wish | None = None

    @property
    def about(self) -> tuple[str, ...]:
        """The invoices that a message is about which names none; empty = nothing is said of any."""
        return self.proposal.invoices if self.state == PROPOSED and self.proposal is not None else ()
