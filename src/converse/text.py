"""What a customer wrote, ready to be read: cleaned, without the thread quoted beneath, and in which language."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ..decide.messages.meanings import plain_letters
from ..ledger.redact import CARD, redact

__all__ = ["LANGUAGES", "cleaned", "language_of", "new_text", "plain_letters"]

LANGUAGES = ("en", "de", "fr", "es")

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
"""Characters of no width and controls of direction: they hide words from rules, not from readers."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_RUN = re.compile(r"\d(?:[ \-\u00a0\u2007\u2010-\u2015\u202f]?\d)*")
_GROUP = re.compile(r"\d+")
_SPREAD = re.compile(
    r"(?<!\d)(?:\d(?P<one>[^\w+]{1,3})\d(?:(?P=one)\d){11,17}|\d{4}(?P<four>[^\w+]{1,3})\d{4}(?P=four)\d{4}(?P=four)\d{1,7}"
    r"|\d{4}(?P<six>[^\w+]{1,3})\d{6}(?P=six)\d{4,5})(?!\d)"
)
"""A card number whose digits or groups are parted by dots, line ends or the like, all the same."""
_MOST_GROUPS = 40
"""Groups of digits in a row that are searched for a card number at once: its cost grows with their third power."""


def cleaned(text: str) -> str:
    r"""The text as it may be kept: cards, accounts and secrets replaced, and nothing in it that cannot be seen.

    Line ends are ``\n``; letters are composed (NFC). Done twice it changes nothing more.

    >>> cleaned("Card 4111 1111\u200b 1111 1111\r\nthanks")
    'Card [card]\nthanks'
    """
    text = _CONTROLS.sub("", _UNSEEN.sub("", _BREAKS.sub("\n", text)))
    text = unicodedata.normalize("NFC", text)
    for first in (_MOST_GROUPS, _MOST_GROUPS // 2):
        text = "".join(redact(piece) for piece in _pieces(text, first))
    return _SPREAD.sub(_joined, text)


def _joined(run: re.Match[str]) -> str:
    """``[card]`` where the digits of a run are a card number, else the run."""
    bare = "".join(letter for letter in run[0] if letter.isdecimal())
    return CARD if redact(bare) == CARD else run[0]


def _pieces(text: str, first: int) -> list[str]:
    """The text cut within rows of very many groups of digits; the first cut of a row is after ``first`` groups."""
    cuts = [0]
    for run in _RUN.finditer(text):
        if run.end() - run.start() > 2 * _MOST_GROUPS:
            groups = [found.start() + run.start() for found in _GROUP.finditer(run[0])]
            cuts += groups[first::_MOST_GROUPS]
    return [text[begin:end] for begin, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


_MARKS = (
    r"-{2,}\s?(?:original message|forwarded message|urspr(?:u|ue)ngliche (?:nachricht|"
    r"e-?mail)|weitergeleitete nachricht|"
    r"message (?:d ?'?origine|transfere|original)|mensaje (?:original|reenviado))\s?-{2,}$|"
    r"(?:begin forwarded message|anfang der weitergeleiteten nachricht|debut du message (?:transfere|reexpedie)|"
    r"inicio del mensaje reenviado) ?:"
)
_HEAD = re.compile(
    r"[*_ ]{0,4}(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|datum|de|envoye|"
    r"a|objet|date d'envoi|enviado(?: el)?|"
    r"para|asunto|fecha)[*_ ]{0,4}: ?\S"
)
"""A line of a header of mail."""
_FIRST_HEAD = re.compile(r"[*_ ]{0,4}(?:from|von|de)[*_ ]{0,4}: ?\S")
_CUT = re.compile(_MARKS)
_WROTE = re.compile(
    r"^(?:on\b.{4,300}\bwrote|am\b.{4,300}\bschrieb\b.{0,200}|le\b.{4,300}\ba ecrit|el\b.{4,300}\bescribio|"
    r".{4,200}<[^<>]{3,120}@[^<>]{3,120}> ?(?:wrote|schrieb|a ecrit|escribio)) ?:$"
)
_OPENS = re.compile(r"^(?:on|am|le|el)\b.*\d")
_DEVICE = re.compile(
    r"^(?:sent from my|sent from outlook|get outlook for|von meinem .{2,40} gesendet|gesendet (?:von|mit) |"
    r"envoye (?:de|depuis) mon|envoye a partir de|enviado desde mi?).{0,60}$"
)
_SIGNATURE = "--"


def new_text(text: str) -> str:
    r"""The part that the customer wrote now, of a :func:`cleaned` text.

    Left out are lines that begin with ``>``, the thread under "On ... wrote:" or under the header of a mail (also in
    German, French and Spanish), what follows a signature's ``-- ``, and the sentence that a telephone adds. Lines
    beneath quoted ones stay: some answer at the bottom.

    >>> new_text("We pay on Friday.\n\nOn 3 May 2025, A. Clerk wrote:\n> Please pay\n")
    'We pay on Friday.'
    """
    lines = text.split("\n")
    plain = [plain_letters(line[:600]) for line in lines]
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = plain[place]
        if line.startswith(">"):
            place += 1
            continue
        if line == _SIGNATURE or _CUT.match(line) or _is_head(plain, place):
            break
        if over := _wrote(plain, place):
            following = next((p for p in range(place + over, len(lines)) if plain[p]), len(lines))
            if following == len(lines) or not plain[following].startswith(">"):
                break
            place = following
            continue
        if not _DEVICE.match(line):
            kept.append(lines[place])
        place += 1
    while kept and not kept[-1].strip("_- \t"):
        kept.pop()
    return "\n".join(kept).strip()


def _is_head(plain: list[str], place: int) -> bool:
    """Whether a mail's header begins here: its first line names the sender, and two more lines of it follow soon."""
    if not _FIRST_HEAD.match(plain[place]):
        return False
    return sum(bool(_HEAD.match(line)) for line in plain[place + 1 : place + 6]) >= 2


def _wrote(plain: list[str], place: int) -> int:
    """Of how many lines an "On ... wrote:" that begins here consists, 0 if there is none."""
    if not plain[place]:
        return 0
    if _WROTE.match(plain[place]):
        return 1
    if _OPENS.match(plain[place]):
        for more in (2, 3):
            if _WROTE.match(" ".join(plain[place : place + more])[:900]):
                return more
    return 0


_WORDS = {
    "en": "the and is are was we you will have has had this that with for from not but our "
    "your please can would pay paid "
    "payment invoice of to in on be been it they thanks thank hi hello dear regards friday monday tuesday wednesday "
    "thursday week month next tomorrow until i my me don do again what who why how sorry need time more send stop",
    "de": "der die das und ist sind wir sie ich nicht ein eine einen einem zu mit von für "
    "auf den dem des im am um bis wird "
    "werden haben hat rechnung zahlung zahlen bitte danke aber noch auch es war ihre ihr unsere uns mir kann können "
    "freitag montag dienstag mittwoch donnerstag woche monat morgen heute bei nach vor überweisen überwiesen bezahlt "
    "hallo guten tag grüße liebe sehr geehrte kein keine mehr wer warum was raten rate zahle geld habe schon",
    "fr": "le la les et est sont nous vous je ne pas un une des du au aux avec pour dans sur ce cette qui que facture "
    "paiement payer payé merci bonjour mais notre votre nos vos sera avons avez ont été vendredi lundi mardi mercredi "
    "jeudi semaine mois prochain prochaine demain fin virement il elle oui plus si "
    "en fois réglé règlement régler mon ma",
    "es": "el la los las y es son no un una unos de del al con para por en que se su sus "
    "nuestro nuestra factura pago pagar "
    "pagado gracias hola pero le les ha han hemos está estamos viernes lunes martes "
    "miércoles jueves semana mes próximo "
    "próxima mañana plazo plazos transferencia buenos días lo como más si ya cuando puedo podemos quiero mi me ustedes",
}
_LETTERS = {"de": "äöüß", "fr": "àâçèêëîïôùûœ", "es": "ñ¿¡áíóú"}
_TOKEN = re.compile(r"[^\W\d_]+|[¿¡]")


@lru_cache(maxsize=1)
def _votes() -> dict[str, list[tuple[str, float]]]:
    """By word, the languages that it speaks for; a word of several languages says less of each."""
    by_word: dict[str, list[str]] = {}
    for language, words in _WORDS.items():
        for word in set(words.split()):
            by_word.setdefault(word, []).append(language)
    return {word: [(one, 1 / len(languages)) for one in languages] for word, languages in by_word.items()}


def language_of(text: str, default: str = "en") -> str:
    """One of :data:`LANGUAGES` by function words and letters; ``default`` where it cannot tell.

    >>> language_of("Wir zahlen am Freitag"), language_of("ok"), language_of("pagaremos el viernes")
    ('de', 'en', 'es')
    """
    votes, counts = _votes(), dict.fromkeys(LANGUAGES, 0.0)
    for token in _TOKEN.findall(text[:5_000].casefold()):
        for language, weight in votes.get(token, ()):
            counts[language] += weight
        for language, letters in _LETTERS.items():
            if any(letter in letters for letter in token):
                counts[language] += 0.4
    first, second = sorted(counts.values(), reverse=True)[:2]
    if first < 0.5 or first - second < 0.2:
        return default
    return max(counts, key=lambda language: counts[language])
