"""Payloads are what they were: each kind against its golden file."""

from __future__ import annotations

import pytest

from tests.converse.channels.payloads import GOLDEN, as_file, made

PAYLOADS = made()


def test_every_kind_has_one_golden_file() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(PAYLOADS)


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_is_byte_by_byte_its_golden_file(name: str) -> None:
    assert as_file(PAYLOADS[name]) == (GOLDEN / f"{name}.json").read_bytes()


def test_payloads_are_pure() -> None:
    # The same message makes the same payload, whenever it is made.
    assert as_file(made()) == as_file(PAYLOADS)
