"""Several policies on one log."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.decide.evaluate import LOG, Log, dr, evaluate, rank
from paybench.errors import PaybenchError
from tests.decide.evaluate.bandits import bandit


def test_a_ranking() -> None:
    world = bandit(0, n=8000, customers=1000, lift=2.0)
    log = world.log
    policies = {name: log.always(name) for name in log.actions} | {"good": world.good}
    found = rank(log, policies)
    told = found.table[found.table["refused"] == ""]
    # The best comes first and is picked; values are those of each policy alone, gains those against what was done.
    assert found.picked == found.table.index[0] == "good"
    assert told["value"].is_monotonic_decreasing
    assert told.loc["phone", "value"] == pytest.approx(dr(log, log.always("phone")).value)
    assert told.loc["phone", "gain"] == pytest.approx(told.loc["phone", "value"] - log.reward.mean())
    assert told.loc[LOG, "value"] == log.reward.mean()
    assert np.isnan(told.loc[LOG, "gain"])
    # Paired intervals of gains are those of a difference, not of two sums.
    assert (told["gain_low"] < told["gain"]).drop(LOG).all()
    # In 80 columns; the picked one has a star, and a sentence says what it is worth.
    assert max(len(line) for line in str(found).splitlines()) <= 79
    assert "\n*good" in str(found)
    assert found.about == ("'good' is the best of 6, beyond the noise of this log.",)


def test_refused_policies_come_last_and_are_not_picked() -> None:
    world = bandit(1, n=1500, explore=0.06)
    log = world.log
    assert log.propensities is not None
    found = rank(
        log, {"letter": log.always("letter"), "as usual": log.propensities, "a policy of a very long name": world.good}
    )
    assert found.table.index[-1] in ("letter", "a policy of a very long name")
    assert set(found.refused) == {"letter", "a policy of a very long name"}
    assert found.picked in (LOG, "as usual")
    assert "refused: effective" in str(found)
    assert found.table.loc["letter", ["value", "low", "gain"]].isna().all()
    assert max(len(line) for line in str(found).splitlines()) <= 79
    # Alone each is refused by the same sentence.
    assert str(evaluate(log, log.always("letter"))) == found.refused["letter"].why


def test_wrong_propensities_refuse_everything() -> None:
    log = bandit(2, n=2000, explore=0.5).log
    false = np.full((2000, 4), 0.25)
    wrong = Log(log.context, log.action, log.reward, false[:, 0], log.customer, log.actions, false)
    found = rank(wrong, {"phone": wrong.always("phone"), "mixed": false})
    assert set(found.refused) == {"phone", "mixed"}
    assert found.picked == LOG
    assert "The logged propensities are wrong" in str(found)
    assert "Nothing can be compared with the log." in str(found)


def test_the_log_is_picked_where_it_is_best() -> None:
    world = bandit(3, n=3000, explore=0.2, lift=3.0)
    bad = world.log.always("nothing")
    found = rank(world.log, {"nothing": bad}, method="snips")
    assert found.picked == LOG
    assert "What was done" in str(found)


def test_what_cannot_be_ranked() -> None:
    log = bandit(0, n=200).log
    with pytest.raises(PaybenchError, match=r"method is 'dm'; give one of dr, snips, ips."):
        rank(log, {"phone": log.always("phone")}, "dm")
    with pytest.raises(PaybenchError, match=r"Give one policy or more, none of them called '\(the log\)'."):
        rank(log, {})
    with pytest.raises(PaybenchError, match=r"method is 'best'; give one of dr, snips, ips, sequence."):
        evaluate(bandit(0).log, bandit(0).log.always("phone"), "best")
