"""The policy is data: what its page says is so, and what is wrong is told with its place."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from paybench.converse.negotiate import EVENTS, MOVES, REASONS, STATES, read_policy
from paybench.converse.negotiate.policy import of_currency
from paybench.converse.negotiate.reading import KEYS, PLAN
from paybench.converse.promises import STATES as OF_PROMISES
from paybench.errors import PaybenchError
from tests.converse.negotiate.drawn import STANDARD

PAGE = (Path(__file__).parents[3] / "docs" / "conversation.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"plann": {}}, r"policy, plann: a negotiation policy has no key 'plann'; .* \(did you mean 'plan'\?\)\."),
        ({"plan": {"mostt": {}}}, r"policy, plan, mostt: a plan has no key 'mostt'; .* \(did you mean 'most'\?\)\."),
        (
            {"longest_days": {"low": {"small": "thirty"}}},
            r"policy, longest_days, low, small: 'small' is 'thirty'; give a whole number from 1 to 3650",
        ),
        ({"default_days": 1.5}, r"policy, default_days: 'default_days' is '1\.5'; give a whole number"),
        ({"part_share": 3}, r"policy, part_share: 'part_share' is '3'; give a number from 0\.01 to 1"),
        ({"plan": 3}, r"policy, plan: 'plan' is '3'; write 'key: value' lines below it\."),
        ({"approval": {"EURO": 1}}, r"policy, approval, EURO: 'EURO' is no currency; .* \(did you mean 'EUR'\?\)\."),
        ({"waiver": {"EUR": -1}}, r"policy, waiver, EUR: 'EUR' is '-1'; give a number of 0 or more"),
        ({"broken_tolerated": [1]}, r"policy, broken_tolerated: 'broken_tolerated' is a list; write 'key: value'"),
        # Who is less of a risk is granted no less.
        (
            {"longest_days": {"low": {"small": 3}}},
            r"policy, longest_days: 'longest_days' of small customers is 3 at low risk and 14 at medium risk; "
            r"give low risk at least as much\.",
        ),
        ({"plan": {"most": {"high": 5}}}, r"policy, plan, most: 'most' is 4 at medium risk and 5 at high risk"),
        ({"plan": {"first_share": {"low": 0.5}}}, r"policy, plan, first_share: .* at most as large a share\."),
    ],
)
def test_what_is_wrong_is_told_with_the_path_of_its_key(said: dict[str, Any], text: str) -> None:
    with pytest.raises(PaybenchError, match=text):
        read_policy(said)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(PaybenchError) as raised:
        read_policy({"default_days": "x", "plan": {"default": 0}})
    assert len(str(raised.value).splitlines()) == 2


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    with pytest.raises(PaybenchError, match=r"own\.yaml cannot be read .*; give a YAML file, or 'standard'"):
        read_policy(file)
    file.write_bytes(b"name: \xff")
    with pytest.raises(PaybenchError, match=r"own\.yaml: this is no UTF-8 text"):
        read_policy(file)
    file.write_text("a: [", encoding="utf-8")
    with pytest.raises(PaybenchError, match=r"own\.yaml, line 1: this is no YAML"):
        read_policy(file)


def test_what_is_not_said_is_as_in_the_standard_policy(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("default_days: 10\nplan:\n  most: {low: 8}\napproval: {EUR: 500}\n", encoding="utf-8")
    own = read_policy(file)
    most = {"low": 8, "medium": 4, "high": 3}
    assert own == replace(
        STANDARD, name="own", default_days=10, plan=replace(STANDARD.plan, most=most), approval={"EUR": Decimal(500)}
    )
    # A currency that is named nowhere has the amount of the others, else none.
    assert of_currency(own.approval, "USD") == 0
    assert of_currency(STANDARD.waiver, "GBP") == 40


def test_the_page_shows_every_key_with_what_counts() -> None:
    assert read_policy(yaml.safe_load(EXAMPLES[0])) == STANDARD == read_policy("standard") == read_policy()
    for key in (*KEYS, *PLAN):
        assert re.search(rf"\b{key}:", EXAMPLES[0]), key
        assert f"`{key}`" in PAGE, key


def test_the_page_names_every_state_event_move_and_reason() -> None:
    for word in (*STATES, *EVENTS, *MOVES, *OF_PROMISES, *REASONS):
        assert re.search(rf"\b{word}\b", PAGE), word
