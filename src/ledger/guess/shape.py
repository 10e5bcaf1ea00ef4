"""What one row of a flat file is: an invoice, one of several states of it, or one of several payments."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from ..readers.parse import parse_amounts
from ..readers.written import bare_amounts
from .kinds import kind_of, sides_of
from .profiles import WORDS
from .reading import Guess
from .settled import contradictions, credits_are, has_payments, questions
from .sides import link_of
from .styles import share_of_amounts
from .words import fold, meaning

PLAIN, STATES, PAYMENTS = "an invoice", "an invoice or a later state of one", "a payment"
INSTALMENTS = "an instalment"

_NUMBER = ["invoice_id", "customer_id", "currency"]

STATE_COLUMNS = ("status", "dispute", "dispute_reason", "opened_on", "closed_on", "recorded_on")
"""What changes while an invoice and its payments stay the same."""

_INSTALMENTS = 0.7
"""A row is an instalment if so many of the invoices that come again are due on as many days as they have rows."""


@dataclass(frozen=True)
class Shape:
    """What the rows are.

    Attributes
    ----------
    row : one of ``PLAIN``, ``STATES``, ``PAYMENTS`` and ``INSTALMENTS``. again : rows that repeat an invoice.
    changes : whether a repeated invoice has another amount or day. credits : whether amounts below zero are there.
    words : per column of states and types what its words mean. totals : a column, and the words with which the
        rows in it begin that sum up others.
    contradictions : what rows must not say, and why not. headers : whether rows repeat the column names.
    unnumbered : whether documents that are no invoices lack a number.
    dated : whether a column says when a repeated invoice changed.
    below : the kinds of documents that are written below zero; ``torn``: those of which as many are above.
    negative_payments : whether what was paid is written below zero.
    residual : whether the open amount is what payments have left.
    link : what invoices have in common with payments that have rows of their own.
    own_payments : whether payments have rows of their own. questions : what has to be asked before an import.
    """

    row: str
    again: int
    changes: bool
    credits: bool
    words: dict[str, dict[str, str]]
    totals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    contradictions: tuple[tuple[dict[str, object], str], ...] = ()
    headers: bool = False
    unnumbered: bool = False
    dated: bool = False
    below: frozenset[str] = frozenset()
    torn: frozenset[str] = frozenset()
    negative_payments: bool = False
    residual: bool = False
    link: str | None = None
    own_payments: bool = False
    questions: tuple[str, ...] = ()


def shape_of(guess: Guess) -> Shape:
    """Tell what the rows of a file are, from what was found in it."""
    words = _words(guess)
    link = link_of(guess, words.get("kind", {}))
    if sides_of(list(words.get("kind", {}))):
        # The side alone does not tell a payment from a credit note.
        words["kind"] = {text: s if s == "invoice" else credits_are(guess, link) for text, s in words["kind"].items()}
        if guess.sided:
            del words["kind"]
    own = has_payments(guess, words.get("kind"), link)
    frame = _text(guess, words)
    numbered = frame["invoice_id"] != ""
    again = int((frame.duplicated(_NUMBER) & numbered).sum())
    groups = frame[frame.duplicated(_NUMBER, keep=False) & numbered]
    dated = "recorded_on" in frame and bool((groups.groupby(_NUMBER)["recorded_on"].nunique() > 1).any())
    row = _row(guess, groups, words, dated) if again else PLAIN
    fixed = [c for c in ("issued_on", "due_on", "amount") if c in frame]
    changes = bool((groups.groupby(_NUMBER)[fixed].nunique() > 1).any(axis=None)) if again and fixed else False
    below, torn = _signs(guess, words.get("kind", {}))
    return Shape(
        row,
        again,
        changes,
        _credits(guess),
        words,
        _totals(guess),
        contradictions(guess, words.get("status", {})) if row == PLAIN else (),
        bool(guess.pages) or _says(guess, "issued_on", guess.column("issued_on") or ""),
        _unnumbered(guess, words.get("kind", {})),
        dated,
        below,
        torn,
        guess.known("paid_amount") and _mostly_below(guess, "paid_amount"),
        _residual(guess),
        link,
        own,
        questions(guess, words, own, link, _residual(guess), row == PLAIN),
    )


def _row(guess: Guess, groups: pd.DataFrame, words: dict[str, dict[str, str]], dated: bool) -> str:
    """What the rows are of which several bear the number of one invoice."""
    different = ~guess.sheet.content.take(pa.array(groups.index)).to_pandas().duplicated().to_numpy()
    groups = groups[different]
    by = groups.groupby(_NUMBER, sort=False)
    if "due_on" in groups and not dated:
        # The same number due on different days, and nothing says that a day was changed.
        parts = (by["due_on"].nunique() == by.size()) & (by.size() > 1)
        # A dispute may move the due day; it does not share out the amount.
        moved = _disputed(guess, groups, words)
        if "amount" in groups:
            moved &= by["amount"].nunique() == 1
        if (~moved).any() and parts[~moved].mean() > _INSTALMENTS:
            return INSTALMENTS
    if "paid_on" in groups:
        # Payments without amounts of their own settle an invoice, and the day of that may be corrected.
        own = [c for c in ("paid_on", "paid_amount", "payment_id") if c in groups]
        paid = groups[groups["paid_on"] != ""]
        several = paid.drop_duplicates([*_NUMBER, *own]).groupby(_NUMBER, sort=False).size() > 1
        if "paid_amount" in own and several.any():
            return PAYMENTS
    stated = any(ours in guess.found for ours in ("status", "dispute", "paid_on", "recorded_on"))
    return STATES if stated else PLAIN


def _disputed(guess: Guess, groups: pd.DataFrame, words: dict[str, dict[str, str]]) -> pd.Series:
    """Per invoice whether some of its rows, and not all, say that it is disputed."""
    by = groups.groupby(_NUMBER, sort=False)
    column = guess.column("dispute") or guess.column("status")
    if column is None or column not in guess.sheet.columns:
        return by.size() < 0
    text = guess.sheet.trimmed(column).to_pandas()[groups.index]
    share = (text.map(words.get("dispute", {})) == "disputed").groupby([groups[c] for c in _NUMBER], sort=False).mean()
    return (share > 0) & (share < 1)


def _text(guess: Guess, words: dict[str, dict[str, str]]) -> pd.DataFrame:
    """The cells that tell the rows of invoices apart, under our names."""
    columns = ("issued_on", "due_on", "amount", "paid_on", "paid_amount", "payment_id", "recorded_on")
    known = {ours: guess.column(ours) for ours in columns if guess.known(ours)}
    known |= {ours: guess.column(ours) for ours in _NUMBER}
    empty = np.full(len(guess.sheet), "", dtype=object)
    frame = pd.DataFrame(
        {
            ours: guess.sheet.trimmed(column).to_pandas() if column in guess.sheet.columns else empty
            for ours, column in known.items()
        }
    )
    if "kind" in words:
        return frame[guess.sheet.trimmed(guess.found["kind"].column).to_pandas().map(words["kind"]) == "invoice"]
    return frame[_units(guess, "amount")[0] >= 0] if guess.column("amount") in guess.sheet.columns else frame


def _units(guess: Guess, ours: str) -> tuple[np.ndarray, np.ndarray]:
    """The amounts of a column in integers, and where one is written."""
    return parse_amounts(bare_amounts(guess.sheet.trimmed(guess.found[ours].column)), guess.amounts)


def _credits(guess: Guess) -> bool:
    amount = guess.column("amount")
    profile = next((c for c in guess.columns if c.name == amount), None)
    return profile is not None and share_of_amounts(profile.values, guess.amounts)[1] > 0


def _mostly_below(guess: Guess, ours: str) -> bool:
    units, there = _units(guess, ours)
    return bool((units[there] < 0).sum() > (units[there] > 0).sum())


def _signs(guess: Guess, kinds: dict[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """Kinds of documents that are written below zero, and those of which it cannot be told."""
    if not kinds or guess.column("amount") not in guess.sheet.columns:
        return frozenset(), frozenset()
    units, there = _units(guess, "amount")
    sense = guess.sheet.trimmed(guess.found["kind"].column).to_pandas().map(kinds)
    signs = pd.DataFrame({"sense": sense, "sign": np.sign(units)})[there & (units != 0)]
    signs = signs[~signs["sense"].isin(["invoice", "reversal"])]
    balance = signs.groupby("sense")["sign"].sum()
    # Where one kind does not show it, the others do.
    balance = balance.where(balance != 0, balance.sum())
    below = frozenset(balance.index[balance < 0])
    return below | ({"reversal"} if below else frozenset()), frozenset(balance.index[balance == 0])


def _residual(guess: Guess) -> bool:
    """Whether what is open is less than the amount where a day of payment stands, as it should be."""
    if not guess.known("open_amount") or guess.column("amount") not in guess.sheet.columns:
        return False
    amount, open_ = _units(guess, "amount"), _units(guess, "open_amount")
    there = amount[1] & open_[1]
    if guess.known("paid_on"):
        paid = guess.sheet.trimmed(guess.found["paid_on"].column).to_pandas() != ""
        if (there & paid).any():
            return bool((amount[0] != open_[0])[there & paid].mean() > 0.5)
    return bool(there.any())


def _words(guess: Guess) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for kind in WORDS:
        column = guess.column(kind)
        if kind == "dispute" and column is None:
            column = guess.column("status")
        profile = next((c for c in guess.columns if c.name == column), None)
        texts = profile.values.text.to_pylist() if profile else []
        if kind == "dispute" and guess.column("dispute") is None:
            # Of a general state only words say that there is a dispute; "yes" or "1" says something else there.
            texts = [t for t in texts if len(fold(t)) > 3]
        senses = _senses(kind, texts, guess.column("dispute") is not None)
        if senses:
            found[kind] = senses
    return found


def _senses(kind: str, texts: list[str], own: bool) -> dict[str, str]:
    """What the words of a column mean; ``own`` says that there is a column of disputes alone."""
    if kind == "kind":
        # What raises what a customer owes is an invoice, what lowers it a credit, if no type of document says more.
        sides = {text: "invoice" if s == "debit" else "credit_note" for text, s in sides_of(texts).items()}
        return sides or {text: sense for text in texts if (sense := kind_of(text)) is not None}
    senses = {text: sense for text in texts if (sense := meaning(kind, text)) is not None}
    if kind == "dispute" and own:
        senses |= {t: "disputed" for t in texts if t not in senses and meaning("status", t) == "open"}
    return senses


def _says(guess: Guess, ours: str, text: str) -> bool:
    column = guess.column(ours)
    return column in guess.sheet.columns and bool((guess.sheet.trimmed(column).to_pandas() == text).any())


def _unnumbered(guess: Guess, kinds: dict[str, str]) -> bool:
    number, kind = guess.column("invoice_id"), guess.column("kind")
    if number is None or kind is None:
        return False
    others = guess.sheet.trimmed(kind).to_pandas().map(kinds).isin(["payment", "credit_note", "write_off", "reversal"])
    return bool((others & (guess.sheet.trimmed(number).to_pandas() == "")).any())


def _totals(guess: Guess) -> dict[str, tuple[str, ...]]:
    """Rows that sum up the others: a word for it, and neither a number nor a day of issue."""
    issued, number = guess.column("issued_on"), guess.column("invoice_id")
    if issued is None or issued not in guess.sheet.columns:
        return {}
    undated = guess.sheet.trimmed(issued).to_pandas() == ""
    for column in list(guess.sheet.columns)[:4]:
        without = undated
        if number in guess.sheet.columns and number != column:
            without = undated & (guess.sheet.trimmed(number).to_pandas() == "")
        texts = guess.sheet.trimmed(column).to_pandas()[without]
        if words := tuple(dict.fromkeys(word for text in texts if (word := _total_word(text)))):
            return {column: words}
    return {}


def _total_word(text: str) -> str | None:
    """The word for a sum with which a text begins, or the whole of it."""
    return next((said for said in (text.partition(" ")[0], text) if said and meaning("total", said) == "total"), None)
