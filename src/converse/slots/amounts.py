"""Sums of money that a message names in figures or words, and what they match among the open invoices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from .balances import Balances
from .folded import Folded, has_any
from .found import AmountSlot
from .money import CENT, CURRENCY, currency_of, read_amount
from .said_numbers import number_of, said_number

Spans = Sequence[tuple[int, int]]
"""Offsets in the folded text."""

_FIGURES = r"\d{1,3}(?:[.,' ]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d\d)?(?!\d)|\d{1,12}(?:[.,]\d{1,2}(?!\d))?"
_TIMES = r"k|tsd\.?|thousand|tausend|mille|mil|grand|mio\.?|million|millionen|millones?|millions"
_SHARE = r" ?(?:%|percent|per cent|prozent|pct|pour ?cent|por ciento|procent)"
_SUM = re.compile(
    rf"(?<![\d.,/#_-])(?<!\d:)(?<![a-z_])(?P<n>{_FIGURES})(?P<dash>[.,]?-{{1,2}}(?!\d))?(?: ?(?P<times>{_TIMES})(?![a-z]))?"
    rf"(?: ?(?P<after>{CURRENCY}))?"
)
_LETTERED_SUM = re.compile(rf"(?<![^\W_]){CURRENCY} ?$")
_GLUED = re.compile(rf"(?<![^\W_])(?:eur|gbp|usd|chf|us\$|sfr)(?P<n>{_FIGURES})(?P<dash>[.,]?-{{1,2}}(?!\d))?(?: ?(?P<times>{_TIMES})(?![a-z]))?(?P<after>(?!))?")
_AFTER = re.compile(rf"{_SHARE}|[\w]|[/:]\d|-\d|[.,]\d|-[a-z]")
_LETTERED = re.compile(r"[a-z]-?$")
_MILLIONS = ("mio", "million", "millionen", "millon", "millones", "millions")
_CUE = re.compile(
    r"\b(?:pay|pays|paid|paying|payment of|payments of|instal?lments? of|transfer|transferred|transferring|send|sent|sending|offer|afford|manage|owe|owing|amount|amounts|sum|total|balance|only|"
    r"deposit|settle|settled|remit|clear|just|about|around|least|maximum|up to|another|of|for|first|initial|put|down|with|"
    r"zahle|zahlen|zahlt|bezahle|bezahlen|bezahlt|gezahlt|uberweise|uberweisen|uberwiesen|betrag|betrage|summe|rate|raten|von|je|a|zu|nur|maximal|hochstens|anzahlung|uber|"
    r"payer|paye|payons|paierons|paierai|regler|regle|reglons|reglerons|virer|vire|verser|verse|montant|somme|acompte|de|seulement|versement|"
    r"pagar|pago|pagamos|pagare|pagaremos|pagado|abonar|abono|abonaremos|abonado|transferir|transferido|importe|cuota|cuotas|suma|solo)"
    r"(?: (?:you|it|them|the|an?|about|around|only|at least|another|of|us|now|approx|ca|ihnen|nur|etwa|noch|zunachst|erstmal|vous|deja|unos|ya|les|sum|first|back|nous|ensuite|just|up to|roughly|jeweils|je|zu|den|die|ein))*[ :]*$"
)
_COUNTED = re.compile(
    r"[ -]?(?:st|nd|rd|th|er|eme|h\b|x\b|uhr|pm\b|days?|weeks?|months?|years?|hours?|minutes?|working|business|instal|payments?|parts?|invoices?|times|people|pieces|pcs|items?|"
    r"boxes|pallets|units|of the|of our|of your|open|overdue|tage?n?\b|wochen?|monate?n?\b|jahre?n?\b|stunden?|raten?\b|mal\b|rechnung|posten|stuck|werktag|arbeitstag|teil|offene|"
    r"jours?|semaines?|mois|ans?\b|heures?|fois|factures?|echeances|mensualites|versements|pieces|dias?|semanas?|mes(?:es)?\b|anos?|horas?|veces|facturas?|cuotas|plazos|pagos|unidades|more|extra|weitere|mas\b|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|janua|februa|marz|mai|juni|juli|oktober|dezember|janvier|fevrier|mars|avril|juin|juillet|aout|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)|street|strasse|rue|calle)"
)
_PER = re.compile(r" ?(?:a|per|each|every|pro|im|par|al|cada|por|je|/) ?(?:month|week|fortnight|monat|woche|mois|semaine|mes|semana|quincena|m\b)|(?: each| monthly| weekly| monatlich| wochentlich| mensuels?| jeweils| chacun| cada uno| mensuales)")
_THEN = re.compile(
    r",? (?:now|today|tomorrow|upfront|up front|straight away|immediately|on (?:mon|tue|wed|thu|fri|the)|by (?:mon|tue|wed|thu|fri|the)|next (?:week|month)|this (?:week|month)|and the (?:rest|balance|remainder)|"
    r"jetzt|heute|morgen|sofort|sogleich|am (?:mon|die|mit|don|fre|\d)|bis (?:mon|die|mit|don|fre|zum|ende|\d)|nachste|und (?:der|den) rest|maintenant|aujourd|demain|tout de suite|"
    r"vendredi|lundi|mardi|mercredi|jeudi|et le (?:reste|solde)|ahora|hoy|manana|el (?:lunes|martes|mier|jueves|viernes|\d)|y el resto|monday|tuesday|wednesday|thursday|friday)"
)
_NO_SUM = re.compile(
    r"(?:\b(?:invoices?|inv|no|nr|num|number|nummer|numero|n|po|order|ref|reference|rechnung|rechnungen|re|rg|facture|factures|facturas?|fra|pedido|bestellung|commande|customer|kundennummer|client|"
    r"account|konto|iban|tel|phone|mobile|call|ring|fax|code|pin|id|zip|plz|kw|week|vat|ust|page|room|ext|apt|street|strasse|year|in)[ .:#]*|#)$"
)


def find_amounts(folded: Folded, language: str, balances: Balances, taken: Spans) -> list[AmountSlot]:
    """The sums in a text, but not where ``taken`` says that something else stands (days, telephones, invoices).

    A bare number is a sum where words of paying stand before it, or where it is what is open; one with a currency, with
    thousands, cents or a k always is. A sum within a cent of what is open is that.
    """
    out = []
    for match in (*_SUM.finditer(folded.text), *_GLUED.finditer(folded.text)):
        if (found := _read(folded.text, match, balances, taken)) is not None:
            start, amount, currency = found
            out.append(_slot(folded, start, _end(match), balances.matched(amount, currency), currency))
    return out + _in_words(folded, language, balances)


def _slot(folded: Folded, start: int, end: int, amount: Decimal, currency: str) -> AmountSlot:
    return AmountSlot(*folded.quote(start, end), amount, currency)


def _end(match: re.Match[str]) -> int:
    return match.end()


def _read(text: str, match: re.Match[str], balances: Balances, taken: Spans) -> tuple[int, Decimal, str] | None:
    start, end, figures = match.start("n"), match.end(), match["n"]
    before = _LETTERED_SUM.search(text[max(0, start - 10) : start])
    first = start - len(before[0]) if before else start
    if before and before[0].strip() in ("fr", "fr.") and "CHF" not in balances.currencies:
        before = None
    name = before[0].strip() if before else match["after"] or ""
    amount = read_amount(figures)
    if amount is None or (_AFTER.match(text, end) and not match["after"]):
        return None
    if not name and _LETTERED.search(text[max(0, start - 2) : start]):
        return None
    if any(a < match.end("n") and start < b for a, b in taken):
        return None
    if match["times"]:
        amount *= 1_000_000 if match["times"].rstrip(".") in _MILLIONS else 1000
    if amount <= 0:
        return None
    if name or match["times"]:
        return first if before else start, amount, currency_of(name, balances.currencies, text[end : end + 12]) if name else ""
    return (start, amount, "") if _bare(text, start, end, figures, amount, balances, bool(match["dash"])) else None


def _bare(text: str, start: int, end: int, figures: str, amount: Decimal, balances: Balances, dash: bool) -> bool:
    """Whether a number without a currency is a sum."""
    left = text[max(0, start - 60) : start]
    if _NO_SUM.search(left[-24:]) or (_COUNTED.match(text, end) and not dash):
        return False
    cents, grouped = re.search(r"[.,]\d\d$", figures), re.search(r"[.,']\d{3}", figures)
    if " " in figures and not cents:
        return False
    if cents or grouped or dash:
        return True
    if not figures.isdigit() or (figures[0] == "0"):
        return False
    if amount >= 100 and balances.has(amount):
        return True
    year = len(figures) == 4 and 1990 <= amount <= 2099
    if amount >= 20 and not year and len(figures) <= 7 and _THEN.match(text, end):
        return True
    if _PER.match(text, end) and amount >= 10:
        return True
    return len(figures) <= 7 and amount >= 10 and not year and bool(_CUE.search(left))


@lru_cache(maxsize=4)
def _words_and_currency(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<w>{said_number(language).pattern}) (?P<c>{CURRENCY})")


_MONEY = ("eur", "pound", "quid", "dollar", "buck", "frank", "franc", "grand", "libra", "livre", "dolar")


def _in_words(folded: Folded, language: str, balances: Balances) -> list[AmountSlot]:
    """Two hundred euros, fünfhundert Euro; a grand."""
    out = []
    if not has_any(folded.text, _MONEY):
        return []
    for match in _words_and_currency(language).finditer(folded.text):
        number = number_of(match["w"], language)
        if number:
            after = folded.text[match.end() : match.end() + 12]
            currency = currency_of(match["c"], balances.currencies, after)
            amount = balances.matched(Decimal(number), currency)
            out.append(_slot(folded, match.start(), match.end(), amount, currency))
    for match in re.finditer(r"\b(?:a|one|two|three|four|five) grand\b", folded.text):
        count = number_of(match[0], "en")
        if count:
            out.append(_slot(folded, match.start(), match.end(), Decimal(count), ""))
    return out


__all__ = ["CENT", "Spans", "find_amounts"]
