"""What a message means, by a few patterns that anybody can read.

It is meant to be sure of what it says, not to understand much: a message means something only if exactly one meaning is
found in it, it is short, and nothing takes it back. Everything else is for a person. A better classifier takes its
place as any callable from text to a word or None; words of insolvency and of bank details are looked for whatever it
says.

Patterns are searched in small letters without accents.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LONGEST = 300
"""Letters beyond which a message is for a person: who writes more says more than one thing."""

_DATE = (
    r"\d{4}-\d\d-\d\d|\b\d{1,2}[./]\d{1,2}\b|"
    r"\b\d{1,2}\.? (?:jan|feb|mar|apr|may|mai|jun|jul|aug|aou|sep|o[ck]t|nov|de[cz]|ene|"
    r"abr|ago|dic|fev|avr)|\b(?:mon|tues|wednes|thurs|fri)day\b|\b(?:mon|"
    r"diens|donners|frei)tag\b|\bmittwoch\b|\b(?:lun|mar|mercre|jeu|"
    r"vendre)di\b|\b(?:lunes|martes|miercoles|jueves|viernes)\b|\b(?:today|"
    r"tomorrow|next week|heute|morgen|nachste woche|"
    r"demain|la semaine prochaine|manana|la proxima semana)\b"
)

MEANINGS = {
    "promise": (
        r"\b(?:we|i)(?: will|'ll| shall) (?:pay|transfer|settle|send)\b|\bpayment\b.* is (?:scheduled|planned)|"
        r"\byou will have it\b|\bpayment will (?:be made|go out)\b",
        r"\bwir (?:zahlen|uberweisen|begleichen|werden\b.*(?:zahlen|uberweisen))\b|"
        r"\bzahlung\b.*(?:vorgesehen|geplant|erfolgt)\b|"
        r"\bich (?:zahle|uberweise)\b|\bwird\b.*(?:bezahlt|uberwiesen)\b",
        r"\b(?:nous (?:paierons|reglerons|payerons)|je paierai)\b|"
        r"\b(?:virement|paiement|reglement)\b.*(?:prevu|programme)\b|"
        r"\bsera (?:payee?|reglee?)\b",
        r"\b(?:pagaremos|pagare|abonaremos|transferiremos)\b|\bpago\b.*(?:previsto|programado)\b",
    ),
    "need_time": (
        r"\bmore time\b|\b(?:can|could|may) (?:we|i) pay\b|"
        r"\bpay\b.*\blater\b|\bpostpone\b|\bextension\b|\bcash is short\b|"
        r"\bin instal?lments\b",
        r"\bmehr zeit\b|\bnoch zeit\b|\bknapp bei kasse\b|\bkonnen wir\b.*\bzahlen\b|\bspater zahlen\b|\bstundung\b|"
        r"\b(?:zahlungs)?aufschub\b|\bratenzahlung\b|\bfristverlangerung\b",
        r"\bplus de temps\b|\bdelai\b|\breporter\b|\btresorerie\b|\bpouvons-nous payer\b|\becheancier\b",
        r"\bmas tiempo\b|\bun plazo\b|\bmas tarde\b|\bjustos de caja\b|\bpodemos pagar\b|\baplazar\b|\bprorroga\b",
    ),
    "dispute": (
        r"\b(?:is|are) (?:not correct|incorrect|wrong)\b|\bdispute\b|"
        r"\bnot what we ordered\b|\b(?:did not|didn't|never) "
        r"(?:order|receive|arrive)|\bdefective\b|\bdamaged\b|\bbilled twice\b",
        r"\bstimmt nicht\b|\bbeanstand|\breklam|"
        r"\bnicht (?:bestellt|erhalten|geliefert)\b|\bmangelhaft\b|\bdoppelt berechnet\b",
        r"\b(?:pas |in)correcte?\b|\bcontest|\bpas notre commande\b|"
        r"\berronee?\b|\bpas (?:recu|commande)\b|\bdefectueu",
        r"\bno es correct|\bno estamos de acuerdo\b|\bno es lo que pedimos\b|"
        r"\bno hemos (?:recibido|pedido)\b|\breclamamos\b",
    ),
    "copy": (
        r"\bcop(?:y|ies) of\b|\b(?:cannot|can't|could not) find\b|\b(?:mail|send) (?:it|them) again\b|\bresend\b",
        r"\bkopien? (?:von|der)\b|\bfinden\b.*\bnicht\b|\bnoch einmal (?:schicken|senden)\b|\berneut zu?senden\b",
        r"\bune copie\b|\bduplicata\b",
        r"\buna copia\b|\bun duplicado\b",
    ),
    "paid": (
        r"\balready (?:been )?paid\b|\b(?:was|has been|have been|were) (?:paid|transferred|settled)\b|"
        r"\bwe (?:have |'ve )?(?:paid|transferred)\b",
        r"\b(?:schon|bereits) (?:bezahlt|uberwiesen|beglichen)\b|\b(?:ist|wurde) (?:bezahlt|uberwiesen|beglichen)\b",
        r"\bdeja (?:paye|regle|vire)e?\b|\ba ete (?:paye|regle|vire)e?\b",
        r"\b(?:ya )?(?:hemos|he) (?:pagado|abonado|transferido)\b|\bya esta pagad",
    ),
    "stop": (
        r"\b(?:do not|don't|stop) (?:contact|contacting|write|writing|call|calling|email|emailing)\b|"
        r"\bstop (?:these|sending)\b|\bunsubscribe\b",
        r"\bkontaktieren sie uns nicht\b|\bnicht mehr (?:kontaktieren|anrufen|schreiben)\b|\babmelden\b",
        r"\bne plus nous (?:contacter|ecrire|appeler)\b|\bdesabonn|\bdesinscri",
        r"\bno nos contacten\b|\bno contactarnos\b|\bdarse de baja\b",
    ),
    "away": (
        r"\bout of (?:the )?office\b|\bautomatic reply\b|\bauto-?reply\b|"
        r"\boffice is closed\b|\bon (?:annual )?leave until\b",
        r"\bnicht im (?:buro|haus)\b|\bautomatische (?:antwort|ruckmeldung)\b|\babwesenheit|\bausser haus\b",
        r"\babsente? (?:du bureau|jusqu)|\breponse automatique\b",
        r"\bfuera de la oficina\b|\brespuesta automatica\b",
    ),
}  # fmt: skip
"""By meaning, what is searched for in English, German, French and Spanish."""

TAKEN_BACK = (
    r"\b(?:but|however|if|unless|once|not|never|cannot|can't|won't|no(?! ?[.:]? ?[\w-]*\d)|only when|although|"
    r"aber|jedoch|wenn|falls|sobald|nicht|kein\w*|nie|erst wenn|obwohl|sondern|"
    r"mais|si|lorsque|pas|jamais|sauf|pourtant|"
    r"pero|cuando|nunca|salvo|aunque)\b"
)
"""Words that make a promise or a payment something else."""
_PLAIN = ("promise", "paid")

INSOLVENCY = (
    r"\binsolven|\bbankrupt|\bin(?:to)? (?:administration|liquidation|receivership)\b|"
    r"\bliquidator\b|\breceivership\b|\bchapter (?:7|11)\b|"
    r"\bwinding[- ]up\b|\bvoluntary arrangement\b|\bceased trading\b|"
    r"\bcreditors' meeting\b|\badministrator (?:has|was) been? ?appointed\b|"
    r"\bkonkurs|\bzahlungsunf(?:a|ae)hig|\bgl(?:a|ae)ubigerversammlung\b|"
    r"\bvergleichsverfahren\b|\bgeschaftsaufgabe\b|\bin liquidation\b|"
    r"\b(?:redressement|liquidation|mandataire|administrateur) judiciaire|"
    r"\bcessation (?:de|des) paiements?\b|\bfaillite\b|"
    r"\bdep(?:ot|ose)[a-z]* (?:de|le|notre) bilan\b|\bprocedure de sauvegarde\b|"
    r"\bliquidazione giudiziale\b|\bfallimento\b|\bconcordato preventivo\b|"
    r"\bfaillissement\b|\bsurseance van betaling\b|"
    r"\bconcurso(?: voluntario| de acreedores)+\b|\bconcursal\b|"
    r"\ben quiebra\b|\bquiebra\b|\bsuspension de pagos\b|\ben liquidacion\b"
)
BANK_DETAILS = (
    r"\[account\]|\biban\b|\bswift\b|\bsort code\b|\bbank(?:ing)? details\b|\b(?:bank )?account (?:number|details)\b|"
    r"\b(?:new|changed?|different|other) (?:bank|account)\b|\brouting number\b|"
    r"\bbankverbindung|\bkontonummer|\bkontoverbindung|\b(?:neue[sn]?|andere[sn]?) (?:bank)?konto\b|\bbankdaten\b|"
    r"\bcoordonnees bancaires\b|\b(?:nouveau|nouveaux) (?:rib|compte)\b|\brib\b|\bchangement de (?:banque|compte)\b|"
    r"\bdatos bancarios\b|\bnueva cuenta\b|\bcuenta bancaria\b|\bnumero de cuenta\b"
)

_COMPILED = {meaning: re.compile("|".join(patterns)) for meaning, patterns in MEANINGS.items()}
_NAMES_A_DAY = re.compile(_DATE)
_BACK = re.compile(TAKEN_BACK)
_INSOLVENCY, _BANK = re.compile(INSOLVENCY), re.compile(BANK_DETAILS)


def plain_letters(text: str) -> str:
    """Small letters without accents, one blank between words.

    >>> plain_letters("Wir  überweisen BEREITS")
    'wir uberweisen bereits'
    """
    apart = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def recognised(text: str) -> str | None:
    """The one plain meaning of a message, of :data:`MEANINGS`; None where it has none, or more than one.

    A promise names a day; neither it nor a payment bears a word that may take it back (:data:`TAKEN_BACK`).

    >>> recognised("Wir zahlen Rechnung 4711 am 3.4.")
    'promise'
    >>> recognised("Wir zahlen Rechnung 4711 am 3.4. nicht") is None
    True
    """
    if len(text) > LONGEST:
        return None
    plain = plain_letters(text)
    found = [meaning for meaning, pattern in _COMPILED.items() if pattern.search(plain)]
    if len(found) != 1:
        return None
    meaning = found[0]
    if meaning == "promise" and not _NAMES_A_DAY.search(plain):
        return None
    return None if meaning in _PLAIN and _BACK.search(plain) else meaning


def alarming(text: str) -> str | None:
    """``bank_details`` or ``insolvency`` where a message has such words, the former first; else None."""
    plain = plain_letters(text)
    if _BANK.search(plain):
        return "bank_details"
    return "insolvency" if _INSOLVENCY.search(plain) else None


def says_insolvent(texts: pd.Series) -> NDArray[np.bool_]:
    """Whether each message has words of insolvency, (n,).

    A word alone decides: what is found wrongly a person sets right, and until then nothing is sent, which is the lesser
    harm.
    """
    found = (_INSOLVENCY.search(plain_letters(text)) for text in texts.fillna("").tolist())
    return np.array([match is not None for match in found], dtype=bool)
