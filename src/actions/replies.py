"""Customers' replies: answering one, learning from many, and what is kept of them."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

from ..errors import PaybenchError
from .answer import Answer, ledger_of, shown


def reply(options: argparse.Namespace) -> Answer:
    """Understand a message, decide about it and draft the answer; nothing is sent, and only --enter writes."""
    from ..converse.negotiate import read_policy
    from ..converse.talk.known import Known
    from ..converse.talk.turn import answer
    from ..ledger import day

    text = sys.stdin.read() if options.text == "-" else options.text
    if not text.strip():
        raise PaybenchError("The text is empty; give what the customer wrote, or --text - to read it.")
    options.json = True
    today = day(options.as_of).date()
    policy = read_policy(options.policy)
    if options.enter:
        return _entered(options, text, today, policy)
    known = Known(options.ledger, options.store)
    facts = known.facts(options.customer, today)
    made = answer(
        text, facts, known.model(), policy, channel=options.channel, company=options.company or known.ledger().name
    )
    return {**made.as_dict, "model": dict(known.model().about).get("version", "rules"), "entered": []}, ""


def _entered(options: argparse.Namespace, text: str, today: Any, policy: Any) -> Answer:
    from ..converse.talk.desk import Desk

    desk = Desk(options.ledger, options.store, policy=policy, company=options.company)
    said = json.dumps([options.customer, str(today), options.channel, text])
    number = hashlib.sha256(said.encode()).hexdigest()[:16]
    now = datetime.combine(today, time(12), tzinfo=UTC)
    turn = desk.receive(options.customer, text, options.channel, now, "command", number)
    rows = [row for row in desk.thread(options.customer, now)["entered"] if row["key"].startswith(f"command-{number}")]
    return {"customer_id": options.customer, "as_of": str(today), "channel": options.channel, **turn,
            "entered": rows}, ""  # fmt: skip


def train(options: argparse.Namespace) -> Answer:
    """Learn what replies mean, and let it serve if it is better than what does."""
    from ..converse.intents import read_corpus, release_intents
    from ..progress import say

    corpus = read_corpus(options.corpus)
    say(f"learning from {len(corpus)} replies", shown(options))
    done = release_intents(corpus, options.store, options.seed, signed_by=options.signed_by)
    what = "promoted" if done.promoted else "not promoted"
    return asdict(done) | {"replies": len(corpus)}, f"reply-intents v{done.number} {what}: {done.reason}"


def read(options: argparse.Namespace) -> Answer:
    """Read the messages of a ledger that nobody has read, and write what they mean beside them."""
    from ..converse.annotate import annotate, annotated, newly_read
    from ..converse.intents import champion_intents
    from ..ledger import write_ledger

    ledger = ledger_of(options)
    model = champion_intents(options.store)
    if options.out:
        found = annotated(ledger, model)
        count = newly_read(ledger.messages, found.messages)
        write_ledger(found, options.out)
    else:
        count = annotate(options.ledger, model)
    out = options.out or options.ledger
    version = str(dict(model.about).get("version", "rules"))
    said = {"messages": len(ledger.messages), "read": count, "model": version, "out": str(out)}
    return said, f"{count} of {len(ledger.messages)} messages read by {version}; written to {out}"


def export(options: argparse.Namespace) -> Answer:
    """Everything that was said and decided with a customer, with its reasons."""
    from ..converse.talk.record import FILE, Record

    rows = Record(options.store / FILE).export(options.customer)
    options.json = True
    return {"customer_id": options.customer, "events": rows}, ""
