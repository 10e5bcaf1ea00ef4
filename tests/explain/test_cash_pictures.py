"""Pictures of cash: what is drawn is what the tables say, and the tables stay as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from paybench.explain import cash_pictures

NAMES = ["not due", "1-30", "31-60", "61-90", "91+"]


@pytest.fixture
def table() -> pd.DataFrame:
    """Eight weeks and three months of two lines in two currencies, each amount its own."""
    rows: list[dict[str, object]] = []
    for currency in ("EUR", "USD"):
        for line in ("open book", "new billing"):
            for period, starts in (
                ("week", pd.date_range("2025-12-01", periods=8, freq="7D")),
                ("month", pd.date_range("2025-12-01", periods=3, freq="MS")),
            ):
                for start in starts:
                    middle = 100.0 + len(rows)
                    bands = {f"{end}_{k}": middle + sign * k for k in (50, 80, 95) for end, sign in
                             (("low", -1), ("high", 1))}  # fmt: skip
                    rows.append(
                        {"currency": currency, "line": line, "period": period, "start": start, "end": start}
                        | {"expected": middle, **bands}
                    )
    return pd.DataFrame(rows)


def of(table: pd.DataFrame, line: str) -> pd.DataFrame:
    return table[(table["currency"] == "EUR") & (table["line"] == line) & (table["period"] == "week")]


def test_the_fan_has_each_line_apart(table: pd.DataFrame) -> None:
    before = table.copy()
    (axes,) = cash_pictures.fan(table, "EUR").axes
    drawn = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.lines}

    # The open book and what is not issued yet, of one currency; nothing is added up.
    np.testing.assert_array_equal(drawn["open book, expected"], of(table, "open book")["expected"])
    np.testing.assert_array_equal(drawn["not issued yet, expected"], of(table, "new billing")["expected"])
    assert len(axes.collections) == 3
    pd.testing.assert_frame_equal(table, before)


def test_what_ifs_are_added_up_week_by_week(table: pd.DataFrame) -> None:
    half = table.assign(expected=table["expected"] / 2)
    weekly, summed = cash_pictures.side_by_side({"as it is": table, "half": half}, "EUR").axes
    last = [np.asarray(line.get_ydata())[-1] for line in summed.lines]
    np.testing.assert_allclose(last, [of(table, "open book")["expected"].sum() / k for k in (1, 2)])
    assert [line.get_label() for line in weekly.lines] == ["as it is", "half"]


def test_places_are_spread_over_the_bins_that_they_meet() -> None:
    # One outcome in the third tenth; one among equal futures from .5 to .7, half of it in each of two tenths.
    history = pd.DataFrame({"step": "week 1", "below": [0.25, 0.5], "upto": [0.25 + 1e-9, 0.7]})
    (axes,) = cash_pictures.places(history, ["week 1"]).axes
    heights = [p.get_height() for p in axes.patches if isinstance(p, Rectangle)]
    np.testing.assert_allclose(heights, [0, 0, 50, 0, 0, 25, 25, 0, 0, 0], atol=1e-3)


def test_an_outcome_outside_its_band_is_drawn_apart() -> None:
    origins = pd.date_range("2025-06-02", periods=3, freq="7D")
    history = pd.DataFrame({"origin": origins, "currency": "EUR", "step": "week 1", "expected": 100.0})
    history = history.assign(low_80=80.0, high_80=120.0, came=[80.0, 130.0, -5.0])
    (axes,) = cash_pictures.came(history, "EUR", ["week 1"]).axes
    drawn = {str(line.get_label()): np.asarray(line.get_ydata()).tolist() for line in axes.lines}
    assert drawn["came, in the band"] == [80.0]
    assert drawn["came, outside"] == [130.0, -5.0]

    # Nothing lies outside the picture, a week that took money back included.
    assert axes.get_ylim()[0] <= -5.0


def test_ages_stand_on_each_other() -> None:
    row = dict(zip(NAMES, (10.0, 20.0, 30.0, 40.0, 50.0), strict=True))
    aged = pd.DataFrame(
        [{"as_of": pd.Timestamp("2025-12-01"), "currency": "EUR", **row, "rest": 1.0, "unallocated": -8.0}]
    )
    (axes,) = cash_pictures.ages(aged, "EUR", NAMES).axes
    bars = [p for p in axes.patches if isinstance(p, Rectangle)]
    assert [bar.get_y() for bar in bars[:-1]] == [0.0, 10.0, 30.0, 60.0, 100.0]

    # What belongs to no invoice, with the rests, lies below zero.
    assert (bars[-1].get_y(), bars[-1].get_height()) == (0.0, -7.0)


@pytest.mark.parametrize("by", [0, 1])
def test_bands_beside_each_other_are_those_of_the_tables(table: pd.DataFrame, by: int) -> None:
    axes = cash_pictures.widths({"together": table, "alone": table}, "EUR").axes[by]
    period = ("week", "month")[by]
    mine = table[(table["currency"] == "EUR") & (table["line"] == "open book") & (table["period"] == period)]
    for bars in axes.collections:
        ends = np.array([[low, high] for (_, low), (_, high) in bars.get_segments()])  # type: ignore[attr-defined]
        np.testing.assert_array_equal(ends, mine[["low_80", "high_80"]])
