"""Two hundred hostile strings as whatever a book can name: none is ever more than text, on a page or in a table."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import escape

from paybench.explain.attributed import Sentences
from paybench.explain.backtest_page import backtest_page
from paybench.ledger import Ledger, read_ledger
from paybench.ledger.checks import examine, set_aside, write_docs, write_quarantine
from paybench.ledger.readers.importer import import_files, write_import
from paybench.models.judge.backtest import backtest
from paybench.models.learn.bundle import read_bundle, write_bundle
from paybench.models.store.store import NAMES
from paybench.models.training.candidate import Candidate
from paybench.models.training.card import as_markdown, model_card, short
from paybench.monitor.page import monitor_page
from paybench.monitor.watch import monitor
from paybench.pages.frame import policy
from paybench.reports.portfolio.findings import findings
from paybench.reports.portfolio.page import render
from paybench.score import score
from paybench.simulate import simulate
from paybench.simulate.calibration.page import write_calibration
from paybench.spreadsheet import csv_bytes
from tests.safety.strings import HOSTILE
from tests.trained import AS_OF, Trained

ROOT = Path(__file__).parents[2]
MARKS = ("alert(", "x.invalid", "eval(name")
POLICY = "default-src 'none'"


class Elements(HTMLParser):
    """Every element of a page, and every attribute."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[tuple[str, str]] = set()
        self.values: list[tuple[str, str, str]] = []
        self.policies: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.values += [(tag, name, value or "") for name, value in attrs]
        given = dict(attrs)
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(str(given.get("content")))

    def handle_comment(self, data: str) -> None:
        assert not any(mark in data for mark in MARKS)


def dead(page: str, like: str, own: str = "") -> None:
    """The page has the elements and attributes of one on a harmless book, and none that runs or loads anything.

    A page with a script of its ``own`` has that one, the data for it, and a policy that knows it by its hash.
    """
    if own:
        assert policy(own) in html.unescape(page)
        scripts = re.findall(r"<script[^>]*>(.*?)</script", page, flags=re.S)
        assert scripts[1:] == [own]
        assert not set(scripts[0]) & set("<>&")
        page, like = (re.sub(r"<script.*?</script>", "", p, flags=re.S) for p in (page, like))
        page, like = (p.replace(escape(policy(own)), POLICY) for p in (page, like))
    found, usual = Elements(page), Elements(like)
    assert found.tags <= usual.tags, found.tags - usual.tags
    assert not {tag for tag, _ in found.tags} & {"script", "iframe", "object", "embed", "base", "form", "link"} - {
        "link"
    }
    assert not [name for _, name in found.tags if name.startswith("on")]
    for tag, name, value in found.values:
        if name in ("src", "href", "action", "data", "style", "srcdoc"):
            assert not any(mark in html.unescape(value) for mark in MARKS), (tag, name, value[:80])
            away = value.strip().lower().startswith(("javascript:", "vbscript:", "data:text", "//", "http"))
            assert not away or (tag, name, value) in usual.values  # a source that the page itself names
    assert any(POLICY in policy and "script-src" not in policy for policy in found.policies)


def named(ledger: Ledger, words: list[str], book: str) -> Ledger:
    """The same book with other names for everything; customers' numbers, invoices' numbers, names, countries, texts."""
    customers = sorted(ledger.customers["customer_id"])
    invoices = ledger.invoices["invoice_id"].tolist()
    whose = {c: words[i] if i < len(words) else c for i, c in enumerate(customers)}
    which = {n: words[i] if i < len(words) else n for i, n in enumerate(reversed(invoices))}
    tables = {}
    for name in ("invoices", "payments", "customers", "contacts", "messages", "disputes", "promises", "consents"):
        table = ledger.table(name).copy()
        for column, names in (("customer_id", whose), ("invoice_id", which)):
            if column in table:
                table[column] = table[column].map(names, na_action="ignore").astype("str")
        for column in ("name", "country", "text", "reason", "source_quote"):
            if column in table and len(table):
                table[column] = pd.Series([words[i % len(words)] for i in range(len(table))], dtype="str")
        tables[name] = table
    return replace(ledger.with_tables(tables), name=book)


@pytest.fixture(scope="module")
def books(trained: Trained) -> tuple[Ledger, Ledger]:
    """The trained book as it is, and with a hostile string for everything that has a name."""
    ledger = read_ledger(trained.ledger)
    words = sorted(set(HOSTILE), key=HOSTILE.index)
    return ledger, named(ledger, words, " ".join(words))


def _store(trained: Trained, ledger: Ledger, folder: Path) -> Path:
    bundle = read_bundle(trained.store / "champion")
    write_bundle(replace(bundle, about=bundle.about | {"book_name": ledger.name}), folder / "champion")
    return folder


def test_there_are_two_hundred() -> None:
    assert len(set(HOSTILE)) >= 200


def test_the_report_and_the_monitor_show_names_as_text(
    trained: Trained, books: tuple[Ledger, Ledger], tmp_path: Path
) -> None:
    harmless, hostile = books
    script = files("paybench.reports.portfolio").joinpath("portfolio.js").read_text(encoding="utf-8")
    pages: dict[str, Callable[[Ledger, Path], str]] = {
        script: lambda ledger, store: render(findings(ledger, AS_OF, store)),
        "": lambda ledger, store: monitor_page(monitor(ledger, AS_OF, store)),
    }
    store = _store(trained, hostile, tmp_path)
    for own, make in pages.items():
        page = make(hostile, store)
        dead(page, make(harmless, trained.store), own)
        # What could be told from the page is all there: the book is called by all of them.
        shown = html.unescape(re.sub(r"<[^>]*>", "", page))
        assert sum(word.strip() in shown for word in HOSTILE if word.isprintable()) >= 0.9 * len(HOSTILE) - 20


def test_scores_cannot_be_executed_by_a_spreadsheet(
    trained: Trained, books: tuple[Ledger, Ledger], tmp_path: Path
) -> None:
    table = score(books[1], AS_OF, store=_store(trained, books[1], tmp_path))
    _harmless(csv_bytes(table))
    assert set(table["customer_id"]) & set(HOSTILE)


def test_the_backtest_shows_names_as_text() -> None:
    result = backtest(simulate(customers=25, months=15, seed=6).ledger, ["2024-10-01"], trials=0)
    dead(backtest_page(replace(result, about=result.about | {"book": " ".join(HOSTILE)})), backtest_page(result))


def test_the_calibration_page_shows_names_as_text(books: tuple[Ledger, Ledger], tmp_path: Path) -> None:
    for name, ledger in zip(("harmless", "hostile"), books, strict=True):
        write_calibration(tmp_path / f"{name}.html", ledger, ledger)
    pages = [(tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("hostile", "harmless")]
    dead(*pages)


def test_checks_of_an_import_show_names_as_text_and_set_them_aside_harmlessly(tmp_path: Path) -> None:
    rows = {
        "invoices": ["invoice_id,customer_id,issued_on,due_on,amount,currency,=note"],
        "customers": ["customer_id,name,country"],
        "messages": ["message_id,customer_id,received_on,channel,text"],
        "payments": ["payment_id,customer_id,invoice_id,paid_on,amount,currency,kind"],
    }
    for i, word in enumerate([*HOSTILE, "A"]):
        said = '"' + word.replace('"', '""') + '"'
        rows["invoices"].append(f"{said},{said},2025-01-01,2025-01-31,{i + 1}.00,EUR,{said}")
        rows["customers"].append(f"{said},{said},{said}")
        rows["messages"].append(f"{said},{said},2025-01-02,{said},{said}")
        kind = said if i % 3 else "payment"
        rows["payments"].append(f"P{i},{said},{said},2025-01-0{i % 9 + 1},1.00,EUR,{kind}")
    for name, lines in rows.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8", newline="")
    result = import_files([tmp_path / f"{name}.csv" for name in rows], "canonical", " ".join(HOSTILE))
    write_import(result, tmp_path / "ledger")
    # Nearly all come through; those with control characters in a number are set aside.
    assert 150 < len(result.ledger.invoices) <= len(HOSTILE) + 1
    for name in ("rejected.csv", "flagged.csv"):
        _harmless((tmp_path / "ledger" / name).read_bytes())

    ledger = read_ledger(tmp_path / "ledger")
    strange = ledger.payments["kind"].where(ledger.payments.index % 40 > 0, HOSTILE[0])
    broken = ledger.with_tables({"payments": ledger.payments.assign(kind=strange)})
    found = examine(broken)
    assert not found.refused, found.findings
    write_docs(broken, found, tmp_path / "docs")
    plain = replace(broken, name="book")
    write_docs(plain, examine(plain), tmp_path / "plain")
    for page in sorted((tmp_path / "docs").glob("*.html")):
        text = page.read_text(encoding="utf-8")
        dead(text, text if page.name != "index.html" else (tmp_path / "plain" / page.name).read_text(encoding="utf-8"))
        assert not any(name in ("srcdoc", "onerror", "onload") for _, name in Elements(text).tags)
        assert {tag for tag, _ in Elements(text).tags} <= DOCS_TAGS, page.name
    write_quarantine(set_aside(broken, found), tmp_path / "aside")
    for file in (tmp_path / "aside").glob("*.csv"):
        _harmless(file.read_bytes())
    # No file was written under a name from the book.
    assert {p.name for p in tmp_path.iterdir()} == {*(f"{n}.csv" for n in rows), "ledger", "docs", "plain", "aside"}


DOCS_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "main",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "a",
        "table",
        "thead",
    ),
    *("tbody", "tr", "th", "td", "i", "ul", "li", "strong", "footer", "div", "span", "hr", "em", "br", "small", "b"),
}


def test_the_card_shows_the_name_of_the_book_as_text(trained: Trained) -> None:
    card = model_card(Candidate(trained.store / "candidate"))
    for word in HOSTILE:
        for page in (as_markdown({**card, "book": word}), short({**card, "book": word})):
            title = page.splitlines()[0]
            # In Markdown an element begins with <, a link with ]( and code with `.
            assert "<" not in page
            assert not re.search(r"(?<!\\)(?:[\[\]`]|!\[)", title)
            assert title.startswith("#")
            assert len(page.splitlines()) == len((as_markdown(card) if page[1] == " " else short(card)).splitlines())


def test_a_table_of_a_notebook_shows_sentences_as_text() -> None:
    table = Sentences(pd.DataFrame({"reason_1": HOSTILE, "n": range(len(HOSTILE))}))
    found = Elements(table.to_html())
    assert {tag for tag, _ in found.tags} <= {"style", "table", "thead", "tbody", "tr", "th", "td"}
    assert not [name for _, name in found.tags if name.startswith("on")]


def test_a_cell_is_never_a_formula_and_a_number_stays_one() -> None:
    frame = pd.DataFrame({"=cmd": HOSTILE, "amount": [-1.5] * len(HOSTILE)})
    back = _harmless(csv_bytes(frame))
    assert [float(row[1]) for row in back[1:]] == frame["amount"].tolist()


def _harmless(content: bytes) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for row in rows:
        for cell in row:
            number = re.fullmatch(r"-?[\d.]+(?:e[+-]\d+)?", cell)
            assert number or not cell.startswith(
                ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
            )
    return rows


def test_every_page_has_a_policy_and_names_of_models_are_plain() -> None:
    # Those that the server sends have theirs in a header (tests/serve).
    pages = [page for page in (ROOT / "src").rglob("*.html") if not page.is_relative_to(ROOT / "src" / "serve")]
    templates = [page for page in pages if "<head>" in page.read_text(encoding="utf-8")]
    assert templates
    for template in templates:
        text = template.read_text(encoding="utf-8")
        # The frame of all pages takes what is computed from the page's own script.
        given = text.replace("{{ policy }}", policy("")) if template.name == "frame.html" else text
        assert f'Content-Security-Policy" content="{POLICY}' in given, template.name
    # shap's own pages put names into a script as they stand.
    assert not any("save_html" in file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) for name in NAMES)
