"""Which actions may be taken about each invoice: by the step, the customer's consents, and the cap of calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .overrides import Resolved
from .policy import CHANNELS, TONES, Policy, action
from .situation import Flags, Ints, Situation


@dataclass(frozen=True)
class Allowing:
    """Of each of n invoices, whatever holds it back otherwise.

    Attributes
    ----------
    by_consent : (n,) whether any action is left that the customer has not forbidden.
    permitted : (n, options) what of ``policy.options`` may be taken. usual : (n,) the step's own action, or what takes
        its place; -1 if nothing is permitted.
    """

    by_consent: Flags
    permitted: Flags
    usual: Ints


def allowing(policy: Policy, situation: Situation, own: Resolved, step: Ints) -> Allowing:
    """What may be taken at each row's step.

    The step's own action; where the customer forbids its channel (or all calls of the week are made), the first of the
    policy's ``instead`` channels that is left, in the same tone; and the policy's further actions in no harsher tone.
    An override's only channel takes the place of every step's.
    """
    s = situation
    open_: Flags = s.allowed & ((own.channel[:, None] < 0) | (own.channel[:, None] == np.arange(len(CHANNELS))))
    left, _ = _permitted(policy, own, step, open_)
    calls = policy.caps.calls_in_7_days
    if calls is not None:
        open_ = open_ & ~((s.calls_7 >= calls)[:, None] & (np.arange(len(CHANNELS)) == CHANNELS.index("phone")))
    permitted, usual = _permitted(policy, own, step, open_)
    return Allowing(np.asarray(left.any(axis=1)), permitted, usual)


def _permitted(policy: Policy, own: Resolved, step: Ints, open_: Flags) -> tuple[Flags, Ints]:
    n, options = len(step), policy.options
    channels = np.array([CHANNELS.index(option.split(":")[0]) for option in options])
    tones = np.array([TONES.index(option.split(":")[1]) for option in options])
    place = _places(policy)
    channel, tone = _steps(policy)
    wanted = np.where(own.channel >= 0, own.channel, channel[own.ladder, step])
    strength = tone[own.ladder, step]
    rows = np.arange(n)
    usual = np.where(open_[rows, wanted], place[wanted, strength], -1)
    for name in policy.instead:
        other = CHANNELS.index(name)
        usual = np.where((usual < 0) & open_[:, other], place[other, strength], usual)
    further = np.isin(options, policy.actions)
    permitted = further & open_[:, channels] & (tones <= strength[:, None])
    some = np.flatnonzero(usual >= 0)
    permitted[some, usual[some]] = True
    # Of nothing but milder actions the harshest is the nearest to the step's own.
    nearest = np.where(permitted, tones, -1).argmax(axis=1)
    usual = np.where((usual < 0) & permitted.any(axis=1), nearest, usual)
    return permitted, usual


def _places(policy: Policy) -> Ints:
    """(channels, tones) the position of each action in the policy's options, -1 if it is none."""
    found = np.full((len(CHANNELS), len(TONES)), -1, dtype=np.int64)
    for c, channel in enumerate(CHANNELS):
        for t, tone in enumerate(TONES):
            if action(channel, tone) in policy.options:
                found[c, t] = policy.options.index(action(channel, tone))
    return found


def _steps(policy: Policy) -> tuple[Ints, Ints]:
    """(ladders, steps) positions of channel and tone."""
    longest = max(len(ladder) for ladder in policy.ladders)
    channel, tone = np.zeros((2, len(policy.ladders), longest), dtype=np.int64)
    for k, ladder in enumerate(policy.ladders):
        channel[k, : len(ladder)] = [CHANNELS.index(step.channel) for step in ladder]
        tone[k, : len(ladder)] = [TONES.index(step.tone) for step in ladder]
    return channel, tone
