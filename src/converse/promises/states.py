"""The states of a promise, and which event leads from one to another.

    draft ──accept──> active ──money───> kept
      │                 │
      │                 ├─────day over─> broken
      └──withdraw──┐    │
                   v    │
               withdrawn <──withdraw, replace

A draft binds nobody: it waits for the customer's consent, or for a person's signature. What is kept, broken or
withdrawn stays so: money that comes later does not mend a promise.
"""

from __future__ import annotations

from ...errors import PaybenchError

DRAFT, ACTIVE, KEPT, BROKEN, WITHDRAWN = STATES = ("draft", "active", "kept", "broken", "withdrawn")
"""A promise's states in the order of its life."""

ACCEPT, MONEY, DAY_OVER, WITHDRAW, REPLACE = EVENTS = ("accept", "money", "day_over", "withdraw", "replace")
"""What can happen to a promise: it is accepted, money that keeps it comes, its day passes (and the days of grace), it
is taken back, or a later promise takes its place."""

_NEXT = {
    (DRAFT, ACCEPT): ACTIVE,
    (DRAFT, WITHDRAW): WITHDRAWN,
    (DRAFT, REPLACE): WITHDRAWN,
    (DRAFT, DAY_OVER): WITHDRAWN,
    (ACTIVE, MONEY): KEPT,
    (ACTIVE, DAY_OVER): BROKEN,
    (ACTIVE, WITHDRAW): WITHDRAWN,
    (ACTIVE, REPLACE): WITHDRAWN,
}


def next_state(state: str, event: str) -> str:
    """The state after an event; events that mean nothing in a state leave it as it is.

    Raises
    ------
    PaybenchError
        If there is no such state or event.

    Examples
    --------
    >>> next_state("active", "money"), next_state("broken", "money")
    ('kept', 'broken')
    """
    for word, allowed, what in ((state, STATES, "state"), (event, EVENTS, "event")):
        if word not in allowed:
            raise PaybenchError(f"'{word}' is no {what} of a promise; give one of {', '.join(allowed)}.")
    return _NEXT.get((state, event), state)
