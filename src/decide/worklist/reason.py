"""Why a customer is contacted today, by this channel and in this tone: one sentence."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import yaml

from ...pages import Language
from ...pages import language as language_of
from .texts import money, plain

if TYPE_CHECKING:
    from .line import Line


@cache
def worklist_language(code: str) -> Language:
    """A language of the pages that knows the worklist's sentences, too."""
    spoken = language_of(code)
    if code == "en":
        return spoken
    text = files(__package__ or "paybench.decide.worklist").joinpath(f"page_{code}.yaml").read_text(encoding="utf-8")
    return Language(code, spoken.sentences | {str(k): str(v) for k, v in yaml.safe_load(text).items()})


def reason_of(line: Line, why: str, language: str) -> str:
    """Who (what is overdue), why today (the step, or having waited), why so (what it is worth).

    Parameters
    ----------
    why : a further sentence, which comes last. language : code of the reason's.
    """
    t = worklist_language(language)
    parts = [_owed(line, t)]
    if line.first:
        parts.append(t("ripe for {days} days without a contact, so that it comes first", days=t.number(line.waited)))
    elif line.step:
        parts.append(t("step {step} of its ladder is due today", step=line.step))
    if np.isfinite(line.value):
        parts.append(_worth(line, t))
    text = "; ".join(parts)
    more = plain(why, 300).rstrip(".")
    return text[0].upper() + text[1:] + "." + (f" {more}." if more else "")


def _owed(line: Line, t: Language) -> str:
    amount = money(t, line.amount, line.currency)
    if line.days_overdue <= 0:
        return t("{amount} falls due on {date}", amount=amount, date=t.date(line.items[0].due_on))
    days = t("for 1 day") if line.days_overdue == 1 else t("for {n} days", n=t.number(line.days_overdue))
    if not line.several:
        return t("{amount} has been overdue {days}", amount=amount, days=days)
    return t(
        "{amount} on {n} invoices is overdue, the oldest {days}",
        amount=amount, n=t.number(len(line.items)), days=days,
    )  # fmt: skip


def _worth(line: Line, t: Language) -> str:
    how = t("a contact by {channel} ({tone})", channel=t(line.channel), tone=t(line.tone))
    value = money(t, line.value, line.currency)
    if np.isfinite(line.days) and round(line.days, 1) > 0:
        return t(
            "{how} is expected to bring the money {days} days sooner and to be worth {value} more than silence",
            how=how, days=t.number(line.days, 1), value=value,
        )  # fmt: skip
    return t("{how} is expected to be worth {value} more than silence", how=how, value=value)
