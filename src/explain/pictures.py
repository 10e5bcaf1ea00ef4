"""Pictures inside the page, as data addresses."""

from __future__ import annotations

import base64
import io
import textwrap

import numpy as np
import pandas as pd


def beeswarm(X: pd.DataFrame, attributions: pd.DataFrame, labels: list[str], seed: int = 0) -> str:
    """A dot per invoice and feature: shap's beeswarm as the data address of a PNG.

    Parameters
    ----------
    X : (n, k) values of the features to show, the strongest first: the darker a dot, the higher its value; grey where
        it is missing or a name.
    attributions : (n, k) SHAP values of P(late), in probability. labels : (k,) names to print.
    seed : of the dots' order where they overlap, so that the same input is the same picture.

    Raises
    ------
    ImportError
        If shap or matplotlib is not installed.
    """
    import shap
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    explanation = shap.Explanation(
        values=attributions.to_numpy() * 100,
        data=X,
        feature_names=[textwrap.fill(label, 38) for label in labels],
    )
    # Lightness alone tells low from high, in print too.
    dark_is_high = LinearSegmentedColormap.from_list("dark is high", ["#f2b45c", "#c2586b", "#1b1b5e"])
    figure = Figure(figsize=(9.5, 0.55 * len(labels) + 1.2), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    state = np.random.get_state()  # noqa: NPY002  (shap draws from the global generator)
    np.random.seed(seed)  # noqa: NPY002
    try:
        shap.plots.beeswarm(
            explanation,
            max_display=len(labels),
            ax=axes,
            show=False,
            plot_size=None,
            color=dark_is_high,
            color_bar_label="value of the characteristic",
            s=9,
        )
    finally:
        np.random.set_state(state)  # noqa: NPY002
    for scale in figure.axes[1:]:
        scale.yaxis.label.set_fontsize(10)
        scale.tick_params(labelsize=10)
    axes.set_xlabel("moves P(late) by so many percentage points", fontsize=11)
    axes.tick_params(axis="y", labelsize=10, length=0)
    axes.tick_params(axis="x", labelsize=10)
    return _png(figure)


def _png(figure: object) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})  # type: ignore[attr-defined]
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
