"""Negotiation is decided as a slow second writing of the rules decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.intents.meaning import Intent, Meaning
from paybench.converse.negotiate import Facts, Policy, decide_reply
from paybench.converse.understand import Understood
from tests.converse.negotiate.drawn import NEGOTIATION, facts, messages, policies
from tests.converse.negotiate.slow import Slow

BESIDE = ("already_paid", "hardship", "acknowledgement", *NEGOTIATION)


@st.composite
def negotiations(draw: st.DrawFn, kind: str) -> tuple[Understood, Facts, Policy]:
    who = draw(facts(draw(st.sampled_from([True, True, False]))))
    said = draw(messages(who, BESIDE, draw(st.sampled_from([1, 2, 3]))))
    names = {kind, *draw(st.sampled_from([frozenset[str](), said.names]))}
    meaning = Meaning(tuple(Intent(name, 0.9, "model") for name in names))
    return replace(said, meaning=meaning), who, draw(policies())


@pytest.mark.parametrize("kind", NEGOTIATION)
@given(data=st.data())
def test_negotiation_is_decided_as_by_the_slow_rules(kind: str, data: st.DataObject) -> None:
    said, who, policy = data.draw(negotiations(kind))
    decision = decide_reply(said, who, policy)
    found = list(decision.proposal.instalments) if decision.proposal else []
    assert (decision.action, decision.reason, found) == Slow(said, who, policy).verdict()
