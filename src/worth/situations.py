"""What a policy sees in a simulated world, as the situation that dunning policies decide on."""

from __future__ import annotations

import numpy as np

from ..decide.dunning.situation import Situation
from ..ledger.schema import NO_DAY
from ..simulate import View
from ..simulate.settings import CHANNELS
from .memory import Memory

ZONE = "Europe/Berlin"
"""Time zone of the simulated books."""
_NEVER = 5_000
"""So many days since something and more mean that it never happened."""
_PHONE = CHANNELS.index("phone")


def situation(view: View, memory: Memory) -> Situation:
    """All open invoices of a morning, in the order of the view.

    What a view does not show is nothing: unapplied money, instalments, messages that wait (what they promise and
    dispute it does show), and who is insolvent has forbidden every channel.

    Parameters
    ----------
    memory : of the same policy, which has looked at this view.
    """
    amount = view.cents_open / 100.0
    since = view.customer_since
    promised = np.where(view.promised_on > 0, view.promised_on, NO_DAY)
    return Situation(
        today=view.today,
        invoice_id=memory.invoice_ids(view),
        customer_id=memory.customer_ids(view),
        currency=view.currency.astype(str),
        country=view.country.astype(str),
        issued=view.today - view.age,
        due=view.today - view.days_overdue,
        amount_open=amount,
        amount=view.cents_billed / 100.0,
        disputed=np.where(view.disputed, amount, 0.0),
        promised_on=promised,
        promise_broken_on=np.where(promised < view.today, promised, NO_DAY),
        allowed=view.allowed,
        step=view.step,
        step_on=np.where(view.since > _NEVER, NO_DAY, view.today - view.since),
        contacts=memory.about(view),
        contacted_on=np.where(since > _NEVER, NO_DAY, view.today - since),
        contacts_7=memory.contacts(view, 6),
        contacts_30=memory.contacts(view, 29),
        calls_7=memory.contacts(view, 6, _PHONE),
        home=ZONE,
    )
