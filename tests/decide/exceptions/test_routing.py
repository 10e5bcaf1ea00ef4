"""Who sees to what."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from paybench.decide.exceptions import KINDS, ROLES, Routing
from paybench.errors import PaybenchError

ROWS = pd.DataFrame(
    [("disputed", "EUR", "A"), ("disputed", "USD", "A"), ("disputed", "EUR", "B"), ("unapplied", "EUR", "B")],
    columns=["kind", "currency", "customer_id"],
)


def test_by_default_each_kind_has_a_role() -> None:
    assert Routing.of(None).owners(ROWS).tolist() == [*["customer service"] * 3, "treasury"]
    assert {kind.owner for kind in KINDS.values()} == set(ROLES)


def test_the_first_rule_that_fits_decides(tmp_path: Path) -> None:
    rules = [
        {"customer": "B", "kind": ["disputed", "broken"], "owner": "Bert"},
        {"kind": "disputed", "currency": "USD", "owner": "Uma"},
        {"customer": ["A", "B"], "owner": "Anna"},
    ]
    assert Routing.of(rules).owners(ROWS).tolist() == ["Anna", "Uma", "Bert", "Anna"]
    assert Routing.of({"unapplied": "Tess"}).owners(ROWS).tolist() == [*["customer service"] * 3, "Tess"]
    file = tmp_path / "owners.yaml"
    file.write_text("- {customer: B, owner: Bert}\n", encoding="utf-8")
    assert Routing.of(file).owners(ROWS).tolist() == [*["customer service"] * 2, "Bert", "Bert"]
    file.write_text("unapplied: Tess\n", encoding="utf-8")
    assert Routing.of(str(file)).owners(ROWS)[3] == "Tess"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weather": "Anna"}, "Rule 1 of the owners names the kind 'weather'; the kinds are unapplied"),
        ({"disputed": ""}, "Rule 1 of the owners has the owner ''"),
        ([{"kind": "disputed"}], "Rule 1 of the owners has the owner None"),
        ([{"owner": "Anna", "colour": "red"}], "Rule 1 of the owners has 'colour'; it may have owner, kind"),
        (["Anna"], "Rule 1 of the owners is 'Anna'; write it like"),
        (7, "The owners are 7; give a mapping"),
        ("no/such/file.yaml", "cannot be read from no/such/file.yaml"),
    ],
)
def test_what_cannot_be_a_rule_is_said(given: object, said: str) -> None:
    with pytest.raises(PaybenchError, match=said):
        Routing.of(given)


def test_a_file_without_rules_is_none(tmp_path: Path) -> None:
    file = tmp_path / "owners.yaml"
    for text in ("", "Anna"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(PaybenchError, match="holds no owners of exceptions"):
            Routing.of(file)
