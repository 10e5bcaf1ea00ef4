"""What a guess sets aside, rejects or only shows, with the reason for each."""

from __future__ import annotations

from typing import Any

from ..readers.formulas import columns_of, formula, shown
from .kinds import is_lost
from .reading import Guess, code_in
from .shape import PAYMENTS, PLAIN, STATES, Shape
from .tables import (
    are_invoices,
    due_of,
    keys_of,
    once_per_state,
    open_of,
    saying,
    settled_by_day,
    side_words,
    sign_of,
    versions,
)
from .words import fold, meaning

Rule = dict[str, Any]


def frames(guess: Guess, shape: Shape) -> list[tuple[Rule, str]]:
    """Rows that are no rows."""
    number, issued = guess.found["invoice_id"].column, guess.found["issued_on"].column
    found: list[tuple[Rule, str]] = [
        (
            {formula("begins", column, *words): ["yes"], issued: "empty"}
            | ({number: "empty"} if column != number else {}),
            "sums up the others",
        )
        for column, words in shape.totals.items()
    ]
    if shape.headers:
        found.append(({issued: [issued]}, "repeats the column names"))
    return [
        *found,
        ({formula("filled"): ["no"]}, "says nothing"),
    ]


def again(guess: Guess, shape: Shape) -> Rule | None:
    """Which rows are states of earlier ones."""
    if shape.row not in (STATES, PAYMENTS):
        return None
    found: Rule = {"by": keys_of(guess, shape, days=True)}
    if when := are_invoices(guess, shape):
        found["when"] = when
    if shape.row == STATES and guess.known("paid_on") and not guess.known("paid_amount"):
        found["last"] = {guess.found["paid_on"].column: keys_of(guess, shape)}
    return found


def refusals(guess: Guess, shape: Shape) -> list[tuple[Rule, str]]:
    """Rows that contradict themselves or others."""
    return [
        *shape.contradictions,
        *_no_whole_payments(guess, shape),
        *_without_days(guess, shape),
        *_other_days(guess, shape),
        *_unclear_signs(guess, shape),
        *_both_sides(guess),
        *_other_currency(guess),
    ]


def _no_whole_payments(guess: Guess, shape: Shape) -> list[tuple[Rule, str]]:
    """Invoices with a day that settles them, of which a state says that they were paid in part, or not."""
    if not (_settled_whole(guess, shape) and "status" in guess.found):
        return []
    keys, state, paid = keys_of(guess, shape), guess.found["status"].column, guess.found["paid_on"].column
    several = shape.row in (STATES, PAYMENTS)
    state_now, paid_now = (formula("last", name, *keys) if several else name for name in (state, paid))
    once: Rule = {formula("first", *keys): ["yes"]} if several else {}
    lost = [text for text in guess.sheet.trimmed(state).to_pandas().unique() if is_lost(text)]
    return [
        ({**once, state_now: words, paid_now: "filled"}, reason)
        for words, reason in (
            (
                saying(shape, "status", "partly"),
                f"{state} says that a part of it was paid, and no column says how much",
            ),
            (lost, f"{state} says {', '.join(lost)}, and {shown(paid)} is filled; it cannot be told what was paid"),
        )
        if words
    ]


def _settled_whole(guess: Guess, shape: Shape) -> bool:
    """Whether a day beside an invoice says that all of it was paid."""
    return settled_by_day(guess, shape) and not guess.known("paid_amount") and not shape.residual


def _without_days(guess: Guess, shape: Shape) -> list[tuple[dict[str, Any], str]]:
    """Invoices whose due day cannot be told: they are set aside, and never taken for due at once."""
    cell = due_of(guess)
    if not isinstance(cell, dict) or not cell.get("column", "").startswith("=due("):
        return []
    when: dict[str, Any] = {cell["column"]: "empty", guess.found["issued_on"].column: "filled"}
    when |= are_invoices(guess, shape, ("+",))
    due = f"{guess.column('due_on')} is empty, and " if guess.known("due_on") else "its due day cannot be told: "
    return [(when, f"{due}{guess.column('terms')} names no number of days")]


def _other_days(guess: Guess, shape: Shape) -> list[tuple[Rule, str]]:
    """An invoice again, with another day: it may have been changed, or be an instalment."""
    keys, days = keys_of(guess, shape), keys_of(guess, shape, days=True)
    if shape.row not in (STATES, PAYMENTS) or keys == days or not shape.changes or versions(guess, shape):
        return []
    when = are_invoices(guess, shape) | {formula("first", *keys): ["no"], formula("first", *days): ["yes"]}
    names = " or ".join(day for day in days if day not in keys)
    reason = (
        f"an earlier row says the same invoice with another {names}, and no column tells whether that was changed "
        "or is an instalment; --map a column to recorded_on, or the column of disputes or states to nothing"
    )
    return [(when, reason)]


def _unclear_signs(guess: Guess, shape: Shape) -> list[tuple[Rule, str]]:
    """Documents of which the sign, or the side of the account, does not tell what they do."""
    if "kind" not in shape.words or guess.sided:
        return []
    kind, found = guess.found["kind"].column, []
    words = [word for word, sense in shape.words["kind"].items() if sense in shape.torn]
    if words:
        said = f"{kind} {', '.join(words)} stands as often above zero as below"
        found.append(({kind: words}, f"{said}, so it cannot be told which ones take money back"))
    if "reversal" in shape.below and (back := saying(shape, "kind", "reversal")):
        said = f"{kind} says that it takes back, and its amount is below zero like those of payments"
        found.append(({kind: back, sign_of(guess): ["-"]}, f"{said}; it cannot be told what it takes back"))
    if "side" in guess.found and (credits := side_words(guess, "credit")):
        side = guess.found["side"].column
        when = {kind: saying(shape, "kind", "invoice"), side: credits}
        found.append((when, f"{kind} says that it is an invoice, and {side} that it is credited"))
    return found


def _both_sides(guess: Guess) -> list[tuple[Rule, str]]:
    """Rows with a debit and a credit, or with neither."""
    if not guess.sided:
        return []
    one, other = columns_of(guess.found["amount"].column)
    issued = guess.found["issued_on"].column
    both = {formula("sign", column): ["+", "-"] for column in (one, other)}
    neither = {one: "empty", other: "empty", issued: "filled"}
    odd = [({column: "filled", formula("sign", column): [""]}, f"{column} is not an amount") for column in (one, other)]
    return [(both, f"{one} and {other} are both filled"), (neither, f"{one} and {other} are both empty"), *odd]


def _other_currency(guess: Guess) -> list[tuple[Rule, str]]:
    """Rows in another currency than the name of a column of amounts says."""
    currency = guess.found["currency"]
    names = {name: code_in(name) for ours in ("amount", "open_amount") if (name := guess.column(ours))}
    if currency.constant:
        return []
    texts = guess.sheet.trimmed(currency.column).to_pandas().unique()
    found: list[tuple[Rule, str]] = []
    for name, code in names.items():
        if code and (other := [text for text in texts if text.upper() not in (code, "")]):
            found.append(({currency.column: other}, f"{name} says {code}, and {currency.column} another currency"))
    return found


def unread(guess: Guess, shape: Shape) -> list[Rule]:
    """What rows say and the ledger has no place for."""
    return [
        *_undated_money(guess, shape),
        *_cleared_together(guess, shape),
        *_nothing_open(guess, shape),
        *_lost_money(guess, shape),
        *_undated_disputes(guess, shape),
    ]


def _cleared_together(guess: Guess, shape: Shape) -> list[Rule]:
    """Credit notes with a day of payment: what was paid of the invoices of that day is less by them."""
    if not _settled_whole(guess, shape):
        return []
    when: Rule = {guess.found["paid_on"].column: "filled"}
    if notes := saying(shape, "kind", "credit_note"):
        when[guess.found["kind"].column] = notes
    elif shape.credits and "kind" not in shape.words:
        when[sign_of(guess)] = ["-"]
    else:
        return []
    day = shown(guess.found["paid_on"].column)
    reason = (
        f"it is a credit note with a {day}: the invoices that it was cleared with count as paid in full beside it, and "
        "so much less was paid"
    )
    return [{"when": when, "amount": guess.found["amount"].column, "reason": reason}]


def _nothing_open(guess: Guess, shape: Shape) -> list[Rule]:
    """Invoices with a day of payment of which it is not said what is open."""
    if not shape.residual or not settled_by_day(guess, shape) or guess.known("paid_amount"):
        return []
    name, paid = guess.found["open_amount"].column, guess.found["paid_on"].column
    when = are_invoices(guess, shape, ("+",)) | {name: "empty", paid: "filled"} | once_per_state(guess, shape)
    reason = f"{name} is empty, and {shown(paid)} is filled; all of it counts as paid"
    return [{"when": when, "amount": guess.found["amount"].column, "reason": reason}]


def _undated_money(guess: Guess, shape: Shape) -> list[Rule]:
    paid = guess.found["paid_on"].column if guess.known("paid_on") else None
    empty: Rule = {paid: "empty"} if paid else {}
    lost = "no day says when it was paid, so that payment is not in the ledger"
    if guess.known("paid_amount"):
        when = are_invoices(guess, shape) | empty | once_per_state(guess, shape)
        name = guess.found["paid_amount"].column
        return [{"when": when, "amount": name, "reason": f"{name} is filled, and {lost}"}]
    keys = keys_of(guess, shape)
    several = shape.row in (STATES, PAYMENTS)
    if several:
        empty = {formula("first", *keys): ["yes"]} | ({formula("last", paid, *keys): "empty"} if paid else {})
    amount = guess.found["amount"].column
    if shape.residual:
        name = guess.found["open_amount"].column
        when = are_invoices(guess, shape, ("+",)) | empty
        reason = f"{name} is not {amount}, and {lost}"
        return [{"when": when, "amount": amount, "less": open_of(guess, shape), "reason": reason}]
    words = saying(shape, "status", "paid")
    if words:
        state = guess.found["status"].column
        state = formula("last", state, *keys) if several else state
        when = are_invoices(guess, shape, ("+",)) | empty | {state: words}
        return [
            {
                "when": when,
                "amount": amount,
                "reason": f"{guess.found['status'].column} says that it is paid, and {lost}",
            }
        ]
    return []


def _lost_money(guess: Guess, shape: Shape) -> list[Rule]:
    """Invoices that are written off or cancelled by a word alone."""
    if "status" not in guess.found:
        return _lost_columns(guess, shape)
    name, keys = guess.found["status"].column, keys_of(guess, shape)
    words = [t for t in guess.sheet.trimmed(name).to_pandas().unique() if is_lost(t)]
    state = formula("last", name, *keys) if shape.row in (STATES, PAYMENTS) else name
    when = are_invoices(guess, shape, ("+",)) | {state: words}
    reason = f"{name} says {', '.join(words)}, and no day says since when; in the ledger nothing of that is known"
    found = [{"when": when, "amount": guess.found["amount"].column, "reason": reason}] if words else []
    return found + _lost_columns(guess, shape)


def _lost_columns(guess: Guess, shape: Shape) -> list[Rule]:
    """Invoices of which a column of its own says yes to being cancelled or written off."""
    found: list[Rule] = []
    free = set(guess.unused()) - guess.ignored
    for column in guess.columns:
        if column.name in free and column.marks is None and column.days is None and is_lost(column.name):
            words = [text for text in column.values.some() if meaning("dispute", text, parts=False) == "disputed"]
            if words:
                when = are_invoices(guess, shape, ("+",)) | {column.name: words} | once_per_state(guess, shape)
                reason = f"{column.name} says {', '.join(words)}; in the ledger nothing of that is known"
                found.append({"when": when, "amount": guess.found["amount"].column, "reason": reason})
    return found


def _undated_disputes(guess: Guess, shape: Shape) -> list[Rule]:
    """Disputes that no day is known of."""
    number = guess.found["invoice_id"].column
    state = guess.found.get("dispute") or guess.found.get("status")
    words = saying(shape, "dispute", "disputed")
    lost = "so that dispute is not in the ledger"
    found: list[Rule] = []

    def add(when: Rule, reason: str) -> None:
        once = {formula("first", number, *when): ["yes"]} if shape.row != PLAIN else {}
        found.append({"when": when | once, "reason": f"{reason}, {lost}"})

    day = next((d for d in ("opened_on", "recorded_on", "paid_on") if guess.known(d) and guess.found[d].days), None)
    if state and words:
        when = {state.column: words}
        if day is None:
            add(when, f"{state.column} says that it is disputed, and no column says since when")
        else:
            name = guess.found[day].column
            add(when | {name: "empty"}, f"{state.column} says that it is disputed, and {name} is empty")
    if "dispute" in guess.found:
        column = guess.found["dispute"].column
        texts = guess.sheet.trimmed(column).to_pandas().unique()
        other = [t for t in texts if fold(t) and t not in shape.words.get("dispute", {}) and t != column]
        if other:
            add({column: other}, f"{column} says what no known word for a dispute is")
    for ours in ("closed_on", "dispute_reason"):
        if guess.known(ours):
            opened = {guess.found["opened_on"].column: "empty"} if guess.known("opened_on") else {}
            if opened or (ours == "closed_on" and not words) or not (words or opened):
                name = guess.found[ours].column
                add({name: "filled"} | opened, f"{name} is filled, and no day says when the dispute began")
    return found
