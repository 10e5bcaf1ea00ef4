"""SHAP values as pictures and tables, for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from pandas.io.formats.style import Styler
from pandas.io.formats.style_render import CSSDict

from ..features import all_features
from ..models.learn.bundle import DAY_BY_DAY
from ..progress import without_widgets
from .canvas import INK, OURS, Picture, panels


def importance(attributions: pd.DataFrame, X: pd.DataFrame) -> Picture:
    """Mean absolute SHAP value of each feature: shap's bar plot.

    Parameters
    ----------
    attributions : SHAP values of P(late) and ``base`` (:func:`~.attributions.attributions`).
    X : the same rows' features.
    """
    without_widgets()
    import shap

    picture, (axes,) = panels(1, height=4.6, alt="Mean absolute SHAP value of P(late) by feature")
    shap.plots.bar(_explanation(attributions, X), max_display=12, ax=axes, show=False)
    for bar in axes.patches:
        bar.set_color(OURS)
    _plain(axes, "Which features move P(late), and how far on average", "mean |SHAP value|, points of P(late)")
    return picture


def beeswarm(attributions: pd.DataFrame, X: pd.DataFrame) -> Picture:
    """SHAP value of each invoice and feature, coloured by the feature's value: shap's beeswarm plot.

    Parameters
    ----------
    attributions, X : as in :func:`importance`.
    """
    without_widgets()
    import shap

    picture, (axes,) = panels(1, height=4.8, alt="SHAP values of P(late) by feature and invoice")
    with _same_dice():
        shap.plots.beeswarm(
            _explanation(attributions, X),
            max_display=12,
            ax=axes,
            show=False,
            plot_size=None,
            group_remaining_features=False,
        )
    _plain(axes, "In which direction: one dot per invoice", "SHAP value: what the feature adds to P(late), points")
    return picture


def dependence(attributions: pd.DataFrame, X: pd.DataFrame, name: str) -> Picture:
    """SHAP value of one feature by its value.

    Colour is the feature that goes with most of what the value alone does not explain; it is a hint at an interaction,
    found by shap's binned correlation, and no interaction value.

    Parameters
    ----------
    attributions, X : as in :func:`importance`. name : of a feature.
    """
    without_widgets()
    import shap

    said = _explanation(attributions, X)
    names, values, data = list(said.feature_names), np.asarray(said.values), np.asarray(said.data)
    own = names.index(name)
    beside = int(shap.utils.approximate_interactions(own, values, data)[0])
    picture, (axes,) = panels(1, height=4.2, alt=f"SHAP value of P(late) by {name}, coloured by {names[beside]}")
    low, high = np.nanpercentile(data[:, beside], [5, 95])
    dots = axes.scatter(data[:, own], values[:, own], c=data[:, beside], cmap="viridis", vmin=low, vmax=high, s=9)
    axes.figure.colorbar(dots, ax=axes, label=names[beside])
    _plain(axes, f"{name}, and what goes with it: {names[beside]}", name)
    axes.set_ylabel("what it adds to P(late), points", fontsize=10, color=INK)
    return picture


def cohorts(attributions: pd.DataFrame, X: pd.DataFrame, by: pd.Series, most: int = 5) -> pd.DataFrame:
    """Mean SHAP values of groups of invoices, in points of P(late): on what their predictions rest.

    Parameters
    ----------
    attributions, X : as in :func:`importance`. by : (n,) group of each row, as text.
    most : features shown; those that differ most between the groups.

    Returns
    -------
    DataFrame, a row per group, the largest first: n, then the features.
    """
    groups = np.asarray(by.astype("str"))
    means = (100 * attributions.drop(columns="base")).groupby(groups).mean()
    differ = (means.max() - means.min()).sort_values(ascending=False, kind="stable").index[:most]
    counts = pd.Series(groups).value_counts().rename("n")
    table = pd.concat([counts, means[list(differ)]], axis=1).sort_values("n", ascending=False, kind="stable")
    return table.rename_axis(str(by.name))


@contextmanager
def _same_dice() -> Iterator[None]:
    """Numpy's global random numbers from a fixed state, and back: shap jitters its dots with them."""
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


class Sentences(Styler):
    """A table with sentences in it as a notebook shows it best: on the left, whole, and escaped."""

    def __init__(self, table: pd.DataFrame) -> None:
        super().__init__(table, precision=2, uuid="sentences", cell_ids=False, escape="html")
        left: CSSDict = {"selector": "th, td", "props": "text-align: left"}
        self.set_table_styles([left])
        self._table = table

    def __repr__(self) -> str:
        return self._table.to_string()


def _explanation(attributions: pd.DataFrame, X: pd.DataFrame) -> Any:
    """In points (hundredths of probability), as the reasons are; names of a category as numbers in their order."""
    import shap

    numeric = [f.name for f in all_features() if f.name in attributions and not f.category]
    numeric += [DAY_BY_DAY] if DAY_BY_DAY in attributions else []
    category = [f.name for f in all_features() if f.name in attributions and f.category]
    codes = X[category].apply(lambda column: pd.factorize(column, sort=True)[0])
    data = pd.concat([X[numeric], codes], axis=1)
    return shap.Explanation(
        100 * attributions[[*data]].to_numpy(),
        100 * attributions["base"].to_numpy(),
        data.to_numpy(np.float64),
        feature_names=[*data],
    )


def _plain(axes: Axes, title: str, label: str) -> None:
    axes.set_title(title)
    axes.set_xlabel(label, fontsize=10, color=INK)
    axes.tick_params(labelsize=9)
    for text in axes.texts:
        text.set(fontsize=9, color=INK)
