"""Sums that are said as a part of what is owed: half, a third, the balance, all of it, the rest."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from .amounts import Spans
from .balances import Balances, part_of
from .folded import Folded, has_any
from .found import AmountSlot
from .lexicon import lexicon

_OWED = r"(?:balance|amount|invoices?|bill|debt|total|sum|money|account|it|this|that|outstanding|what|betrag|betrage?s|summe|forderung|rechnung(?:en)?|schulden?|saldo|montant|somme|dette|facture|factures|total|solde|importe|deuda|factura|facturas|total)"
_NOT_OWED = (
    r"(?! ?-?(?:hour|day|year|term|way|time|past|price|an?\b|the (?:goods|order|delivery|items|shipment|work|team|job|parts|boxes|time|units|month|week|day|people|stuff)|of (?:the|our|your|my) (?:goods|order|delivery|items|shipment|work|"
    r"team|job|parts|boxes|time|units|month|week|day|people|stuff|staff|clients|customers|year|q)|of (?:january|february|march|april|may|june|july|august|september|october|november|december)))"
)
_NOUNS_DE = r"(?! (?:des|der|unserer|meiner|von) (?:ware|waren|lieferung|monats|woche|jahres|bestellung|arbeit|zeit|artikel|teile|kunden|belegschaft|mitarbeiter))"
_NOUNS_FR = r"(?! (?:de la|des|du|de l'|de notre|de nos|de) ?(?:marchandises?|livraison|commande|mois|semaine|temps|produits|articles|annee|equipe|clients|travaux|pieces))"
_NOUNS_ES = r"(?! (?:de la|del|de los|de las|de nuestra|de nuestros|de) (?:mercancia|pedido|mes|semana|tiempo|productos|articulos|ano|equipo|clientes|trabajos|piezas|entrega|enero|febrero|marzo|abril|mayo|junio|julio|agosto))"
_PARTS: tuple[tuple[str, int, int], ...] = (
    (rf"\b(?:one )?(?<!other )(?<!half )half\b(?! and half){_NOT_OWED}|\bdie halfte\b{_NOUNS_DE}|\bzur halfte\b|\bhalfte\b(?= (?:jetzt|heute|sofort|am|bis|nachste|im|anfang|ende)){_NOUNS_DE}|\bden halben betrag\b|\bdie halbe (?:summe|rechnung)\b"
     rf"|\bla moitie\b{_NOUNS_FR}|(?<!otra )\bmitad\b{_NOUNS_ES}", 1, 2),
    (rf"\b(?:a|one) third\b(?! (?:party|person|time|reminder))|\bein drittel\b|\bun tiers\b(?! (?:payant|nous|a paye))|\bun tercio\b|\bla tercera parte\b", 1, 3),
    (r"\btwo[ -]thirds\b|\bzwei drittel\b|\b(?:les )?deux tiers\b|\bdos tercios\b", 2, 3),
    (rf"\b(?:a|one) quarter of (?:the |our |your |my )?{_OWED}\b|\bein viertel\b(?! ?(?:jahr|stunde))|\bun quart\b(?! d'heure)|\bla cuarta parte\b|\buna cuarta parte\b", 1, 4),
    (r"\bthree[ -]quarters\b|\bdrei viertel\b|\b(?:les )?trois quarts\b|\btres cuartos\b|\btres cuartas partes\b", 3, 4),
)  # fmt: skip
_PERCENT = re.compile(
    rf"(?<![\d.,])(\d{{2}}) ?(?:%|percent|per cent|prozent|pour ?cent|por ciento) (?:of|der|des|vom|von|de|du|del)(?: (?:the|our|your|la|le|l'|den|dem|total|full|gesamten|outstanding|open|offenen))* ?{_OWED}\b"
)
_NO_PART = re.compile(r"\b(?:discount|skonto|rabatt|interest|zinsen|vat|tax|mwst|ust|tva|iva|remise|escompte|descuento|interes|interets|steuer)")
_FULL = re.compile(
    r"\b(?:the |our |your |my )?(?:full|whole|entire|total|complete|outstanding|open)(?: (?:outstanding|open|invoice|remaining|due))? (?:amount|balance|sum|debt|bill|total|invoice|account)\b|\ball of (?:it|them|this)\b|"
    r"\bin full\b|\bthe (?:whole )?lot\b|\bthe whole (?:thing|account)\b|(?<!if )\beverything\b(?! (?:is|else|ok|we|i|you|was|that))|\bpay (?:it |them )?all\b|\bthe total\b|\bwhat(?:'s| is) (?:owed|outstanding|due)\b|\bthe amount (?:owed|outstanding|due)\b|"
    r"\b(?:den |die |der )?(?:vollen?|gesamten?|ganzen?|kompletten?|vollstandigen?|offenen?|ausstehenden?|gesamte offene) (?:offenen? |ausstehenden? )?(?:betrag|summe|rechnungsbetrag|forderung|rechnung|posten|saldo)\b|\b(?:den )?gesamtbetrag\b|\bin voller hohe\b|\bkomplett\b|\bvollstandig\b|\balles\b(?! (?:gute|ok|klar|in ordnung|weitere|andere))|\bdie gesamtsumme\b|"
    r"\b(?:la |le )?(?:totalite|integralite)\b|\ble montant (?:total|integral|complet|du|entier)\b|\ble total\b|\btoute? la (?:somme|facture|dette)\b|\bla somme (?:totale|due|entiere)\b|\bla facture (?:entiere|complete)\b|\bintegralement\b|\ben (?:totalite|entier)\b|\btout (?:payer|regler|solder)\b|"
    r"\b(?:el |la )?(?:importe|monto|cantidad|suma|factura|deuda) (?:total|completa?|integra|integro|pendiente|enter[oa])\b|\bla totalidad\b|\btod[oa] (?:el importe|la factura|la deuda|lo pendiente)\b|\bpor completo\b|\bel total\b|\bpagarlo todo\b|\bpagar todo\b|\bpagaremos todo\b|\bintegramente\b"
)
_REST = re.compile(
    r"\b(?:the )?(?:rest|remainder|remaining (?:balance|amount|sum|part)|other half|second half|balance)\b(?! (?:assured|of (?:the )?(?:goods|order|week|month|day|year|team|work)|confirmation|sheet|statement))|"
    r"\b(?:den |der )?rest(?:betrag|summe|lichen? (?:betrag|summe))?\b(?! (?:der|des) (?:ware|woche|lieferung|monats|bestellung))|\bdie (?:andere|zweite|restliche) (?:halfte|summe)\b|\b(?:den |der )?saldo\b|"
    r"\ble (?:reste|solde|restant|reliquat|surplus)\b(?! (?:de la|des|du) (?:marchandise|livraison|commande|semaine|mois))|\bl'autre moitie\b|\bla deuxieme moitie\b|"
    r"\b(?:el |lo )(?:resto|restante|saldo)\b(?! (?:de la|del) (?:semana|mes|pedido))|\bla otra mitad\b"
)
_PART_STEMS = (
    ("half", "halfte", "halbe", "moitie", "mitad"), ("third", "drittel", "tiers", "tercio", "tercera"), ("thirds", "drittel", "tiers", "tercios"),
    ("quarter", "viertel", "quart", "cuarta"), ("quarters", "viertel", "quarts", "cuart"),
)  # fmt: skip
_FULL_STEMS = (
    "full", "whole", "entire", "total", "complete", "outstanding", "open", "all", "the lot", "everything", "owed", "due", "voll", "gesamt", "ganze", "komplett", "offen", "ausstehend",
    "integral", "toute", "tout ", "entier", "pendiente", "integr", "todo", "toda", "complet",
)  # fmt: skip
_REST_STEMS = ("rest", "remain", "balance", "half", "halfte", "saldo", "solde", "reliquat", "surplus", "moitie", "mitad")
_BALANCE = re.compile(r"balance|saldo|solde")
_AGAIN = re.compile(r"\bhalf\b")


def find_shares(
    folded: Folded, language: str, balances: Balances, named: Collection[str], said: Sequence[AmountSlot], taken: Spans
) -> list[AmountSlot]:
    """Parts of what is open on the invoices named (else on all of them), where that is of one currency.

    "The rest" is what remains of it after the one other sum that is said; "the balance" is all of it where none is.
    """
    base = balances.total(named)
    if base is None:
        return []
    total, currency = base
    text, out = folded.text, []
    for (pattern, above, below), stems in zip(_PARTS, _PART_STEMS, strict=True):
        for match in re.finditer(pattern, text) if has_any(text, stems) else ():
            if not _inside(match, taken):
                out.append(AmountSlot(*folded.quote(*match.span()), part_of(total, above, below), currency))
    for match in _PERCENT.finditer(text) if has_any(text, ("%", "cent", "prozent", "ciento")) else ():
        if not _NO_PART.search(text[max(0, match.start() - 40) : match.end() + 30]):
            out.append(AmountSlot(*folded.quote(*match.span()), part_of(total, int(match[1]), 100), currency))
    others = [slot for slot in (*said, *out) if slot.amount < total and slot.currency in ("", currency)]
    searched = lexicon(language).searched
    for match in _FULL.finditer(text) if has_any(text, _FULL_STEMS) else ():
        left = re.split(r"[.!?;\n,]|\b(?:and|but|und|aber|et|mais|y|pero)\b", text[max(0, match.start() - 70) : match.start()])[-1]
        right = re.split(r"[.!?;\n,]", text[match.end() : match.end() + 50])[0]
        paid = searched["pay"].search(left) or searched["pay"].search(right)
        denied = searched["deny"].search(left) or (language == "de" and searched["deny"].search(right))
        beside = any(-3 <= a - match.end() <= 6 or -3 <= match.start() - b <= 6 for a, b in taken)
        if (paid or beside) and not denied:
            out.append(AmountSlot(*folded.quote(*match.span()), total, currency))
    for match in _REST.finditer(text) if has_any(text, _REST_STEMS) else ():
        if any(slot.start <= folded.span(*match.span())[0] < slot.end for slot in out) or _inside(match, taken):
            continue
        amounts = {slot.amount for slot in others}
        if len(amounts) == 1:
            out.append(AmountSlot(*folded.quote(*match.span()), total - amounts.pop(), currency))
        elif not others and _BALANCE.search(match[0]) and _paying(text, match, language):
            out.append(AmountSlot(*folded.quote(*match.span()), total, currency))
    return out


def _paying(text: str, match: re.Match[str], language: str) -> bool:
    searched = lexicon(language).searched
    left, right = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 40]
    return bool(searched["pay"].search(left) or searched["pay"].search(right)) and not searched["deny"].search(left)


def _inside(match: re.Match[str], taken: Spans) -> bool:
    return any(a < match.end() and match.start() < b for a, b in taken)
