"""The steps of a policy's YAML, its actions, and its overrides."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import day
from ...ledger.schema import NO_DAY, days
from .nodes import At, did_you_mean, listed
from .policy import CHANNELS, DUE, LAST, MONTH_END, TONES, Override, Step
from .zones import zone

STEP = ("after_due", "after_month_end", "after_last", "by", "tone", "times")
OVERRIDE = ("stop", "until", "reason", "channel", "steps", "zone", "solvent")
SINCE = {"after_due": DUE, "after_month_end": MONTH_END, "after_last": LAST}
_HINTS = {"channel": "by", "after": "after_due", "days": "after_due", "day": "after_due", "after_step": "after_last"}
_FAR = 3650
"""Days: no step is later."""


def read_steps(at: At, per_invoice: int | None) -> tuple[Step, ...]:
    """A ladder, at least one step; ``per_invoice`` is the cap beyond which no step is reached."""
    places = at.list()
    if at.is_list() and not places:
        at.wrong("there are no steps; give at least one, for example {after_due: 3, by: email, tone: friendly}.")
    found = [(place, step) for place in places for step in _step(place)]
    if found and found[0][1].since == LAST:
        found[0][0].wrong(
            "the first step has no step before it; give after_due or after_month_end instead of after_last."
        )
    for (_, before), (place, step) in pairwise(found):
        if TONES.index(step.tone) < TONES.index(before.tone):
            place.wrong(
                f"the tone goes down from {before.tone} to {step.tone}; give each step the tone of the one before it, "
                f"or a firmer one: {listed(TONES, 'and')} is the order."
            )
        if step.since == before.since != LAST and step.days <= before.days:
            place.wrong(
                f"this step falls due {_when(step)}, not after the one before it ({_when(before)}), so that it would "
                "never be reached in its time; put the steps in order."
            )
        if step.since == DUE and before.since == MONTH_END and step.days <= before.days:
            place.wrong(
                f"this step falls due {_when(step)}, which is never after the one before it ({_when(before)}); put the "
                "steps in order."
            )
    if per_invoice is not None and len(found) > per_invoice:
        found[per_invoice][0].wrong(
            f"this step can never be reached: the cap per_invoice is {per_invoice}; raise it, or leave the step out."
        )
    return tuple(step for _, step in found)


def read_action(at: At) -> str:
    """An action, 'email:friendly'; empty if it is none."""
    channel, colon, tone = at.raw().partition(":")
    if not (colon and channel in CHANNELS and tone in TONES):
        near = did_you_mean(at.raw(), [f"{c}:{t}" for c in CHANNELS for t in TONES])
        at.wrong(f"'{at.raw()}' is no action; give channel:tone, for example email:friendly{near}.")
        return ""
    return f"{channel}:{tone}"


def read_channels(at: At) -> tuple[str, ...]:
    """A list of channels."""
    return tuple(dict.fromkeys(_choice(one, "channel", CHANNELS) for one in at.list()))


def read_override(at: At, per_invoice: int | None) -> Override:
    """What is different for a segment, a customer or an invoice."""
    found = at.known(OVERRIDE, "an override", {"by": "channel", "why": "reason", "ladder": "steps"})
    made: dict[str, Any] = {"line": at.line if at.problems.by_line else 0}
    if at.is_map() and not set(found) - {"reason", "until"}:
        at.wrong(f"'{at.key}' changes nothing; give stop, channel, steps, zone or solvent.")
    for key in ("stop", "solvent"):
        if key in found:
            made[key] = found[key].flag(False)
    if "until" in found:
        made["until"] = _date(found["until"])
        if not made.get("stop"):
            found["until"].wrong(
                "'until' says when a stop is over, and there is none; give stop: true, or leave it out."
            )
    if "reason" in found:
        made["reason"] = found["reason"].text()
    if "channel" in found:
        made["channel"] = found["channel"].choice(CHANNELS)
    if "steps" in found:
        made["steps"] = read_steps(found["steps"], per_invoice)
    if "zone" in found:
        made["zone"] = read_zone(found["zone"])
    return Override(**made)


def read_zone(at: At) -> str:
    """A time zone's IANA name."""
    name = at.text("UTC")
    if zone(name) is None:
        from zoneinfo import available_timezones

        near = did_you_mean(name, sorted(available_timezones()))
        at.wrong(f"'{name}' is no time zone; give an IANA name like Europe/Berlin{near}.")
    return name


def _step(at: At) -> list[Step]:
    """A step, as many times as it says; none if it is wrong."""
    so_far = len(at.problems.found)
    found = at.known(STEP, "a step", _HINTS)
    if len(at.problems.found) > so_far:
        return []
    waits = [key for key in SINCE if key in found]
    if len(waits) != 1:
        given = f"has {listed(waits, 'and')}" if waits else "does not say when it falls due"
        at.wrong(f"a step {given}; give one of {listed(list(SINCE), 'and')}.")
    for key, names in (("by", CHANNELS), ("tone", TONES)):
        if key not in found:
            at.wrong(f"a step has no {key}; give {listed(names, 'or')}.")
    if len(at.problems.found) > so_far:
        return []
    low = {"after_due": -60, "after_month_end": 0, "after_last": 1}[waits[0]]
    number = found[waits[0]].whole(low, _FAR, 0, "10")
    channel, tone = found["by"].choice(CHANNELS), found["tone"].choice(TONES)
    if number < 0 and tone != TONES[0] and found["tone"].raw() in TONES:
        found["tone"].wrong(f"before the due date only the tone {TONES[0]} is allowed, not {tone}; change one of them.")
    times = found["times"].whole(1, 100, 1, "3") if "times" in found else 1
    if times > 1 and waits[0] != "after_last":
        found["times"].wrong(
            "only a step that follows the last one can be repeated; give after_last, or leave times out."
        )
    return [Step(number, channel, tone, SINCE[waits[0]])] * times if len(at.problems.found) == so_far else []


def _choice(at: At, what: str, allowed: tuple[str, ...]) -> str:
    value = at.raw()
    if value not in allowed:
        at.wrong(f"'{value}' is no {what}; give {listed(allowed, 'or')}{did_you_mean(value, allowed)}.")
        return allowed[0]
    return value


def _date(at: At) -> int:
    try:
        return int(days(pd.Series([day(at.raw())]))[0])
    except PaybenchError as error:
        at.wrong(str(error))
        return int(np.int64(NO_DAY))


def _when(step: Step) -> str:
    since = {DUE: "the due date", MONTH_END: "the end of the month", LAST: "the last step"}[step.since]
    length = f"{abs(step.days)} {'day' if abs(step.days) == 1 else 'days'}"
    return f"{length} {'before' if step.days < 0 else 'after'} {since}"
