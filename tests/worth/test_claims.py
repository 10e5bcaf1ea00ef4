"""Claims stand beside what was measured, and nothing is made of either."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paybench import PaybenchError
from paybench.worth import ARMS, Case, Contest, Outcome
from paybench.worth.claims import CLAIMS, claims_table
from paybench.worth.contest import LADDER, NOBODY, ORACLE, UPLIFT

ONE = Outcome(
    days=45.0, dso=50.0, late_share=0.5, overdue_days=9.0, bad_debt=0.02, financing=900.0, lost=200.0,
    contact_cost=10.0, strain_cost=5.0, contacts=200, calls=20, automated=0.9, goodwill=0.95, billed=100_000.0,
    curve=np.linspace(0.03, 0.98, 26),
)  # fmt: skip


def made(**outcomes: Outcome) -> Contest:
    """A contest of one world in which all arms come to the same, but those that are named."""
    names = {"nobody": NOBODY, "ladder": LADDER, "uplift": UPLIFT, "oracle": ORACLE}
    found = {arm: [ONE] for arm in ARMS} | {names[name]: [one] for name, one in outcomes.items()}
    return Contest(Case(), found, None)  # type: ignore[arg-type]


def test_where_all_arms_come_to_the_same_nothing_is_gained() -> None:
    table = claims_table({"easy": made()}).table
    assert table.loc["DSO", "easy, ladder"] == table.loc["DSO", "easy, nobody"] == "+0.0 %"
    assert table.loc["DSO, days", "easy, ladder"] == "50.0 to 50.0"
    assert table.loc["collected, %", "easy, nobody"] == "+0.0"


def test_figures_are_those_of_the_contest() -> None:
    faster = replace(ONE, dso=45.0, bad_debt=0.01, automated=1.0, curve=ONE.curve * 1.1)
    table = claims_table({"easy": made(uplift=faster), "hard": made(nobody=faster)}, {"hard": 0.043}).table
    # 45 is 10 % less than 50; where nobody is contacted had 45, 50 is 11.1 % more.
    assert table.loc["DSO", "easy, ladder"] == "-10.0 %"
    assert table.loc["DSO", "hard, nobody"] == "+11.1 %"
    assert table.loc["DSO, days", "easy, nobody"] == "50.0 to 45.0"
    assert table.loc["bad debt, %", "easy, ladder"] == "2.00 to 1.00"
    assert table.loc["automated, %", "easy, ladder"] == "100"
    assert table.loc["collected, %", "easy, ladder"] == "+10.0"
    # Where nothing is sent there is nothing to be automated.
    none = claims_table({"easy": made(uplift=replace(faster, contacts=0))}).table
    assert none.loc["automated, %", "easy, ladder"] == "none sent"
    # A forecast that was not measured is not told.
    assert table.loc["forecast, %", "easy, nobody"] == "-"
    assert table.loc["forecast, %", "hard, nobody"] == "4.3"


def test_every_claim_has_its_assumption_and_all_of_it_fits_a_terminal() -> None:
    claims = claims_table({"easy": made(), "hard": made()}, {"easy": 0.05, "hard": 0.1})
    said = str(claims)
    assert max(len(line) for line in said.splitlines()) <= 80
    assert list(claims.table.index) == [claim.name for claim in CLAIMS]
    flat = " ".join(said.split())
    for sentence in claims.table["assumption"]:
        assert len(sentence) > 60
        assert "{" not in sentence
        assert " ".join(sentence.split()) in flat
    # 9 of 45 days are past due: so much would go if nobody paid late.
    assert "20 % in the easy world" in flat


def test_several_worlds_count_as_their_mean() -> None:
    two = Contest(Case(), {arm: [ONE, replace(ONE, dso=60.0)] for arm in ARMS}, None)  # type: ignore[arg-type]
    assert claims_table({"easy": two}).table.loc["DSO, days", "easy, ladder"] == "55.0 to 55.0"


def test_a_contest_without_an_arm_is_refused() -> None:
    few = Contest(Case(), {LADDER: [ONE], UPLIFT: [ONE]}, None)  # type: ignore[arg-type]
    with pytest.raises(PaybenchError, match="of the easy world has no arm 'nobody contacted'"):
        claims_table({"easy": few})
    with pytest.raises(PaybenchError, match="There is no contest"):
        claims_table({})
