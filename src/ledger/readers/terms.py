"""Terms of payment in words to days."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 365
_DAYS = r"tage?n?|days?|d|jours?|jrs?|j|dias?|giorni|giorno|gg|dagen|dag|tg"
_NET = r"netto|net|n|nets|neto|netti|zahlbar innerhalb|within|zahlbar in|innerhalb von|sous|entro|binnen|dentro de"
_AT_ONCE = re.compile(
    r"(?:due )?on receipt|immediate(?:ly)?|sofort(?: fallig| netto| zahlbar)?|ohne abzug sofort|(?:au )?comptant|"
    r"a reception|(?:al )?contado|immediato|a vista|direct|prompt"
)
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<days>\d{1,3})",
        rf"(?:{_NET}) ?(?P<days>\d{{1,3}})(?: ?(?:{_DAYS}))?",
        rf"(?P<days>\d{{1,3}}) ?(?:{_DAYS})(?: (?:{_NET}|rein netto|ohne abzug|date facture|dalla fattura))?",
        rf"(?P<days>\d{{1,3}}) (?:{_NET})",
        rf"(?:{_NET})(?P<days>\d{{1,3}})",
    )
)


def days_of_terms(text: str) -> int | None:
    """The days between issue and due date that terms of payment name; None if they name none.

    A code (``NAB4``, ``0001``), a discount, the end of a month or a plain 0 name no days: what they come to is known
    to the system that they come from.

    >>> [days_of_terms(t) for t in ("30", "net 30", "30 Tage netto", "14 jours", "sofort", "NAB4", "0", "30 EOM")]
    [30, 30, 30, 14, 0, None, None, None]
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    plain = " ".join(re.sub(r"[.,:;/_-]+", " ", plain).split())
    if _AT_ONCE.fullmatch(plain):
        return 0
    for form in _FORMS:
        if (found := form.fullmatch(plain)) and not (found["days"].startswith("0")):
            days = int(found["days"])
            return days if days <= _LONGEST else None
    return None
