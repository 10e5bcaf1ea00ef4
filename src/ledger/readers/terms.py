"""Terms of payment in words to days."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 365
_DAYS = r"tage?n?|days?|d|jours?|jrs?|j|dias?|giorni|giorno|gg|g|dagen|dag|tg"
_NET = r"netto|net|nets|neto|netti|n|rein netto|ohne abzug|sans escompte"
_WITHIN = r"zahlbar|payable|due|innerhalb von|innerhalb|binnen|within|in|sous|a|entro|dentro de|em ate|ate"
_SINCE = (
    r"(?:from|after|of|ab|nach|a partir de|a partir da|a contar da|dalla|dopo|na|vanaf|desde la|da|de la|de) "
    r"(?:the )?(?:invoice(?: date)?|date of invoice|rechnung(?:sdatum|serhalt|sstellung)?|fattura|factuur(?:datum)?|"
    r"factura|fatura|facture|fecha de factura|data (?:da )?fatura|date de (?:la )?facture)|"
    r"date (?:de )?facture|date de facturation|data fattura|d f|df|fecha (?:de )?factura|data (?:da )?fatura|"
    r"factuurdatum|invoice date"
)
_BY = (
    r"bonifico(?: bancario)?|rb|riba|ri ba|ricevuta bancaria|rimessa diretta|uberweisung|lastschrift|virement|cheque|"
    r"prelevement|lcr|traite|transferencia(?: bancaria)?|recibo|giro|boleto|incasso|overboeking|overschrijving|"
    r"bank transfer|wire(?: transfer)?|ach|direct debit|rechnung|payment|paiement|pagamento|pago|zahlung|betaling"
)
_AT_ONCE = re.compile(
    r"(?:due )?(?:up)?on receipt|immediate(?:ly)?|sofort(?: fallig| netto| zahlbar| ohne abzug)?|ohne abzug sofort|"
    r"(?:bei|nach) erhalt|(?:au )?comptant|(?:a )?reception(?: de (?:la )?facture)?|immediat|(?:al )?contado|"
    r"immediato|a vista(?: fattura)?|vista fattura|contanti|contant|direct|per direct|bij ontvangst|prompt|a pronto"
)
_RATE = r"\d{1,2}(?:[.,]\d{1,2})?"
_SKONTO = r"skonto|discount|cash discount|escompte|sconto|descuento|desconto|korting(?: voor contant)?|abzug"
_DISCOUNTS = tuple(
    re.compile(form)
    for form in (
        rf"{_RATE} ?/ ?\d{{1,3}}(?=\W*n(?:et)?\b|\W*n(?:et)?\d)",  # 2/10 net 30
        rf"\d{{1,3}} ?(?:{_DAYS})? ?(?:mit |abzuglich |abzgl |less |minus |- ?)?{_RATE} ?% ?(?:{_SKONTO})?",
        rf"(?:(?:{_SKONTO}) )?{_RATE} ?% ?(?:{_SKONTO})? ?(?:(?:{_WITHIN}|bei(?: zahlung innerhalb)?) )?\d{{1,3}}"
        rf"(?: ?(?:{_DAYS})\b)?",
    )
)
_IN_WORDS = re.compile(rf"\b(?:{_SINCE}|{_BY}|{_NET}|{_WITHIN}|{_DAYS})\b")


def days_of_terms(text: str) -> int | None:
    """The days between issue and due date that terms of payment name; None if they name none.

    A discount for an early payment does not move the due day. A code (``NAB4``, ``0001``), two numbers of days, the end
    of a month or a plain 0 name no days: what they come to is known to the system that they come from.

    >>> [days_of_terms(t) for t in ("30", "net 30", "30 Tage netto", "14 jours", "sofort", "NAB4", "0", "30 EOM")]
    [30, 30, 30, 14, 0, None, None, None]
    >>> [days_of_terms(t) for t in ("2/10 net 30", "14 Tage 2% Skonto, 30 Tage netto", "Bonifico 30 gg", "-5")]
    [30, 30, 30, None]
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    # Where a discount can be read in two ways, the longer term is the net one.
    return max(map(_net_days, {plain, *(discount.sub(" ", plain) for discount in _DISCOUNTS)}), key=_or_less)


def _or_less(days: int | None) -> int:
    return -1 if days is None else days


def _net_days(plain: str) -> int | None:
    """What terms without a discount say."""
    if re.search(r"(?:^|\s)-\s?\d", plain):
        return None
    plain = " ".join(re.sub(r"[.,:;/_()-]+", " ", plain).split())
    if _AT_ONCE.fullmatch(re.sub(rf"^(?:(?:{_BY}|zahlbar|payable|due|fallig)\b ?)+", "", plain)):
        return 0
    # Of net30 and 30d the number is a word of its own.
    plain = re.sub(rf"\b(net|n)(?=\d)|(?<=\d)(?=(?:{_DAYS})\b)", r"\1 ", plain)
    found = re.fullmatch(r"[1-9]\d{0,2}", " ".join(_IN_WORDS.sub(" ", plain).split()))
    return days if found and (days := int(found[0])) <= _LONGEST else None
