"""The rules of negotiation once more: slow, in whole units of a ten-thousandth, and without the package's own parts.

A day is a number of days after today, an instalment a pair of day and units.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from paybench.converse.negotiate import Facts, Policy
from paybench.converse.understand import Understood

Verdict = tuple[str, str, list[tuple[date, Decimal]]]

_CENT = 100
_COIN = {"JPY": 10_000}
_STEP = {"weekly": 7, "fortnightly": 14}


class Slow:
    """One message, one customer, one policy."""

    def __init__(self, said: Understood, facts: Facts, policy: Policy) -> None:
        self.said, self.facts, self.policy = said, facts, policy
        rows = facts.open_invoices.to_dict("records")
        named = {slot.invoice_id for slot in said.slots.invoices}
        overdue = [row for row in rows if row["due_on"] < facts.today]
        self.rows = [row for row in rows if row["invoice_id"] in named] if named else (overdue or rows)
        self.all = rows

    def verdict(self) -> Verdict:
        """Action, reason, and the instalments granted or proposed."""
        if not self.all:
            return "answer", "nothing_open", []
        if not self.rows:
            return "ask", "which_invoice", []
        if len({row["currency"] for row in self.rows}) > 1:
            return "ask", "which_currency", []
        self.currency = self.rows[0]["currency"]
        self.coin = _COIN.get(self.currency, _CENT)
        self.sum = sum(_units(row["amount_open"]) for row in self.rows)
        self.risk = "high" if self._any("high") else "medium" if self._any("medium") else "low"
        self.value = self.facts.value
        self.last = self._limit()
        action, reason, parts, promise = self._asked()
        if (action, reason) == ("answer", "payment_found"):
            return action, reason, []
        day = parts[0][0] if parts else None
        granted = promise and action == "accept" and day is not None
        by_due = granted and all(self._date(day) <= row["due_on"] for row in self.rows)
        soon = granted and day <= 7
        if self.facts.broken > self.policy.broken_tolerated[self.value] and not (
            soon and self.said.slots.firmness == "firm"
        ):
            return "hand_over", "broken_promises", []
        if any(row["promises"] >= self.policy.most_extensions for row in self.rows) and not by_due:
            return "hand_over", "extensions_used", []
        if "hardship" in self.said.names and self.risk == "high":
            return "hand_over", "hardship", []
        found = [(self._date(at), Decimal(units) / 10_000) for at, units in parts]
        most = self.policy.approval.get(self.currency, self.policy.approval.get("other"))
        if action in ("accept", "counter") and self.sum > _units(most) and not (by_due or soon):
            return "hand_over", "approval", found
        return action, reason, found

    def _any(self, risk: str) -> bool:
        return any(row["risk"] == risk for row in self.rows)

    def _date(self, after: int) -> date:
        return self.facts.today + timedelta(days=after)

    def _after(self, day: date) -> int:
        return (day - self.facts.today).days

    def _limit(self) -> int:
        """The last day that no invoice forbids, tried one after the other."""
        days = self.policy.longest_days[self.risk][self.value]
        at = 0
        while all(at + 1 <= max(0, self._after(row["due_on"])) + days for row in self.rows):
            at += 1
        return at

    def _days(self) -> list[int]:
        return sorted({self._after(slot.last) for slot in self.said.slots.dates if slot.last and not slot.ask})

    def _odd(self) -> bool:
        return any(slot.ask and "/" in slot.quote for slot in self.said.slots.dates)

    def _money(self) -> list[int]:
        return [_units(s.amount) for s in self._said() if s.currency in ("", self.currency)]

    def _said(self) -> list[Any]:
        """What is named is more than nothing."""
        return [slot for slot in self.said.slots.amounts if slot.amount > 0]

    def _part(self) -> int | None:
        every = self._money()
        some = [amount for amount in every if amount != self.sum]
        if not some:
            return self.sum if every else None
        left = [_units(row["amount_open"]) for row in self.rows]
        fits = True
        for amount in some:
            if amount in left:
                left.remove(amount)
            else:
                fits = False
        return min(sum(some) if fits else some[0], self.sum)

    def _asked(self) -> tuple[str, str, list[tuple[int, int]], bool]:
        names = self.said.names
        if "instalment_plan" in names:
            return (*self._plan(), False)
        if "need_more_time" in names:
            return (*self._more_time(), False)
        foreign = bool(self._said()) and not self._money()
        part = self._part()
        if "part_payment" in names:
            if part != self.sum:
                return (*self._pay_part(part, foreign), False)
            if self._said_paid():
                return (*self._paid(), [], False)
            return (*self._promise(), True)
        if foreign:
            return "ask", "which_currency", [], False
        every = self._money()
        if part is None or self.sum in every or sum(every) == self.sum or part == self.sum:
            return (*self._promise(), True)
        return (*self._pay_part(part, foreign), False)

    def _more_time(self) -> tuple[str, str, list[tuple[int, int]]]:
        days = self._days()
        if self._odd():
            return "ask", "which_day", []
        if not days:
            latest = max([0, *(self._after(row["due_on"]) for row in self.rows)])
            return "counter", "default_horizon", [(min(latest + self.policy.default_days, self.last), self.sum)]
        if days[-1] <= 0:
            return "ask", "which_day", []
        if days[-1] <= self.last:
            return "accept", "within_policy", [(days[-1], self.sum)]
        return "counter", "beyond_policy", [(self.last, self.sum)]

    def _promise(self) -> tuple[str, str, list[tuple[int, int]]]:
        days = self._days()
        if self.said.slots.firmness == "aspirational" or not (days or self._odd()):
            return "counter", "no_firm_day", [(min(self.policy.default_days, self.last), self.sum)]
        today = days and days[-1] == 0 and days[0] == 0 and self.said.slots.firmness
        if self._odd() or (days[-1] <= 0 and not today):
            return "ask", "which_day", []
        if days[-1] <= self.last:
            return "accept", "promise", [(days[-1], self.sum)]
        return "counter", "beyond_policy", [(self.last, self.sum)]

    def _said_paid(self) -> bool:
        days = self._days()
        return "already_paid" in self.said.names or bool(days and days[-1] < 0)

    def _paid(self) -> tuple[str, str]:
        named = {slot.invoice_id for slot in self.said.slots.invoices}
        free = _units(self.facts.unapplied.get(self.currency, Decimal(0)))
        found = free >= self.sum or (bool(named) and named <= self.facts.settled_ids)
        return ("answer", "payment_found") if found else ("ask", "payment_not_found")

    def _pay_part(self, part: int | None, foreign: bool) -> tuple[str, str, list[tuple[int, int]]]:
        if part is None:
            return "ask", "which_currency" if foreign else "which_amount", []
        later = min(self.policy.default_days, self.last)
        if self._said_paid():
            return "counter", "rest_open", [(later, self.sum - part)]
        if Decimal(part) < self.policy.part_share * self.sum:
            return "counter", "part_too_small", self._usual(named=False)
        if self._odd():
            return "ask", "which_day", []
        days = [at for at in self._days() if at >= 0]
        now = min(days[0] if days else 7, self.last)
        if later <= now:
            later = now + 1
        if later > self.last:
            return "counter", "beyond_policy", self._usual(named=False)
        return "counter", "rest_open", [(now, part), (later, self.sum - part)]

    def _plan(self) -> tuple[str, str, list[tuple[int, int]]]:
        if self._odd():
            return "ask", "which_day", []
        plan: Any = self.said.slots.plan
        number: int = (plan.number or 0) if plan else 0
        amount = _units(plan.amount) if plan and plan.amount and not number else None
        if not number and not amount:
            return "counter", "default_plan", self._usual()
        if amount:
            number = 1
            while number * amount < self.sum and number < 10_000:
                number += 1
        most = self.policy.plan.most[self.risk]
        down = self._down(amount)
        if down and amount:
            number = 2
            while down + (number - 1) * amount < self.sum and number < 10_000:
                number += 1
        changed = number > most
        if changed:
            parts = self._equal(most)
        elif down and number > 1:
            left = self.sum - down
            rest = self._equal(number - 1, left)
            if amount:
                rest = [amount] * (number - 2) + [left - amount * (number - 2)]
            parts = [down, *rest]
        elif amount:
            parts = [amount] * (number - 1) + [self.sum - amount * (number - 1)]
        else:
            parts = self._equal(min(number, most))
            changed = changed or len(parts) < number
        good = self._good(parts)
        # A first part that is less than a coin too small was rounded: that is no change of what was asked for.
        short = self.policy.plan.first_share[self.risk] * self.sum - parts[0]
        changed = changed or len(good) != len(parts) or short >= self.coin
        days, moved = self._on(len(good))
        changed = changed or moved
        return (
            "counter" if changed else "accept",
            "beyond_policy" if changed else "within_policy",
            list(zip(days, good, strict=True)),
        )

    def _down(self, each: int | None) -> int:
        """The one amount that is named, and is neither the sum, nor of an invoice, nor of each instalment."""
        bills = [_units(row["amount_open"]) for row in self.rows]
        some = {a for a in self._money() if a < self.sum and a != each and a not in bills}
        return some.pop() if len(some) == 1 else 0

    def _usual(self, named: bool = True) -> list[tuple[int, int]]:
        number = min(self.policy.plan.default, self.policy.plan.most[self.risk])
        parts = self._good(self._equal(number))
        return list(zip(self._on(len(parts), named)[0], parts, strict=True))

    def _equal(self, number: int, total: int | None = None) -> list[int]:
        """Equal parts in whole coins, rounded; the last takes the rest."""
        total = self.sum if total is None else total
        number = max(1, min(number, total // self.coin))
        part = (2 * total + number * self.coin) // (2 * number * self.coin) * self.coin
        if part * (number - 1) >= total:
            part = total // (number * self.coin) * self.coin
        return [part] * (number - 1) + [total - part * (number - 1)]

    def _good(self, parts: list[int]) -> list[int]:
        """The first number of parts, from the one wished for down, whose first is large and none of which is small."""
        terms = self.policy.plan
        least = _units(terms.least.get(self.currency, terms.least.get("other", Decimal(0))))
        needed = terms.first_share[self.risk] * self.sum
        while True:
            if parts[0] < needed:
                first = 0
                while first < needed:
                    first = int(needed // self.coin) * self.coin if first == 0 else first + self.coin
                    first = first or self.coin
                first = min(first, self.sum)
                left = self.sum - first
                parts = [first, *self._equal(len(parts) - 1, left)] if left and len(parts) > 1 else [self.sum]
            if len(parts) == 1 or min(parts) >= least:
                return parts
            parts = self._equal(len(parts) - 1)

    def _on(self, number: int, named: bool = True) -> tuple[list[int], bool]:
        within, usual = self.policy.plan.first_within_days, self.policy.plan.every_days
        days = [at for at in self._days() if at >= 0 and named]
        first = min(days[0], within) if days else within
        moved = bool(days) and days[0] > within
        plan: Any = self.said.slots.plan
        word = plan.every if plan else ""
        if word.isdigit() and int(word) > max(usual, 31):
            word, moved = "", True
        if word == "monthly" or (not word and usual == 30) or word == "30":
            return [self._after(_months(self._date(first), n)) for n in range(number)], moved
        step = _STEP.get(word) or (int(word) if word else usual)
        return [first + step * n for n in range(number)], moved


def _months(day: date, months: int) -> date:
    """The same day so many months later, or the last before it that there is."""
    month = day.month - 1 + months
    for number in range(day.day, 0, -1):
        try:
            return date(day.year + month // 12, month % 12 + 1, number)
        except ValueError:
            continue
    raise AssertionError


def _units(amount: Decimal) -> int:
    return int(amount * 10_000)
