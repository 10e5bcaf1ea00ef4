"""Which rules of a policy a contact would break: slow, row by row, and written without the code that decides.

It reads the policy and the situation only, so that :func:`~.steps.decide` and whatever chooses among its options can be
held against it.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ...ledger.schema import NO_DAY
from .policy import CHANNELS, TONES, Override, Policy, Step
from .situation import Situation

_EPOCH = date(1970, 1, 1)
_CENT = Decimal("0.0001")


@dataclass(frozen=True)
class Row:
    """One invoice of a situation in plain Python; ``account`` are the rows of the same customer and currency."""

    invoice_id: str
    customer_id: str
    currency: str
    country: str
    segment: str
    due: date
    open: Decimal
    disputed: Decimal
    unapplied: Decimal
    promised_on: date | None
    waiting_since: date | None
    step_on: date | None
    step: int
    contacts: int
    contacts_7: int
    contacts_30: int
    calls_7: int
    instalment: bool
    insolvent: bool
    legal: bool
    allowed: tuple[str, ...]
    account: list[Row] = field(default_factory=list, repr=False, compare=False)


def violations(policy: Policy, situation: Situation, row: int, action: str) -> list[str]:
    """The rules that sending an action about one invoice today would break; empty if it may be sent.

    Looks at every row of the situation for the account; :class:`Audit` does that once.
    """
    return Audit(policy, situation).violations(row, action)


class Audit:
    """A policy's rules on one day.

    Parameters
    ----------
    situation : every open invoice of each customer in it.
    """

    def __init__(self, policy: Policy, situation: Situation) -> None:
        self.policy, self.today = policy, _date(situation.today) or _EPOCH
        self.rows = _rows(situation)
        accounts: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            accounts.setdefault((row.customer_id, row.currency), []).append(row)
        for row in self.rows:
            row.account.extend(accounts[row.customer_id, row.currency])

    def violations(self, row: int, action: str) -> list[str]:
        """The rules that sending an action about one invoice today would break."""
        one = self.rows[row]
        found = [*self._about_customer(one), *self._about_invoice(one), *self._about_money(one)]
        return [*found, *self._about_action(one, action)]

    def of_day(self, rows: Sequence[int], actions: Sequence[str]) -> list[tuple[int, str, str]]:
        """All that is broken by what is sent on this day: row, action, rule; also if a customer is contacted twice."""
        found = [(r, a, rule) for r, a in zip(rows, actions, strict=True) for rule in self.violations(r, a)]
        seen: set[str] = set()
        for row, action in zip(rows, actions, strict=True):
            name = self.rows[row].customer_id
            if name in seen:
                found.append((row, action, "one contact with a customer a day"))
            seen.add(name)
        return found

    def _overrides(self, one: Row) -> list[Override]:
        """What is said about an invoice, the last of them counts."""
        policy = self.policy
        said = (policy.segments.get(one.segment), policy.customers.get(one.customer_id))
        return [o for o in (*said, policy.invoices.get(one.invoice_id)) if o is not None]

    def _ladder(self, one: Row) -> tuple[Step, ...]:
        ladder = self.policy.steps
        for override in self._overrides(one):
            ladder = override.steps or ladder
        return ladder

    def _next(self, one: Row) -> int:
        """The position of the next step: one before the due date lapses when no open day is left for it."""
        place, ladder = one.step, self._ladder(one)
        while place < len(ladder) and ladder[place].since == "due" and ladder[place].days < 0:
            first = max(self.today, one.due + timedelta(days=ladder[place].days))
            first = max(first, one.step_on + timedelta(days=self.policy.caps.gap)) if one.step_on else first
            if any(self._is_open(one, first + timedelta(days=k)) for k in range((one.due - first).days + 1)):
                break
            place += 1
        return place

    def _is_open(self, one: Row, day: date) -> bool:
        return _open(one.country if self.policy.holidays else "", self.policy.days, day)

    def _about_customer(self, one: Row) -> list[str]:
        policy, caps, overrides = self.policy, self.policy.caps, self._overrides(one)
        found = []
        if (one.insolvent or one.legal) and not any(o.solvent for o in overrides):
            found.append("insolvent customer" if one.insolvent else "lawyers or courts")
        if any(o.stop and (o.until == NO_DAY or self.today < (_date(o.until) or _EPOCH)) for o in overrides):
            found.append("stopped by an override")
        if one.waiting_since and self.today < one.waiting_since + timedelta(days=policy.pause.reply_days):
            found.append("a message waits for an answer")
        if policy.hold_out_gets == "nothing" and self._held_out(one):
            found.append("held out")
        if caps.in_7_days is not None and one.contacts_7 + 1 > caps.in_7_days:
            found.append("contacts in 7 days")
        if caps.in_30_days is not None and one.contacts_30 + 1 > caps.in_30_days:
            found.append("contacts in 30 days")
        if not self._is_open(one, self.today):
            found.append("closed day")
        return found

    def _about_invoice(self, one: Row) -> list[str]:
        policy, ladder, place = self.policy, self._ladder(one), self._next(one)
        pause, caps = policy.pause, policy.caps
        found = []
        if caps.per_invoice is not None and one.contacts + 1 > caps.per_invoice:
            found.append("contacts about the invoice")
        if place >= len(ladder):
            found.append("no step left")
        elif self.today < self._falls_due(one, ladder[place]):
            found.append("too early")
        if one.step_on and self.today < one.step_on + timedelta(days=caps.gap):
            found.append("gap after the last step")
        if one.instalment and self.today <= one.due + timedelta(days=pause.plan_grace):
            found.append("instalment of a running plan")
        if one.promised_on and self.today <= one.promised_on + timedelta(days=pause.promise_grace):
            found.append("promised")
        return found

    def _falls_due(self, one: Row, step: Step) -> date:
        start = one.due
        if step.since == "month_end":
            start = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        elif step.since == "last" and one.step_on:
            start = one.step_on
        return start + timedelta(days=step.days)

    def _about_money(self, one: Row) -> list[str]:
        found, rest = [], self._rest(one)
        if rest <= 0:
            found.append("disputed" if one.disputed > 0 else "nothing is open")
        if rest > 0 and self._covered(one, rest):
            found.append("covered by unapplied money")
        claim = sum((self._rest(r) for r in one.account if r.due < self.today or r is one), Decimal(0)) - one.unapplied
        if claim <= 0 or claim < _decimal(self.policy.threshold(one.currency)):
            found.append("below the threshold")
        return found

    def _rest(self, one: Row) -> Decimal:
        if self.policy.pause.whole_dispute and one.disputed > 0:
            return Decimal(0)
        rest = one.open - one.disputed
        return rest if rest > Decimal("0.005") else Decimal(0)

    def _covered(self, one: Row, rest: Decimal) -> bool:
        if one.unapplied <= 0:
            return False
        if one.unapplied in (rest, one.open):
            return True
        left = one.unapplied
        for other in sorted(one.account, key=lambda r: (r.due, r.invoice_id)):
            laid = min(left, self._rest(other))
            if other is one:
                return laid > 0 and laid >= _decimal(self.policy.pause.unapplied) * rest
            left -= laid
        raise AssertionError("an account holds its own rows")

    def _held_out(self, one: Row) -> bool:
        digest = hashlib.sha256(f"{self.policy.seed}\x1f{one.customer_id}".encode()).hexdigest()
        return int(digest[:16], 16) < self.policy.hold_out * 2**64

    def _about_action(self, one: Row, action: str) -> list[str]:
        policy, ladder, place = self.policy, self._ladder(one), self._next(one)
        channel, _, tone = action.partition(":")
        if channel not in CHANNELS or tone not in TONES:
            return ["no action"]
        found = []
        if channel not in one.allowed:
            found.append("forbidden channel")
        only = [o.channel for o in self._overrides(one) if o.channel]
        if only and channel != only[-1]:
            found.append("not the only channel")
        if not self._may_call(one) and channel == "phone":
            found.append("calls in 7 days")
        if place >= len(ladder):
            return found
        step = ladder[place]
        if TONES.index(tone) > TONES.index(step.tone):
            found.append("too harsh")
        usual = self._usual(one, step, only[-1] if only else "")
        further = action in policy.actions
        if policy.hold_out_gets == "usual" and self._held_out(one):
            further = further and not usual and action == self._nearest(one, step, only)
        if action != usual and not further:
            found.append("not an action of this step")
        return found

    def _may_call(self, one: Row) -> bool:
        most = self.policy.caps.calls_in_7_days
        return most is None or one.calls_7 + 1 <= most

    def _usual(self, one: Row, step: Step, only: str) -> str:
        """The step's own action, or what takes its place; empty if nothing of its tone is left."""
        for channel in [only or step.channel, *self.policy.instead]:
            if channel in one.allowed and only in ("", channel) and (channel != "phone" or self._may_call(one)):
                return f"{channel}:{step.tone}"
        return ""

    def _nearest(self, one: Row, step: Step, only: list[str]) -> str:
        """The harshest of the further actions that are left, the first of them in the policy."""
        best, strength = "", -1
        for option in self.policy.options:
            channel, tone = option.split(":")
            fits = channel in one.allowed and (not only or channel == only[-1])
            fits = fits and (channel != "phone" or self._may_call(one))
            if option in self.policy.actions and fits and strength < TONES.index(tone) <= TONES.index(step.tone):
                best, strength = option, TONES.index(tone)
        return best


def _rows(s: Situation) -> list[Row]:
    columns: dict[str, list[Any]] = {
        "invoice_id": [str(x) for x in s.invoice_id],
        "customer_id": [str(x) for x in s.customer_id],
        "currency": [str(x) for x in s.currency],
        "country": [str(x) for x in s.country],
        "segment": [str(x) for x in s.segment],
        "due": [_date(x) for x in s.due],
        "open": [_decimal(x) for x in s.amount_open],
        "disputed": [_decimal(x) for x in s.disputed],
        "unapplied": [_decimal(x) for x in s.unapplied],
        **{name: [_date(x) for x in getattr(s, name)] for name in ("promised_on", "waiting_since", "step_on")},
        **{
            name: [int(x) for x in getattr(s, name)]
            for name in ("step", "contacts", "contacts_7", "contacts_30", "calls_7")
        },
        **{name: [bool(x) for x in getattr(s, name)] for name in ("instalment", "insolvent", "legal")},
        "allowed": [tuple(c for c, yes in zip(CHANNELS, row, strict=True) if yes) for row in s.allowed],
    }
    return [Row(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def _date(number: Any) -> date | None:
    return None if number == NO_DAY else _EPOCH + timedelta(days=int(number))


def _decimal(amount: Any) -> Decimal:
    return Decimal(repr(float(amount))).quantize(_CENT)


@lru_cache(maxsize=1 << 16)
def _open(country: str, weekdays: tuple[int, ...], day: date) -> bool:
    return day.weekday() in weekdays and day not in _holidays(country, day.year)


@lru_cache(maxsize=4096)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year)) if country else frozenset()
    except NotImplementedError:
        return frozenset()
