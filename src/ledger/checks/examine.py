"""Asking a ledger: every suite of every table, run by Great Expectations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ..book import Ledger
from ..schema import TABLES
from .asked import Asked
from .finding import EXAMPLES, SEVERITIES, Finding, Severity, Words, found
from .suites import Asking, of_gaps, of_table, of_volume
from .volume import DATED, by_month, gaps

_SHARE, _ROWS = 0.1, 10
"""A fault of more than this share of a table's rows, and of at least so many, is one of the whole table."""

_GRADE = {"refuse": "critical", "quarantine": "warning", "warn": "info"}
"""The severities in the language of Great Expectations."""


@dataclass(frozen=True)
class Answer:
    """One expectation of a suite: met or not, in which words, and the places of the rows that do not meet it."""

    noun: str
    words: Words
    severity: Severity
    rows: np.ndarray
    finding: Finding | None

    def __str__(self) -> str:
        return f"no {self.noun} {self.words.one}" if self.finding is None else self.finding.sentence


@dataclass(frozen=True)
class Suite:
    """What was asked of one table: Great Expectations' own result, and the answers in the same order."""

    name: str
    key: tuple[str, ...]
    frame: pd.DataFrame
    result: Any
    answers: list[Answer]


@dataclass(frozen=True)
class Examination:
    """What came of asking a ledger.

    Attributes
    ----------
    findings : what is not met, the gravest first.
    wrong : one row per row that should be set aside and reason: table, row (its place there, from 0), reason.
    suites : everything that was asked, for :func:`.docs.write_docs`.
    """

    findings: list[Finding]
    wrong: pd.DataFrame
    suites: list[Suite] = field(repr=False)

    @property
    def refused(self) -> int:
        """How many findings refuse the ledger."""
        return sum(finding.severity == "refuse" for finding in self.findings)

    @property
    def to_set_aside(self) -> int:
        """How many rows should be set aside."""
        return len(self.wrong[["table", "row"]].drop_duplicates())


@dataclass(frozen=True)
class _Sheet:
    """A table to be asked: its rows, by which columns they are named, and what one row is called."""

    name: str
    table: str
    frame: pd.DataFrame
    key: tuple[str, ...]
    noun: str
    asks: list[Asking]


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
    return examine(ledger).findings


def examine(ledger: Ledger) -> Examination:
    """Ask every expectation of every table that has rows, and keep what :func:`check` drops.

    A fault that should be set aside, but is there in more than a tenth of a table's rows (and in at least ten), is no
    slip of some rows: it refuses the ledger.

    Raises
    ------
    PaybenchError
        If Great Expectations is not installed.
    """
    context, gxe = _great_expectations()
    source = context.data_sources.add_pandas("ledger")
    suites, wrong = [], []
    for sheet in _sheets(gxe, ledger):
        suite, rows = _validate(context, source, sheet)
        suites.append(suite)
        wrong += rows
    findings = [a.finding for suite in suites for a in suite.answers if a.finding]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    table = pd.concat(wrong, ignore_index=True) if wrong else pd.DataFrame(columns=["table", "row", "reason"])
    return Examination(findings, table, suites)


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


def _sheets(gxe: Any, ledger: Ledger) -> list[_Sheet]:
    asked, sheets = Asked(ledger), []
    for name, spec in TABLES.items():
        if len(ledger.table(name)):
            noun = name.removesuffix("s")
            sheets.append(_Sheet(name, name, asked.table(name), spec.key, noun, of_table(gxe, spec)))
    for name in DATED:
        months, days = by_month(ledger, name), gaps(ledger, name)
        for title, frame, key, noun, asks in (
            (f"{name} by month", months, "said", f"month of {name}", of_volume(gxe, name)),
            (f"gaps of {name}", days, "gap", f"gap of {name}", of_gaps(gxe, name)),
        ):
            if len(frame):
                sheets.append(_Sheet(title, name, frame.assign(row=np.arange(len(frame))), (key,), noun, asks))
    return sheets


def _validate(context: Any, source: Any, sheet: _Sheet) -> tuple[Suite, list[pd.DataFrame]]:
    import great_expectations as gx

    batch = source.add_dataframe_asset(sheet.name).add_batch_definition_whole_dataframe("all")
    expectations = []
    for at, (expectation, words) in enumerate(sheet.asks):
        expectation.meta, expectation.severity = {"at": at}, _GRADE[words.severity]
        expectations.append(expectation)
    suite = context.suites.add(gx.ExpectationSuite(name=sheet.name, expectations=expectations))
    validation = gx.ValidationDefinition(name=sheet.name, data=batch, suite=suite)
    result = context.validation_definitions.add(validation).run(
        batch_parameters={"dataframe": sheet.frame},
        result_format={"result_format": "COMPLETE", "exclude_unexpected_values": True},
    )
    result.results.sort(key=lambda one: one.expectation_config.meta["at"])
    answers, wrong = [], []
    for one, (_, words) in zip(result.results, sheet.asks, strict=True):
        answer = _answer(sheet, one, words)
        answers.append(answer)
        if answer.severity == "quarantine" and len(answer.rows):
            wrong.append(pd.DataFrame({"table": sheet.table, "row": answer.rows, "reason": f"it {words.one}"}))
    return Suite(sheet.name, sheet.key, sheet.frame, result, answers), wrong


def _answer(sheet: _Sheet, result: Any, words: Words) -> Answer:
    if result.exception_info.get("raised_exception"):
        raise RuntimeError(result.exception_info["exception_message"])
    if result.success:
        return Answer(sheet.noun, words, words.severity, np.array([], dtype=np.int64), None)
    rows = np.sort(np.array(result.result.pop("unexpected_index_list"), dtype=np.int64))
    systematic = words.severity == "quarantine" and len(rows) >= _ROWS and len(rows) > _SHARE * len(sheet.frame)
    severity: Severity = "refuse" if systematic else words.severity
    finding = found(words, severity, sheet.table, sheet.noun, len(rows), _examples(sheet, rows))
    return Answer(sheet.noun, words, severity, rows, finding)


def _examples(sheet: _Sheet, rows: np.ndarray) -> tuple[str, ...]:
    """The numbers of the first rows, each named once."""
    names: dict[str, None] = {}
    for row in rows:
        values = [sheet.frame[key].iloc[row] for key in sheet.key]
        names[f"row {row}" if pd.isna(values[0]) else " ".join(map(str, values))] = None
        if len(names) == EXAMPLES:
            break
    return tuple(names)
