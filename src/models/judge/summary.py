"""The text of a backtest, 80 columns wide."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from .parts import LEAST
from .rivals import BASE, DUE_MEAN, EMPIRICAL, MODEL

BLOCKS = {
    "late payment": {"auc": "AUC", "pr_auc": "PR AUC", "log_loss": "log loss", "brier": "Brier", "ece": "ECE"},
    "days late (in k: share within k)": {
        "mae": "MAE",
        "median_ae": "med",
        "within_1": "in 1",
        "within_3": "in 3",
        "within_5": "in 5",
        "within_7": "in 7",
        "bias": "bias",
    },
    "whole distribution, and buckets": {
        "crps": "CRPS",
        "pinball": "pinball",
        "coverage_80": "in 80 %",
        "width_80": "width",
        "bucket_accuracy": "bucket",
    },
}
"""Tables of the summary, their columns, and how these are called."""
SHARES = ("within_1", "within_3", "within_5", "within_7", "coverage_80", "bucket_accuracy")
LOSSES = {"log_loss": "late or not (log loss)", "mae": "days (MAE)", "crps": "whole distribution (CRPS)"}
_NAME = 34
_WIDTH = 80


def summary(tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> str:
    """What :class:`~.backtest.Backtest` says of itself.

    Parameters
    ----------
    tables : of it, by name. about : of it.
    """
    origins, last = about["origins"], about["horizon"]
    lines = [
        f"{about['rows']:,} invoices of {about['customers']:,} customers, issued from {origins[0]} on;",
        "trained on what was known at "
        + (origins[0] if len(origins) == 1 else f"{len(origins)} origins up to {origins[-1]}")
        + ".",
        f"Days late beyond {last} count as {last}: {about['beyond']:.1%} of these invoices were.",
        "",
        f"SKILL of {MODEL} against the {EMPIRICAL}",
        "(1 - ours / theirs; 95 % interval, by customer)",
        *_skills(tables["skill"], "at issue"),
        *_skills(tables["open_skill"], "open"),
        "",
        f"Base rate: {about['late']:.1%} were late, so that saying the same of every invoice is",
        f"right in {max(about['late'], 1 - about['late']):.1%} of cases.{_majority(tables['metrics'], about)}",
        "",
        "AT ISSUE",
        *_blocks(tables["metrics"]),
    ]
    if len(tables["open_metrics"]):
        lines += [f"OPEN: {about['open_rows']:,} invoices that were open at an origin, given that they were unpaid"]
        lines += _blocks(tables["open_metrics"])
    lines += [
        f"SKILL of {MODEL} against every other, at issue (*: sure gain, !: sure loss)",
        *_rivals(tables["skill_by_rival"]),
        "",
    ]
    lines += _parts(tables["slices"])
    if len(tables["cash"]):
        lines += _cash(tables["cash"])
    if "learning" in tables:
        lines += _learning(tables["learning"])
    return "\n".join(line.rstrip() for line in lines).rstrip()


def _skills(skill: pd.DataFrame, when: str) -> list[str]:
    return [
        f"  {when:9s} {words:26s} {s['skill']:+7.1%}  ({s['low']:+.1%} to {s['high']:+.1%})"
        for name, words in LOSSES.items()
        if name in skill.index
        for s in [skill.loc[name]]
    ]


def _majority(metrics: pd.DataFrame, about: dict[str, Any]) -> str:
    right = metrics.get("bucket_accuracy")
    if right is None or BASE not in right or pd.isna(right[BASE]):
        return ""
    return (
        f"\nOf {about['bucket_rows']:,} whose 90 days are over, the most frequent kind of outcome is right in\n"
        f"{right[BASE]:.1%}, {MODEL} in {right[MODEL]:.1%}."
    )


def _blocks(metrics: pd.DataFrame) -> list[str]:
    lines = []
    for title, columns in BLOCKS.items():
        found = metrics[[c for c in columns if c in metrics]].dropna(how="all")
        if not found.empty:
            width = min((_WIDTH - _NAME) // len(columns), 9)
            lines += [title.ljust(_NAME) + "".join(f"{columns[str(c)]:>{width}s}" for c in found)]
            lines += [
                f"  {name!s:{_NAME - 2}s}" + "".join(f"{_number(str(c), v):>{width}s}" for c, v in row.items())
                for name, row in found.iterrows()
            ]
            lines.append("")
    return lines


def _number(column: str, value: float) -> str:
    if pd.isna(value):
        return ""
    if column in SHARES:
        return f"{value:.0%}"
    if column in ("mae", "median_ae", "bias", "crps", "pinball", "width_80"):
        return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return f"{value:.3f}"


def _rivals(table: pd.DataFrame) -> list[str]:
    found = table.loc["at issue"]["skill"].unstack("loss")[[*LOSSES]]
    low, high = (table.loc["at issue"][end].unstack("loss")[[*LOSSES]] for end in ("low", "high"))
    names = list(dict.fromkeys(table.loc["at issue"].index.get_level_values("rival")))
    lines = [" " * _NAME + "".join(f"{n:>9s}" for n in ("log loss", "MAE", "CRPS"))]
    for name in names:
        cells = [
            "" if pd.isna(s) else f"{s:+.1%}" + ("*" if above > 0 else "!" if below < 0 else " ")
            for s, above, below in zip(found.loc[name], low.loc[name], high.loc[name], strict=True)
        ]
        lines.append(f"  {name:{_NAME - 2}s}" + "".join(f"{c:>9s}" for c in cells))
    return lines


def _cash(cash: pd.DataFrame) -> list[str]:
    lines = [
        "CASH of the open book in the next 4 weeks, week by week (WAPE = sum of the",
        "weeks' errors / sum of what came); skill against due date + mean delay",
        " " * (_NAME + 5) + " WAPE said/came  skill (95 % interval)",
    ]
    few: list[str] = []
    for key, row in cash.to_dict("index").items():
        currency, name = map(str, cast(tuple[object, object], key))
        if row["invoices"] < LEAST or not row["actual"]:
            few += [currency] * (currency not in few)
            continue
        gain = "" if name == DUE_MEAN else f" {row['skill']:+4.0%} ({row['low']:+.0%} to {row['high']:+.0%})"
        ratio = row["expected"] / row["actual"]
        lines.append(f"  {currency:4s} {name:{_NAME - 2}s}{row['wape']:6.3f}{ratio:10.2f} {gain}")
    if few:
        lines.append(f"  (fewer than {LEAST} invoices in {', '.join(few)}: see cash.csv)")
    return [*lines, ""]


def _parts(slices: pd.DataFrame) -> list[str]:
    """Skill on every part of the book that is large enough."""
    lines = [
        f"PARTS of the book: CRPS skill of {MODEL} against the {EMPIRICAL}",
        "                                            n   late  skill   (95 % interval)",
    ]
    last = ""
    for key, row in slices.to_dict("index").items():
        when, name, part = map(str, cast(tuple[object, object, object], key))
        if f"{when}: {name}" != last:
            last = f"{when}: {name}"
            lines.append(f"  {last}")
        late = "" if pd.isna(row["late"]) else f"{row['late']:.0%}"
        interval = "" if pd.isna(row["low"]) else f"({row['low']:+.1%} to {row['high']:+.1%})"
        lines.append(f"    {part:34.34s}{int(row['n']):7,d}{late:>7s}{row['crps_skill']:+8.1%} {interval}")
    return [*lines, ""]


def _learning(table: pd.DataFrame) -> list[str]:
    found = table[table.index.get_level_values("loss") == "crps"].droplevel("loss")
    lines = [
        "LEARNING CURVE: CRPS in days by weeks of history, on the same later invoices",
        "  weeks  matured  Timing  baseline  skill (95 % interval)",
    ]
    for weeks, row in found.to_dict("index").items():
        gain = (
            "nothing to fit"
            if pd.isna(row["ours"])
            else f"{row['skill']:+.1%} ({row['low']:+.1%} to {row['high']:+.1%})"
        )
        ours = "" if pd.isna(row["ours"]) else f"{row['ours']:.2f}"
        declined = "; training declines" if row["declined"] else ""
        lines.append(f"  {weeks:5d}  {int(row['matured']):7d}  {ours:>6s}  {row['baseline']:8.2f}  {gain}{declined}")
    return [*lines, ""]
