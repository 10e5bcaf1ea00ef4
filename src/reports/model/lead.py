"""What stands first: how good a version is, how far to trust it, and what it was made from, in plain words."""

from __future__ import annotations

from typing import Any

from ...models.judge.compare import EMPIRICAL, MODEL
from ...models.training.card import OFF
from ...pages import Language
from .said import date, number, share, signed


def lead(about: dict[str, Any], card: dict[str, Any], t: Language) -> list[str]:
    """How good it is, and how far to trust it, in plain words.

    Parameters
    ----------
    about : candidate.json. card : the model card.
    """
    ours, judged = card["figures"][MODEL], card["judged_on"]
    lines = [
        t(
            "It was judged on {n} later invoices of {customers} customers, which neither tuning nor fitting had seen: "
            "of a late and a punctual invoice it gave the late one the higher risk in {auc} of 100 pairs.",
            n=t.number(judged["invoices"]),
            customers=t.number(judged["customers"]),
            auc=t.number(100 * ours["auc"]),
        )
    ]
    lines += _gain(about["skill"], t)
    off = 100 * (judged["said"] - judged["late"])
    if abs(off) > 100 * OFF:
        sentence = (
            "Its probabilities were too low on the whole: {said} were said to be late, {late} were."
            if off < 0
            else "Its probabilities were too high on the whole: {said} were said to be late, {late} were."
        )
        lines.append(t(sentence, said=share(t, judged["said"]), late=share(t, judged["late"])))
    order = t("Trust the order of invoices and sums over many of them.")
    if abs(off) > 100 * OFF:
        order = t(
            "Trust the order of invoices; read sums over many of them with those {n} points in mind.",
            n=t.number(abs(off)),
        )
    single = t(
        "Of a single invoice it gives a chance, not an outcome: over many alike its probability is off by {ece} points "
        "on average, and its expected day by {mae} days.",
        ece=t.number(100 * ours["ece"]),
        mae=t.number(ours["mae"]),
    )
    lines.append(f"{order} {single}")
    return lines


def _gain(skill: dict[str, list[float]], t: Language) -> list[str]:
    """Whether it beats the customer's own past, and on what; only an interval above 0 is a proof."""
    named = {
        "log_loss": t("whether an invoice is paid late"),
        "mae": t("the day of payment"),
        "crps": t("the range of days"),
    }
    said = {loss: t("{what} by {gain}", what=named[loss], gain=share(t, values[0])) for loss, values in skill.items()}
    proven = [said[loss] for loss, (_, low, _) in skill.items() if low > 0]
    open_ = [named[loss] for loss, (_, low, _) in skill.items() if low <= 0]
    lines = []
    if proven:
        lines.append(t("It tells better than each customer's own past does: {what}.", what=", ".join(proven)))
    if open_:
        lines.append(t("No gain over the customer's own past is proven on: {what}.", what=", ".join(open_)))
    return lines


def tiles(about: dict[str, Any], card: dict[str, Any], t: Language) -> list[dict[str, str]]:
    """Five figures, each with a name and what to hold it against."""
    figures = card["figures"]
    ours, theirs = figures[MODEL], figures[EMPIRICAL]
    gain, low, high = about["skill"]["crps"]
    beside = t("{value} by the customer's own past", value="{value}")
    return [
        {
            "name": t("Late one ranked first"),
            "value": t("{auc} of 100", auc=t.number(100 * ours["auc"])),
            "note": t("a coin: 50; AUC {auc}", auc=number(t, ours["auc"], 3)),
        },
        {
            "name": t("Gain over the customer's past"),
            "value": signed(t, gain),
            "note": t("CRPS; 95 % interval {low} to {high}", low=signed(t, low), high=signed(t, high)),
        },
        {
            "name": t("Probabilities off by"),
            "value": t("{n} points", n=number(t, 100 * ours["ece"], 1)),
            "note": beside.replace("{value}", number(t, 100 * theirs["ece"], 1)),
        },
        {
            "name": t("Pay day off by"),
            "value": t("{n} days", n=number(t, ours["mae"], 1)),
            "note": beside.replace("{value}", number(t, theirs["mae"], 1)),
        },
        {
            "name": t("80 % ranges that held"),
            "value": share(t, ours["coverage_80"], 0),
            "note": t("80 % is ideal"),
        },
    ]


def data(card: dict[str, Any], t: Language) -> list[str]:
    """What was known, what judged, how it was treated, and what counts as late."""
    rows, treated = card["rows"], card["treated"]
    lines = [
        t(
            "{issued} invoices were known. Of {matured} the outcome is known, as they fell due more than {days} days "
            "before; {waiting} fell due later or are not due yet; {cancelled} were cancelled and are left out.",
            **{name: t.number(rows[name]) for name in ("issued", "matured", "waiting", "cancelled")},
            days=card["horizon"],
        )
    ]
    if "judged_on" in card:
        judged = card["judged_on"]
        lines.append(
            t(
                "It was judged on the latest {n}, issued from {first} to {last}, {late} of them late, by a twin of the "
                "same recipe fitted on the {fitted} whose outcome was known before; then it was fitted on all.",
                n=t.number(judged["invoices"]),
                first=date(t, judged["from"]),
                last=date(t, judged["until"]),
                late=share(t, judged["late"]),
                fitted=t.number(judged["fitted_on"]),
            )
        )
    if rows["matured"] and not any(treated.values()):
        lines.append(t("No contact with these customers is recorded."))
    elif rows["matured"]:
        lines.append(
            t(
                "Those customers were treated: {before} of the invoices went to customers contacted in the 90 days "
                "before, {during} were contacted before their own outcome.",
                before=share(t, treated["before_issue"]),
                during=share(t, treated["before_outcome"]),
            )
        )
    if "judged_on" in card:
        lines.append(
            t(
                "Days late beyond {days} count as {days}: {share} of the judged invoices were beyond. Late means more "
                "than {grace} days after the due date.",
                days=card["horizon"],
                share=share(t, card["judged_on"]["beyond"]),
                grace=card["grace_days"],
            )
        )
    return lines


def tuning_line(tuning: dict[str, Any], t: Language) -> str:
    """What tuning bought."""
    if "log_loss" not in tuning:
        return t("Nothing was tuned: the defaults were taken.")
    gain, low, high = tuning["log_loss"]
    if not any(any(tuning.get(loss, ())) for loss in ("log_loss", "mae", "crps")):
        return t("Tuning, {n} trials: the defaults were the best.", n=t.number(tuning["trials"]))
    return t(
        "Tuning, {n} trials, changed the log loss by {gain} (95 % interval {low} to {high}; more is better).",
        n=t.number(tuning["trials"]),
        gain=signed(t, gain),
        low=signed(t, low),
        high=signed(t, high),
    )
