"""The pictures of the notebooks say what the numbers say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import colors

from paybench.explain import figures
from paybench.explain.attributed import Sentences
from paybench.explain.canvas import OTHER, OURS, Picture
from paybench.models.family.distribution import DaysLate

HORIZON = 60


def test_pit_of_outcomes_drawn_from_the_distributions_is_flat() -> None:
    said, y = _drawn(4000)
    heights = _heights(figures.pit(said, y, HORIZON))
    assert heights == pytest.approx(np.ones(10), abs=0.12)

    # It is a density whatever the outcomes are.
    assert heights.mean() == pytest.approx(1, abs=1e-9)
    late = _heights(figures.pit(said, np.full(len(y), HORIZON + 1.0), HORIZON))
    assert late.mean() == pytest.approx(1, abs=1e-9)

    # Outcomes later than predicted pile up on the right.
    assert late.argmax() == 9


def test_skill_is_blue_only_where_the_whole_interval_is_above_zero() -> None:
    picture = figures.skill_bars({"log_loss": [0.1, 0.02, 0.2], "mae": [0.1, -0.02, 0.2]})
    bars: list[Any] = list(picture.axes[0].patches)
    assert [colors.to_hex(bar.get_facecolor()) for bar in bars] == [OURS, OTHER]
    assert [bar.get_width() for bar in bars] == [0.1, 0.1]


def test_about_a_fifth_of_the_outcomes_is_drawn_outside_its_interval() -> None:
    said, y = _drawn(2000)
    parts: list[Any] = list(figures.intervals(said, y, HORIZON, count=2000).axes[0].collections)
    _, median, inside, outside = parts
    assert len(median.get_offsets()) == 2000
    assert len(inside.get_offsets()) + len(outside.get_offsets()) == 2000
    assert len(outside.get_offsets()) == pytest.approx(400, abs=120)


def test_a_figure_shows_itself_the_same_each_time_and_has_a_text() -> None:
    said, y = _drawn(50)
    for draw in (figures.pit, figures.intervals, figures.distributions):
        (image, about), (again, _) = (draw(said, y, HORIZON)._repr_png_() for _ in range(2))
        assert image == again
        assert image.startswith(b"\x89PNG")
        assert len(about["alt"]) > 20


def test_a_table_of_sentences_is_escaped() -> None:
    table = Sentences(pd.DataFrame({"reason_1": ["Country: <script>alert(1)</script>"]}))
    assert "<script" not in table.to_html()
    assert "&lt;script" in table.to_html()
    assert "Country" in repr(table)


def _drawn(n: int) -> tuple[DaysLate, np.ndarray]:
    """Distributions of different middles over -20 .. 80 days, and an outcome drawn from each."""
    rng = np.random.default_rng(5)
    day = np.arange(-20, 81)
    mass = np.exp(-np.abs(day - rng.uniform(-5, 40, (n, 1))) / 8)
    mass /= mass.sum(axis=1, keepdims=True)
    said = DaysLate(-20, mass)
    y = day[(rng.random((n, 1)) > said.cdf).sum(axis=1)].astype(np.float64)
    return said, np.minimum(y, HORIZON + 1)


def _heights(picture: Picture) -> np.ndarray:
    bars: list[Any] = list(picture.axes[0].patches)
    return np.array([bar.get_height() for bar in bars])
