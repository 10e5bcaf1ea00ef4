"""Setting rows aside conserves rows and amounts, names every reason, and leaves a ledger that passes."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import TABLES, Ledger, read_ledger, write_ledger
from paybench.ledger.checks import examine, set_aside

_AMOUNTS = st.sampled_from([-5.0, 0.0, 0.1, 99.99, 1234.5678])
_CURRENCIES = st.sampled_from(["EUR", "EUR", "EUR", "USD", "eur", " "])
_DAYS = st.sampled_from(["2024-01-01", "2024-03-01", "1026-03-01"])


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A few invoices and payments, some broken, some there twice."""
    invoices = [
        {
            "invoice_id": f"I{n}",
            "customer_id": draw(st.sampled_from(["C", "D"])),
            "issued_on": pd.Timestamp(draw(_DAYS)),
            "due_on": pd.Timestamp(draw(_DAYS)),
            "amount": draw(_AMOUNTS),
            "currency": draw(_CURRENCIES),
        }
        for n in range(draw(st.integers(1, 6)))
    ]
    payments = [
        {
            "payment_id": f"P{n}",
            "customer_id": "C",
            "invoice_id": draw(st.sampled_from(["I0", "I1", "I2", "X", None])),
            "paid_on": pd.Timestamp(draw(_DAYS)),
            "amount": draw(_AMOUNTS),
            "currency": draw(_CURRENCIES),
            "kind": draw(st.sampled_from(["payment", "credit_note", "gift"])),
        }
        for n in range(draw(st.integers(0, 6)))
    ]
    twice = [invoices[n] for n in draw(st.sets(st.integers(0, len(invoices) - 1), max_size=3))]
    tables = {"invoices": pd.DataFrame(invoices + twice)}
    return Ledger.of(**tables, **({"payments": pd.DataFrame(payments)} if payments else {}))


def _rows(frame: pd.DataFrame) -> Counter[str]:
    """Rows as text, whatever the types that hold them."""
    return Counter(
        json.dumps({k: v for k, v in row.items() if not pd.isna(v)}, default=lambda v: f"{v:%Y-%m-%d}", sort_keys=True)
        for row in frame.to_dict("records")
    )


# Each example takes a second or two: few of them, and one that fails is not made smaller.
@settings(max_examples=3, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(ledgers())
def test_every_row_and_amount_is_kept_or_set_aside(ledger: Ledger) -> None:
    result = set_aside(ledger)
    for name in TABLES:
        aside = result.aside[result.aside["table"] == name]
        # The rows that stay and the contents of those set aside are the rows that were read.
        contents = Counter(json.dumps(json.loads(text), sort_keys=True) for text in aside["content"])
        assert _rows(result.ledger.table(name)) + contents == _rows(ledger.table(name))
        counts = result.summary["tables"][name]
        assert counts["rows"]["read"] == counts["rows"]["kept"] + counts["rows"]["set_aside"]
        for currency, money in counts["amounts"].items():
            assert Decimal(money["read"]) == Decimal(money["kept"]) + Decimal(money["set_aside"])
            of_currency = ledger.table(name)["currency"].fillna("") == currency
            plain = sum((Decimal(str(a)) for a in ledger.table(name)["amount"][of_currency]), Decimal(0))
            assert Decimal(money["read"]) == plain
    # Every row set aside has its reason, and what stays has nothing to set aside.
    assert (result.aside["reason"].str.len() > 0).all()
    assert examine(result.ledger).wrong.empty


@pytest.fixture
def wrong() -> Ledger:
    rows = [("I1", 10.0, "EUR"), ("I2", 20.25, "eur"), ("I3", -3.0, "eur"), ("=I4", 0.0, "EUR")]
    row = {"customer_id": "C", "issued_on": pd.Timestamp("2024-01-01"), "due_on": pd.Timestamp("2024-02-01")}
    invoices = [row | {"invoice_id": i, "amount": a, "currency": c} for i, a, c in rows]
    return Ledger.of("mine", invoices=pd.DataFrame(invoices), tolerance=0.01)


def test_the_command_writes_what_stays_and_what_was_set_aside(
    wrong: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ledger(wrong, tmp_path / "wrong")
    assert main(["ledger", "check", str(tmp_path / "wrong"), "--quarantine", str(tmp_path / "right")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.endswith(
        "invoices: 4 rows = 1 kept + 3 set aside\n"
        "  EUR 10.0000 = 10.0000 kept + 0.0000 set aside\n"
        "  eur 17.2500 = 0.0000 kept + 17.2500 set aside\n"
        f"what stays written to {tmp_path / 'right'}\n"
    )
    right = read_ledger(tmp_path / "right")
    assert right.settings == wrong.settings
    assert list(right.invoices["invoice_id"]) == ["I1"]
    aside = pq.read_table(tmp_path / "right" / "quarantined.parquet").to_pandas()
    assert list(aside["row"]) == [1, 2, 3]
    assert aside["reason"][1] == (
        "it has a currency that is not three capital letters; it has an amount of zero or less"
    )
    assert sum(aside["amount"]) == Decimal("17.25")
    # A spreadsheet executes nothing of it.
    csv = pd.read_csv(tmp_path / "right" / "quarantined.csv")
    assert list(csv["number"]) == ["I2", "I3", "'=I4"]
    assert json.loads((tmp_path / "right" / "quarantined.json").read_text())["tables"]["invoices"]["rows"] == {
        "read": 4,
        "kept": 1,
        "set_aside": 3,
    }


def test_without_the_option_they_are_listed_only(
    wrong: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ledger(wrong, tmp_path / "wrong")
    assert main(["ledger", "check", str(tmp_path / "wrong")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "quarantine: 2 invoices have a currency that is not three capital letters, for\n  example I2,"
    )
    assert out.endswith("\nrows to set aside: 3; --quarantine DIR writes the ledger without them\n")
    assert [path.name for path in tmp_path.iterdir()] == ["wrong"]


def test_the_ledger_itself_is_not_overwritten(
    wrong: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "wrong")
    write_ledger(wrong, folder)
    assert main(["ledger", "check", folder, "--quarantine", folder]) == 1
    assert capsys.readouterr().err == f"paybench: {folder} is the ledger to check; name another folder to write.\n"


def test_a_ledger_that_contradicts_itself_is_not_healed_by_setting_rows_aside(wrong: Ledger) -> None:
    twice = pd.concat([wrong.invoices, wrong.invoices.iloc[[0]].assign(amount=11.0)], ignore_index=True)
    with pytest.raises(
        PaybenchError, match=r"^The ledger is refused for 1 fault that setting rows aside does not heal;"
    ):
        set_aside(wrong.with_tables({"invoices": twice}))
