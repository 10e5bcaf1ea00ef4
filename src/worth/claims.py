"""What vendors claim of automated dunning, beside what was measured in simulated worlds, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import wrap

import pandas as pd

from ..errors import PaybenchError
from .contest import LADDER, NOBODY, ORACLE, UPLIFT, Contest
from .outcomes import Outcome

WIDTH = 79
CASH_WEEKS = 8
"""Weeks after issue by which cash is counted as collected."""
NONE = "-"

RELATIVE, FROM_TO, LEVEL, GIVEN = "relative", "from to", "level", "given"
"""How a claim is set beside what was measured: change in %, both levels, uplift's own level, told from elsewhere."""


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes
    ----------
    name : of the figure, with its unit. claimed : as it is claimed. what : attribute of an outcome; ``collected`` is
        the share of what was billed that has come after :data:`CASH_WEEKS` weeks. how : see :data:`RELATIVE`.
    factor, digits : of a level. assumption : what the figure beside it rests on, and why it differs.
    """

    name: str
    claimed: str
    what: str
    how: str
    assumption: str
    factor: float = 1.0
    digits: int = 1


FORECAST = "forecast"
CLAIMS = (
    Claim(
        "DSO", "-40 %", "dso", RELATIVE,
        "Contacts move payment by days, and DSO counts the days of the terms, too: {floor} A larger fall comes from "
        "new terms, another mix of sales, another way of counting, or a start at which nobody was contacted. Uplift "
        "is after the least cost, not the least DSO: it leaves out contacts that cost more than they bring.",
    ),
    Claim(
        "DSO, days", "52 to 31", "dso", FROM_TO,
        "One company, before and after, says nothing of the cause: what else changed in that time is not told.",
    ),
    Claim(
        "bad debt, %", "2.5 to 0.8", "bad_debt", FROM_TO,
        "In these worlds whoever is out of business pays nobody, and contacts hardly change who that is. A few large "
        "invoices decide the figure.",
        100.0, 2,
    ),
    Claim(
        "automated, %", "80", "automated", LEVEL,
        "Contacts that need no person, of all contacts; only calls need one. The fixed ladder alone has {ladder}. "
        "Answers, disputes and other work of people are not counted.",
        100.0, 0,
    ),
    Claim(
        "forecast, %", "within 3", FORECAST, GIVEN,
        "Error of four weeks of cash of the open book (WAPE) of the forecast that knows each invoice's true "
        "distribution, nobody being contacted: none can be expected to do better on a book of this size. Larger books "
        "and longer sums are easier; the claim names neither. Our own forecasts are judged by benchmarks/cash.py.",
    ),
    Claim(
        "collected, %", "+7", "collected", RELATIVE,
        "The outside anchor, of GE Capital: its program PAYMENT collected 7 % more of consumers' overdue card debt "
        "than its managers did, each with accounts of their own. Here: cash within 8 weeks after issue, of all that "
        "was billed, most of which comes by itself.",
    ),
)  # fmt: skip
"""The claims are those of vendors' pages: figures without a protocol."""

WHY = (
    "What was measured is far smaller than what is claimed. What contacts do is assumed in these worlds, not known: no "
    "randomised trial of reminders between businesses was found. But a claim without a protocol (against what, of "
    "whom, chosen how, counted how) cannot be checked; a hold-out in one's own book can."
)


@dataclass(frozen=True)
class Claims:
    """Claims beside measurements.

    Attributes
    ----------
    table : indexed by claim, text: claimed, for each mode ``MODE, ladder`` and ``MODE, nobody`` (uplift against the
        fixed ladder and against nobody contacted), assumption.
    modes : of the worlds. about : how it was measured, in a sentence or two.
    """

    table: pd.DataFrame
    modes: tuple[str, ...]
    about: str = field(default="")

    def __str__(self) -> str:
        """80 columns wide, the assumptions below as notes."""
        wide = max(52 // max(2 * len(self.modes), 1), 13)
        above = "".join(f"{f'{mode} world':<{2 * wide}}" for mode in self.modes)
        lines = [" " * 27 + above.rstrip(), f"{'':<15}{'claimed':<12}"]
        lines[1] += "".join(f"{'vs ladder':<{wide}}{'vs nobody':<{wide}}" for _ in self.modes).rstrip()
        for k, (name, row) in enumerate(self.table.iterrows()):
            cells = "".join(f"{row[f'{mode}, {arm}']:<{wide}}" for mode in self.modes for arm in ("ladder", "nobody"))
            lines.append(f"{k + 1} {name:<13}{row['claimed']:<12}{cells}".rstrip())
        lines += ["", *wrap(self.about, WIDTH)] if self.about else []
        for k, said in enumerate(self.table["assumption"]):
            lines += wrap(f"{k + 1} {said}", WIDTH, subsequent_indent="  ")
        return "\n".join([*lines, "", *wrap(WHY, WIDTH)])


def claims_table(contests: Mapping[str, Contest], forecast: Mapping[str, float] | None = None) -> Claims:
    """Set the claims beside contests.

    Parameters
    ----------
    contests : by mode, each with the arms "nobody contacted", "fixed ladder", "uplift" and "oracle".
    forecast : by mode, the error of the best possible forecast (:func:`.floor.forecast_floor`), as a share.

    Raises
    ------
    PaybenchError
        If there is no contest, or one lacks an arm.
    """
    if not contests:
        raise PaybenchError("There is no contest to hold claims against; give one by mode, like {'easy': contest}.")
    for mode, one in contests.items():
        missing = [arm for arm in (NOBODY, LADDER, UPLIFT, ORACLE) if arm not in one.outcomes]
        if missing:
            raise PaybenchError(f"The contest of the {mode} world has no arm '{missing[0]}'; run it with all arms.")
    notes = {"floor": _terms_floor(contests), "ladder": _ladders_share(contests)}
    rows = {}
    for claim in CLAIMS:
        row = {"claimed": claim.claimed}
        for mode, one in contests.items():
            row |= {f"{mode}, {arm}": text for arm, text in _measured(claim, one, mode, forecast).items()}
        rows[claim.name] = row | {"assumption": claim.assumption.format_map(notes)}
    worlds = {len(next(iter(one.outcomes.values()))) for one in contests.values()}
    about = (
        f"Measured: contacts chosen by uplift, compared to a fixed ladder and to nobody being contacted, in the same "
        f"simulated worlds ({max(worlds)} of each mode). Whoever knows what each contact would do comes to "
        f"{_most(contests)}."
    )
    return Claims(pd.DataFrame.from_dict(rows, orient="index").rename_axis("claim"), tuple(contests), about)


def change(one: Contest, what: str, against: str, arm: str = UPLIFT) -> float:
    """Relative change of a mean over worlds by an arm, against another."""
    before, after = (_mean(one, name, what) for name in (against, arm))
    return after / before - 1.0 if before else float("nan")


def _mean(one: Contest, arm: str, what: str) -> float:
    found = one.outcomes[arm]
    return sum(_value(outcome, what) for outcome in found) / len(found)


def _value(outcome: Outcome, what: str) -> float:
    return float(outcome.curve[CASH_WEEKS - 1] if what == "collected" else getattr(outcome, what))


def _measured(claim: Claim, one: Contest, mode: str, forecast: Mapping[str, float] | None) -> dict[str, str]:
    if claim.how == GIVEN:
        value = (forecast or {}).get(mode)
        return {"ladder": NONE, "nobody": NONE if value is None else f"{100 * value:.1f}"}
    levels = {arm: claim.factor * _mean(one, arm, claim.what) for arm in (NOBODY, LADDER, UPLIFT)}
    if claim.how == LEVEL:
        sent = _mean(one, UPLIFT, "contacts") > 0
        return {"ladder": f"{levels[UPLIFT]:.{claim.digits}f}" if sent else "none sent", "nobody": NONE}
    if claim.how == FROM_TO:
        before = {"ladder": LADDER, "nobody": NOBODY}
        d = claim.digits
        return {name: f"{levels[arm]:.{d}f} to {levels[UPLIFT]:.{d}f}" for name, arm in before.items()}
    unit = " %" if claim.claimed.endswith("%") else ""
    changes = {name: 100 * change(one, claim.what, arm) for name, arm in (("ladder", LADDER), ("nobody", NOBODY))}
    return {name: f"{_signed(value)}{unit}" for name, value in changes.items()}


def _signed(value: float) -> str:
    return f"{0.0 if abs(value) < 0.05 else value:+.1f}"


def _terms_floor(contests: Mapping[str, Contest]) -> str:
    """By how much the days to payment would fall if nobody paid after the due date."""
    said = [
        f"{100 * _mean(one, NOBODY, 'overdue_days') / _mean(one, NOBODY, 'days'):.0f} % in the {mode} world"
        for mode, one in contests.items()
    ]
    return f"if nobody ever paid a day late, it would fall by {' and by '.join(said)}."


def _ladders_share(contests: Mapping[str, Contest]) -> str:
    said = [f"{100 * _mean(one, LADDER, 'automated'):.0f} % ({mode})" for mode, one in contests.items()]
    return " and ".join(said)


def _most(contests: Mapping[str, Contest]) -> str:
    said = [f"{_signed(100 * change(one, 'dso', NOBODY, ORACLE))} % ({mode})" for mode, one in contests.items()]
    return f"{' and '.join(said)} of DSO, compared to nobody being contacted"
