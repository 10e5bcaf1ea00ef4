"""The pages say what the check found, load nothing from elsewhere, and obey no text of the ledger."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.ledger.checks import Examination, examine, write_docs
from paybench.simulate import simulate
from tests.ledger.faults import planted

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    faulty = planted(simulate(40, 8, 5).ledger)
    strange = faulty.payments["kind"].where(faulty.payments["kind"] != "gift", "<script>alert('$kind')</script>")
    return Ledger("mine", invoices=faulty.invoices, payments=faulty.payments.assign(kind=strange))


@pytest.fixture(scope="module")
def examined(ledger: Ledger) -> Examination:
    return examine(ledger)


@pytest.fixture(scope="module")
def pages(ledger: Ledger, examined: Examination, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("docs") / "pages"
    write_docs(ledger, examined, folder)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_first_page_says_every_finding_in_words(pages: dict[str, str], examined: Examination) -> None:
    for finding in examined.findings:
        assert f"<li>{finding.sentence}.</li>" in html.unescape(pages["index.html"])


def test_every_suite_has_its_page_and_every_expectation_its_row(pages: dict[str, str], examined: Examination) -> None:
    for suite in examined.suites:
        name = f"{suite.name.replace(' ', '-')}.html"
        assert f'href="{name}"' in pages["index.html"]
        for answer in suite.answers:
            assert f"<td>{answer}</td>" in html.unescape(pages[name])
        assert pages[name].count("fa-check-circle") + pages[name].count("fa-times") == 2 * len(suite.answers)


def test_a_page_names_the_rows(pages: dict[str, str], ledger: Ledger) -> None:
    (number,) = ledger.payments["payment_id"][ledger.payments["kind"].str.startswith("<script>")]
    by_column = pages["payments.html"].partition("By column")[2]
    assert number in by_column


def test_the_pages_need_no_network_and_tell_nothing_of_the_machine(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert not re.search(r"://|src\s*=|@import|url\(|<script|\bon\w+\s*=", text)
        assert str(ROOT) not in text
        assert "Traceback" not in text
        assert re.findall(r'<link[^>]*href="([^"]*)"', text) in ([], ["data-docs.css"])


def test_text_of_the_ledger_stays_text(pages: dict[str, str]) -> None:
    assert "&lt;script&gt;alert(&#x27;$kind&#x27;)" in pages["payments.html"]


def test_the_same_examination_gives_the_same_pages(
    ledger: Ledger, examined: Examination, pages: dict[str, str], tmp_path: Path
) -> None:
    write_docs(ledger, examined, tmp_path / "again")
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "again").iterdir()} == pages


def test_a_folder_of_something_else_is_not_replaced(ledger: Ledger, examined: Examination, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(PaybenchError, match="exists and is no folder of these pages; give another name"):
        write_docs(ledger, examined, tmp_path)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"
