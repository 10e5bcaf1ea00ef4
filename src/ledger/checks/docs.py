"""The results as Data Docs: a folder of pages that Great Expectations renders, to be read offline."""

from __future__ import annotations

from html import escape
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...files import check_folder, replaced_folder
from ..book import Ledger
from .examine import Examination, Suite
from .finding import SEVERITIES, printable

DOCS = "folder of these pages", "data-docs.css"
"""What the folder is, and the file by which it is known."""

_HERE = Path(__file__).parent
_SHOWN = 20
"""Rows that a page names of one expectation."""

_HEADINGS = {
    "refuse": "The ledger is refused: every number made from it would be wrong",
    "quarantine": "These rows are wrong, and should be set aside",
    "warn": "Worth a look",
}


def write_docs(ledger: Ledger, examination: Examination, folder: str | Path) -> None:
    """Write the pages, whole or not at all; pages that were there are replaced.

    ``index.html`` says in words what is not met and what was asked; each suite has a page of its own with what Great
    Expectations says of it. The pages need no network, and the same ledger gives the same pages.

    Raises
    ------
    PaybenchError
        If the folder exists and holds something else than these pages, or cannot be written.
    """
    check_folder(folder, *DOCS)
    view = _view()
    with replaced_folder(folder) as new:
        (new / DOCS[1]).write_text((_HERE / "docs.css").read_text(encoding="utf-8"), encoding="utf-8")
        (new / "index.html").write_text(_index(view, ledger, examination), encoding="utf-8")
        for suite in examination.suites:
            (new / _file(suite)).write_text(_page(view, ledger, suite), encoding="utf-8")


def _view() -> Any:
    """Great Expectations' view, with our frame for its pages: its own loads styles and scripts from elsewhere."""
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView(custom_views_directory=str(_HERE))


def _index(view: Any, ledger: Ledger, examination: Examination) -> str:
    findings, suites = examination.findings, examination.suites
    asked = f"Of {sum(len(suite.answers) for suite in suites)} expectations in {len(suites)} suites"
    page: str = view.env.get_template("docs_index.html").render(
        name=printable(ledger.name),
        verdict=f"{asked} {len(findings)} are not met." if findings else f"{asked} all are met.",
        graded={severity: [f for f in findings if f.severity == severity] for severity in SEVERITIES},
        headings=_HEADINGS,
        suites=[_asked(suite) for suite in suites],
    )
    return page


def _asked(suite: Suite) -> dict[str, Any]:
    return {
        "name": suite.name,
        "file": _file(suite),
        "rows": len(suite.frame),
        "asked": len(suite.answers),
        "unmet": sum(answer.finding is not None for answer in suite.answers),
    }


def _page(view: Any, ledger: Ledger, suite: Suite) -> str:
    from great_expectations.render.renderer import ValidationResultsPageRenderer

    for one, answer in zip(suite.result.results, suite.answers, strict=True):
        if answer.finding:
            _name_rows(suite, one, answer.rows)
    document = ValidationResultsPageRenderer().render(suite.result).to_json_dict()
    numbers = count()
    view.env.filters["generate_html_element_uuid"] = lambda prefix: f"{prefix}{next(numbers)}"
    page: str = view.env.get_template("docs_suite.html").render(
        name=printable(ledger.name),
        suite=suite,
        sections=document["sections"][1:],  # the first one holds times
    )
    return page


def _name_rows(suite: Suite, one: Any, rows: np.ndarray) -> None:
    """Tell Great Expectations what to show of one expectation that is not met: few rows, as text, their share of all.

    It puts text into its pages as it stands, marks included, and counts shares without the rows that it ignored.
    """
    result, asked = one.result, one.expectation_config.kwargs
    single = [asked[name] for name in ("column", "column_A", "column_B") if name in asked]
    some = suite.frame.iloc[rows[:_SHOWN]]
    values = [", ".join(map(_text, row)) for row in some[asked.get("column_list", single)].itertuples(index=False)]
    named = {name: some[name].map(_text).to_list() for name in (*suite.key, "row")}
    result.pop("unexpected_index_query", None)
    result["unexpected_percent"] = 100 * len(rows) / len(suite.frame)
    result["unexpected_index_column_names"] = list(named)
    result["unexpected_index_list"] = pd.DataFrame({"values": values} | named).to_dict("records")
    result["partial_unexpected_counts"] = [{"value": value, "count": 1} for value in values]


def _text(value: Any) -> str:
    if pd.isna(value):
        return "missing"
    if isinstance(value, float):
        return f"{value:.10g}"
    return escape(printable(f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)))


def _file(suite: Suite) -> str:
    return f"{suite.name.replace(' ', '-')}.html"
