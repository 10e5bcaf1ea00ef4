"""What a policy says of each open invoice on a day: what holds it back, or what may be sent about it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger.schema import NO_DAY
from .account import Account, account_of
from .allowing import Allowing, allowing
from .calendar import month_end, next_open
from .overrides import LEVELS, Resolved, held_out, resolve
from .policy import DUE, LAST, MONTH_END, USUAL, Policy
from .situation import Flags, Floats, Ints, Situation

STATES = (
    "insolvent", "stopped", "finished", "opted_out", "plan", "disputed", "covered", "promised", "not_due", "waiting",
    "answer_waits", "hold_out", "below_threshold", "gap", "capped", "quiet_day", "due_now",
)  # fmt: skip
"""What can hold an invoice back, the first that applies counts; ``due_now`` = nothing does."""

_SINCE = (DUE, MONTH_END, LAST)
_LONG_AGO = -(1 << 40)


@dataclass(frozen=True)
class Decided:
    """What a policy says of n invoices, in their order.

    Attributes
    ----------
    state : (n,) one of :data:`STATES`. reason : (n,) what exactly: a code that :func:`~.told.why` puts into words.
    until : (n,) the first day on which the state is over by itself, as far as is known; NO_DAY = open.
    step : (n,) the next step's position in the ladder, -1 = none is left.
    next_on : (n,) the first day on which the next step can be taken if nothing new happens; NO_DAY = not by itself.
    ripe : (n,) whether something may be sent today.
    permitted : (n, options) what of ``policy.options`` may be sent today; all False where it is not ripe.
    usual : (n,) position in ``policy.options`` of the step's own action, or of what takes its place; -1 where not ripe.
    planned : (n,) position in ``policy.options`` of what is usual at the next step, ripe or not; -1 if nothing is left.
    ladder : (n,) position of the ladder in ``policy.ladders``.
    """

    state: NDArray[np.str_]
    reason: NDArray[np.str_]
    until: Ints
    step: Ints
    next_on: Ints
    ripe: Flags
    permitted: Flags
    usual: Ints
    planned: Ints
    ladder: Ints

    def __len__(self) -> int:
        return len(self.state)

    def take(self, rows: NDArray[np.generic]) -> Decided:
        """Some of the rows."""
        return Decided(*(getattr(self, f.name)[rows] for f in fields(self)))


def decide(policy: Policy, situation: Situation) -> Decided:
    """What a policy says of each open invoice of a day.

    Parameters
    ----------
    situation : every open invoice of each customer in it: what is due on an account, and where unapplied money goes,
        follow from all of them.

    Returns
    -------
    Decided, (n,). A customer may have several ripe invoices: :func:`one_per_customer` chooses.
    """
    s, today = situation, situation.today
    own, account = resolve(policy, s), account_of(policy, s)
    rested = np.where(s.step_on == NO_DAY, _LONG_AGO, s.step_on + policy.caps.gap)
    step, ladder_day, done = _next(policy, s, own, rested)
    may = allowing(policy, s, own, step)
    rule = next_open(policy, s.country, np.where(done, NO_DAY, ladder_day))
    held = _held(policy, s, own, account, may, done, ladder_day, rested)
    code = np.select([flags for flags, _, _ in held], list(range(len(held))), len(held))
    columns = np.arange(len(s))
    ends = np.array([np.broadcast_to(end, len(s)) for _, _, end in held] + [np.full(len(s), NO_DAY)])
    until = ends[code, columns]
    reasons = [np.broadcast_to(np.asarray(reason, dtype="U16"), len(s)) for _, reason, _ in held]
    reason = np.array([*reasons, np.full(len(s), "", dtype="U16")])[code, columns]
    ripe = code == len(held)
    permitted = may.permitted & ripe[:, None]
    kept = held_out(s.customer_id, policy.hold_out, policy.seed) & ripe
    permitted[kept] &= np.arange(permitted.shape[1]) == may.usual[kept, None]
    earliest = np.maximum(np.maximum(rule, rested), today)
    waits = until != NO_DAY
    earliest = next_open(policy, s.country, np.where(waits, np.maximum(earliest, np.where(waits, until, 0)), earliest))
    return Decided(
        state=np.array(STATES)[code],
        reason=reason,
        until=until,
        step=np.where(done, -1, step),
        next_on=np.where((ripe | waits) & ~done, earliest, NO_DAY),
        ripe=ripe,
        permitted=permitted,
        usual=np.where(ripe, may.usual, -1),
        planned=np.where(done, -1, may.usual),
        ladder=own.ladder,
    )


def planned(policy: Policy, decided: Decided, row: int) -> str:
    """What is usual at a row's next step, by what is known today; empty if no step is left."""
    if decided.planned[row] >= 0:
        return policy.options[decided.planned[row]]
    return "" if decided.step[row] < 0 else policy.ladders[decided.ladder[row]][decided.step[row]].action


def one_per_customer(situation: Situation, rows: Ints, stake: Floats) -> Ints:
    """Of each customer's rows the one to send something about: at most one contact with a customer a day.

    Of an account (customer and currency) the row with the greatest stake; if they tie, the one due first, then by its
    number. Of several accounts the one of whose rows one is due first: stakes in several currencies are not compared.

    Parameters
    ----------
    rows : (k,) rows that are ripe. stake : (k,) what is at stake in each, in its currency.

    Returns
    -------
    Rows, ascending.
    """
    rows = np.asarray(rows, dtype=np.int64)
    if not rows.size:
        return rows
    who, _ = pd.factorize(np.asarray(situation.customer_id, dtype=object)[rows])
    currency = np.unique(np.asarray(situation.currency, dtype=object)[rows], return_inverse=True)[1]
    invoice = np.unique(np.asarray(situation.invoice_id, dtype=object)[rows], return_inverse=True)[1]
    due = np.asarray(situation.due)[rows]
    account = who * (int(currency.max()) + 1) + currency
    oldest = np.full(int(account.max()) + 1, NO_DAY)
    np.minimum.at(oldest, account, due)
    order = np.lexsort([invoice, due, -np.asarray(stake, dtype=np.float64), currency, oldest[account], who])
    first = np.r_[True, np.diff(who[order]) != 0]
    return np.sort(rows[order[first]])


def _next(policy: Policy, s: Situation, own: Resolved, rested: Ints) -> tuple[Ints, Ints, Flags]:
    """Of each row the next step's position, the day from which on it may be taken, and whether there is none."""
    length = np.array([len(ladder) for ladder in policy.ladders])
    step = _lapsed(policy, s, own, rested)
    done = step >= length[own.ladder]
    if policy.caps.per_invoice is not None:
        done |= s.contacts >= policy.caps.per_invoice
    at = np.minimum(step, length[own.ladder] - 1)
    days, since = np.zeros((2, len(length), length.max()), dtype=np.int64)
    for k, ladder in enumerate(policy.ladders):
        days[k, : len(ladder)] = [one.days for one in ladder]
        since[k, : len(ladder)] = [_SINCE.index(one.since) for one in ladder]
    since = since[own.ladder, at]
    last = np.where(s.step_on == NO_DAY, s.due, s.step_on)
    start = np.select([since == _SINCE.index(MONTH_END), since == _SINCE.index(LAST)], [month_end(s.due), last], s.due)
    return at, start + days[own.ladder, at], done


def _lapsed(policy: Policy, s: Situation, own: Resolved, rested: Ints) -> Ints:
    """Steps taken, and those that were to come before the due date if no day is left on which they could."""
    early = [[one.days for one in ladder if one.since == DUE and one.days < 0] for ladder in policy.ladders]
    step, earliest = s.step, np.maximum(rested, s.today)
    for place in range(max(map(len, early))):
        days = np.array([some[place] if place < len(some) else 0 for some in early])[own.ladder]
        rows = (step == place) & (days < 0)
        day = next_open(policy, s.country, np.where(rows, np.maximum(s.due + days, earliest), NO_DAY))
        step = np.where(rows & (day > s.due), place + 1, step)
    return step


_Held = tuple[Flags, "str | NDArray[np.str_]", "int | Ints"]


def _held(
    policy: Policy, s: Situation, own: Resolved, account: Account, may: Allowing, done: Flags, rule: Ints, rested: Ints
) -> list[_Held]:
    """Of each state but the last: where it applies, the reason, and when it is over."""
    today, pause, caps = s.today, policy.pause, policy.caps
    n = len(s)
    promise_ends = np.where(s.promised_on == NO_DAY, _LONG_AGO, s.promised_on + pause.promise_grace + 1)
    answer_ends = np.where(s.waiting_since == NO_DAY, _LONG_AGO, s.waiting_since + pause.reply_days)
    plan_ends = s.due + pause.plan_grace + 1
    cap_7 = s.contacts_7 >= (np.inf if caps.in_7_days is None else caps.in_7_days)
    cap_30 = s.contacts_30 >= (np.inf if caps.in_30_days is None else caps.in_30_days)
    asked = np.maximum(rule, rested)
    begins = next_open(policy, s.country, asked)
    after = np.where(s.contacted_on == NO_DAY, NO_DAY, s.contacted_on + np.where(cap_30, 30, 7))
    overdue = today > s.due
    since = np.where(s.step == 0, "first", "next")
    nothing = policy.hold_out_gets != USUAL
    aside = held_out(s.customer_id, policy.hold_out if nothing else 0.0, policy.seed)
    level = np.array(["", *LEVELS])[own.stopped + 1]
    no_money = np.where(account.rest <= 0, "nothing_left", "account")
    opens = next_open(policy, s.country, np.full(n, today))
    return [
        ((s.insolvent | s.legal) & ~own.solvent, np.where(s.insolvent, "message", "legal"), NO_DAY),
        (own.stopped >= 0, level, own.stop_until),
        (done, np.where(s.contacts >= (caps.per_invoice or np.inf), "attempts", "steps"), NO_DAY),
        (~may.by_consent, np.where(own.channel >= 0, "only_channel", "consent"), NO_DAY),
        (s.instalment & (today < plan_ends), "instalment", plan_ends),
        ((account.rest <= 0) & (s.disputed > 0), "all", NO_DAY),
        (account.covered, account.how, NO_DAY),
        (today < promise_ends, "promise", promise_ends),
        (~overdue & (today < rule), since, begins),
        (today < rule, since, begins),
        (today < answer_ends, "message", answer_ends),
        (aside, "chance", NO_DAY),
        ((account.claim <= 0) | (account.claim < account.threshold) | (account.rest <= 0), no_money, NO_DAY),
        (today < rested, "step", begins),
        (cap_7 | cap_30 | ~may.permitted.any(axis=1), _caps(cap_7, cap_30), after),
        (opens != today, "closed", opens),
    ]


def _caps(cap_7: Flags, cap_30: Flags) -> NDArray[np.str_]:
    return np.select([cap_30, cap_7], ["in_30_days", "in_7_days"], "calls_in_7_days")
