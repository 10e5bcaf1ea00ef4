"""The forms of an answer: a letter with greeting, table and signature, a few lines of chat, a short message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ...decide.worklist.texts import fill, for_sms, plain
from ...errors import PaybenchError
from ..negotiate.decision import (
    ACCEPT,
    ANSWER,
    ASK,
    COUNTER,
    EXTENSION,
    HAND_OVER,
    PART,
    PLAN,
    WAIVER,
    Decision,
)  # fmt: skip
from ..negotiate.facts import Facts
from ..understand.understood import Understood
from .drafted import SMS_LETTERS, Bill, Voice, sums
from .texts import Texts, dunning, texts
from .tones import in_hardship
from .written import Style

_PAYS = frozenset({"how_to_pay", "what_is_owed", "card_data_sent"})
_LISTS = frozenset({"which_invoice", "which_currency", "what_is_owed"})
_COMPANY_IN_SMS, _LINK_IN_SMS, _ROWS = 30, 160, 30
_HARD = ("firm", "final")
_ONE = {PLAN: EXTENSION, PART: EXTENSION}


@dataclass(frozen=True)
class Said:
    """One answer, and the forms in which it can be said.

    Attributes
    ----------
    style, voice, tone, channel : how it is said. about : the invoices in question, the one due first first.
    """

    decision: Decision
    understood: Understood | None
    facts: Facts
    style: Style
    voice: Voice
    about: tuple[Bill, ...]
    tone: str
    channel: str

    @property
    def t(self) -> Texts:
        """The texts of its language."""
        return texts(self.style.language)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What every text may ask for."""
        owed = sums(self.about)
        made, money, day = self.decision.proposal, self.style.money, self.style.day
        found: dict[str, Any] = {
            "name": plain(self.facts.name), "company": plain(self.voice.company),
            "manager": plain(self.facts.account_manager), "link": self.voice.link if self.pays else "",
            "invoice": self.about[0].invoice_id if self.about else "", "count": len(self.about),
            "total": self.style.listed(tuple(money(amount, currency) for currency, amount in owed.items())),
            "due": day(self.about[0].due) if self.about else "", "many": len(self.about) > 1,
            "owed": bool(self.about), "pauses": bool(self.decision.moved("pause") or self.decision.moved("dispute")),
        }  # fmt: skip
        if made is not None:
            found |= {
                "amount": money(made.amount, made.currency),
                "number": len(made.instalments),
                "day": day(made.instalments[-1][0]),
            }
        form = "none" if not self.about else "many" if len(self.about) > 1 else "one"
        what = "few" if form == "many" and self.channel == "sms" else form
        return found | {"what": self.t("what", what, **found), "form": form}

    @property
    def grants(self) -> bool:
        """Whether something is granted or proposed."""
        return self.decision.action in (ACCEPT, COUNTER) and self.decision.proposal is not None

    @property
    def pays(self) -> bool:
        """Whether something is to be paid, so that the link belongs into it."""
        d = self.decision
        if self.voice.link == "" or not self.about:
            return False
        return d.proposal.kind != WAIVER if self.grants and d.proposal else d.action == ANSWER and d.reason in _PAYS

    @property
    def split(self) -> bool:
        """Whether that is paid on several days."""
        return self.grants and self.decision.proposal is not None and len(self.decision.proposal.instalments) > 1

    @property
    def soft(self) -> bool:
        """Whether it speaks to somebody in hardship."""
        return self.tone != "person" and in_hardship(self.decision, self.understood)

    @property
    def subject(self) -> str:
        """What it is about, on one line; invoices where the message or the decision names them."""
        ids = {slot.invoice_id for slot in self.understood.slots.invoices} if self.understood is not None else set()
        one = len(self.about) == 1 and self.about[0].invoice_id in ids
        named = self.grants or self.decision.moved("dispute") or one
        return plain(self.t("subject", self.values["form"] if named else "none", **self.values), 120)

    @property
    def kind(self) -> str:
        """The kind of what is granted or proposed: one payment is no plan, and less than is open is a rest."""
        made = self.decision.proposal
        assert made is not None
        if made.kind == WAIVER or self.split:
            return made.kind
        return "rest" if made.amount != sums(self.about).get(made.currency) else _ONE.get(made.kind, made.kind)

    def opening(self) -> str:
        """Thanks, in the tone; a hard one only says what is so."""
        overdue = bool(self.about) and self.about[0].due < self.facts.today and len(sums(self.about)) == 1
        pressing = self.tone in _HARD and self.decision.action in (COUNTER, ASK) and overdue and self.all_overdue
        tone = "soft" if self.soft else self.tone if self.tone not in _HARD or pressing else "reminder"
        return self.t("opening", tone, **self.values)

    @property
    def all_overdue(self) -> bool:
        """Whether all that is in question is overdue."""
        return all(bill.due < self.facts.today for bill in self.about)

    def main(self) -> str:
        """The sentence of the decision."""
        d, t = self.decision, self.t
        if self.grants and d.proposal is not None:
            because = [t("because", d.reason, **self.values)] if t.has("because", d.reason) else []
            how = "granted" if d.action == ACCEPT else "offered"
            return " ".join([*because, t(how, self.kind, **self.values), *self.threats()])
        key = d.action if t.has(d.action) else HAND_OVER
        return t(key, d.reason if t.has(key, d.reason) else "else", **self.values)

    def parts(self, day: Callable[[date], str]) -> list[str]:
        """Its instalments, one a line."""
        made = self.decision.proposal
        if made is None or not self.split:
            return []
        return [
            self.t("part_item", day=day(on), amount=self.style.money(amount, made.currency))
            for on, amount in made.instalments
        ]

    def dashed(self) -> list[str]:
        """Its instalments as a list."""
        return [f"- {line}" for line in self.parts(self.style.day)]

    def rows(self) -> list[str]:
        """The invoices in question, one a line."""
        lists = len(self.about) > 1 if self.grants else self.decision.reason in _LISTS
        lists = lists or (len(self.about) > 1 and self.decision.reason in ("dispute", "amount_disagreement"))
        if not lists or not self.about:
            return []
        item = dunning(self.style.language)["item"]
        return [f"- {self.row(item, bill)}" for bill in self.about[:_ROWS]] + ["- …"] * (len(self.about) > _ROWS)

    def row(self, item: str, bill: Bill) -> str:
        """One invoice."""
        amount = self.style.money(bill.amount, bill.currency)
        due = self.style.day(bill.due)
        return fill(item, {"invoice": bill.invoice_id, "amount": amount, "part": "", "due": due, "late": ""})

    def threats(self) -> list[str]:
        """What happens after the day that is proposed: only what is enabled, in the last tone."""
        if self.decision.action != COUNTER or self.tone != "final" or self.soft or self.split:
            return []
        said = dunning(self.style.language)["consequences"]
        return [said[name] for name in self.voice.consequences]

    def close(self) -> str:
        """What a proposal ends with."""
        return self.t("close", "soft" if self.soft else self.tone) if self.decision.action == COUNTER else ""

    def extra(self) -> list[str]:
        """The link, and the warning about card numbers."""
        pay = [self.t("pay", link=self.voice.link)] if self.pays else []
        return pay + ([self.t("card")] if self.decision.card_warning else [])

    def after(self) -> list[str]:
        """What follows the instalments that are granted."""
        made = self.decision.proposal
        told = self.decision.action == ACCEPT and self.split and self.values["pauses"]
        return [self.t("after", made.kind)] if told and made is not None and self.t.has("after", made.kind) else []

    def letter(self) -> str:
        """With greeting, table and signature."""
        t, v = self.t, self.values
        large = self.facts.value == "large" and bool(v["manager"])
        signed = v["manager"] if large else plain(self.voice.sender)
        blocks = [
            t("greeting", **v) if v["name"] else t("nameless"),
            self.opening(),
            self.main(),
            "\n".join(self.dashed()),
            "\n".join(self.after()),
            "\n".join(self.rows()),
            "\n".join(self.extra()),
            self.close(),
            t("manager", **v) if v["manager"] and not large and self.decision.action != HAND_OVER else "",
            "\n".join(line for line in (t("closing"), signed, v["company"], *_reach(self.voice)) if line),
        ]
        return "\n\n".join(block for block in blocks if block)

    def chat(self) -> str:
        """A few lines."""
        opening = _upper(self.opening()) if self.soft else ""
        blocks = [opening, self.main(), *self.dashed(), *self.after(), *self.rows(), *self.extra(), self.close()]
        return "\n".join(block for block in blocks if block)

    def sms(self) -> str:
        """The fullest form that fits."""
        if len(self.voice.link) > _LINK_IN_SMS:
            raise PaybenchError(
                f"The payment link has {len(self.voice.link)} letters, too many for a short message; give one of at "
                f"most {_LINK_IN_SMS}, or another channel."
            )
        for text in self._shorter():
            if len(text) <= SMS_LETTERS:
                return text
        raise PaybenchError("The answer does not fit into a short message; send it by another channel.")

    def _shorter(self) -> list[str]:
        company = plain(self.voice.company, _COMPANY_IN_SMS)
        head = f"{company}: " if company else ""
        pay = self.t("short", "pay", link=self.voice.link) if self.pays else ""
        card = self.t("short", "card") if self.decision.card_warning else ""
        bodies = [*self._briefs()] if self.grants else self._plain_briefs()
        whole = [" ".join(part for part in (head + body, card, pay) if part) for body in bodies]
        bare = [" ".join(part for part in (bodies[-1], card, pay[:room]) if part) for room in (None, 0)]
        return [for_sms(text) for text in [*whole, *bare]]

    def _plain_briefs(self) -> list[str]:
        main, rows = self.main(), [row.removeprefix("- ") for row in self.rows()]
        if not rows:
            return [main]
        return [f"{main} {'; '.join(rows)}.", f"{main} {self.values['total']}.", main]

    def _briefs(self) -> list[str]:
        d, t = self.decision, self.t
        made = d.proposal
        assert made is not None
        how = "granted" if d.action == ACCEPT else "offered"
        money, short = self.style.money, self.style.short_day
        amount = money(made.amount, made.currency)
        names = made.invoices[0] if len(made.invoices) == 1 else ""
        briefs = [f"{names} ({amount})" if names else amount, amount]
        parts = ", ".join(self.parts(short)) if self.split else ""
        first, last = short(made.instalments[0][0]), short(made.instalments[-1][0])
        rest = t("short", "rest", number=len(made.instalments), first=first, last=last,
                 amount=money(made.instalments[0][1], made.currency))  # fmt: skip
        values: Mapping[str, Any] = self.values | {"amount": amount}
        full = [t("short", how, self.kind, brief=brief, parts=parts, **values) for brief in briefs]
        single = not self.split
        tail = [f"{amount}: {last}"] if single and made.kind != WAIVER else [] if single else [f"{amount}: {rest}"]
        because = [t("because", d.reason, **values)] if t.has("because", d.reason) else []
        return [" ".join([*because, full[0]]), *full, *tail]


def _reach(voice: Voice) -> tuple[str, ...]:
    return tuple(plain(part) for part in (voice.phone, voice.email) if part)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
