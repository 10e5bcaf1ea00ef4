"""Hypothesis strategies: policies and situations in which everything that holds dunning back happens often."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from paybench.decide.dunning import CHANNELS, TONES, Policy, Situation, Step
from paybench.decide.dunning.policy import Caps, Override, Pause
from paybench.ledger.schema import NO_DAY
from tests.decide.dunning.small import number
from tests.drawn import Pick

TODAYS = [number(date) for date in ("2025-04-17", "2025-04-18", "2025-04-19", "2025-04-22", "2025-05-05", "2025-01-31")]
"""Around Easter, on an ordinary Monday, and at the end of a month."""

CUSTOMERS = ("C1", "C2", "C3")
OVERDUE = (-30, -7, -2, -1, 0, 1, 2, 3, 4, 5, 9, 10, 12, 15, 21, 21, 21, 40, 40, 90)
AMOUNTS = (10.0, 20.0, 30.0, 12.34, 17.66)


def _steps(pick: Pick) -> tuple[Step, ...]:
    since, days, tone = pick(("due", "due", "month_end")), pick((-6, -2, 0, 3, 3, 10)), 0
    steps: list[Step] = []
    for _ in range(pick((1, 3, 4, 4))):
        tone = min(tone + pick((0, 1, 1, 2)), len(TONES) - 1)
        early = since == "due" and days < 0
        strength = 0 if early else tone
        if steps and pick((False, False, True)) and not early:
            steps.append(Step(pick((1, 7, 14)), pick(CHANNELS), TONES[strength], "last"))
        else:
            steps.append(Step(max(days, 0) if since != "due" else days, pick(CHANNELS), TONES[strength], since))
        days += pick((1, 4, 7, 11))
    return tuple(steps)


def _override(pick: Pick) -> Override:
    return Override(
        stop=pick((False,) * 4 + (True,)),
        until=pick((NO_DAY, *[day + k for day in TODAYS[:2] for k in (0, 1, 9)])),
        channel=pick(("", "", *CHANNELS)),
        steps=_steps(pick) if pick((False, False, True)) else (),
        solvent=pick((False, True)),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A valid policy; overrides are about the customers of :func:`situations` and their invoices."""
    pick = Pick(draw)
    actions = [f"{channel}:{tone}" for channel in CHANNELS for tone in TONES]
    more: dict[str, Any] = {"steps": _steps(pick)}
    pick = Pick(draw)
    more["actions"] = tuple(dict.fromkeys(pick(actions) for _ in range(pick((0, 0, 2, 4)))))
    more["instead"] = pick(((), ("email", "letter"), ("sms",), ("phone", "letter", "email")))
    more["caps"] = Caps(
        pick((None, 1, 2)), pick((None, 2, 4)), pick((None, 1, 3)), pick((None, 3, 10)), pick((0, 3, 7))
    )
    pick = Pick(draw)
    more["pause"] = Pause(
        pick((0, 3)), 0.5, pick((False, True)), pick((0.0, 0.3, 0.5, 1.0)), pick((0, 5)), pick((0, 3))
    )
    more["days"] = pick(((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), (5,), (0, 1, 2, 3, 4, 5, 6)))
    more["holidays"] = pick((True, True, False))
    more["thresholds"] = pick(({}, {"EUR": 20.0}, {"other": 30.0}, {"EUR": 12.34, "other": 0.01}))
    more["hold_out"], more["hold_out_gets"] = pick((0.0, 0.0, 0.5)), pick(("usual", "nothing"))
    for level, names in (("segments", ("big",)), ("customers", CUSTOMERS), ("invoices", ("1", "2"))):
        pick = Pick(draw)
        more[level] = {name: _override(pick) for name in names if pick((False, False, True))}
    return Policy("drawn", **more)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """1 to 8 open invoices of 1 to 3 customers in two currencies, on a day of :data:`TODAYS`."""
    pick = Pick(draw)
    today = pick(TODAYS)
    ago = [*[NO_DAY] * 6, *[today - k for k in (1, 3, 4, 5, 6, 7, 8, 30)]]
    owners: dict[str, dict[str, Any]] = {}
    for name in CUSTOMERS[: pick(range(1, 4))]:
        pick = Pick(draw)
        owners[name] = {
            "country": pick(("DE", "GB", "US", "", "XX")),
            "waiting_since": pick(ago),
            "allowed": [pick((True,) * 4 + (False,)) for _ in CHANNELS],
            "insolvent": pick((False,) * 14 + (True,)),
            "contacted_on": pick(ago),
            "contacts_7": pick((0, 0, 0, 1, 2)),
            "contacts_30": pick((0, 0, 1, 2, 4)),
            "calls_7": pick((0, 0, 1)),
            "segment": pick(("", "big")),
            "money": {"EUR": pick((0.0,) * 8 + (5.0, 10.0, 17.66, 30.0)), "USD": pick((0.0, 0.0, 12.34))},
        }
    rows: list[dict[str, Any]] = []
    for serial in range(pick(range(1, 9))):
        pick = Pick(draw)
        name = pick(list(owners))
        owner, currency = dict(owners[name]), pick(("EUR", "EUR", "EUR", "USD"))
        due, open_ = today - pick(OVERDUE), pick(AMOUNTS)
        owner["unapplied"] = owner.pop("money")[currency]
        rows.append(
            {
                "invoice_id": str(serial), "customer_id": name, "currency": currency, "issued": due - 30, "due": due,
                "amount_open": open_, "amount": open_ * pick((1.0, 2.0)),
                "disputed": pick((*[0.0] * 12, 5.0, 10.0, open_)),
                "promised_on": pick([*[NO_DAY] * 14, *[today + k for k in (-9, -4, -3, -1, 0, 1, 9)]]),
                "instalment": pick((False,) * 6 + (True,)), "step": pick((0, 0, 0, 0, 0, 1, 1, 2, 4)),
                "step_on": pick(ago), "contacts": pick((0, 0, 1, 3)), **owner,
            }
        )  # fmt: skip
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Situation(today=today, **columns)
