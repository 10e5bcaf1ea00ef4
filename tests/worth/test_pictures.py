"""Pictures show what the figures are: bars end at sums, labels say the numbers, and each has a text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from paybench.decide.dunning import STATES
from paybench.decide.evaluate import Trial
from paybench.explain.canvas import Picture
from paybench.worth import ARMS, Case, Contest
from paybench.worth import book_pictures as book
from paybench.worth import pictures as draw
from paybench.worth.contest import LADDER, NOBODY, ORACLE, RISK, UPLIFT
from tests.worth.test_claims import ONE


@pytest.fixture(scope="module")
def contest() -> Contest:
    """Two worlds in which the arms differ."""
    rng = np.random.default_rng(5)
    outcomes = {}
    for arm in ARMS:
        outcomes[arm] = [
            replace(
                ONE, financing=float(rng.uniform(800, 900)), lost=float(rng.uniform(100, 300)),
                contact_cost=float(rng.uniform(0, 30)), strain_cost=float(rng.uniform(0, 30)),
                contacts=int(rng.integers(100, 200)), curve=np.sort(rng.uniform(0, 0.98, 26)),
            )
            for _ in range(2)
        ]  # fmt: skip
    return Contest(Case(), outcomes, None)  # type: ignore[arg-type]


def test_bars_of_costs_add_up_to_the_difference_to_the_ladder(contest: Contest) -> None:
    (axes,) = draw.costs({"easy": contest}).axes
    sums = np.zeros(len(ARMS) - 1)
    for bars in axes.containers:
        sums += [bar.get_width() for bar in bars]  # type: ignore[attr-defined]
    arms = [arm for arm in ARMS if arm != LADDER]
    each = {arm: 1000 * sum(o.cost for o in contest.outcomes[arm]) / 200_000 for arm in ARMS}
    assert sums == pytest.approx([each[arm] - each[LADDER] for arm in arms])
    # The number beside each bar is that sum.
    assert _texts(axes)[: len(arms)] == [f"{each[arm] - each[LADDER]:+.2f}" for arm in arms]


def test_curves_are_differences_to_the_ladder_in_points(contest: Contest) -> None:
    axes = draw.curves({"easy": contest, "hard": contest}, weeks=10).axes[1]
    lines = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.lines}
    mean = {arm: np.mean([o.curve[:10] for o in found], axis=0) for arm, found in contest.outcomes.items()}
    for arm in set(ARMS) - {LADDER}:
        assert lines[draw.SHORT[arm]] == pytest.approx(100 * (mean[arm] - mean[LADDER]))
    # They are named in their order.
    legend = axes.get_legend()
    assert legend is not None
    named = [text.get_text() for text in legend.get_texts()]
    assert named == sorted(named, key=lambda name: -lines[name].sum())


def test_the_gap_is_told_as_the_contest_tells_it_and_what_is_far_off_stays_in_sight(contest: Contest) -> None:
    far = Contest(Case(), contest.outcomes | {RISK: [replace(ONE, financing=9e6)] * 2}, None)  # type: ignore[arg-type]
    (axes,) = draw.closed({"as it is": contest, "dear": far}).axes
    texts = _texts(axes)
    for one in (contest, far):
        assert f"uplift {one.closed(UPLIFT):.2f}" in texts
        assert f"by risk {one.closed(RISK):.2f}" in texts
    points = [float(np.asarray(line.get_xdata())[0]) for line in axes.lines if line.get_marker() == "s"]
    assert min(points) == draw.FAR_OFF


def test_where_nothing_can_be_gained_nothing_is_drawn_as_a_gain(contest: Contest) -> None:
    same = Contest(Case(), {arm: [ONE] for arm in (LADDER, UPLIFT, ORACLE)}, None)  # type: ignore[arg-type]
    assert "uplift: nothing to gain" in _texts(draw.closed({"nothing": same}).axes[0])


def test_contacts_are_counted_whole(contest: Contest) -> None:
    axes = draw.contacts({"easy": contest}).axes[0]
    ends = [max(bar.get_x() + bar.get_width() for bar in pair) for pair in zip(*axes.containers, strict=True)]
    assert ends == pytest.approx(list(contest.table()["contacts"]))


def test_every_state_but_one_belongs_to_one_group() -> None:
    grouped = [state for members, _ in book.HELD.values() for state in members]
    assert sorted([*grouped, "not_due"]) == sorted(STATES)
    counts = pd.DataFrame(
        np.arange(3 * len(STATES)).reshape(3, -1),
        index=pd.date_range("2025-01-07", periods=3, freq="7D"),
        columns=pd.Index(STATES),
    )
    (axes,) = book.states(counts).axes
    tops = [max(bar.get_y() + bar.get_height() for bar in day) for day in zip(*axes.containers, strict=True)]
    assert tops == pytest.approx(list(counts.drop(columns="not_due").sum(axis=1)))


def test_the_terms_of_a_choice_end_at_its_value() -> None:
    terms = pd.DataFrame(
        {"interest": [3.0, 1.0], "loss_avoided": [0.5, -0.2], "contact_cost": [-0.1, -0.1], "strain": [-0.3, 0.0]},
        index=["C1", "C2"],
    )
    table = terms.assign(action="email:firm", value=terms.sum(axis=1), true_value=[1.0, 2.0])
    (axes,) = book.choices(table, "EUR").axes
    widths = sum(np.array([bar.get_width() for bar in bars]) for bars in axes.containers)  # type: ignore[attr-defined]
    assert widths == pytest.approx(list(table["value"]))


def test_pictures_have_a_text_for_who_cannot_see_them(contest: Contest) -> None:
    sent = pd.DataFrame(
        {"date": pd.to_datetime(["2025-01-06", "2025-01-08"]), "channel": ["email", "phone"], "step": [1, 2]}
    ).assign(days_overdue=[4, 25])
    effects = pd.DataFrame(
        {"decisions": [120, 150], "effect": [-1.0, 2.0], "low": [-3.0, 0.5], "high": [1.0, 3.5], "believed": [0, 1.1]},
        index=["email:firm", "phone:firm"],
    )
    trial = Trial(20.0, 0.5, 200, 90.0)
    both = {"easy": contest, "hard": contest}
    shown = [
        book.replayed(sent), book.replayed(sent.head(0)), book.effects(effects, "days", -1),
        book.effects(effects.drop(columns="decisions"), "points"), draw.curves(both), draw.costs(both),
        draw.contacts(both), draw.closed(both),
        book.detectable({"50 % held out": trial}, {"claimed": 15.0, "none": 0.0}),
    ]  # fmt: skip
    for picture in shown:
        assert isinstance(picture, Picture)
        assert picture.alt
        png, about = picture._repr_png_()
        assert png.startswith(b"\x89PNG")
        assert about["alt"] == picture.alt


def test_the_arms_can_be_told_apart_without_colours() -> None:
    drawn = {arm: str(draw.DASHES[arm]) for arm in ARMS if arm not in (LADDER, UPLIFT)}
    assert len(set(drawn.values())) == len(drawn)
    assert "-" not in drawn.values()
    assert set(draw.SHORT) == set(ARMS)
    assert draw.SHORT[NOBODY] == "nobody"


def _texts(axes: Axes) -> list[str]:
    return [text.get_text().strip() for text in axes.texts]
