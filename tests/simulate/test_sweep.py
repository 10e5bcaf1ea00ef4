"""What nobody published is swept: contacts help as much as they are assumed to, promises are kept as they are."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.simulate import Effects, sweep


def test_a_sweep_tells_what_follows_from_each_assumption() -> None:
    found = sweep(150, 6, 1, effects=(0.0, 1.0, 2.0), cautions=(0.25, 1.0, 4.0)).set_index(["effect", "caution"])

    # One world for each pair.
    assert len(found) == 9

    # Without an effect nothing is saved, whatever is promised; the more contacts do, the more is saved.
    assert (found.loc[0.0, "days_saved"] == 0).all()
    saved = found["days_saved"].unstack("caution")
    assert (np.diff(saved.to_numpy(), axis=0) > 0).all()

    # The further ahead promised days lie, the more promises are kept.
    assert (np.diff(found["promises_kept"].unstack("caution").to_numpy(), axis=1) > 0).all()


def test_effects_are_multiplied_and_chances_end_at_one() -> None:
    double = Effects().times(2.0)
    assert double.pressure == pytest.approx(tuple(2 * x for x in Effects().pressure))
    assert max(double.reach) == 1.0

    # Once is the same, never is nothing.
    assert Effects().times(1.0) == Effects()
    assert Effects().times(0.0) == Effects.none()
