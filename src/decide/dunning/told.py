"""Why something is sent or not, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...explain.numbers import money as amount_text
from ...explain.numbers import percent, plural
from ...ledger.schema import MONEY_UNITS, NO_DAY
from .account import Account, account_of
from .overrides import LEVELS, override_of
from .policy import CHANNELS, Policy
from .situation import Situation
from .steps import Decided, planned


def why(policy: Policy, situation: Situation, decided: Decided, row: int) -> str:
    """What holds an invoice back, until when, and what comes next; or what is due today. One sentence."""
    return _sentence(policy, situation, decided, account_of(policy, situation), row)


def sentences(policy: Policy, situation: Situation, decided: Decided) -> list[str]:
    """:func:`why` of every invoice, (n,)."""
    account = account_of(policy, situation)
    return [_sentence(policy, situation, decided, account, row) for row in range(len(situation))]


def why_customer(policy: Policy, situation: Situation, decided: Decided, customer_id: str) -> str:
    """Why nothing is sent to a customer, or what is: one sentence about all of its open invoices."""
    rows = np.flatnonzero(np.asarray(situation.customer_id) == customer_id)
    if not rows.size:
        return f"Nothing is sent to {customer_id}: no invoice of it is open."
    ripe = rows[decided.ripe[rows]]
    if ripe.size:
        steps = _joined(_due(policy, situation, decided, int(row)) for row in ripe[:3])
        more = f" and {plural(ripe.size - 3, 'invoice')} more" if ripe.size > 3 else ""
        chosen = "; one of them is chosen" if ripe.size > 1 else ""
        return f"Due to {customer_id} today: {steps}{more}{chosen}."
    if rows.size == 1:
        return why(policy, situation, decided, int(rows[0]))
    codes = list(zip(decided.state[rows].tolist(), decided.reason[rows].tolist(), strict=True))
    if len(set(codes)) == 1 and codes[0][0] in _OF_CUSTOMER:
        about = _because(policy, situation, decided, account_of(policy, situation), int(rows[0]))
        return f"Nothing is sent to {customer_id} about its {plural(rows.size, 'open invoice')}: {about}."
    parts, first = _parts(situation, decided, rows), _first(policy, decided, situation, rows)
    return f"Nothing is sent to {customer_id}: of {parts}{first}."


def _sentence(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    name, invoice = s.customer_id[row], s.invoice_id[row]
    if d.ripe[row]:
        return f"Due to {name} today: {_due(policy, s, d, row)}."
    return f"Nothing is sent to {name} about {invoice}: {_because(policy, s, d, account, row)}."


def _because(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    state = str(d.state[row])
    text: str = _REASONS[state](policy, s, d, account, row)
    if state in _SAYS_NEXT or d.step[row] < 0 or d.next_on[row] == NO_DAY:
        return text
    return f"{text}; then {_step(policy, d, row)} follows, on {_day(d.next_on[row])} at the earliest"


def _insolvent(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    if d.reason[row] == "legal":
        return "the customer has spoken of lawyers or courts, so that a person goes on"
    return "the customer has given notice of insolvency, so that a person decides what is claimed and where"


def _stopped(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    level = LEVELS.index(str(d.reason[row]))
    override = override_of(policy, level, str(s.segment[row]), str(s.customer_id[row]), str(s.invoice_id[row]))
    whom = ("its segment", "this customer", "this invoice")[level]
    said = f" ({override.reason})" if override is not None and override.reason else ""
    until = "" if d.until[row] == NO_DAY else f" until {_day(d.until[row])}"
    return f"the policy stops it for {whom}{until}{said}"


def _finished(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    if d.reason[row] == "attempts":
        return f"{plural(int(s.contacts[row]), 'contact')} about it are all that is allowed, and a person decides"
    steps = len(policy.ladders[d.ladder[row]])
    taken = "its only step has been taken" if steps == 1 else f"all {steps} steps have been taken"
    return f"{taken}, and a person decides what follows"


def _opted_out(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    no = _joined(channel for channel, yes in zip(CHANNELS, s.allowed[row], strict=True) if not yes)
    if d.reason[row] == "only_channel":
        return f"the policy allows a single channel here, and the customer forbids {no}"
    return f"the customer forbids {no}, and {_step(policy, d, row)} may go by nothing else"


def _plan(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    grace = _grace(policy.pause.plan_grace)
    return f"it is an instalment of a payment plan, which is due on {_day(s.due[row])}{grace}"


def _disputed(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    if s.disputed[row] < s.amount_open[row]:
        part = _amount(s, row, s.disputed[row])
        return f"{part} of it are disputed, which by the policy holds all of it, until the dispute is closed"
    return f"all that is open of it, {_amount(s, row, s.amount_open[row])}, is disputed, until the dispute is closed"


def _covered(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    return (
        f"{_amount(s, row, s.unapplied[row])} of the customer belong to no invoice yet and cover it, until somebody "
        "applies them"
    )


def _promised(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    return f"it is promised for {_day(s.promised_on[row])}{_grace(policy.pause.promise_grace)}"


def _later(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    due = f"it is due on {_day(s.due[row])}, and " if d.state[row] == "not_due" else ""
    return f"{due}{_step(policy, d, row)} comes on {_day(d.until[row])}"


def _answer(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    until = _day(d.until[row])
    return f"the customer wrote on {_day(s.waiting_since[row])} and waits for an answer, until {until} at the longest"


def _aside(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    return f"chance has put the customer among the {percent(policy.hold_out)} to whom nothing is sent, to compare with"


def _below(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    if d.reason[row] == "nothing_left":
        return "nothing of it is left to ask for"
    claim, least = (_amount(s, row, units / MONEY_UNITS) for units in (account.claim[row], account.threshold[row]))
    if account.claim[row] <= 0:
        return "nothing is due on the customer's account"
    return f"{claim} are due on the customer's account without what is disputed, less than the threshold of {least}"


def _gap(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    return (
        f"the last step was on {_day(s.step_on[row])}, and {_step(policy, d, row)} comes "
        f"{plural(policy.caps.gap, 'day')} later at the earliest, on {_day(d.until[row])}"
    )


def _capped(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    caps = policy.caps
    most = {
        "in_7_days": (caps.in_7_days or 0, "contact", 7),
        "in_30_days": (caps.in_30_days or 0, "contact", 30),
        "calls_in_7_days": (caps.calls_in_7_days or 0, "call", 7),
    }[str(d.reason[row])]
    last = "" if s.contacted_on[row] == NO_DAY else f"the customer was contacted on {_day(s.contacted_on[row])}, and "
    return f"{last}no more than {plural(most[0], most[1])} in {most[2]} days may reach it"


def _quiet(policy: Policy, s: Situation, d: Decided, account: Account, row: int) -> str:
    where = f" in {s.country[row]}" if s.country[row] else ""
    return f"nothing is sent on {_day(s.today)}{where}, a weekend or public holiday"


_REASONS = {
    "insolvent": _insolvent, "stopped": _stopped, "finished": _finished, "opted_out": _opted_out, "plan": _plan,
    "disputed": _disputed, "covered": _covered, "promised": _promised, "not_due": _later, "waiting": _later,
    "answer_waits": _answer, "hold_out": _aside, "below_threshold": _below, "gap": _gap, "capped": _capped,
    "quiet_day": _quiet,
}  # fmt: skip
_SAYS_NEXT = ("not_due", "waiting", "gap")
_OF_CUSTOMER = ("insolvent", "hold_out", "answer_waits", "capped", "opted_out", "below_threshold", "quiet_day")
_COUNTED = {
    "insolvent": "insolvent, or with lawyers", "stopped": "stopped by the policy", "finished": "through all steps",
    "opted_out": "without an allowed channel", "plan": "in a payment plan", "disputed": "disputed",
    "covered": "covered by unapplied money", "promised": "promised", "not_due": "not due",
    "waiting": "between two steps",
    "answer_waits": "held until the customer is answered", "hold_out": "held out for comparison",
    "below_threshold": "below the threshold", "gap": "within the gap after a step",
    "capped": "held by a cap of contacts",
    "quiet_day": "held over a closed day",
}  # fmt: skip


def _parts(s: Situation, d: Decided, rows: np.ndarray) -> str:
    names, counts = np.unique(d.state[rows], return_counts=True)
    order = np.lexsort((names, -counts))
    parts = [f"{counts[k]} {'is' if counts[k] == 1 else 'are'} {_COUNTED[str(names[k])]}" for k in order]
    return f"{plural(rows.size, 'open invoice')} {_joined(parts)}"


def _first(policy: Policy, d: Decided, s: Situation, rows: np.ndarray) -> str:
    coming = rows[(d.next_on[rows] != NO_DAY) & (d.step[rows] >= 0)]
    if not coming.size:
        return ", and none of that ends by itself"
    row = int(coming[np.argmin(d.next_on[coming])])
    return f"; next is {_step(policy, d, row)} about {s.invoice_id[row]}, on {_day(d.next_on[row])} at the earliest"


def _due(policy: Policy, s: Situation, d: Decided, row: int) -> str:
    ladder = policy.ladders[d.ladder[row]]
    usual = policy.options[d.usual[row]]
    own = ladder[d.step[row]]
    taken = "" if usual == own.action else f" in place of {own.action}"
    left = s.today - s.due[row]
    age = f"{plural(abs(int(left)), 'day')} {'overdue' if left > 0 else 'before it is due'}" if left else "due today"
    return f"step {d.step[row] + 1} of {len(ladder)}, {usual}{taken}, about {s.invoice_id[row]}, {age}"


def _step(policy: Policy, d: Decided, row: int) -> str:
    return f"step {d.step[row] + 1} of {len(policy.ladders[d.ladder[row]])}, {planned(policy, d, row)},"


def _grace(days: int) -> str:
    return f", and {plural(days, 'day')} of grace follow" + ("s" if days == 1 else "") if days else ""


def _amount(s: Situation, row: int, amount: float) -> str:
    return f"{s.currency[row]} {amount_text(float(amount), 2)}"


def _day(number: int | np.integer) -> str:
    return str(np.datetime64(int(number), "D"))


def _joined(words: Iterable[str]) -> str:
    some = list(words)
    return f"{', '.join(some[:-1])} and {some[-1]}" if len(some) > 1 else "".join(some)
