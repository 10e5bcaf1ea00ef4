"""What the types of documents mean, and the sides of an account: debit and credit."""

from __future__ import annotations

from collections.abc import Sequence

from .profiles import Profile
from .words import fold, meaning, meanings

_TAKEN_BACK = (
    *("refund", "reversal", "reversed", "chargeback", "returned debit", "returned item", "return debit", "bounced"),
    "returned payment",
    *("Rückzahlung", "Erstattung", "Rücklast", "Rückbuchung", "Rückläufer", "remboursement", "rejet", "reembolso"),
    *("devolución", "devolução", "rimborso", "insoluto", "terugbetaling", "stornering", "estorno"),
)
"""A payment that went back."""

_LOST = (
    *("write off", "written off", "bad debt", "Ausbuchung", "Abschreibung", "Forderungsausfall", "Forderungsverlust"),
    *("perte", "irrécouvrable", "incobrable", "castigo", "perdita", "stralcio", "afboeking", "oninbaar", "incobrável"),
)

_CANCELLED = (
    "cancel",
    "void",
    "storn",
    "annul",
    "anul",
    "gecrediteerd",
    "geannuleerd",
    "makul",
    "uncollectible",
    "irrecoverable",
)

_OWED = ("debitnote", "debitmemo", "belastungsanzeige", "notededébit", "notadedébito", "notadidebito", "debetnota")

_DEPOSIT = ("Anzahlung", "Vorauszahlung", "Abschlagszahlung", "prepayment", "down payment", "advance payment")
"""What an invoice may be for, although the word for a payment is in it."""

_CARDS = ("credit card", "Kreditkarte", "carte de crédit", "tarjeta de crédito", "carta di credito", "credit transfer")
"""Ways to pay that have the word of a credit note in them."""

_DEBIT = ("s", "soll", "d", "dr", "dt", "db", "debit", "débit", "debet", "debe", "dare", "debito", "débito", "+")
_CREDIT = (
    "h",
    "haben",
    "c",
    "cr",
    "ct",
    "k",
    "kredit",
    "credit",
    "crédit",
    "haber",
    "avere",
    "a",
    "credito",
    "crédito",
    "-",
)

_SIDES = (
    *("sh", "sollhaben", "shkz", "shkzg", "sollhabenkz", "sollhabenkennzeichen", "dc", "drcr", "debitcredit", "dk"),
    *("debitcreditindicator", "debitorcredit", "creditdebit", "cdindicator", "da", "sens", "segno", "dareavere", "vz"),
    *("debehaber", "dh", "sign", "vorzeichen", "signo", "sinal", "side"),
)
"""What a column of sides is called."""


def kind_of(text: str) -> str | None:
    """What a type of document is: invoice, credit_note, payment, write_off, or reversal, a payment that went back.

    >>> [kind_of(t) for t in ("Rechnung", "Write-off", "Refund", "Payment reversal", "Mahngebühr", "Stornorechnung")]
    ['invoice', 'write_off', 'reversal', 'reversal', None, 'credit_note']
    """
    exact = meaning("kind", text, parts=False)
    if exact:
        return None if exact == "none" else exact
    if any(fold(word) in fold(text) for word in _LOST):
        return "write_off"
    usual = _usual(text)
    if usual == "none":
        return None
    if any(fold(word) in fold(text) for word in _TAKEN_BACK) or (usual == "payment" and "storno" in fold(text)):
        # An invoice that is taken back is credited; what a credit note taken back is, nobody knows.
        return {"invoice": "credit_note", "credit_note": None}.get(usual or "", "reversal")
    return "invoice" if any(fold(word) in fold(text) for word in _OWED) else usual


def _usual(text: str) -> str | None:
    """What the words in a text say; None if there is none, or if they say several things."""
    for words, sense in ((_DEPOSIT, "invoice"), (_CARDS, "payment")):
        for word in map(fold, words):
            rest = fold(text).replace(word, "")
            if word in fold(text) and (sense == "payment" or "invoice" in meanings("kind", rest)):
                return sense
    found = meanings("kind", text)
    if "none" in found:
        return "none"
    if "storno" in fold(text) and "credit_note" in found and len(found) == 1:
        return None if fold(text) != "storno" and "gutschrift" in fold(text) else "credit_note"
    if found.keys() >= {"payment", "credit_note"} and "storno" not in fold(text):
        return None
    return next((sense for sense in ("payment", "credit_note", "invoice") if sense in found), None)


def is_lost(text: str) -> bool:
    """Whether a state says that an invoice is written off or cancelled, so that it is not owed any more."""
    return any(fold(word) in fold(text) for word in (*_LOST, *_CANCELLED, "abgeschrieben", "ausgebucht"))


def side_of(text: str) -> str | None:
    """``debit`` (the customer owes more), ``credit``, or None."""
    word = text.strip().casefold().rstrip(".")
    return "debit" if word in _DEBIT else "credit" if word in _CREDIT else None


def sides_of(texts: Sequence[str]) -> dict[str, str]:
    """What the words of a column of sides mean; nothing, if the column holds anything else or one side alone."""
    found = {text: side for text in texts if (side := side_of(text)) is not None}
    return found if len(found) == len(texts) and len(set(found.values())) == 2 else {}


def side_column(columns: Sequence[Profile]) -> tuple[Profile | None, Profile | None]:
    """The column that says debit or credit, and one of single letters that may do so, but is not called so."""
    able = [c for c in columns if c.distinct <= 4 and sides_of(c.values.text.to_pylist())]
    sure = [c for c in able if fold(c.name) in _SIDES or all(len(text) > 2 for text in c.values.text.to_pylist())]
    return (sure[0] if sure else None), (able[0] if able and not sure else None)
