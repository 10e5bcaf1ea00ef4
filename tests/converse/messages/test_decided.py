"""Whatever the negotiation decides can be said, and what is said is grounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.messages import LANGUAGES, draft, grounded
from paybench.converse.negotiate.decide import decide_reply
from paybench.converse.negotiate.decision import NOTE
from paybench.converse.negotiate.facts import Facts
from paybench.converse.negotiate.policy import Policy
from paybench.converse.understand import Understood
from tests.converse.messages.made import LINK
from tests.converse.negotiate.drawn import cases


@given(cases(), st.sampled_from(LANGUAGES), st.sampled_from(("email", "sms", "chat")), st.booleans())
def test_every_decision_can_be_said(
    case: tuple[Understood, Facts, Policy], language: str, channel: str, hard: bool
) -> None:
    understood, known, policy = case
    decision = decide_reply(understood, known, policy, channel)
    made = draft(
        decision, understood, known, language=language, channel=channel, link=LINK, company="Nordlicht AG",
        sender="Jo Kern", tone="final" if hard else "", consequences=("interest", "stop") if hard else (),
    )  # fmt: skip
    assert made.empty == (decision.action == NOTE)
    assert grounded(made, known, decision) == (), made.body
