"""What a message means, once what it says is weighed against what it names.

A model takes "could we pay on the 20th" for instalments now and then, and "we will send 240 on Monday" for nothing at
all; its days, amounts and plan tell better. Only wishes about payment are weighed so; what is safer to believe stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ..intents.meaning import Intent, Meaning
from ..slots.found import Slots
from ..text import plain_letters
from .topics import topic

PLAN, TIME, PART, PROMISE = "instalment_plan", "need_more_time", "part_payment", "promise_to_pay"
_WISHES = frozenset({PLAN, TIME, PART, PROMISE})
_WEAK = frozenset({"question", "acknowledgement"})
_MILD = _WEAK | {PLAN, TIME, "hardship", "out_of_scope"}

_IN_PARTS = re.compile(
    r"instal|\brate[n]?\b|rat(?:en|e)(?:zahl|plan|weis)|monatsrat|teilzahlungen|abzahl|abstotter|stotter|\b(?:each|every|per|a) "
    r"(?:month|week|fortnight|other|pay|fri|mon|tue|wed|thu|calendar)|month(?:ly)\b|weekly|fortnight|quarterly|"
    r"\b(?:payment|repayment) (?:plan|scheme|schedule|arrangement)|\b(?:plan|schedule|scheme|arrangement|standing order)\b|"
    r"\bspread|\bsplit(?! the difference)|stagger|\bdivid|\bphase|\bstages?\b|\btranches?\b|\bchunk|\blots? of\b|\bbits?\b|\bchip|"
    r"\bgradual|amorti|piecemeal|little by little|\bparts\b|\bpieces\b|\bthirds?\b|\bquarters?\b|\bhal(?:f|ves)\b|\b\d+ ?x ?\d|"
    r"\b(?:two|three|four|five|six|ten|twelve|\d+) (?:\w+ )?payments\b|\bover (?:the )?(?:next |coming )?\w+ (?:months|weeks|years?)\b|"
    r"\b(?:klarna|bnpl|pay as you go)\b|\bpay.{0,20}\boff\b|"
    r"\bmonatlich|\bwochentlich|\bjeden monat|\bjede woche|\bpro (?:monat|woche)|\bim monat\b|\bverteil|\baufteil|\bstuckel|\bstaffel|"
    r"\bin (?:zwei|drei|vier|funf|sechs|mehreren|\d+) (?:teil|schritt|zahlung)|\bhalft|\bdrittel|\bzahlungsplan|\bnach und nach|\bstuck fur stuck|"
    r"\bmensual|\bechelonn|\bechean|\betal|\bfraction|\bfacilites? de paiement|\bplusieurs (?:fois|versements|paiements)|"
    r"\ben (?:deux|trois|quatre|cinq|six|dix|\d+) (?:fois|versement|paiement|mensual)|\b(?:par|chaque|tous les) (?:mois|semaine)|\bmoitie|\btiers\b|"
    r"\bplazos\b|\bcuotas?\b|\bfraccion|\baplazad|\brepart|\ben (?:dos|tres|cuatro|cinco|seis|varios|varias|\d+) (?:pagos|partes|veces|plazos|cuotas)|"
    r"\b(?:al|cada|por) (?:mes|semana|quincena)|\bmitad\b|\btercios?\b|\bpoco a poco"
)
"""Words of payment in parts, wide: without any of them nobody asks for instalments."""
_PART = re.compile(
    r"\bpart(?:ial(?:ly)?)?\b|\bportion|\bdeposit\b|\bon account\b|\b(?:the )?(?:rest|remainder|balance) (?:is |has |will |we |to |later|after|open)|"
    r"\bsome of (?:it|what)|\bteil(?:betrag|zahlung|weise)?\b|\beinen teil|\banzahlung|\babschlag|\bder rest|\brestbetrag|"
    r"\bpartie\b|\bacompte|\bpartiel|\ble (?:reste|solde)\b|\bparte\b|\banticipo|\ba cuenta\b|\bparcial|\bel resto\b"
)
_PAYS = re.compile(
    r"\bpay|\bsettl|\btransfer|\bsend|\bclear|\bremit|\bzahl|\bbezahl|\buberweis|\bbegleich|\bregl|\bpaie|\bpayer|\bpaye|\bvers|\bvirement|\bvirer|"
    r"\bpag|\babon|\btransfer|\bliquid|\bwait|\bwart|\battend|\besper|\bextend|\bmove|\bpush|\bpostpone|\bdefer|\bdelay|\bverschieb|\breport|\bdecal|"
    r"\baplaz|\bprorrog|\bpospon|\buntil\b|\btill\b|\bbis\b|\bjusqu|\bhasta\b"
)
_ASKS = re.compile(
    r"\?|\bplease (?:allow|extend|give|grant|wait|let)|\b(?:can|could|may|might|would) (?:we|i|you|it|u|this)\b|\bany (?:way|chance)|\bis it possible|"
    r"\bkonn(?:en|ten) (?:wir|sie)|\bkann ich|\bbitte[n]? (?:wir )?um|\bdurf(?:en|te)|\bwar[e]? es moglich|\bgeht das|\bpouvons|\bpourri|\bpuis-je|\bpeut-on|"
    r"\bserait-il|\best-il possible|\bpodemos\b.*\?|\bpodri|\bpuedo\b.*\?|\bes posible|\bseria posible"
)


def weighed(meaning: Meaning, slots: Slots, text: str, today: date) -> Meaning:
    """What a message means, with its wishes about payment weighed against what it names.

    Parameters
    ----------
    meaning : as the model has it. slots : what the new text names. text : that text. today : its day.

    Returns
    -------
    The meaning, unless days, amounts and words speak against it: no instalments without a word of them; no promise
    beside a payment that was made; a day or amount of payment that nothing else explains is a wish or a promise.
    """
    names = _believed(meaning)
    found = set(names)
    plain = plain_letters(text)
    ahead = [slot for slot in slots.dates if not slot.ask and slot.last is not None and slot.last >= today]
    if slots.waiver and not slots.dates and slots.plan is None and found <= _MILD:
        found = (found & {"hardship"}) | {"amount_disagreement"}
    if PROMISE in found and "already_paid" in found and not slots.firmness and not ahead:
        found.discard(PROMISE)
    if _by_model(meaning, PLAN) and PLAN in found and slots.plan is None and not _IN_PARTS.search(plain):
        instead = found & _WISHES - {PLAN} or _wish(slots, plain, bool(ahead))
        found = found - {PLAN} | instead if instead else found
    if PLAN not in found and found & _WISHES and slots.plan is not None and slots.plan.number is not None:
        found.add(PLAN)
    if found <= _WEAK and _PAYS.search(plain) and not topic(text):
        found = _wish(slots, plain, bool(ahead)) or found
    if found == set(names):
        return meaning
    return _changed(meaning, found)


def _wish(slots: Slots, plain: str, ahead: bool) -> set[str]:
    """The wish that days, amounts and firmness tell of; none where they tell of none."""
    if _PART.search(plain) and (slots.amounts or ahead):
        return {PART}
    if slots.firmness and (ahead or slots.amounts):
        return {PROMISE}
    if not ahead:
        return {PROMISE} if slots.amounts and not _ASKS.search(plain) else set()
    return {TIME} if _ASKS.search(plain) else {PROMISE}


def _believed(meaning: Meaning) -> frozenset[str]:
    """What the model is sure of; where it abstains that is what a rule found."""
    return frozenset(i.name for i in meaning.intents if not meaning.abstained or i.by == "rule")


def _by_model(meaning: Meaning, name: str) -> bool:
    return all(intent.by == "model" for intent in meaning.intents if intent.name == name)


def _changed(meaning: Meaning, names: Iterable[str]) -> Meaning:
    known = {intent.name: intent for intent in meaning.intents}
    found = [known.get(name) or Intent(name, meaning.p.get(name, 0.5), "rule") for name in names]
    found.sort(key=lambda intent: (-intent.confidence, intent.name))
    return replace(meaning, intents=tuple(found), abstained=False)
