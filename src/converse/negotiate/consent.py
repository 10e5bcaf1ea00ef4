"""Whether an answer to our proposal takes it, refuses it, or wishes for something else.

A text that is made of words of consent, or of refusal, alone means that, whatever the model takes so short a text for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from ...decide.messages.meanings import plain_letters
from ..understand.understood import Understood
from .case import NEGOTIATION, Case
from .decision import Proposal
from .facts import Facts
from .policy import Policy
from .said import days
from .standing import PROPOSED, Conversation

TAKES, REFUSES, UNSURE = "takes", "refuses", ""

_ASSENT = frozenset({"acknowledgement", "promise_to_pay", "card_data_sent"})
_MILD = frozenset({*NEGOTIATION, *_ASSENT, "hardship", "out_of_scope", "question", "remittance_advice"})
"""What the model may take an answer for that says nothing new."""
_MOST_WORDS = 25
"""Words of an answer; a longer one is read as a message of its own."""
_FEW_WORDS = 6
"""Words up to which words of refusal alone decide about a text that is not made of them alone."""

_HESITANT = re.compile(
    r"\b\w+n't\b|\b(?:no|not|cannot|unfortunately|but|however|instead|look into|check|get back|come back|discuss|"
    r"think|consider|maybe|perhaps|forward(?:ed)?|received|unless|until then|rather|"
    r"nein|nicht|kein\w*|leider|aber|jedoch|prufen|melden|besprechen|uberlegen|vielleicht|erhalten|weitergeleitet|"
    r"non|pas|malheureusement|mais|verifi\w+|revenir|revenons|discuter|reflechir|peut-etre|recu|transmis|plutot|"
    r"pero|lamentablemente|revisar\w*|comprobar\w*|consultar\w*|pensar\w*|quizas?|recibido|reenviado)\b"
)
"""Words that make thanks something else than consent."""
_NO_PROBLEM = re.compile(
    r"\b(?:no|not a|kein|keine|pas de|aucun|sin|ningun) (?:problem\w*|probleme|sorgen?|worries|souci|inconveniente|"
    r"objections?|einwand\w*)\b"
)
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[👍👌✅👎]")


def accepted(conversation: Conversation, understood: Understood, facts: Facts, policy: Policy) -> bool:
    """Whether a message takes the proposal that waits for it.

    It does where it consents in short words, or means thanks or a promise and nothing else, and says nothing that
    differs: no other amount, no other day, no doubt.
    """
    case = Case(understood, facts, policy, about=conversation.about)
    return answer(conversation, case) == TAKES


def answer(conversation: Conversation, case: Case) -> str:
    """What a message makes of the proposal that waits for it: takes, refuses, or neither (empty)."""
    proposal, said = conversation.proposal, case.understood
    if conversation.state != PROPOSED or proposal is None or _by_rule(case) - _MILD:
        return UNSURE
    if not _same(case, proposal):
        return UNSURE
    plain = plain_letters(said.new)
    asks = "?" in said.new or "\u00bf" in said.new
    if not asks and len(plain.split()) <= _MOST_WORDS:
        words = _words(_without_named(case))
        takes, refuses = made_of(words, TAKES), made_of(words, REFUSES)
        if takes != refuses:
            return TAKES if takes else REFUSES
    doubtful = _hesitates(plain) or said.slots.firmness == "aspirational"
    if _refuses(case, plain):
        return REFUSES
    if asks or doubtful or said.meaning.abstained:
        return UNSURE
    if case.names <= _ASSENT and case.has("acknowledgement", "promise_to_pay"):
        return TAKES
    named = bool(said.slots.dates or said.slots.amounts or said.slots.plan)
    if not case.names <= _MILD or len(plain.split()) > _MOST_WORDS:
        return UNSURE
    repeats = named and case.has("instalment_plan", "promise_to_pay", "part_payment")
    return TAKES if repeats or (_found(plain, TAKES) and (named or case.names <= _ASSENT)) else UNSURE


def made_of(words: tuple[str, ...], what: str) -> bool:
    """Whether words are made of phrases that take (or refuse) a proposal, and of words that change nothing.

    >>> made_of(("yes", "that", "works", "for", "us"), TAKES), made_of(("no", "problem"), REFUSES)
    (True, False)
    """
    phrases, beside = _phrases(what), _phrases("beside")
    longest = max(map(len, phrases | beside))
    reached = [False, *[False] * len(words)], [False, *[False] * len(words)]
    without, with_ = reached
    without[0] = True
    for end in range(1, len(words) + 1):
        for start in range(max(0, end - longest), end):
            piece = words[start:end]
            if piece in beside:
                without[end] = without[end] or without[start]
                with_[end] = with_[end] or with_[start]
            if piece in phrases:
                with_[end] = with_[end] or without[start] or with_[start]
    return with_[-1]


def _refuses(case: Case, plain: str) -> bool:
    """Whether words of refusal come with nothing new, or time is asked for once more without a day."""
    if not case.names <= _MILD or (case.has("promise_to_pay") and case.understood.slots.firmness == "firm"):
        return False
    rest = _NO_PROBLEM.sub(" ", plain)
    if len(rest.split()) <= _MOST_WORDS and _found(rest, REFUSES) and not _found(_without(rest), TAKES):
        return not case.has("promise_to_pay", "instalment_plan", "part_payment") or len(rest.split()) <= _FEW_WORDS
    return case.has("need_more_time") and not case.has("instalment_plan", "part_payment", "promise_to_pay")


def _without(plain: str) -> str:
    """A text without its words of refusal, which may bear one of consent: "not ok"."""
    return _pattern(REFUSES).sub(" ", plain)


def _same(case: Case, proposal: Proposal) -> bool:
    """Whether everything that a message names is what was proposed; what names nothing differs in nothing."""
    slots, said, proposed = case.understood.slots, days(case), [day for day, _ in proposal.instalments]
    if said.unclear or said.past or (said.today and case.today not in proposed):
        return False
    if any(day not in proposed for day in said.ahead) or set(case.named) - set(proposal.invoices):
        return False
    amounts = {amount for _, amount in proposal.instalments} | {proposal.amount}
    if not all(slot.amount in amounts and slot.currency in ("", proposal.currency) for slot in slots.amounts):
        return False
    plan, number = slots.plan, len(proposal.instalments)
    if plan is None:
        return True
    if number == 1 or plan.number not in (None, number) or plan.amount not in (None, *amounts):
        return False
    apart = max((later - earlier).days for earlier, later in pairwise(proposed))
    return {"": True, "monthly": 28 <= apart <= 31, "weekly": apart == 7, "fortnightly": apart == 14}.get(
        plan.every, plan.every == str(apart)
    )


def _by_rule(case: Case) -> frozenset[str]:
    found = {intent.name for intent in case.understood.meaning.intents if intent.by == "rule"}
    return frozenset(found & case.names)


def _hesitates(plain: str) -> bool:
    return _HESITANT.search(_NO_PROBLEM.sub(" ", plain)) is not None


def _without_named(case: Case) -> str:
    """The new text without the days, amounts, invoices and plans that it names."""
    letters, slots = list(case.understood.new), case.understood.slots
    named: Iterable[Any] = (*slots.dates, *slots.amounts, *slots.invoices, *((slots.plan,) if slots.plan else ()))
    for slot in named:
        if case.understood.new[slot.start : slot.end] == slot.quote:
            letters[slot.start : slot.end] = " " * (slot.end - slot.start)
    return "".join(letters)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(plain_letters(text)))


@cache
def _phrases(what: str) -> frozenset[tuple[str, ...]]:
    text = files(__package__ or "paybench.converse.negotiate").joinpath("consent.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(text)[what]
    return frozenset(_words(phrase) for some in said.values() for phrase in some.split(","))


@cache
def _pattern(what: str) -> re.Pattern[str]:
    phrases = sorted((" ".join(words) for words in _phrases(what)), key=len, reverse=True)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, phrases))})(?![\w'])")


def _found(plain: str, what: str) -> bool:
    return _pattern(what).search(plain) is not None
