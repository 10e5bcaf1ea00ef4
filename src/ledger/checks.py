"""What must hold of a ledger before anything is learnt from it, asked with Great Expectations."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from .book import Ledger
from .cut import as_of
from .parse import FIRST_YEAR, LAST_YEAR
from .schema import KINDS, MONEY_UNITS, TABLES, Table, units

Severity = Literal["refuse", "warn"]

_EXAMPLES = 3
_RANGE = {"min_value": pd.Timestamp(FIRST_YEAR, 1, 1), "max_value": pd.Timestamp(LAST_YEAR, 12, 31)}


@dataclass(frozen=True)
class Finding:
    """One expectation that a ledger does not meet.

    Attributes
    ----------
    severity : "refuse" where every number made from the ledger would be wrong, "warn" where some rows count for nothing
        or look odd.
    table : where. rows : how many rows. examples : up to three of their numbers.
    sentence : the same in words, with what to do or what follows.
    """

    severity: Severity
    table: str
    sentence: str
    rows: int
    examples: tuple[str, ...]


def check(ledger: Ledger) -> list[Finding]:
    """Ask every expectation of every table that has rows.

    Returns
    -------
    What is not met, refusals first; empty if all is well.

    Raises
    ------
    PaybenchError
        If Great Expectations is not installed.
    """
    context, gxe = _great_expectations()
    source = context.data_sources.add_pandas("ledger")
    findings: list[Finding] = []
    for name, spec in TABLES.items():
        if len(ledger.table(name)):
            findings += _validate(context, source, spec, _asked(name, ledger), _expectations(gxe, spec))
    return sorted(findings, key=lambda finding: finding.severity)


def _great_expectations() -> tuple[Any, Any]:
    try:
        import great_expectations as gx
    except ImportError:
        raise PaybenchError(
            "Checking a ledger needs Great Expectations, which the base install leaves out: "
            "pip install 'paybench[workbench]'."
        ) from None
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context, gx.expectations


def _asked(name: str, ledger: Ledger) -> pd.DataFrame:
    """A table, text of blanks as missing, with what other tables say of its rows."""
    frame = ledger.table(name).assign(row=np.arange(len(ledger.table(name))))
    for column in TABLES[name].columns:
        if column.kind in ("id", "text"):
            frame[column.name] = frame[column.name].where(frame[column.name].str.strip() != "")
    if name == "payments":
        currency = ledger.invoices.drop_duplicates("invoice_id", keep="last").set_index("invoice_id")["currency"]
        frame["invoice_currency"] = frame["invoice_id"].map(currency)
        frame["invoice_known"] = frame["invoice_id"].isna() | frame["invoice_id"].isin(currency.index)
    if name == "invoices":
        frame["overpaid"] = _overpaid(ledger)
    return frame


def _overpaid(ledger: Ledger) -> pd.Series:
    """By how much more than tolerated the payments of each invoice exceed its amount, on one of its rows."""
    latest = as_of(ledger, f"{LAST_YEAR + 1}-01-01")
    paid = pd.Series(units(latest.payments["amount"])).groupby(latest.payments["invoice_id"].to_numpy()).sum()
    billed = pd.Series(units(latest.invoices["amount"]), index=latest.invoices["invoice_id"])
    over = paid.reindex(billed.index, fill_value=0) - billed - round(ledger.tolerance * MONEY_UNITS)
    once = ledger.invoices["invoice_id"].drop_duplicates(keep="last")
    return (once.map(over) / MONEY_UNITS).reindex(ledger.invoices.index)


def _expectations(gxe: Any, spec: Table) -> list[Any]:
    """The suite of one table; each expectation carries its severity and its words for one row and for several."""
    version = [*spec.key, *([] if spec.name != "consents" else ["changed_on"]), "recorded_on"]
    suite = [
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=version,
            ignore_row_if="never",
            meta=_has("refuse", f"the same {' and '.join(version)} as another row", "give each row its own number"),
        )
    ]
    for column in spec.columns:
        if column.required:
            words = _has("refuse", f"no {column.name}", f"fill it in: {column.meaning}")
            suite.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name, meta=words))
        if column.kind == "date":
            words = _has("refuse", f"{column.name} outside {FIRST_YEAR} to {LAST_YEAR}", "set it right")
            suite.append(gxe.ExpectColumnValuesToBeBetween(column=column.name, **_RANGE, meta=words))
        if column.name == "currency":
            words = _has("refuse", "a currency that is not three capital letters", "write ISO 4217 codes like EUR")
            suite.append(gxe.ExpectColumnValuesToMatchRegex(column="currency", regex=r"^[A-Z]{3}\Z", meta=words))
    return suite + {"invoices": _of_invoices, "payments": _of_payments}.get(spec.name, lambda _: [])(gxe)


def _of_invoices(gxe: Any) -> list[Any]:
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="amount",
            min_value=0,
            strict_min=True,
            meta=_has("refuse", "an amount of zero or less", "credits belong into payments, as kind credit_note"),
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="due_on",
            column_B="issued_on",
            or_equal=True,
            meta=_words(
                "refuse",
                "is due before it was issued",
                "are due before they were issued",
                "set due_on or issued_on right",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="overpaid",
            max_value=0,
            meta=_has("warn", "payments above the amount", "a payment may be there twice, or name the wrong invoice"),
        ),
    ]


def _of_payments(gxe: Any) -> list[Any]:
    unknown = "an invoice that the ledger does not have"
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="kind",
            value_set=list(KINDS),
            meta=_has("refuse", "an unknown kind", f"write {', '.join(KINDS[:-1])} or {KINDS[-1]}"),
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="currency",
            column_B="invoice_currency",
            ignore_row_if="either_value_is_missing",
            meta=_has("refuse", "another currency than the invoice", "amounts of different currencies do not add up"),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="invoice_known",
            value_set=[True],
            meta=_words("warn", f"names {unknown}", f"name {unknown}", "they count for no invoice"),
        ),
    ]


def _words(severity: Severity, one: str, several: str, then: str) -> dict[str, str]:
    return {"severity": severity, "one": one, "several": several, "then": then}


def _has(severity: Severity, what: str, then: str) -> dict[str, str]:
    return _words(severity, f"has {what}", f"have {what}", then)


def _validate(context: Any, source: Any, spec: Table, frame: pd.DataFrame, expectations: list[Any]) -> list[Finding]:
    import great_expectations as gx

    batch = source.add_dataframe_asset(spec.name).add_batch_definition_whole_dataframe("all")
    suite = context.suites.add(gx.ExpectationSuite(name=spec.name, expectations=expectations))
    validation = gx.ValidationDefinition(name=spec.name, data=batch, suite=suite)
    report = context.validation_definitions.add(validation).run(
        batch_parameters={"dataframe": frame},
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [*spec.key, "row"]},
    )
    return [_finding(spec, result) for result in report.results if not result.success]


def _finding(spec: Table, result: Any) -> Finding:
    if result.exception_info.get("raised_exception"):
        raise RuntimeError(result.exception_info["exception_message"])
    rows = int(result.result["unexpected_count"])
    names = dict.fromkeys(_number(spec, row) for row in result.result["unexpected_index_list"])
    examples = tuple(islice(names, _EXAMPLES))
    words = result.expectation_config.meta
    noun, verb = (spec.name.removesuffix("s"), words["one"]) if rows == 1 else (spec.name, words["several"])
    which = f" ({examples[0]})" if rows == 1 else f", for example {', '.join(examples)}"
    sentence = f"{rows:,} {noun} {verb}{which}; {words['then']}"
    return Finding(words["severity"], spec.name, _printable(sentence), rows, examples)


def _number(spec: Table, row: dict[str, Any]) -> str:
    return f"row {row['row']}" if pd.isna(row[spec.key[0]]) else " ".join(str(row[key]) for key in spec.key)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
