"""Whether a message says only what is so: every number, day, sum, name and link is looked for in facts and decision.

It holds for drafts of ours, of a person or of a language model alike. What it cannot see is said in
:func:`grounded`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ...decide.messages.meanings import plain_letters
from ...decide.worklist.texts import for_sms, plain
from ..negotiate.decision import NOTE, Decision
from ..negotiate.facts import Facts
from ..text import cleaned
from .claims import HOLE, Claim, claims
from .drafted import SMS_LETTERS, Draft, Voice
from .grounds import Grounds, grounds
from .names import strangers
from .texts import texts
from .wording import worded
from .written import MONTHS, Style

_MAIL = re.compile(r"[^\s<>@\"',;:()]+@[^\s<>@\"',;()]+")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:/{1,2}|www\.|mailto:|tel:|javascript:|data:)\S*"
    r"|\b(?:[\w-]+\.)+(?:com|net|org|io|co|info|biz|example|test|app|dev|me|ly|eu|de|at|ch|fr|es|uk|us|it|nl|be|pl|pay|link|"
    r"online|site|shop|xyz|top|ru|cn)\b(?:/\S*)?|\b[\w-]+(?:\.[\w-]+)+/\S*",
    re.IGNORECASE,
)
_ID = re.compile(r"(?<![\w])(?=[\w./_-]*\d)(?=[\w./_-]*[^\W\d_])[\w]+(?:[./_-][\w]+)*")
_SENTENCE = re.compile(r"(?<=[^\W\d_]{3})[.] (?=[^\W\d_])")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|er|e|o|a)\b", re.IGNORECASE)
_MONTHS = "|".join(name for names in MONTHS.values() for name in names)
_MARKER = re.compile(rf"^(\s*)(\d{{1,2}})[.)] (?!(?:{_MONTHS}))", re.MULTILINE | re.IGNORECASE)
_SHORTEST_NAME = 3


def grounded(draft: Draft, facts: Facts, decision: Decision | None) -> tuple[str, ...]:
    """What in a message is not so, one sentence each.

    Parameters
    ----------
    facts : of the customer on the day. decision : what was decided; None = nothing (a reminder).

    Returns
    -------
    Empty where all is grounded: every day, sum, number, invoice, name, link and address is in the facts, the decision
    or the draft's voice, what is granted or proposed is named, nothing is threatened that the voice does not enable,
    and nothing granted that was not decided. Not seen: a name in small letters or at the beginning of a sentence, one
    name alone in German, and what is claimed without names and numbers.
    """
    if draft.empty or (decision is not None and decision.action == NOTE):
        return () if draft.empty else ("A message is drafted where nothing is to be sent.",)
    whole = f"{draft.subject}\n{draft.body}" if draft.subject else draft.body
    faults: list[str] = []
    text = unicodedata.normalize("NFC", whole).replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
    if cleaned(text) != text:
        faults.append("It bears a card or account number, a secret, or characters that cannot be seen.")
        text = cleaned(text)
    ground = grounds(facts, decision, draft.voice)
    style = Style(draft.language, draft.country)
    text = _ascii_digits(text).replace("; ", ";\n")  # what a list says stands together
    text = _SENTENCE.sub(".\n", text) if draft.channel == "sms" else text
    text = _without_names(text, ground, draft)  # first, since a firm may bear the name of its site
    text, bad = _addresses(text, draft.voice)
    faults += bad
    text, named = _invoices(text, [name for name in ground.ids if not name.isdecimal()], draft.channel)
    faults += [f"'{name}' is no invoice that this message is about." for name in _unknown_ids(text)]
    text = _MARKER.sub(
        lambda m: f"{m[1]}{HOLE if int(m[2]) <= max(*ground.counts, len(ground.parts)) else m[2]} ", text
    )
    made = _figures_named(claims(text, style), ground, named)
    faults += _against(made, ground, named)
    faults += _missing(draft, decision, ground, made)
    small = "\n".join(plain_letters(line) for line in text.split("\n"))
    faults += [f"'{name}' is a name that is not known here." for name in strangers(text, small, draft.language)]
    faults += worded(draft, text, decision)
    if draft.channel == "sms" and len(draft.body) > SMS_LETTERS:
        faults.append(f"It has {len(draft.body)} letters; a short message has {SMS_LETTERS} at most.")
    return tuple(dict.fromkeys(faults))


def _addresses(text: str, voice: Voice) -> tuple[str, list[str]]:
    """The text without what leads somewhere, and what leads to an unknown place."""
    if voice.link:
        text = re.sub(re.escape(voice.link) + r"(?![\w/?#&=%@-]|[.:,;]\w)", HOLE, text)
    if voice.email:
        text = re.sub(r"(?<![\w.+-])" + re.escape(voice.email) + r"(?![\w-]|\.\w)", HOLE, text)
    if voice.phone:
        text = re.sub(r"(?<![\w+])" + re.escape(plain(voice.phone)) + r"(?!\w)", HOLE, text)
    faults = []
    for what, pattern in (("e-mail address", _MAIL), ("link", _LINK)):
        faults += [f"'{found[0]}' is no {what} of ours." for found in pattern.finditer(text)]
        text = pattern.sub(HOLE, text)
    return text, faults


def _without_names(text: str, ground: Grounds, draft: Draft) -> str:
    """The text without names that are known; one that is short, or has no letters, only in a line of its own."""
    names = {plain(name) for name in ground.names} | {plain(name, 30) for name in ground.names}
    names |= {for_sms(name) for name in names} if draft.channel == "sms" else set()
    said = texts(draft.language)
    alone = {said(place, name=name): said(place, name=HOLE) for name in names for place in ("greeting", "hello")}
    alone |= dict.fromkeys(names, HOLE)
    text = "\n".join(alone.get(line.strip(), line) for line in text.split("\n"))
    for name in sorted(names, key=len, reverse=True):
        if name.isalpha() or (len(name) >= _SHORTEST_NAME and re.search(r"[^\W\d_]", name)):
            text = _replaced(text, name, HOLE)
    return text


def _invoices(text: str, ids: Iterable[str], channel: str) -> tuple[str, dict[int, set[str]]]:
    """The text without the numbers of invoices, and which of them stand in which line."""
    named: dict[int, set[str]] = {}
    lines = text.split("\n")
    for name in sorted(ids, key=len, reverse=True):
        for form in {name, for_sms(name)} if channel == "sms" else {name}:
            for number, line in enumerate(lines):
                without = _replaced(line, form, HOLE)
                if without != line:
                    named.setdefault(number, set()).add(name)
                    lines[number] = without
    return "\n".join(lines), named


def _figures_named(made: list[Claim], ground: Grounds, named: dict[int, set[str]]) -> list[Claim]:
    """The claims without numbers of invoices that are figures alone; they are noted in ``named``."""
    rest = []
    for claim in made:
        if claim.what in ("number", "reference", "invoices") and claim.quote in ground.ids:
            named.setdefault(claim.line, set()).add(claim.quote)
        else:
            rest.append(claim)
    return rest


def _unknown_ids(text: str) -> list[str]:
    """Words of letters and digits, which can only be the number of something."""
    return [m[0] for m in _ID.finditer(text) if not _ORDINAL.fullmatch(m[0]) and HOLE not in m[0]]


def _against(made: list[Claim], ground: Grounds, named: dict[int, set[str]]) -> list[str]:
    faults = []
    by_line: dict[int, list[Claim]] = {}
    for claim in made:
        by_line.setdefault(claim.line, []).append(claim)
        if not _holds(claim, ground):
            faults.append(_TELLS[claim.what].format(quote=claim.quote))
    for number, some in by_line.items():
        faults += _apart(some, named.get(number, set()), ground)
    return faults


_TELLS = {
    "day": "The day '{quote}' is none that was decided or is known.",
    "part of a day": "The day '{quote}' is none that was decided or is known.",
    "weekday": "'{quote}' has the wrong day of the week.",
    "money": "The sum '{quote}' is none that was decided or is known, or is not written as it should be.",
    "number": "The number '{quote}' is none that was decided or is known.",
    "instalments": "The number '{quote}' is not that of the instalments that were decided.",
    "invoices": "The number '{quote}' is not that of the customer's invoices.",
    "reference": "'{quote}' is no invoice that this message is about.",
    "share": "The share or sum '{quote}' is none that was decided.",
    "distance": "'{quote}' names a day by its distance; write the day out.",
}


def _holds(claim: Claim, ground: Grounds) -> bool:
    match claim.what:
        case "day":
            return claim.day in ground.days
        case "part of a day" if claim.month is not None:
            return any((day.year, day.month) == claim.month for day in ground.days)
        case "part of a day":
            known = {(day.month, day.day) for day in ground.days}
            return claim.day is not None and (claim.day.month, claim.day.day) in known
        case "money":
            currencies = claim.currencies or tuple({currency for _, currency in ground.money})
            if not claim.currencies and len(currencies) > 1:
                return False
            return claim.amount is not None and any((claim.amount, c) in ground.money for c in currencies)
        case "instalments":
            return claim.amount == len(ground.parts)
        case "invoices":
            return claim.amount in ground.counts
        case "number":
            return claim.amount is not None and claim.amount in {*ground.counts, len(ground.parts) or None}
    return False


def _apart(some: list[Claim], ids: set[str], ground: Grounds) -> list[str]:
    """What is known, but stands beside the wrong thing: the day or sum of another invoice, or of another instalment."""
    days = [c for c in some if c.what == "day" and c.day in ground.days]
    sums = [c for c in some if c.what == "money" and c.amount is not None]
    faults = [f"'{c.quote}' is no due date." for c in days if c.due and c.day not in ground.all_due]
    if len(ids) == 1:
        [name] = ids
        due, worth = ground.due.get(name), ground.worth.get(name)
        wrong = [c for c in days if due is not None and c.day != due and (c.due or c.day in ground.only_due)]
        wrong += [c for c in sums if worth is not None and c.amount not in worth]
        faults += [f"'{c.quote}' does not belong to invoice {name}." for c in wrong]
    paired = [c for c in sums if c.beside in ground.days and (c.beside, c.amount) not in ground.pairs]
    return faults + [f"'{c.quote}' is not what is to be paid on {c.beside}." for c in paired]


def _missing(draft: Draft, decision: Decision | None, ground: Grounds, made: list[Claim]) -> list[str]:
    """What was granted or proposed, and is not said."""
    style, said = Style(draft.language, draft.country), {claim.day for claim in made}
    partly = {(c.day.month, c.day.day) for c in made if c.what == "part of a day" and c.day is not None}
    must = (ground.must[0], ground.must[-1]) if ground.must and draft.channel == "sms" else ground.must
    must = must[-1:] if len(ground.must) == 1 else must
    faults = [
        f"It does not say {style.day(day)}, which was decided."
        for day in dict.fromkeys(must)
        if day not in said and (day.month, day.day) not in partly
    ]
    sums = {claim.amount for claim in made if claim.what == "money"}
    if ground.must_amount is not None and ground.must_amount not in sums and decision is not None and decision.proposal:
        faults.append(
            f"It does not say {style.money(ground.must_amount, decision.proposal.currency)}, which was decided."
        )
    return faults


def _replaced(text: str, name: str, instead: str) -> str:
    """The text without a name, where it stands as a whole."""
    if not name:
        return text
    return re.sub(rf"(?<![\w])(?<!\w[-/.#]){re.escape(name)}(?!\w)(?![-/.#]\w)", lambda _: instead, text)


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() and not c.isascii() else c for c in text)
