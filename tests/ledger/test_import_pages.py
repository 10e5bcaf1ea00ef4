"""Lists of several pages, and rows and columns beside the list: every row is read, or it is said that it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.exports import reasons
from tests.ledger.guesses import FLAT, GERMAN, asks, guessed


def rows(first: int, last: int) -> list[str]:
    return [f"{n};K{n % 3};{n + 12}.01.2024;{n + 12}.02.2024;{n},50;EUR" for n in range(first, last)]


@pytest.mark.parametrize("pages", [[2, 2], [1, 5], [5, 1], [3, 3, 3]])
def test_every_page_of_a_list_is_read(tmp_path: Path, pages: list[int]) -> None:
    lines, first = ["Offene Posten"], 1
    for number, count in enumerate(pages, 1):
        lines += [f"Seite {number}", GERMAN, *rows(first, first + count)]
        first += count
    found = guessed(tmp_path, "\n".join(lines))
    assert found.result.ledger.invoices["invoice_id"].tolist() == [str(n) for n in range(1, first)]
    # The heads of the later pages are no rows, and what stands between the pages is set aside one by one.
    assert set(reasons(found.result).values()) == {"it has 1 field instead of 6"}
    assert found.result.summary["files"][0]["passed_over"] == len(pages) - 1
    total = sum(n + 0.5 for n in range(1, first))
    assert found.sums == [f"EUR {total:.4f} read = {total:.4f} accepted + 0.0000 rejected"]
    assert "2 lines above the column names" in found.said


def test_a_second_list_of_other_columns_is_set_aside_row_by_row(tmp_path: Path) -> None:
    lines = [GERMAN, *rows(1, 4), "", f"{GERMAN};Bezahlt am", *(f"{row};20.03.2024" for row in rows(4, 6))]
    found = guessed(tmp_path, "\n".join(lines))
    assert reasons(found.result) == dict.fromkeys((6, 7, 8), "it has 7 fields instead of 6")
    assert found.sums == ["EUR 7.5000 read = 7.5000 accepted + 0.0000 rejected"]


def test_rows_above_the_column_names_are_not_skipped_in_silence(tmp_path: Path) -> None:
    lines = [*rows(1, 3), GERMAN, *rows(3, 9)]
    assert "has 2 lines like rows above its column names in line 3" in asks(tmp_path, "\n".join(lines))
    lines = [GERMAN, *rows(1, 3), f"{GERMAN};Bezahlt am", *(f"{row};20.03.2024" for row in rows(3, 9))]
    assert "has 3 lines like rows above its column names in line 4" in asks(tmp_path, "\n".join(lines))


def test_empty_fields_behind_a_row_are_nothing(tmp_path: Path) -> None:
    found = guessed(tmp_path, "\n".join([GERMAN, *(f"{row};" for row in rows(1, 3)), rows(3, 4)[0] + ";x"]))
    assert reasons(found.result) == {4: "it has 7 fields instead of 6"}
    assert found.sums == ["EUR 4.0000 read = 4.0000 accepted + 0.0000 rejected"]


def test_a_row_with_anything_in_it_is_not_empty(tmp_path: Path) -> None:
    text = f"{FLAT},Cash received\n1,A,2024-01-13,2024-02-12,100.00,USD,40.00\n,,,,,,60.00\n,,,,,,\n"
    found = guessed(tmp_path, text)
    assert reasons(found.result) == {3: "Invoice No is empty"}
    assert "1 rows" not in found.said
    assert "Cash received: amounts or days that nothing is made of" in found.said
    assert found.sums == ["USD 100.0000 read = 100.0000 accepted + 0.0000 rejected"]


def test_a_column_without_a_name_is_named_by_its_place(tmp_path: Path) -> None:
    found = guessed(tmp_path, f"{FLAT},,Note\n1,A,2024-01-13,2024-02-12,100.00,USD,40.00,x\n")
    assert "column 7 has no name, and is not read" in found.said


def test_columns_of_days_overdue_have_names(tmp_path: Path) -> None:
    text = "Customer,Invoice,Invoice Date,Due Date,Currency,Current,1-30,31-60,90+\n"
    rows = "A,1,2024-01-13,2024-02-12,USD,0.00,100.00,0.00,0.00\nB,2,2024-01-15,2024-02-14,USD,50.00,0.00,0.00,0.00\n"
    assert "amount cannot be told with enough confidence, it could be Current, 1-30, 31-60" in asks(
        tmp_path, text + rows
    )


def test_a_guessed_encoding_is_said(tmp_path: Path) -> None:
    text = f"{GERMAN}\n1;Łukasz;13.01.2024;14.02.2024;10,00;EUR\n".replace("ä", "a").encode("cp1250")
    assert "read as text in cp1252, as far as can be told" in guessed(tmp_path, text).said
    assert "read as text in utf-8, columns" in guessed(tmp_path, "\n".join([GERMAN, *rows(1, 3)])).said
