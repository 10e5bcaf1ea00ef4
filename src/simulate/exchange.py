"""What went back and forth with customers, as tables: contacts and their effects, messages, promises, consents."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .columns import count_up_by, dates, named, shown_before
from .contacts import GAIN_DAYS, Blow, Moments, true_effects
from .identifiers import identifiers
from .messages import INTENTS
from .settings import CHANNELS, TONES
from .state import State
from .view import NOTHING
from .words import written

Tables = dict[str, pa.Table]
"""Ledger tables by name and oracle tables by file name; amounts in whole cents."""


def contact_tables(
    state: State, policy: str, customer_ids: pa.Array, invoice_ids: pa.Array, bounced: np.ndarray, effects: bool
) -> Tables:
    """What was sent, what was withheld, and (with ``effects``) what each contact truly changes."""
    made = state.log.table("decisions", invoice=int, day=int, channel=int, tone=int, step=int, propensity=float)
    shown = shown_before(made["day"], made["invoice"], state.calendar.end)
    made = {k: v[shown] for k, v in made.items()}
    of = made["invoice"]
    who = state.invoices.customer[of]
    number, serial = state.customers.number[who], state.invoices.serial[of]
    ids = identifiers("CON-", (number, 5), (serial, 4), (made["step"] + 1, 1))
    about = {
        "customer_id": customer_ids.take(pa.array(who)),
        "invoice_id": invoice_ids.take(pa.array(of)),
    }
    step = pa.array(made["step"] + 1.0)
    propensity = pa.array(made["propensity"])
    name = pa.array([policy]).cast(pa.large_string()).take(pa.array(np.zeros(len(of), dtype=np.int64)))
    everything = pa.table(
        {
            "contact_id": ids,
            **about,
            "sent_on": dates(made["day"]),
            "channel": named((*CHANNELS, ""), made["channel"]),
            "tone": named(TONES, made["tone"]),
            "step": step,
            "propensity": propensity,
            "policy": name,
        }
    )
    sent = made["channel"] != NOTHING
    withheld = everything.drop_columns(["channel", "tone"]).rename_columns(
        ["decision_id", "customer_id", "invoice_id", "decided_on", "step", "propensity", "policy"]
    )
    return {
        "contacts": everything.filter(pa.array(sent)),
        "withheld.parquet": withheld.filter(pa.array(~sent)),
        "truth_contacts.parquet": _gains(state, shown, sent, ids, bounced, effects),
    }


def _gains(
    state: State, shown: np.ndarray, sent: np.ndarray, ids: pa.Array, bounced: np.ndarray, effects: bool
) -> pa.Table:
    columns: dict[str, pa.Array] = {"contact_id": ids.filter(pa.array(sent))}
    if effects and state.log.has("moments"):
        log = state.log.table("moments")
        # Moments are logged for what was sent, decisions for nothing too, both in the same order.
        channel = state.log.table("decisions")["channel"]
        nth = np.cumsum(channel != NOTHING) - 1
        rows = nth[shown[sent]]
        log = {k: v[..., rows] for k, v in log.items()}
        moments = Moments(
            log["invoice"], log["day"], log["mass"], log["never"], log["last"], log["press"], log["since"],
            Blow(log["reach"], log["solve"], log["pressed"]), log["squeezed"], log["shared"], log["alive"],
        )  # fmt: skip
        gains = true_effects(moments, state.plans, state.weather.chances, state.calendar, bounced, state.settings)
    else:
        unknown_ = np.full(int(sent.sum()), np.nan)
        gains = {**{f"gain_{k}": unknown_ for k in GAIN_DAYS}, "days_saved": unknown_}
    return pa.table({**columns, **{k: pa.array(v, from_pandas=True) for k, v in gains.items()}})


def message_tables(state: State, countries: list[str], customer_ids: pa.Array, invoice_ids: pa.Array) -> Tables:
    """What customers wrote, promised and forbade, and what their messages mean."""
    end = state.calendar.end
    log = state.log.table(
        "messages", invoice=int, day=int, channel=int, intent=int, promised=int, open=int, variant=int
    )
    nth = count_up_by(log["invoice"])
    shown = shown_before(log["day"], log["invoice"], end)
    log, nth = {k: v[shown] for k, v in log.items()}, nth[shown]
    of = log["invoice"]
    who = state.invoices.customer[of]
    number, serial = state.customers.number[who], state.invoices.serial[of]
    ids = identifiers("MSG-", (number, 5), (serial, 4), (nth, 1))
    numbers = invoice_ids.take(pa.array(of)).to_pylist()
    days = np.where(log["promised"] > 0, log["promised"], 0).astype("datetime64[D]").astype(str)
    texts = [
        written(countries[w], INTENTS[i], int(v), n, d if p else "")
        for w, i, v, n, d, p in zip(who, log["intent"], log["variant"], numbers, days, log["promised"] > 0, strict=True)
    ]
    messages = pa.table(
        {
            "message_id": ids, "customer_id": customer_ids.take(pa.array(who)), "received_on": dates(log["day"]),
            "channel": named(CHANNELS, log["channel"]), "text": pa.array(texts, pa.large_string()),
        }
    )  # fmt: skip
    promising = np.flatnonzero(log["promised"] > 0)
    at = pa.array(promising)
    promises = pa.table(
        {
            "promise_id": identifiers("PRO-", (number[promising], 5), (serial[promising], 4), (nth[promising], 1)),
            "customer_id": messages["customer_id"].take(at), "invoice_id": invoice_ids.take(pa.array(of[promising])),
            "made_on": messages["received_on"].take(at), "promised_on": dates(log["promised"][promising]),
            "amount": pa.array(log["open"][promising]), "source_quote": messages["text"].take(at),
        }
    )  # fmt: skip
    changed = state.log.table("consents", invoice=int, day=int, channel=int)
    shown = shown_before(changed["day"], changed["invoice"], end)
    changed = {k: v[shown] for k, v in changed.items()}
    who = state.invoices.customer[changed["invoice"]]
    # A customer says it once per channel: later words change nothing.
    _, first = np.unique(who * len(CHANNELS) + changed["channel"], return_index=True)
    first = np.sort(first)
    consents = pa.table(
        {
            "customer_id": customer_ids.take(pa.array(who[first])),
            "channel": named(CHANNELS, changed["channel"][first]),
            "changed_on": dates(changed["day"][first]),
            "allowed": pa.array(np.zeros(first.size, dtype=bool)),
        }
    )
    truth = pa.table(
        {"message_id": ids, "intent": named(INTENTS, log["intent"]), "invoice_id": invoice_ids.take(pa.array(of))}
    )
    return {"messages": messages, "promises": promises, "consents": consents, "truth_messages.parquet": truth}
