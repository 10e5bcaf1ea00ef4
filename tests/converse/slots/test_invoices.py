"""Only the customer's own invoices are found, however they are typed, and never one of two that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.slots import find_slots
from tests.converse.slots.account import KNOWN, OPEN, TODAY


def invoices(text: str, language: str = "en") -> list[str]:
    slots = find_slots(text, TODAY, language, open_invoices=OPEN, known_ids=KNOWN)
    return [slot.invoice_id for slot in slots.invoices]


SHAPES = (
    "INV-004711|inv-004711|Inv 004711|INV004711|INV-4711|inv4711|INV 4711|INV.004711|"
    "INV_004711|#4711|# 4711|4711|004711|no. 4711|"
    "invoice 4711|invoice number 4711|invoice no 4711|Rechnung 4711|RE 4711|Rechnungsnr. "
    "4711|facture n° 4711|factura 4711|"
    "factura nº 4711|inv #004711|INV\u2011004711"
)


@pytest.mark.parametrize("written", SHAPES.split("|"))
def test_one_number_in_many_shapes(written: str) -> None:
    assert invoices(f"We pay {written} on Friday") == ["INV-004711"]
    assert invoices(written) == ["INV-004711"]


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("invoices 4711, 4712 and 3001", ["INV-004711", "INV-004712", "INV-003001"]),
        ("4711/4712", ["INV-004711", "INV-004712"]),
        ("INV-004711; INV-004712", ["INV-004711", "INV-004712"]),
        ("invoice 5", ["INV-000005"]),
        ("RE-2024/0017", ["RE-2024/0017"]),
        ("2025/17", ["RE-2025/0017"]),
        ("re 2025-0017", ["RE-2025/0017"]),
    ],
)
def test_lists_and_numbers_with_years(text: str, truth: list[str]) -> None:
    assert invoices(text) == truth


@pytest.mark.parametrize(
    "text",
    [
        "INV-004713",  # not this customer's
        "invoice 17",  # two fit
        "RE 17",
        "PO 4711",
        "order 4711 never came",
        "customer number 4711",
        "we pay 4711 EUR",
        "€4711",
        "4711.50 was sent",
        "in 5 days",
        "5 boxes",
        "on 5 May",
        "call 4711 123456",
        "2024",
        "ABC-4711",
        "14711",
        "47110",
    ],
)
def test_what_is_no_invoice_of_the_customer(text: str) -> None:
    assert invoices(text) == []


def test_open_says_whether_it_is_open() -> None:
    slots = find_slots("4711 and 3001", TODAY, open_invoices=OPEN, known_ids=KNOWN).invoices
    assert [(slot.invoice_id, slot.open) for slot in slots] == [("INV-004711", True), ("INV-003001", False)]


IDS = st.from_regex(r"[A-Z]{0,3}[-/]?[0-9]{1,6}(-[0-9]{1,4})?", fullmatch=True)


@given(st.lists(IDS, min_size=1, max_size=6, unique=True), st.data())
def test_a_whole_number_is_found_and_nothing_else_ever(ids: list[str], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(ids))
    found = find_slots(f"invoice {one} will be paid", TODAY, known_ids=ids).invoices
    assert all(slot.invoice_id in ids for slot in found)
    plain = {other.replace("-", "").replace("/", "").lstrip("0") for other in ids}
    if len(plain) == len(ids) == 1:
        assert [slot.invoice_id for slot in found] == [one]
