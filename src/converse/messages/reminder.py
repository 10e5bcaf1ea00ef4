"""A reminder with a link: the first message of a conversation by chat, short message or e-mail.

Its sentences are those of the worklist's letters, by the ladder of tones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ...decide.worklist.texts import BEFORE, Speaker, fill, for_sms, plain
from ...errors import PaybenchError
from ..negotiate.facts import Facts
from .draft import LETTERS
from .drafted import SMS_LETTERS, TONES, Bill, Draft, Voice, bills, sums
from .texts import dunning, texts
from .written import Style

if TYPE_CHECKING:
    from .times import Choice

_ROWS, _COMPANY_IN_SMS = 30, 30


def reminder(
    facts: Facts,
    *,
    tone: str,
    language: str = "",
    channel: str = "chat",
    currency: str = "",
    link: str = "",
    sender: str = "",
    company: str = "",
    phone: str = "",
    email: str = "",
    consequences: tuple[str, ...] = (),
    choice: Choice | None = None,
) -> Draft:
    """A reminder of what is overdue, or of what falls due where nothing is.

    Parameters
    ----------
    facts : of the customer on the day. tone : courtesy, friendly, reminder, firm or final.
    currency : of the invoices; empty = that of the oldest one. Others as in :func:`.draft.draft`.

    Returns
    -------
    Draft, in which consequences are announced in the tone final only.

    Raises
    ------
    PaybenchError
        If nothing is open in the currency, the customer has forbidden the channel, or there is no such tone.
    """
    if tone not in TONES[:-1]:
        raise PaybenchError(f"There is no tone '{tone}' of a reminder; give one of {', '.join(TONES[:-1])}.")
    if not facts.allowed.get(channel, True):
        raise PaybenchError(
            f"Customer '{facts.customer_id}' forbade messages by {channel}; choose a channel that is allowed."
        )
    everything = [bill for bill in bills(facts) if currency in ("", bill.currency)]
    if not everything:
        what = f" in {currency}" if currency else ""
        raise PaybenchError(f"Nothing of customer '{facts.customer_id}' is open{what}; there is nothing to remind of.")
    mine = [bill for bill in everything if bill.currency == everything[0].currency]
    overdue = [bill for bill in mine if bill.due < facts.today]
    about, key = (overdue, tone) if overdue else (mine, BEFORE)
    pay_by = Speaker().pay_by(pd.Timestamp(facts.today), tone).date()
    voice = Voice(company, sender, phone, email, link, tuple(consequences), (pay_by,))
    style = Style(language or facts.language, facts.country)
    said = _Reminder(facts, style, voice, tuple(about), key)
    body = said.sms() if channel == "sms" else said.letter() if channel in LETTERS else said.chat()
    days = (facts.today - about[0].due).days
    since = (
        f"the oldest invoice is {days} day{'s' if days > 1 else ''} overdue" if overdue else "nothing is overdue yet"
    )
    reasons = (
        choice.reason if choice is not None else "Time: today, when the step of the ladder is due.",
        f"Channel: {channel}.",
        f"Tone: {tone}, by the step of the ladder; {since}.",
    )
    subject = said.subject if channel in LETTERS else ""
    return Draft(subject, body, style.language, channel, tone, reasons, voice, facts.country)


class _Reminder:
    """One reminder, and the forms in which it can be said."""

    def __init__(self, facts: Facts, style: Style, voice: Voice, about: tuple[Bill, ...], key: str) -> None:
        self.facts, self.style, self.voice, self.about, self.key = facts, style, voice, about, key
        self.said, self.t = dunning(style.language), texts(style.language)
        [(currency, amount)] = sums(about).items()
        self.values = {
            "name": plain(facts.name), "company": plain(voice.company), "invoice": about[0].invoice_id,
            "due": style.day(about[0].due), "count": str(len(about)), "total": style.money(amount, currency),
            "pay_by": style.day(voice.days[0]), "phone": plain(voice.phone), "email": plain(voice.email),
        }  # fmt: skip
        self.many = int(len(about) > 1)

    @property
    def subject(self) -> str:
        return plain(fill(self.said["subject"][self.key][self.many], self.values), 120)

    def opening(self) -> str:
        return fill(self.said["opening"][self.key][self.many], self.values)

    def ask(self) -> str:
        threats = [self.said["consequences"][name] for name in self.voice.consequences] if self.key == "final" else []
        return " ".join([fill(self.said["ask"][self.key], self.values), *threats])

    def rows(self) -> list[str]:
        style = self.style
        some = [
            {
                "invoice": bill.invoice_id, "amount": style.money(bill.amount, bill.currency),
                "due": style.day(bill.due), "part": "", "late": "",
            }
            for bill in self.about[:_ROWS]
        ]  # fmt: skip
        listed = [f"- {fill(self.said['item'], values)}" for values in some]
        total = [self.t("together", total=self.values["total"])] if self.many else []
        return listed + ["- …"] * (len(self.about) > _ROWS) + total

    def pay(self) -> str:
        return self.t("pay", link=self.voice.link) if self.voice.link else ""

    def letter(self) -> str:
        t, v = self.t, self.values
        signed = (t("closing"), plain(self.voice.sender), v["company"], v["phone"], v["email"])
        blocks = [
            t("greeting", **v) if v["name"] else t("nameless"), self.opening(), "\n".join(self.rows()), self.ask(),
            self.pay(), "\n".join(line for line in signed if line),
        ]  # fmt: skip
        return "\n\n".join(block for block in blocks if block)

    def chat(self) -> str:
        opening = self.opening()
        hello = self.t("hello", name=self.values["name"])
        lines = [hello, opening, *self.rows(), self.ask(), self.pay(), self.t("hint")]
        return "\n".join(line for line in lines if line)

    def sms(self) -> str:
        """The sentence, and the link where both fit together."""
        forms = self.said["sms"][self.key]
        form = forms[-1] if isinstance(forms, list) else forms
        company = plain(self.voice.company, _COMPANY_IN_SMS)
        text = fill(form, self.values | {"company": company})
        text = text if company else text.removeprefix(" :").removeprefix(":").strip()
        pay = self.t("short", "pay", link=self.voice.link) if self.voice.link else ""
        whole = for_sms(f"{text} {pay}".strip())
        return whole if len(whole) <= SMS_LETTERS else for_sms(text)[:SMS_LETTERS]
