"""What is expected of each table: suites of Great Expectations, each expectation with its severity and its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..schema import FIRST_YEAR, KINDS, LAST_YEAR, Column, Table
from .finding import Words, has

ISO_SHAPE = r"^[A-Z]{3}\Z"
TONES = ("courtesy", "friendly", "reminder", "firm", "final")
LONGEST_TERM = 731
"""Days from issue to due beyond which one of the two dates is probably a slip."""
FAR_OUT = 4.0
"""Quartile ranges (of the logarithm) above the upper quartile: a lognormal book has one such amount in a billion."""
SPREAD = 0.35
"""The least quartile range (of the logarithm) that is reckoned with: books of nearly equal amounts have none."""
MOST = 1e14
"""Amounts from here on have no place in decimal(18, 4)."""

Asking = tuple[Any, Words]
"""An expectation, and the words for the rows that do not meet it."""


def of_table(gxe: Any, spec: Table) -> list[Asking]:
    """The suite of one table of the ledger, asked of what :class:`.asked.Asked` makes of it."""
    asks = _keys(gxe, spec)
    for column in spec.columns:
        asks += _of_column(gxe, column)
    if spec.dated:
        before = _words("warn", f"recorded before {spec.dated}", "it is known from the later day")
        asks.append(_at_least_zero(gxe, "days until recorded", before))
    return asks + (_MORE[spec.name](gxe) if spec.name in _MORE else [])


def of_volume(gxe: Any, name: str) -> list[Asking]:
    """The suite of the months of a table, see :func:`.volume.by_month`."""
    then = "an export may be missing, be there twice, or the business has changed"
    early = f"the export of {name} ends early: learn and judge on what is before"
    return [
        (_not_below(gxe, "value", "lowest"), _words("warn", "far below the months before", then)),
        (_not_below(gxe, "highest", "value"), _words("warn", "far above the months before", then)),
        (_not_below(gxe, "last value", "lowest"), _words("warn", "at the end and far from whole", early)),
    ]


def of_gaps(gxe: Any, name: str) -> list[Asking]:
    """The suite of the gaps of a table, see :func:`.volume.gaps`."""
    then = f"an export of {name} may be missing, or a date be wrong"
    return [(_not_below(gxe, "longest", "days without a row"), _words("warn", "far longer than the others", then))]


def _keys(gxe: Any, spec: Table) -> list[Asking]:
    from great_expectations.expectations.row_conditions import Column as Of

    version = [*spec.key, *([] if spec.name != "consents" else ["changed_on"]), "recorded_on"]
    counted = Of("repeats").is_null()
    for key in spec.key:
        counted = counted & Of(key).is_not_null()
    unique = gxe.ExpectCompoundColumnsToBeUnique(column_list=version, ignore_row_if="never", row_condition=counted)
    same = f"the same {' and '.join(version)} as another row"
    return [
        (
            unique,
            Words(
                "refuse",
                f"has {same}, but says something else",
                f"have {same}, but say something else",
                "give each row its own number",
            ),
        ),
        (
            gxe.ExpectColumnValuesToBeNull(column="repeats"),
            Words("quarantine", "repeats another row", "repeat another row", "the first of them stays"),
        ),
    ]


def _of_column(gxe: Any, column: Column) -> list[Asking]:
    asks: list[Asking] = []
    if column.required:
        words = has("quarantine", f"no {column.name}", f"fill it in: {column.meaning}")
        asks.append((gxe.ExpectColumnValuesToNotBeNull(column=column.name), words))
    if column.kind == "date":
        year = gxe.ExpectColumnValuesToBeBetween(
            column=f"year of {column.name}", min_value=FIRST_YEAR, max_value=LAST_YEAR
        )
        asks.append((year, has("quarantine", f"{column.name} outside {FIRST_YEAR} to {LAST_YEAR}", "set it right")))
    if column.kind == "amount":
        much = gxe.ExpectColumnValuesToBeBetween(
            column=column.name, min_value=-MOST, max_value=MOST, strict_min=True, strict_max=True
        )
        asks.append((much, has("refuse", "an amount of more than 14 digits", "no sum with it adds up; set it right")))
    if column.name == "currency":
        shape = gxe.ExpectColumnValuesToMatchRegex(column="currency", regex=ISO_SHAPE)
        words = has("quarantine", "a currency that is not three capital letters", "write ISO 4217 codes like EUR")
        asks.append((shape, words))
    return asks


def _of_invoices(gxe: Any) -> list[Asking]:
    return [
        _above_zero(gxe, "quarantine", "credits belong into payments, as kind credit_note"),
        *_amounts(gxe),
        _at_least_zero(
            gxe,
            "days to due",
            Words(
                "quarantine",
                "is due before it was issued",
                "are due before they were issued",
                "set due_on or issued_on right",
            ),
        ),
        (
            gxe.ExpectColumnValuesToBeBetween(column="days to due", max_value=LONGEST_TERM),
            _words("warn", "due more than two years after issue", "see whether a year is mistyped"),
        ),
        (
            gxe.ExpectColumnValuesToBeBetween(column="paid above the amount", max_value=0),
            has("warn", "payments above the amount", "a payment may be there twice, or name the wrong invoice"),
        ),
        _at_least_zero(gxe, "paid in all", has("warn", "more reversed than paid", "a payment may be missing")),
        (
            gxe.ExpectColumnValuesToBeNull(column="same as invoice"),
            has(
                "warn",
                "the customer, amount and issue date of another one",
                "one debt may be there under two numbers",
            ),
        ),
        (
            gxe.ExpectColumnValuesToBeNull(column="unknown customer"),
            _names("a customer that table customers does not have", "add the customer"),
        ),
    ]


def _of_payments(gxe: Any) -> list[Asking]:
    return [
        (
            gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=list(KINDS)),
            has("quarantine", "an unknown kind", f"write {', '.join(KINDS[:-1])} or {KINDS[-1]}"),
        ),
        (
            gxe.ExpectColumnPairValuesToBeEqual(
                column_A="currency", column_B="currency of the invoice", ignore_row_if="either_value_is_missing"
            ),
            has("quarantine", "another currency than the invoice", "amounts of different currencies do not add up"),
        ),
        (
            gxe.ExpectColumnPairValuesToBeEqual(
                column_A="customer_id", column_B="customer of the invoice", ignore_row_if="either_value_is_missing"
            ),
            has("warn", "another customer than the invoice", "that counts for the customer of the invoice"),
        ),
        (
            gxe.ExpectColumnValuesToNotBeInSet(column="amount", value_set=[0.0]),
            has("warn", "an amount of zero", "it changes nothing"),
        ),
        *_amounts(gxe),
        _unknown_invoice(gxe, "that counts for no invoice"),
        _unknown_customer(gxe),
        _at_least_zero(
            gxe,
            "days after issue",
            _words("warn", "dated before the invoice was issued", "see whether paid_on or the invoice is right"),
        ),
        (
            gxe.ExpectColumnValuesToBeNull(column="same as payment"),
            has(
                "warn",
                "the invoice, day, amount and kind of another one",
                "one payment may be there under two numbers",
            ),
        ),
    ]


def _of_contacts(gxe: Any) -> list[Asking]:
    return [
        _unknown_invoice(gxe, "that counts for the customer only"),
        _unknown_customer(gxe),
        (
            gxe.ExpectColumnValuesToBeInSet(column="tone", value_set=list(TONES)),
            has("warn", "an unknown tone", f"write {', '.join(TONES[:-1])} or {TONES[-1]}"),
        ),
        (
            gxe.ExpectColumnValuesToBeBetween(column="propensity", min_value=0, max_value=1, strict_min=True),
            has("quarantine", "a propensity that is no probability above 0", "effects are weighed by it; set it right"),
        ),
        (
            gxe.ExpectColumnValuesToBeNull(column="forbidden since"),
            _words("warn", "sent on a channel that the customer had forbidden", "see table consents"),
        ),
    ]


def _of_disputes(gxe: Any) -> list[Asking]:
    return [
        _at_least_zero(
            gxe,
            "days to close",
            Words(
                "quarantine", "was closed before it was opened", "were closed before they were opened", "set it right"
            ),
        ),
        _above_zero(gxe, "warn", "leave it empty where all is disputed"),
        (
            gxe.ExpectColumnValuesToBeNull(column="disputed above the amount"),
            has("warn", "a higher amount than the invoice", "see whether it names the right one"),
        ),
        _unknown_invoice(gxe, "that counts for nothing"),
    ]


def _of_promises(gxe: Any) -> list[Asking]:
    return [
        _at_least_zero(
            gxe,
            "days to promised",
            Words(
                "quarantine",
                "promises a day before it was made",
                "promise a day before they were made",
                "set made_on or promised_on right",
            ),
        ),
        _above_zero(gxe, "warn", "leave it empty where none was named"),
        _unknown_invoice(gxe, "that counts for the customer only"),
        _unknown_customer(gxe),
    ]


def _above_zero(gxe: Any, severity: Any, then: str) -> Asking:
    above = gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, strict_min=True)
    return above, has(severity, "an amount of zero or less", then)


def _at_least_zero(gxe: Any, column: str, words: Words) -> Asking:
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0), words


def _not_below(gxe: Any, higher: str, lower: str) -> Any:
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=higher, column_B=lower, or_equal=True, ignore_row_if="either_value_is_missing"
    )


def _amounts(gxe: Any) -> list[Asking]:
    return [
        (
            gxe.ExpectColumnValuesToBeNull(column="amount not of four decimals"),
            has("warn", "an amount of more digits than four decimals", "it counts rounded"),
        ),
        (
            gxe.ExpectColumnValuesToBeBetween(column="quartile ranges above", max_value=FAR_OUT),
            has(
                "warn",
                "an amount far above all usual ones of its currency",
                "see whether a decimal mark is lost, or the currency is another",
            ),
        ),
    ]


def _unknown_invoice(gxe: Any, then: str) -> Asking:
    expectation = gxe.ExpectColumnValuesToBeNull(column="unknown invoice")
    return expectation, _names("an invoice that the ledger does not have", then)


def _unknown_customer(gxe: Any) -> Asking:
    expectation = gxe.ExpectColumnValuesToBeNull(column="unknown customer")
    return expectation, _names("a customer that the ledger does not have", "see whether the number is right")


def _names(what: str, then: str) -> Words:
    return Words("warn", f"names {what}", f"name {what}", then)


def _words(severity: Any, what: str, then: str) -> Words:
    return Words(severity, f"is {what}", f"are {what}", then)


_MORE: dict[str, Callable[[Any], list[Asking]]] = {
    "invoices": _of_invoices,
    "payments": _of_payments,
    "contacts": _of_contacts,
    "messages": lambda gxe: [_unknown_customer(gxe)],
    "disputes": _of_disputes,
    "promises": _of_promises,
    "consents": lambda gxe: [_unknown_customer(gxe)],
}
