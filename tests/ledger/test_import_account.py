"""The account of an import: what is flagged, and that nothing is lost or invented."""

import json
from pathlib import Path

import pandas as pd
import pytest

from paybench.cli import main
from paybench.ledger.book import Ledger
from paybench.ledger.formats import format_names, load_format
from paybench.ledger.readers.assemble import assemble
from paybench.ledger.readers.conserve import conserved
from paybench.ledger.readers.importer import import_files, write_import
from paybench.ledger.readers.make import make_rows
from paybench.ledger.readers.sheet import read_sheet
from paybench.ledger.readers.verdict import Verdict
from tests.ledger.exports import GOOD, INVOICES, PAYMENTS, write


def test_rows_that_a_person_should_see_are_kept_and_flagged(tmp_path: Path) -> None:
    rows = [f"{n},{n % 9},2024-01-{n % 28 + 1:02d},2024-02-28,10,EUR" for n in range(1, 120)]
    rows += ["7,00004,2024-01-05,2024-02-05,1,EUR"]
    paid = ["a,1,1,2024-02-01,10,EUR,payment", "b,2,2,2025-02-01,10,EUR,payment"]
    write(tmp_path, invoices=[INVOICES, *rows], payments=[PAYMENTS, *paid])
    result = import_files([tmp_path], "canonical")
    assert (len(result.ledger.invoices), len(result.ledger.payments)) == (120, 2)
    flagged = result.flagged.groupby("reason")["row"].apply(list).to_dict()
    assert flagged == {
        "several rows bear its invoice_id; all but the first one's got a suffix": [8, 121],
        "it is dated more than 30 days after all other rows but these": [3],
        "its customer_id is another one's without the zeros in front": [row for row in range(2, 121) if row % 9 == 5],
    }
    assert result.summary["flags"] == {reason: len(at) for reason, at in flagged.items()}
    write_import(result, tmp_path / "out")
    assert len(pd.read_csv(tmp_path / "out" / "flagged.csv")) == len(result.flagged)


def test_an_import_that_lost_or_invented_money_is_no_import(tmp_path: Path) -> None:
    write(tmp_path, invoices=[INVOICES, GOOD, GOOD, "2,A,2024-01-01,2024-01-31,0.07,USD"])
    how = load_format("canonical")
    verdict = Verdict([read_sheet(tmp_path / "invoices.csv", "invoices.csv", how)])
    made = make_rows(0, how.files[0], how, verdict)
    tables, _ = assemble(made, verdict)
    rejected, whole = verdict.rejected(), Ledger.of(**tables)
    assert conserved(made, verdict, rejected, whole)["invoices"] == {"EUR": "10.0000", "USD": "0.0700"}
    less = tables["invoices"].assign(amount=[10.0, 0.0699])
    # A hundredth of a cent, a row of the report or a whole table: each is noticed.
    for ledger, listed in ((Ledger.of(invoices=less), rejected), (whole, rejected[:0]), (Ledger(), rejected)):
        with pytest.raises(RuntimeError, match="An import does not add up"):
            conserved(made, verdict, listed, ledger)


def test_the_command_prints_the_account_and_the_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contacts = ["contact_id,customer_id,sent_on,channel", "1,A,2024-02-01,email"]
    write(tmp_path, invoices=[INVOICES, GOOD, "2,A,2024-01-01,2024-01-31,-3,EUR"], contacts=contacts)
    assert main(["ledger", "import", str(tmp_path), "--format", "canonical", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "contacts.csv: 1 rows, 1 accepted, 0 rejected",
        "invoices.csv: 2 rows, 1 accepted, 1 rejected",
        "  EUR 7.0000 read = 10.0000 accepted + -3.0000 rejected",
        "  1 rejected: its amount is not above zero",
        "invoices in the ledger: 1, EUR 10.0000",
        f"written to {tmp_path / 'out'}",
    ]
    assert main(["ledger", "formats"]) == 0
    said = capsys.readouterr().out
    for name in format_names():
        # Each is told with its title, where its columns are documented, and whether a real export was read with it.
        how = load_format(name)
        assert f"{name} ({'' if how.tested else 'not '}tested): {how.title}\n    {how.source}\n" in said
    assert main(["ledger", "formats", "--json"]) == 0
    formats = json.loads(capsys.readouterr().out)["formats"]
    assert [(f["name"], f["tested"]) for f in formats] == [
        ("canonical", True),
        ("ibm", True),
        ("odoo", False),
        ("quickbooks", False),
        ("sap", True),
    ]
