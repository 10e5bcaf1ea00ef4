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
from paybench.ledger.checks import Examination, Finding, check, examine
from paybench.simulate import simulate
from tests.ledger.faults import planted

Found = dict[tuple[str, str], Finding]


@pytest.fixture(scope="module")
def sound() -> Ledger:
    return simulate(40, 8, 5).ledger


@pytest.fixture(scope="module")
def examined(sound: Ledger) -> Examination:
    return examine(planted(sound))


@pytest.fixture(scope="module")
def findings(examined: Examination) -> Found:
    """By table, and the sentence from its verb to the examples."""
    return {
        (f.table, f.sentence.split(" ", 2)[2].partition(" (")[0].partition(", for")[0]): f for f in examined.findings
    }


def test_a_sound_ledger_has_no_findings(sound: Ledger) -> None:
    assert check(sound) == []


def test_an_empty_ledger_has_no_findings() -> None:
    assert check(Ledger()) == []


def test_every_expectation_of_every_table_catches_its_planted_fault(examined: Examination) -> None:
    missed = [
        f"{suite.name}: {answer}"
        for suite in examined.suites
        for answer in suite.answers
        if suite.name in vars(Ledger()) and answer.finding is None
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("severity", "table", "what", "rows", "example"),
    [
        ("quarantine", "invoices", "has an amount of zero or less", 1, "F0-INV"),
        ("quarantine", "invoices", "is due before it was issued", 2, "F3-INV"),
        ("quarantine", "invoices", "has issued_on outside 1900 to 2199", 1, "Dissued_on-INV"),
        ("quarantine", "invoices", "has a currency that is not three capital letters", 1, "C-INV"),
        ("quarantine", "invoices", "has no customer_id", 1, "Ncustomer_id-INV"),
        ("warn", "invoices", "has an amount far above all usual ones of its currency", 2, "F2-INV"),
        ("warn", "invoices", "is due more than two years after issue", 2, "F6-INV"),
        ("warn", "invoices", "has more reversed than paid", 1, "INV"),
        ("quarantine", "payments", "has an unknown kind", 1, "F0-PAY"),
        ("quarantine", "payments", "has another currency than the invoice", 2, "F1-PAY"),
        ("warn", "payments", "is dated before the invoice was issued", 2, "F7-PAY"),
        ("warn", "payments", "has the invoice, day, amount and kind of another one", 2, "F8-PAY"),
        ("quarantine", "contacts", "has a propensity that is no probability above 0", 1, "F3-CON"),
        ("warn", "contacts", "is sent on a channel that the customer had forbidden", 1, "CON"),
        ("quarantine", "disputes", "was closed before it was opened", 2, "F0-DIS"),
        ("quarantine", "promises", "promises a day before it was made", 2, "F0-PRO"),
        ("warn", "promises", "has an amount of zero or less", 1, "F1-PRO"),
        ("warn", "messages", "names a customer that the ledger does not have", 1, "F0-MSG"),
    ],
)
def test_what_is_wrong_is_graded_counted_and_named(
    examined: Examination, severity: str, table: str, what: str, rows: int, example: str
) -> None:
    (suite,) = (suite for suite in examined.suites if suite.name == table)
    (finding,) = (a.finding for a in suite.answers if a.words.one == what and a.finding)
    assert (finding.severity, finding.table, finding.rows) == (severity, table, rows)
    assert any(number.startswith(example) for number in finding.examples)
    assert (f"1 {table.removesuffix('s')} {what} ({finding.examples[0]}); " in finding.sentence) == (rows == 1)


def test_numbers_that_contradict_each_other_refuse_a_ledger(sound: Ledger, findings: Found) -> None:
    finding = findings["invoices", "have the same invoice_id and recorded_on as another row, but say something else"]
    # Two rows, one number: it is named once.
    assert (finding.severity, finding.rows) == ("refuse", 2)
    assert finding.examples == (sound.invoices["invoice_id"][0],)


def test_a_row_that_is_there_twice_can_be_set_aside(sound: Ledger, findings: Found) -> None:
    finding = findings["invoices", "repeats another row"]
    assert (finding.severity, finding.rows) == ("quarantine", 1)
    assert finding.examples == (sound.invoices["invoice_id"][1],)


def test_versions_of_one_row_may_share_its_number(sound: Ledger) -> None:
    first = sound.invoices.iloc[[0]]
    later = first.assign(recorded_on=pd.Timestamp("2026-01-01"), amount=1e4)
    assert check(Ledger.of(invoices=pd.concat([first, later], ignore_index=True))) == []


def test_a_row_without_a_number_is_named_by_its_place(examined: Examination, findings: Found) -> None:
    (example,) = findings["payments", "has no payment_id"].examples
    assert example.startswith("row ")


def test_what_a_terminal_would_obey_is_not_printed(examined: Examination) -> None:
    assert all(finding.sentence.isprintable() for finding in examined.findings)


def test_three_examples_at_most_and_refusals_first(examined: Examination) -> None:
    assert max(len(finding.examples) for finding in examined.findings) == 3
    severities = [finding.severity for finding in examined.findings]
    assert severities == sorted(severities, key=["refuse", "quarantine", "warn"].index)


def test_a_fault_of_more_than_a_tenth_of_a_table_refuses_the_ledger(sound: Ledger) -> None:
    some = sound.payments.head(90).assign(invoice_id=None)
    for wrong, severity in ((9, "quarantine"), (10, "refuse")):
        kind = some["kind"].where(some.index >= wrong, "gift")
        (finding,) = check(Ledger.of(payments=some.assign(kind=kind)))
        assert (finding.severity, finding.rows) == (severity, wrong)


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


def test_instalments_of_one_invoice_are_no_duplicates() -> None:
    row = {"customer_id": "C", "issued_on": "2024-01-01", "due_on": "2024-01-31", "amount": 10.0, "currency": "EUR"}
    parts = pd.DataFrame([row | {"invoice_id": f"1#{n}", "parent_id": "1"} for n in (1, 2)])
    assert check(Ledger.of(invoices=parts)) == []
    (finding,) = check(Ledger.of(invoices=parts.assign(parent_id=None)))
    assert (finding.severity, finding.rows, finding.examples) == ("warn", 1, ("1#2",))


def test_the_command_lists_warnings_and_refuses(
    sound: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = sound.payments["invoice_id"].where(sound.payments.index > 4, "no such")
    odd = {"payments": sound.payments.assign(invoice_id=strange)}
    write_ledger(Ledger.of(invoices=sound.invoices, **odd), tmp_path / "odd")
    write_ledger(Ledger.of(invoices=sound.invoices.assign(currency="euro"), **odd), tmp_path / "wrong")

    # A warning is said, and is no failure.
    assert main(["ledger", "check", str(tmp_path / "odd")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("warn: 5 payments name an invoice that the ledger does not have, for example")
    assert max(map(len, out.splitlines())) <= 80

    # What is refused is listed, and is an error of one sentence.
    assert main(["ledger", "check", str(tmp_path / "wrong"), "--json"]) == 1
    out, err = capsys.readouterr()
    assert err == f"paybench: {tmp_path / 'wrong'} is refused for 1 of these; set them right, and import it again.\n"
    answer = json.loads(out)
    assert [f["severity"] for f in answer["findings"]] == ["refuse", "warn"]
    assert set(answer["findings"][0]) == {"severity", "table", "sentence", "rows", "examples"}
    assert answer["to_set_aside"] == 0


def test_the_base_install_is_told_what_to_install(sound: Ledger, tmp_path: Path) -> None:
    write_ledger(Ledger.of(invoices=sound.invoices), tmp_path / "ledger")
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
