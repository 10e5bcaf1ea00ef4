"""Card numbers, bank accounts and secrets: none is kept in free text, and nothing else is touched."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench import read_ledger
from paybench.cli import main
from paybench.ledger.redact import ACCOUNT, CARD, LENGTHS, SECRET, redact, redacted

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
ACCOUNTS = ("rejected.csv", "flagged.csv", "import.json")
# Synthetic words: none of these opens anything.
ALNUM = string.ascii_letters + string.digits
PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def _luhn(digits: str) -> str:
    """The digit that completes a card number, computed with a table as in ISO/IEC 7812-1, annex B."""
    double = {d: sum(map(int, str(2 * int(d)))) for d in string.digits}
    total = sum(double[d] if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


@st.composite
def cards(draw: st.DrawFn) -> str:
    digits = draw(st.sampled_from("123456789")) + draw(st.text(string.digits, min_size=11, max_size=17))
    digits += _luhn(digits)
    gap = draw(st.sampled_from(["", " ", "-", "\u00a0", "\u2013"]))
    size = draw(st.integers(1, 6))
    return gap.join(digits[i : i + size] for i in range(0, len(digits), size))


@st.composite
def accounts(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(sorted(LENGTHS)))
    body = draw(
        st.text(string.digits + string.ascii_uppercase, min_size=LENGTHS[country] - 4, max_size=LENGTHS[country] - 4)
    )
    rest = int("".join(str(int(c, 36)) for c in f"{body}{country}00")) % 97
    number = f"{country}{98 - rest:02}{body}"
    gap = draw(st.sampled_from(["", " ", "-"]))
    written = gap.join(number[i : i + 4] for i in range(0, len(number), 4))
    return draw(st.sampled_from([written, written.lower()]))


KEY = st.text(ALNUM, min_size=20, max_size=40)
SECRETS = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["password=", "Passwort: ", "api_key=", "token=", "PWD = "]), KEY),
    st.builds("sk-{}".format, KEY),
    st.builds("AKIA{}".format, st.text(string.ascii_uppercase + string.digits, min_size=16, max_size=16)),
    st.builds("Authorization: Bearer {}".format, KEY),
    st.builds("https://user:{}@example.org/path".format, KEY),
    st.builds("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----".format, KEY),
)  # fmt: skip


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@given(PLAIN, cards(), PLAIN)
def test_no_card_number_survives(before: str, card: str, after: str) -> None:
    found = redact(f"{before}; {card}; {after}")
    assert card not in found
    assert CARD in found or ACCOUNT in found  # a run of digits before it may make it part of something longer
    assert redact(found) == found


@given(PLAIN, accounts(), PLAIN)
def test_no_bank_account_survives(before: str, account: str, after: str) -> None:
    found = redact(f"{before}; {account}, {after}")
    assert account not in found
    assert redact(found) == found


@given(PLAIN, SECRETS, PLAIN)
def test_no_secret_survives(before: str, secret: str, after: str) -> None:
    found = redact(f"{before} {secret} {after}")
    assert SECRET in found
    assert secret not in found
    assert redact(found) == found


@given(st.lists(PLAIN | cards() | accounts() | SECRETS, max_size=8))
def test_a_column_is_redacted_as_its_texts_are_and_twice_is_once(texts: list[str]) -> None:
    column = pd.Series([*texts, None], dtype="str")
    found = redacted(column)
    assert found[:-1].tolist() == [redact(text) for text in texts]
    assert found.isna().tolist() == column.isna().tolist()
    pd.testing.assert_series_equal(redacted(found), found)


@given(st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="=:"), max_size=80))
def test_text_without_any_stays_byte_for_byte(text: str) -> None:
    # Without digits there is no card and no account, and without = and : no secret but a key of a known form.
    if not any(word in text.lower() for word in ("bearer", "sk-", "eyj", "xox", "begin")):
        assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "invoice 4111111111111112 is not Luhn's",
        "RE-2025-0001234567, order 20250131-000417-7",
        "1,234,567.89 EUR and 1.234.567,89 EUR of 2025-01-31",
        "DE88370400440532013000 has the wrong check digits",
        "call +49 30 1234 5678 90123",
        "0000000000000000",
        "mailto:someone@example.org or https://example.org:8443/a?b=c",
        "the password was wrong, and no token of appreciation came",
        "",
    ],
)
def test_what_only_looks_alike_is_kept(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pay with 4111 1111 1111 1111 2025", "pay with [card] 2025"),
        ("ref 12 3782-822463-10005.", "ref 12 [card]."),
        ("IBANDE89370400440532013000 bitte", "IBAN[account] bitte"),
        ("GB82 WEST 1234 5698 7654 32, please", "[account], please"),
        ("https://me:hunter2@pay.example/x", "https://[secret]@pay.example/x"),
        ('{"password": "a b", "n": 1}', '{"password": [secret], "n": 1}'),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "[secret]"),
    ],
)
def test_what_stands_around_it_stays(text: str, found: str) -> None:
    assert redact(text) == found


def test_the_sample_holds_nothing_that_is_taken_for_a_secret() -> None:
    ledger = read_ledger(SAMPLE)
    for name in ("invoices", "payments", "customers", "messages", "disputes", "promises"):
        table = ledger.table(name)
        for column in map(str, table.select_dtypes("str").columns):
            assert redacted(table[column]).equals(table[column]), f"{name}.{column}"


def test_an_import_keeps_and_repeats_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card, account = "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"
    rows = {
        "invoices": "invoice_id,customer_id,issued_on,due_on,amount,currency,note\n"
        f"A1,C1,2025-01-01,2025-01-31,10.00,EUR,card {card}\n"
        f"A2,{account.replace(' ', '')},2025-01-01,2025-01-31,20.00,EUR,\n"
        f"A3,C1,2025-01-01,never,30.00,EUR,password=hunter2\n",
        "messages": "message_id,customer_id,received_on,channel,text\n"
        f'M1,C1,2025-01-05,email,"my account is {account}, and {card}"\n'
        "M2,C1,2025-01-05,email,the invoice A1 of 10.00 is paid\n",
        "disputes": "dispute_id,invoice_id,opened_on,closed_on,reason,amount\n"
        "D1,A1,2025-01-05,2025-01-04,token=abcdef,\n",
    }
    for name, text in rows.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    files = [str(tmp_path / f"{name}.csv") for name in rows]
    assert main(["ledger", "import", *files, "--format", "canonical", "--out", str(tmp_path / "ledger")]) == 0
    said = capsys.readouterr().out

    # Nowhere in the folder and in what was said is a card number, an account or a secret of the free text.
    ledger = read_ledger(tmp_path / "ledger")
    tables = [table.to_csv() for table in (ledger.invoices, ledger.messages, ledger.disputes)]
    written = [(tmp_path / "ledger" / name).read_text(encoding="utf-8-sig") for name in ACCOUNTS]
    stored = " ".join([*tables, *written, said])
    for word in (card, account, "hunter2", "abcdef"):
        assert word not in stored
    assert ledger.messages["text"].tolist() == [
        "my account is [account], and [card]",
        "the invoice A1 of 10.00 is paid",
    ]
    assert ledger.invoices["note"].dropna().tolist() == ["card [card]"]

    # The account says how much was redacted, and where.
    summary = json.loads((tmp_path / "ledger" / "import.json").read_text(encoding="utf-8"))
    assert summary["redacted"] == {"invoices.note": 1, "messages.text": 1, "disputes.reason": 1}
    assert "1 redacted: a card number, account or secret in messages.text" in said

    # An identifier is a key: it stays, and a person is asked to look at it.
    assert account.replace(" ", "") in set(ledger.invoices["customer_id"])
    assert [r for r in summary["flags"] if "customer_id is the number of a bank account or card" in r]


def test_a_long_run_of_digits_keeps_nobody_waiting() -> None:
    # Cubic time would take hours here.
    assert redact("1 " * 10_000) == "1 " * 10_000
    assert redact("4 " * 5_000 + "4111 1111 1111 1111").endswith(CARD)
