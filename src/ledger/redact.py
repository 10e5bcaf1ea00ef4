"""Card numbers, bank accounts and secrets out of free text, before it is stored, logged or sent.

What cannot be told apart from an order number by its form is told apart by its check digits: cards by Luhn's (ISO/IEC
7812-1), accounts by the remainder 1 of a division by 97 (ISO 13616). Numbers of invoices, amounts and references that
fail these stay as they are.
"""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .schema import TABLES

OWN_COLUMNS = ("renumbered", "given_id", "given_invoice_id", "split_of")
"""Columns of numbers that the reader of exports writes itself."""
CARD, ACCOUNT, SECRET = "[card]", "[account]", "[secret]"
"""What stands in the place of each."""

LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
"""Characters of an account number by country (SWIFT's IBAN registry)."""

_GAP = "[ \\-\u00a0\u2007\u2010-\u2015\u202f]"
"""What may stand between two digits: one blank or dash."""
_DIGITS = re.compile(rf"(?<![\w+])\d(?:{_GAP}?\d){{12,}}(?!\w)")
_GROUP = re.compile(r"\d+")
_ACCOUNT = re.compile(rf"(?:(?<!\w)|(?<=IBAN))(?=[A-Za-z]{{2}}{_GAP}?[0-9]{_GAP}?[0-9])")
_PIECE = re.compile(rf"{_GAP}?([0-9A-Za-z])")

_NAMES = (
    r"pass(?:word|wd|phrase|wort)|kennwort|mot de passe|pwd|client[_-]?secret|secret|(?:access|auth|api)?[_-]?token"
    r"|(?:api|access|secret|private)[_ -]?key"
)
_VALUE = r"(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\s,;\"'&]+)"
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL), SECRET),
    (re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"), SECRET),
    (re.compile(rf"(?i)(?<![a-z])((?:{_NAMES})\"?\s?[=:]\s?)(?!\[secret\]){_VALUE}"), rf"\1{SECRET}"),
    (re.compile(r"(?i)\b(bearer )[a-z0-9._~+/=-]{8,}"), rf"\1{SECRET}"),
    (
        re.compile(
            r"\b(?:A[KS]IA[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{16,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|gh[opsur]_[A-Za-z0-9]{30,}"
            r"|github_pat_\w{30,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}"
            r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})(?![A-Za-z0-9_])"
        ),
        SECRET,
    ),
)
_SCREEN = (
    rf"(?i)\p{{Nd}}(?:{_GAP}?\p{{Nd}}){{12}}|[a-z]{{2}}{_GAP}?[0-9]{_GAP}?[0-9](?:{_GAP}?[0-9a-z]){{11}}"
    rf"|-----BEGIN |://[^\s/@:]+:|(?:{_NAMES})\"?\s?[=:]|bearer |A[KS]IA|[sr]k[-_]"
    r"|gh[opsur]_|github_pat_|glpat-|xox|AIza|eyJ"
)
"""Whatever may hold something of the kind, for a first look at many texts."""


def redact(text: str) -> str:
    """The text with ``[card]``, ``[account]`` and ``[secret]`` in the place of what nobody should keep.

    That is: card numbers (13 to 19 digits that pass Luhn's check, the first of them not 0; one blank or dash may stand
    between two), IBANs (of the length of their country, remainder 1 by 97), and secrets: keys in PEM, passwords within
    addresses, values of names like ``password=``, Bearer tokens, keys of well-known forms. All else stays, byte for
    byte; done twice it changes nothing more.
    """
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return _DIGITS.sub(_cards, _without_accounts(text))


def redacted(values: pd.Series) -> pd.Series:
    """:func:`redact` of every text of a column (n,); missing ones stay missing."""
    texts = pa.array(values, pa.large_string(), from_pandas=True)
    found = pc.fill_null(pc.match_substring_regex(texts, _SCREEN), False).to_numpy(zero_copy_only=False)
    if not found.any():
        return values
    out = values.copy()
    out[found] = values[found].map(redact)
    return out


def redacted_tables(tables: dict[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """The tables of an import with their free text redacted, and in how many cells of ``table.column`` something was.

    Free text is every column of that kind, and every column of the user's own. Identifiers are keys: without them
    nothing is found again, so they stay (:func:`looks_secret` tells which to look at).
    """
    out, counts = {}, {}
    for name, frame in tables.items():
        known = {column.name: column.kind for column in TABLES[name].columns}
        for column in frame.columns:
            free = known.get(str(column), "text") == "text" and str(column) not in OWN_COLUMNS
            if not free or not pd.api.types.is_string_dtype(frame[column]):
                continue
            new = redacted(frame[column])
            if changed := int((new.notna() & (new != frame[column])).sum()):
                frame = frame.assign(**{str(column): new})
                counts[f"{name}.{column}"] = changed
        out[name] = frame
    return out, counts


def looks_secret(numbers: pd.Series) -> pd.Series:
    """(n,) bool: whether an identifier is an IBAN, or a card number in a column of which at least half are.

    One number of 13 digits or more in ten passes Luhn's check by chance.
    """
    texts = numbers.astype("str").where(numbers.notna(), "")
    if not len(texts) or int(texts.str.len().max()) < _SHORTEST:
        return pd.Series(False, index=numbers.index)
    different = texts.drop_duplicates()
    long = different[different.str.len() >= _SHORTEST]
    accounts = {text for text in long if _without_accounts(text) == ACCOUNT}
    cards = {text for text in long if _DIGITS.sub(_cards, text) == CARD}
    return texts.isin(accounts | (cards if 2 * len(cards) >= len(different) else set()))


_SHORTEST, _LONGEST = 13, 19
"""Digits of a card number."""


def _cards(run: re.Match[str]) -> str:
    """A run of digits without the card numbers in it: any of its groups, one after the other, may be one."""
    text = run[0]
    groups = [(m.start(), m.end()) for m in _GROUP.finditer(text)]
    out, begin, place = [], 0, 0
    while place < len(groups):
        for last in range(min(len(groups), place + _LONGEST) - 1, place - 1, -1):
            start, end = groups[place][0], groups[last][1]
            digits = [int(c) for c in text[start:end] if c.isdecimal()]
            if _SHORTEST <= len(digits) <= _LONGEST and digits[0] and _passes_luhn(digits):
                out += [text[begin:start], CARD]
                begin, place = end, last
                break
        place += 1
    return "".join([*out, text[begin:]])


def _passes_luhn(digits: list[int]) -> bool:
    doubled = [2 * d - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _without_accounts(text: str) -> str:
    out, begin = [], 0
    for start in _ACCOUNT.finditer(text):
        if start.start() < begin:
            continue
        end = _account_end(text, start.start())
        if end:
            out += [text[begin : start.start()], ACCOUNT]
            begin = end
    return "".join([*out, text[begin:]])


def _account_end(text: str, start: int) -> int:
    """Where an IBAN that begins here ends; 0 if none does."""
    length = LENGTHS.get(text[start : start + 2].upper(), 0)
    letters: list[str] = []
    place = start
    while len(letters) < length and (found := _PIECE.match(text, place)):
        letters.append(found[1].upper())
        place = found.end()
    if not length or len(letters) < length or re.match(r"\w", text[place : place + 1]):
        return 0
    number = "".join(str(int(c, 36)) for c in [*letters[4:], *letters[:4]])
    return place if int(number) % 97 == 1 else 0
