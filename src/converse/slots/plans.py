"""A wish to pay in parts: how many, how far apart, how much each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from .folded import Folded
from .found import AmountSlot, PlanSlot

_NUMBERS = {
    word: k
    for k, words in {
        2: "two couple zwei deux dos zwo 2", 3: "three drei trois tres 3", 4: "four vier quatre cuatro 4", 5: "five funf fuenf cinq cinco 5", 6: "six sechs seis 6",
        7: "seven sieben sept siete 7", 8: "eight acht huit ocho 8", 9: "nine neun neuf nueve 9", 10: "ten zehn dix diez 10", 11: "eleven elf onze once 11",
        12: "twelve zwolf zwoelf douze doce 12",
    }.items()
    for word in words.split()
}  # fmt: skip
_N = r"(?P<n>\d{1,2}|" + "|".join(sorted((w for w in _NUMBERS if not w.isdigit()), key=len, reverse=True)) + ")"
_ADJ = (
    r"(?: of)?(?:[ -](?:equal|even|further|separate|smaller|small|monthly|weekly|fortnightly|bi-?weekly|quarterly|regular|consecutive|similar|easy|gleich(?:e|en|hohe|hohen|grosse|grossen)?|hohe|hohen|kleine[nr]?|monatliche[nr]?|wochentliche[nr]?|"
    r"weitere[nr]?|egale?s?|mensuel(?:le)?s?|hebdomadaires?|iguales|mensuales|semanales|quincenales|comodos)){0,3}"
)
_PARTS = (
    r"(?:instal?l?ments?|payments?|parts|chunks|tranches|portions|halves|lots|goes|pieces|steps|stages|"
    r"(?:monats|wochen|teil|zahlungs)?raten|teilzahlungen|teilbetrage[n]?|abschlage[n]?|teile[n]?|zahlungen|schritte[n]?|tranchen|etappen|"
    r"fois|versements?|echeances?|mensualites?|paiements?|traites|reglements|acomptes|virements|"
    r"plazos?|cuotas?|pagos?|mensualidades|partes|entregas|veces|abonos|letras)"
)
_MANY = re.compile(rf"\b{_N}{_ADJ}[ -](?P<what>{_PARTS})\b(?! (?:already|before|are|were|have|has|made|received|missing|ago|deja|bereits|ya))")
_OVER = re.compile(
    rf"\b(?:over|across|spread over|staggered over|split over|uber|auf|verteilt auf|sur|etale[re]?s? sur|echelonne[re]?s? sur|en|a lo largo de|repartid[oa]s? en)(?: (?:the )?(?:next|coming|nachsten|kommenden|les|los|proximos|prochains|period of))* {_N} (?P<unit>months?|weeks?|monate?n?|wochen|mois|semaines|meses|semanas)\b"
)
_SPREAD = re.compile(
    r"\b(?:spread|split|stagger(?:ed)?|break (?:it|this)|divide|in parts|in stages|payment plan|pay (?:it )?off|verteil\w*|aufteil\w*|stuckel\w*|staffel\w*|ratenzahl\w*|in raten|teilzahl\w*|etal\w*|echelon\w*|fractionn\w*|"
    r"fraccion\w*|dividir\w*|repart\w*|aplaz\w*|a plazos)\b"
)
_SPLIT = re.compile(rf"\b(?:split|divide|break|aufteilen|aufgeteilt|teilen|partager|diviser|dividir\w*|partir\w*)\b[^.!?\n]{{0,30}}?\b(?:in|into|en|auf) {_N}\b(?! ?(?:days?|weeks?|tage|wochen|jours|dias))")
_WORDS = re.compile(
    r"\b(?:in|by|via|with|pay|some|small|smaller|monthly|weekly|regular|an?|offer|accept|agree|propose|set up|first|1st|the first|into|through|of) (?:(?:a few|several|some|small|smaller|monthly|weekly|regular|equal|affordable|easy) ){0,2}instal?l?ments?\b(?! (?:loan|number))|"
    r"\b(?:re)?payment (?:plan|schedule|arrangement|agreement)\b|\binstal?l?ment (?:plan|agreement|arrangement|payments?|offer)\b|\bpay (?:it|this|them|you)?(?: off)? ?(?:bit by bit|in parts|in stages|in chunks|gradually|little by little|in bits|piecemeal|in dribs)\b|\bpay(?:ing)? (?:it |this |them )?off (?:over time|gradually|monthly|weekly)\b|\bspread (?:the )?(?:cost|payments?|it|this|balance|amount|invoice|them)\b|\bspread(?:ing)? (?:it|this|the \w+) (?:out|over)\b|\bstaggered? payments?\b|\btime to pay arrangement\b|"
    r"\b(?:in|mit|als|auf|an|kleine[n]?|monatliche[n]?|mehrere[n]?|einige[n]?|gleiche[n]?|erste[n]?|1\.|moglichkeit der|wochentliche[n]?) (?:kleine[nr]? |mehrere[nr]? |monatliche[nr]? |gleiche[nr]? |bequemen |einige[nr]? )?(?:monats|teil)?raten?\b|\bratenzahlung(?:en|svereinbarung|splan|sangebot)?\b|\braten(?:plan|vereinbarung|weise)\b|\b(?:ab)?stottern\b|\bteilzahlungs?(?:vereinbarung|plan)?\b|\bteilzahlungen\b|\btilgungsplan\b|\bzahlungsplan\b|\bmonatsraten?\b|"
    r"\ben plusieurs (?:fois|versements|paiements|echeances|mensualites)\b|\bechelonn\w+|\becheanciers?\b|\betaler? (?:le|la|les|ce|cette|mes|nos|notre)\b|\bplan de (?:paiement|reglement|remboursement|apurement)\b|\bpaiements? (?:fractionnes?|echelonnes?|en plusieurs)\b|\bpar mensualites\b|\bfractionner\b|\bfacilites? de paiement\b|\b(?:premiere|1ere) (?:echeance|mensualite)\b|\bpremier versement\b|\b(?:de|des|par|en|petites|quelques) (?:petites |plusieurs )?mensualites\b|"
    r"\ba plazos\b|\ben (?:varios|varias|algunos|algunas|pequenos|pequenas|comodos|comodas) (?:plazos|pagos|cuotas|veces|partes)\b|\b(?:fraccionar\w*|fraccionad[oa]s?|fraccionamiento)\b|\bplan de pagos?\b|\bcalendario de pagos\b|\ben (?:cuotas|plazos|mensualidades|partes)\b|\bpagos? (?:parciales|fraccionados?|aplazados?|escalonados?)\b|\bcuotas mensuales\b|\b(?:primera|1a) (?:cuota|mensualidad)\b|\bprimer plazo\b|\baplazar el pago en\b"
)
_MONEY_EVERY = (
    r"(?: ?(?:€|£|\$|eur|euros?|gbp|pounds?|quid|usd|dollars?|bucks|chf|franken|francs(?: suisses)?|francos|dolares|libras|livres))?"
    r"(?:,?(?: (?:paid|payable|to be paid|zahlbar|instal\w+|raten?|payments?))?)"
)
_EVERY: tuple[tuple[str, str], ...] = (
    ("fortnightly", r"(?:every|per|each|a) (?:fortnight|two weeks|2 weeks|2 wks|14 days|fourteen days|other week|second week)|fortnightly|bi-?weekly|alle (?:zwei|2) wochen|alle 14 tage|14[- ]?(?:tagig|taglich|taegig)\w*|vierzehn(?:tagig|taglich)\w*|zweiwochentlich\w*|"
     r"toutes les (?:deux|2) semaines|une semaine sur deux|tous les 14 jours|cada (?:dos|2) semanas|cada 14 dias|cada catorce dias"),
    ("15", r"tous les (?:15|quinze) jours|par quinzaine|chaque quinzaine|cada (?:15|quince) dias|quincenal(?:es|mente)?|cada quincena|por quincena|a la quincena"),
    ("weekly", r"(?:every|per|each|a|/) ?(?:week|wk|7 days|seven days|monday|tuesday|wednesday|thursday|friday|saturday|mon|fri)|weekly|jede(?:n|r)? (?:woche|montag|dienstag|mittwoch|donnerstag|freitag)|pro woche|die woche|in der woche|wochentlich\w*|woechentlich\w*|wochenweise|wochenraten|alle (?:7|sieben|acht|8) tage|"
     r"(?:chaque|par) (?:semaine|lundi|mardi|mercredi|jeudi|vendredi)|toutes les semaines|tous les (?:lundis|mardis|mercredis|jeudis|vendredis|7 jours|huit jours)|hebdomadaires?(?:ment)?|la semaine(?= jusqu)|"
     r"cada (?:semana|lunes|martes|miercoles|jueves|viernes|7 dias|siete dias|ocho dias)|(?:por|a la) semana|todas las semanas|todos los (?:lunes|martes|miercoles|jueves|viernes)|semanal(?:es|mente)?"),
    ("monthly", r"(?:every|per|each|a|/|of (?:each|every)|end of (?:each|every)) ?(?:calendar )?(?:month|mth|mnth|mo\b)|monthly|p\.?/?m\b\.?|pcm|month by month|jeden monat|jedes? monat|pro monat|im monat|monatlich\w*|mtl\b\.?|monatsweise|monatsraten?|(?:zum|am) \w{1,12}\.? (?:jeden|eines jeden) monats|jeden \d{1,2}\.|"
     r"(?:chaque|par) mois|/ ?mois|tous les mois|tous les 30 jours du mois|mensuel(?:le)?s?(?:ment)?|mensualites?|le \d{1,2} de chaque mois|"
     r"cada mes|al mes|por mes|todos los meses|mensual(?:es|mente)?|mensualidad(?:es)?|/ ?mes"),
)  # fmt: skip
_EVERY_FOUND = tuple((name, re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])")) for name, pattern in _EVERY)
_EVERY_N = re.compile(r"\b(?:every|alle|tous les|toutes les|cada) (?P<n>\d{1,2}|ten|zehn|dix|diez|twenty|zwanzig|vingt|veinte|three|drei|trois|tres|four|vier|quatre|cuatro|thirty|dreissig|trente|treinta) (?P<u>days?|tage?n?|jours?|dias?|weeks?|wochen|semaines?|semanas?)\b")
_WORD_N = {"ten": 10, "zehn": 10, "dix": 10, "diez": 10, "twenty": 20, "zwanzig": 20, "vingt": 20, "veinte": 20, "three": 3, "drei": 3, "trois": 3, "tres": 3, "four": 4, "vier": 4, "quatre": 4, "cuatro": 4, "thirty": 30, "dreissig": 30, "trente": 30, "treinta": 30}  # fmt: skip
_NO = re.compile(
    r"\b(?:no|not|don't|do not|without|never|isn't|instead of|rather than|nicht|kein|keine|keinen|keiner|ohne|statt|pas|sans|pas de|aucun|aucune|sin|ningun|ninguna|nunca)\b(?: \S+){0,4} ?$"
)
_TAKEN_BACK = re.compile(r" ?(?:is|are|was|were)? ?(?:not needed|not necessary|unnecessary|not an option|nicht notig|nicht notwendig|pas necessaire|no es necesario|no hace falta|brauchen wir nicht|wollen wir nicht)")
_LATER_PART = re.compile(r"\b(?:second|third|fourth|next|last|final|2nd|3rd|4th|remaining|zweite[n]?|dritte[n]?|nachste[n]?|letzte[n]?|[2-9]\.|deuxieme|troisieme|derniere?|prochaine?|segund[oa]|tercer[oa]?|ultim[oa]|proxim[oa]) $")
_EACH = re.compile(r"(?: ?(?:€|£|\$|eur|euros?|gbp|pounds?|usd|chf))?,? (?:each|je|jeweils|chacun[e]?s?|cada un[oa]|apiece|a piece|pro rate|par mois|/)")
_OF = re.compile(r"(?:(?:of|at|a|zu|von|zu je|a je|je|in hohe von|uber|mit|de|por|por importe de|d'un montant de|para)(?: (?:je|jeweils|about|around|etwa|ca\.?|roughly|environ|unos|only|approx))* ?)$")
_PAY = re.compile(r"\b(?:pay|paying|offer|manage|afford|instal|send|transfer|zahl|uberweis|schaff|anbieten|leisten|pai|pay|regl|vers|vir|propos|pag|abon|ofre|transf)")


def find_plan(folded: Folded, amounts: Sequence[AmountSlot]) -> PlanSlot | None:
    """The plan that a text asks for or offers; None where it speaks of none, or says that it wants none.

    A sum "a month" is a plan without a number; "every Friday" alone is none.
    """
    text = folded.text
    spans: list[tuple[int, int]] = []
    number, every = _number(text, spans)
    words = next((m for m in _WORDS.finditer(text) if not _denied(text, m)), None)
    if words is not None:
        spans.append(words.span())
    each = _each(folded, amounts, spans)
    if number is None and words is None and each is None:
        return None
    if number is not None and number < 2:
        return None
    distance, place = _distance(text)
    every = distance or every
    if place is not None:
        spans.append(place)
    start, end = min(a for a, _ in spans), max(b for _, b in spans)
    if end - start > 200:
        start, end = spans[0]
    quote, first, last = folded.quote(start, end)
    return PlanSlot(quote, number, every, each, first, last)


def _denied(text: str, match: re.Match[str]) -> bool:
    left = re.split(r"[.!?;,\n]", text[max(0, match.start() - 50) : match.start()])[-1]
    return bool(_NO.search(left) or _TAKEN_BACK.match(text, match.end()) or _LATER_PART.search(text[max(0, match.start() - 14) : match.start()]))


def _value(said: str) -> int:
    return int(said) if said.isdigit() else _NUMBERS[said]


def _number(text: str, spans: list[tuple[int, int]]) -> tuple[int | None, str]:
    """How many parts; and how far apart where "over three months" says both."""
    for match in _MANY.finditer(text):
        if not _denied(text, match) and _is_wish(text, match):
            spans.append(match.span())
            return _value(match["n"]), ""
    for match in _OVER.finditer(text):
        near = text[max(0, match.start() - 80) : match.end() + 40]
        if _SPREAD.search(near) and not _denied(text, match):
            spans.append(match.span())
            return _value(match["n"]), "weekly" if match["unit"][0] in "ws" else "monthly"
    for match in _SPLIT.finditer(text):
        if not _denied(text, match):
            spans.append(match.span())
            return _value(match["n"]), ""
    return None, ""


_COUNTS = re.compile(r"payments?|paiements?|pagos?|zahlungen|fois|veces|parts|teile[n]?|partes|lots|pieces|steps|halves|entregas|reglements|virements|abonos|schritte[n]?|goes|letras")


def _is_wish(text: str, match: re.Match[str]) -> bool:
    """Whether a count of payments is a plan: "in three payments", not "the three payments that we made"."""
    what = match["what"]
    if not _COUNTS.fullmatch(what):
        return not re.search(r"\b(?:have paid|already paid|bereits|deja|hemos pagado|ya hemos)\b[^.]{0,30}$", text[max(0, match.start() - 50) : match.start()])
    before = text[max(0, match.start() - 40) : match.start()]
    adjective = match[0] != f"{match['n']} {what}"
    linked = re.search(
        r"\b(?:in|into|over|by|with|make|do|propose|offer|suggest|as|via|of|about|pay|accept|auf|mit|en|de|par|sur|a|por|faire|hacer|proponemos|proposons|through|across)(?: (?:up to|about|the|say|maybe))* $",
        before,
    )
    priced = re.match(r" (?:of|at|a|zu|von|de|por)(?: (?:je|about|around|ca\.?|etwa))? ?(?:[€£$]|\d|eur|gbp|chf|usd)", text[match.end() : match.end() + 24])
    return bool(linked or priced or (adjective and re.search(r"equal|even|monthly|weekly|gleich|monatlich|egal|mensuel|igual|mensual", match[0])))


def _distance(text: str) -> tuple[str, tuple[int, int] | None]:
    if found := _EVERY_N.search(text):
        number = int(found["n"]) if found["n"].isdigit() else _WORD_N[found["n"]]
        days = number * (7 if found["u"][0] in "ws" else 1)
        if days not in (7, 14):
            return str(days), found.span()
        return ("weekly" if days == 7 else "fortnightly"), found.span()
    for name, pattern in _EVERY_FOUND:
        for found in pattern.finditer(text):
            if not re.match(r" (?:newsletter|report|statement|rent|fee|magazine|meeting|statements|reports|salary)", text[found.end() : found.end() + 12]):
                return name, found.span()
    return "", None


def _each(folded: Folded, amounts: Sequence[AmountSlot], spans: list[tuple[int, int]]) -> Decimal | None:
    """The sum of each part: 500 a month, three payments of 400, Raten zu je 500."""
    text = folded.text
    for slot in amounts:
        start, end = folded.within(slot.start, slot.end)
        after = text[end : end + 40]
        for _, pattern in _EVERY_FOUND:
            money = re.match(_MONEY_EVERY + " ?", after)
            found = pattern.match(after, money.end() if money else 0) or pattern.match(after.lstrip(), 0)
            if found and not re.search(r"\b(?:rent|salary|wage|earn|income|lohn|gehalt|miete|loyer|salaire|sueldo|nomina|alquiler)\b", text[max(0, start - 40) : start]):
                spans.append((start, end + (money.end() if money else 0) + found.end()))
                return slot.amount
        before = text[max(0, start - 70) : start]
        parted = re.search(rf"{_PARTS}[^.!?\n]{{0,12}}$", before)
        if parted and _OF.search(before) and not re.search(r"(?:^|\W)(?:the|a|one|first|1st|your) (?:\w+ )?payments? of $", before) and (spans or not _COUNTS.match(parted[0])):
            spans.append((max(0, start - 70) + parted.start(), end))
            return slot.amount
        if spans and _EACH.match(after):
            spans.append((start, end))
            return slot.amount
        if re.search(r"(?:jeden monat|jede woche|monatlich|wochentlich|every month|every week|each month|each week|monthly|weekly|chaque mois|chaque semaine|tous les mois|cada mes|cada semana|al mes|mensualmente|mensuellement|pro monat|im monat)(?: (?:je|jeweils|about|only|nur|etwa|we|pay|wir|unos|de|of|a|to|zu|pagar|payer|verser|zahlen))* $", before):
            spans.append((start, end))
            return slot.amount
    return None


__all__ = ["find_plan"]
