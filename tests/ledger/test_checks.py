"""What is wrong with a ledger is found, counted, named and said in words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from paybench.cli import main
from paybench.ledger import Ledger, write_ledger
from paybench.ledger.checks import Finding, check
from paybench.simulate import simulate

Found = dict[str, Finding]


@pytest.fixture(scope="module")
def sound() -> Ledger:
    return simulate(12, 8, 5).ledger


@pytest.fixture(scope="module")
def findings(sound: Ledger) -> Found:
    """Each sentence from its verb to the examples, and the finding."""
    invoices, payments = sound.invoices.copy(), sound.payments.copy()
    invoices.loc[0, "amount"] = 0.0
    invoices.loc[1, "due_on"] = pd.Timestamp("2001-01-01")
    invoices.loc[2, "issued_on"] = pd.Timestamp("1026-03-01")
    invoices.loc[3, "currency"] = "eur"
    invoices.loc[4, "customer_id"] = " "
    twice = invoices.iloc[[5]].assign(due_on=invoices.loc[5, "due_on"] + pd.Timedelta(days=9))
    payments.loc[0, "kind"] = "gift"
    payments.loc[1, "currency"] = "XXX"
    payments.loc[[2, 3, 4, 5], "invoice_id"] = "no such \x1b[31m invoice"
    payments.loc[6, "amount"] = 1e9
    payments.loc[7, "payment_id"] = None
    wrong = sound.with_tables({"invoices": pd.concat([invoices, twice], ignore_index=True), "payments": payments})
    return {f.sentence.split(" ", 2)[2].partition(" (")[0].partition(", for")[0]: f for f in check(wrong)}


def test_a_sound_ledger_has_no_findings(sound: Ledger) -> None:
    assert check(sound) == []


def test_an_empty_ledger_has_no_findings() -> None:
    assert check(Ledger()) == []


@pytest.mark.parametrize(
    ("table", "what", "row"),
    [
        ("invoices", "has an amount of zero or less", 0),
        ("invoices", "is due before it was issued", 1),
        ("invoices", "has issued_on outside 1900 to 2199", 2),
        ("invoices", "has a currency that is not three capital letters", 3),
        ("invoices", "has no customer_id", 4),
        ("payments", "has an unknown kind", 0),
    ],
)
def test_one_wrong_row_is_refused_and_named(sound: Ledger, findings: Found, table: str, what: str, row: int) -> None:
    finding = findings[what]
    number = sound.table(table).iloc[row, 0]
    assert (finding.severity, finding.table, finding.rows, finding.examples) == ("refuse", table, 1, (number,))
    assert finding.sentence.startswith(f"1 {table.removesuffix('s')} {what} ({number}); ")


def test_rows_of_one_version_share_no_number(sound: Ledger, findings: Found) -> None:
    finding = findings["have the same invoice_id and recorded_on as another row"]
    # Two rows, one number: it is named once.
    assert (finding.rows, finding.examples) == (2, (sound.invoices["invoice_id"][5],))


def test_versions_of_one_row_may_share_its_number(sound: Ledger) -> None:
    later = sound.invoices.iloc[[0]].assign(recorded_on=pd.Timestamp("2026-01-01"), amount=1e6)
    assert check(sound.with_tables({"invoices": pd.concat([sound.invoices, later], ignore_index=True)})) == []


def test_a_row_without_a_number_is_named_by_its_place(findings: Found) -> None:
    assert findings["has no payment_id"].examples == ("row 7",)


def test_another_currency_than_the_invoice_is_refused(sound: Ledger, findings: Found) -> None:
    finding = findings["have another currency than the invoice"]
    assert finding.severity == "refuse"
    assert sound.payments["payment_id"][1] in finding.examples


def test_what_counts_for_no_invoice_is_a_warning_with_three_examples(sound: Ledger, findings: Found) -> None:
    finding = findings["name an invoice that the ledger does not have"]
    named = sound.payments["payment_id"][[2, 3, 4]]
    assert (finding.severity, finding.rows, finding.examples) == ("warn", 4, tuple(named))
    assert finding.sentence == (
        f"4 payments name an invoice that the ledger does not have, for example {', '.join(named)}; "
        "they count for no invoice"
    )


def test_more_paid_than_billed_is_a_warning(findings: Found) -> None:
    assert {f.severity for what, f in findings.items() if "payments above the amount" in what} == {"warn"}


def test_refusals_come_first(findings: Found) -> None:
    severities = [f.severity for f in findings.values()]
    assert severities == sorted(severities)
    assert set(severities) == {"refuse", "warn"}


def test_the_same_amount_within_tolerance_is_not_overpaid() -> None:
    invoice = {"invoice_id": "1", "customer_id": "C", "issued_on": "2024-01-01", "due_on": "2024-01-31"}
    paid = {"payment_id": "1", "customer_id": "C", "invoice_id": "1", "paid_on": "2024-02-01", "kind": "payment"}
    tables = {
        "invoices": pd.DataFrame([invoice | {"amount": 0.1 + 0.2, "currency": "EUR"}]),
        "payments": pd.DataFrame([paid | {"amount": 0.31, "currency": "EUR"}]),
    }
    # 0.01 more than billed: tolerated at 0.01, not at 0.005.
    assert check(Ledger.of(tolerance=0.01, **tables)) == []
    (finding,) = check(Ledger.of(**tables))
    assert finding.sentence.startswith("1 invoice has payments above the amount (1); ")


def test_the_command_lists_warnings_and_refuses(
    sound: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = sound.payments["invoice_id"].where(sound.payments.index > 4, "no such")
    odd = {"payments": sound.payments.assign(invoice_id=strange)}
    write_ledger(sound.with_tables(odd), tmp_path / "odd")
    write_ledger(sound.with_tables(odd | {"invoices": sound.invoices.assign(currency="euro")}), tmp_path / "wrong")

    # A warning is said, and is no failure.
    assert main(["ledger", "check", str(tmp_path / "odd")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("warn: 5 payments name an invoice that the ledger does not have, for example")
    assert max(map(len, out.splitlines())) <= 80

    # What is refused is listed, and is an error of one sentence.
    assert main(["ledger", "check", str(tmp_path / "wrong"), "--json"]) == 1
    out, err = capsys.readouterr()
    assert err == f"paybench: {tmp_path / 'wrong'} is refused for 2 of these; set them right, and import it again.\n"
    findings = json.loads(out)["findings"]
    assert [f["severity"] for f in findings] == ["refuse", "refuse", "warn"]
    assert set(findings[0]) == {"severity", "table", "sentence", "rows", "examples"}


def test_the_base_install_is_told_what_to_install(sound: Ledger, tmp_path: Path) -> None:
    write_ledger(sound, tmp_path / "ledger")
    program = (
        "import sys; sys.modules['great_expectations'] = None\n"
        "from paybench.cli import main; sys.exit(main(['ledger', 'check', sys.argv[1]]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "ledger")], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        "paybench: Checking a ledger needs Great Expectations, which the base install leaves out: "
        "pip install 'paybench[workbench]'.\n"
    )
