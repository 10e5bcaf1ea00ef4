"""What a question is about: how to pay, what is owed, or something that a person has to answer."""

from __future__ import annotations

import re

from ...decide.messages.meanings import plain_letters

HOW_TO_PAY = (
    r"\bhow (?:can|could|do|should|may|to|would) (?:i|we|you)?\b ?(?:\w+ )?(?:pay|settle|transfer)|\bhow to pay\b|"
    r"\bpayment (?:link|method|option|portal|reference)|\bways? (?:to|of) pay|"
    r"\b(?:which|what) (?:bank )?(?:account|reference)\b|\bwhere (?:do|can|should|to)\b.*\b(?:pay|send|transfer)|"
    r"\b(?:pay|settle)\b.*\b(?:by|with|via|through) (?:a )?(?:credit |debit )?(?:card|paypal|transfer|cheque|check|"
    r"direct debit|sepa|bacs|ach|wire)|\b(?:take|accept|have|offer)\b.*\b(?:cards?|direct debit|paypal|cheques?|"
    r"apple pay|google pay|klarna)\b",
    r"\bwie (?:kann|konnen|soll|sollen)\b.*\b(?:(?:be)?zahlen|uberweisen|begleichen)|"
    r"\bzahlungs(?:link|art|weise|moglichkeit)|\b(?:auf )?welches konto\b|\bwohin\b.*\b(?:uberweisen|zahlen)|"
    r"\bverwendungszweck\b|\b(?:mit|per|via) (?:kreditkarte|karte|paypal|lastschrift|uberweisung)\b|\blastschrift\b",
    r"\bcomment (?:puis|peut|pouvons|dois|devons|regler|payer)\b|\blien de paiement\b|\bmoyens? de paiement\b|"
    r"\b(?:sur )?quel compte\b|\bpayer par (?:carte|virement|cheque|prelevement|paypal)\b|\bprelevement\b|"
    r"\bquelle reference\b",
    r"\bcomo (?:puedo|podemos|se puede|pago|pagamos|debo)\b.*\bpag|\bcomo (?:pago|pagamos)\b|\benlace de pago\b|"
    r"\b(?:formas?|medios?|metodos?) de pago\b|\b(?:a|en) que cuenta\b|\bdomicilia|\bque referencia\b|"
    r"\bpagar (?:con|por|mediante) (?:tarjeta|transferencia|paypal)\b",
)
"""Words of a question about how to pay, in English, German, French and Spanish; small letters without accents."""

WHAT_IS_OWED = (
    r"\bhow much (?:do|is|are|did|does)\b.*\b(?:owe|owed|owing|due|open|outstanding|left|balance|total)\b|"
    r"\bwhat (?:do|is|are|does)\b.*\b(?:owe|owed|owing|outstanding|balance|open|due|total)\b|"
    r"\bwhich invoices?\b.*\b(?:open|due|unpaid|outstanding|overdue)\b|\b(?:current|total|outstanding) balance\b",
    r"\bwie ?viel\b.*\b(?:offen|schulde\w*|fallig|insgesamt)|\bwas ist\b.*\boffen|\bsaldo\b|"
    r"\bwelche rechnung(?:en)?\b.*\b(?:offen|fallig)|\b(?:gesamt|offene[rn]?) (?:betrag|saldo|summe)\b",
    r"\bcombien (?:dois|devons|doit|reste|vous)\b|\bmontant (?:total|du|restant)\b|\bsolde\b|"
    r"\bquelles? factures?\b.*\b(?:ouverte|impayee|due|en attente)",
    r"\bcuanto (?:debo|debemos|se debe|queda|les debo|os debo|falta)\b|\bsaldo\b|\btotal pendiente\b|"
    r"\bque (?:facturas?|importe)\b.*\b(?:pendiente|abierta|vencid)",
)
"""Words of a question about what is owed."""

FOR_A_PERSON = (
    r"\b(?:interest|fees?|charges?|zinsen|gebuhr\w*|interets?|frais|intereses|recargos?|comision\w*)\b",
    r"\bwhat (?:is|are) (?:this|it|that|they|these) for\b|\bwofur\b|\bpour quoi\b|\bpara que es\b",
)
"""A question with these words is for a person."""

LONGEST = 2000
"""Letters of a message that are looked at."""

_HOW, _WHAT, _PERSON = (re.compile("|".join(some)) for some in (HOW_TO_PAY, WHAT_IS_OWED, FOR_A_PERSON))


def topic(text: str) -> str:
    """``how_to_pay``, ``what_is_owed``, or empty where a person has to answer.

    >>> topic("Which account do I pay into?"), topic("Wie viel ist noch offen?"), topic("How much interest is due?")
    ('how_to_pay', 'what_is_owed', '')
    """
    plain = plain_letters(text[:LONGEST])
    if _PERSON.search(plain):
        return ""
    if _HOW.search(plain):
        return "how_to_pay"
    return "what_is_owed" if _WHAT.search(plain) else ""
