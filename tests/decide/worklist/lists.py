"""A small worklist: two collectors, three currencies, five tones and four channels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from paybench.decide.dunning.policy import CHANNELS, TONES, Collector
from paybench.decide.worklist import Floor, Speaker, Worklist, assign, lines, served

AT = pd.Timestamp("2026-03-04")
SPEAKER = Speaker("Nordlicht Werkzeuge GmbH", "+49 30 5550 100", "buchhaltung@nordlicht.example")
ACTIONS = tuple(f"{channel}:{tone}" for channel, tone in product(CHANNELS, TONES))


def invoices(customers: int = 24, seed: int = 0) -> pd.DataFrame:
    """Open invoices; each customer has one to four, the first of which is the one that may be written about."""
    rng = np.random.default_rng(seed)
    rows = []
    for c in range(customers):
        country, currency = [("DE", "EUR"), ("GB", "GBP"), ("US", "USD"), ("FR", "EUR")][c % 4]
        for i in range(1 + c % 4):
            overdue = int(rng.integers(1, 60)) if i < 3 else -12
            amount = round(float(rng.lognormal(7.5, 1.0)), 2)
            rows.append(
                {
                    "invoice_id": f"INV-{c:05d}-{i:04d}",
                    "customer_id": f"C{c:05d}",
                    "name": f"Customer {c} {'Schraubenfabrik und Söhne GmbH & Co. KG' if c % 5 == 0 else 'Ltd'}",
                    "country": country,
                    "language": {"DE": "de", "GB": "en", "US": "en", "FR": "fr"}[country],
                    "currency": currency,
                    "amount_open": amount,
                    "claim": amount if c % 7 else round(amount * 0.75, 2),
                    "due_on": AT - pd.Timedelta(overdue, "D"),
                    "step": c % 3,
                    "contacts": c % 3,
                    "waited": 45 if c == 3 else c % 20,
                    "first_of": i == 0,
                }
            )
    return pd.DataFrame(rows)


def small_worklist(customers: int = 24, language: str = "en", seed: int = 0) -> Worklist:
    """Assigned, with its lines."""
    table = invoices(customers, seed)
    rng = np.random.default_rng(seed)
    accounts = table[table["first_of"]].reset_index(drop=True)
    accounts["amount"], accounts["age"] = accounts["amount_open"], (AT - accounts["due_on"]).dt.days
    days = rng.uniform(0.5, 9.0, (len(accounts), len(ACTIONS)))
    interest = days * accounts["amount"].to_numpy()[:, None] * 0.08 / 365
    loss = rng.uniform(0, 2.0, interest.shape)
    cost = np.array([{"email": 0.1, "letter": 2.0, "phone": 1.5, "sms": 0.15}[a.split(":")[0]] for a in ACTIONS])
    strain = np.array([0.05 * TONES.index(a.split(":")[1]) ** 2 for a in ACTIONS])
    permitted = rng.random(interest.shape) < 0.3
    assigned = assign(
        interest + loss - cost - strain, permitted, [a.split(":")[0] for a in ACTIONS],
        {"email": customers // 4, "letter": customers // 6, "sms": customers // 8},
        [
            Collector("Ada Brandt", {"phone": customers // 6}),
            Collector("Bob O'Hara", {"phone": customers // 6}, languages=("en", "fr")),
        ],
        accounts, Floor(30, 0.5),
    )  # fmt: skip
    chosen = np.flatnonzero(assigned.action >= 0)
    actions = assigned.action[chosen]
    found = pd.DataFrame(
        {
            "invoice_id": accounts["invoice_id"].to_numpy()[chosen],
            "action": [ACTIONS[a] for a in actions],
            "collector": assigned.collector[chosen],
            "value": assigned.value[chosen],
            "days_saved": days[chosen, actions],
            "interest": interest[chosen, actions],
            "loss": loss[chosen, actions],
            "contact": cost[actions],
            "strain": strain[actions],
            "first": assigned.first[chosen],
        }
    )
    joined = table.merge(found, on="invoice_id", how="left")
    return Worklist(
        "Nordlicht", AT, lines(joined, AT, SPEAKER, language=language), assigned,
        served(assigned, accounts), "Europe/Berlin", language,
    )  # fmt: skip
