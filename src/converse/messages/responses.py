"""Which contacts a customer responded to: by a message or a payment within three days."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...decide.contacted.outcomes import WEEKDAYS
from ...decide.messages.meanings import says_insolvent
from ...ledger import Ledger
from ...ledger.schema import NO_DAY, days

DAYS = 3
"""Days after a contact within which a message or a payment is a response to it."""
_SPAN = np.int64(1) << 33
_AUTOMATIC = (
    r"(?i)auto(?:matic|matische)?[ -]?(?:reply|response|antwort)|out of (?:the )?office|abwesen|undeliver|"
    r"delivery (?:has )?failed|mailer-daemon|unzustellbar|r[eé]ponse automatique|absence du bureau|"
    r"respuesta autom[aá]tica|fuera de la oficina"
)
"""Words of messages that nobody wrote."""


def responses(cut: Ledger, at: int) -> pd.DataFrame:
    """The contacts that can be judged, and which of them were responded to.

    A contact can be judged once :data:`DAYS` days after it are over; what happens on ``at`` is not known. Messages that
    a machine wrote are no responses, and neither are those of insolvency; payments of other invoices are none where the
    contact names one.

    Parameters
    ----------
    cut : the ledger as it was known at ``at`` (days since 1970-01-01).

    Returns
    -------
    DataFrame: customer_id, channel, weekday (0 = Monday), responded.
    """
    contacts = cut.contacts
    sent = days(contacts["sent_on"])
    ripe = (sent + DAYS < at) & (sent != NO_DAY)
    table = contacts.loc[ripe, ["customer_id", "channel", "invoice_id"]].reset_index(drop=True)
    sent = sent[ripe]
    messages = cut.messages[~machine_made(cut.messages["text"]) & ~says_insolvent(cut.messages["text"])]
    money = cut.payments[(cut.payments["kind"] == "payment").to_numpy() & (cut.payments["amount"] > 0).to_numpy()]
    heard = _any_within(table["customer_id"], sent, messages["customer_id"], days(messages["received_on"]))
    named = table["invoice_id"].notna().to_numpy()
    paid_it = _any_within(table["invoice_id"].fillna(""), sent, money["invoice_id"].fillna("?"), days(money["paid_on"]))
    paid = _any_within(table["customer_id"], sent, money["customer_id"], days(money["paid_on"]))
    responded = heard | np.where(named, paid_it, paid)
    return table[["customer_id", "channel"]].assign(weekday=(sent + 3) % len(WEEKDAYS), responded=responded)


def machine_made(texts: pd.Series) -> NDArray[np.bool_]:
    """(n,) whether a machine wrote a message: notices of absence and of failed delivery."""
    return texts.str.contains(_AUTOMATIC, regex=True).fillna(False).to_numpy(dtype=bool)


def _any_within(
    who: pd.Series, begin: NDArray[np.int64], owner: pd.Series, day: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(n,) whether an event of the same one lies on a day or within :data:`DAYS` days after it."""
    code, known = pd.factorize(who)
    keys = np.sort(pd.Index(known).get_indexer(pd.Index(owner)).astype(np.int64) * _SPAN + day)
    base = code.astype(np.int64) * _SPAN + begin
    found: NDArray[np.bool_] = np.searchsorted(keys, base) < np.searchsorted(keys, base + DAYS, side="right")
    return found
