"""What came of each contact, row by row, as anybody would read it in the ledger."""

from __future__ import annotations

from typing import Any

import pandas as pd

from paybench.ledger import Ledger, settle

DAY = pd.Timedelta(1, "D")


def outcomes(cut: Ledger, at: pd.Timestamp) -> list[dict[str, Any]]:
    settled = dict(zip(cut.invoices["invoice_id"], settle(cut)["settled_on"], strict=True))
    contacts = cut.contacts.to_dict("records")
    return [outcome(cut, at, row, contacts, settled) for row in contacts]


def outcome(
    cut: Ledger, at: pd.Timestamp, row: dict[Any, Any], contacts: list[dict[Any, Any]], settled: dict[Any, Any]
) -> dict[str, Any]:
    sent, who = row["sent_on"], row["customer_id"]
    others = [c["sent_on"] for c in contacts if c["customer_id"] == who and c["sent_on"] > sent]
    last = min([sent + 14 * DAY, *(day - DAY for day in others)])
    written = [m for m in cut.messages.to_dict("records") if m["customer_id"] == who]
    named, loose = [], []
    for promise in cut.promises.to_dict("records"):
        if promise["customer_id"] == who and sent <= promise["made_on"] <= last:
            if pd.isna(promise["invoice_id"]):
                loose.append(promise)
            elif promise["invoice_id"] == row["invoice_id"]:
                named.append(promise)
    said = max(named or loose, key=lambda p: (p["made_on"], p["promised_on"], p["promise_id"]), default=None)
    due = said is not None and said["promised_on"] < at
    found = {
        "weekday": f"{sent:%A}",
        "ripe": sent + 14 * DAY < at,
        "answered": any(sent <= m["received_on"] <= last for m in written),
        "promised": said is not None,
        "promise_due": due,
        "kept": due and kept(cut, said, settled),
    }
    for k in (7, 14, 30):
        known = row["invoice_id"] in settled
        when = settled.get(row["invoice_id"])
        ripe = known and not (when < sent) and sent + k * DAY < at
        found |= {f"matured_{k}": ripe, f"paid_{k}": ripe and bool(when <= sent + k * DAY)}
    return found


def kept(cut: Ledger, promise: dict[Any, Any] | None, settled: dict[Any, Any]) -> bool:
    assert promise is not None
    invoice = promise["invoice_id"]
    if settled.get(invoice, pd.NaT) <= promise["promised_on"]:
        return True
    came = sum(
        round(p["amount"] * 10_000)
        for p in cut.payments.to_dict("records")
        if not pd.isna(invoice) and p["invoice_id"] == invoice and p["kind"] != "write_off"
        and promise["made_on"] <= p["paid_on"] <= promise["promised_on"]
    )  # fmt: skip
    amount = promise["amount"]
    return not pd.isna(amount) and came >= round(amount * 10_000) - round(cut.tolerance * 10_000)
