"""Whether the customers and invoices that a policy names are there."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import PaybenchError
from ...ledger import Ledger
from .nodes import did_you_mean
from .policy import Policy


def check_names(policy: Policy, ledger: Ledger, segments: Iterable[str] | None = None) -> Policy:
    """The policy itself, if its overrides are about customers and invoices of a ledger.

    Parameters
    ----------
    segments : the names of segments that there are; None = they are not looked at.

    Raises
    ------
    PaybenchError
        If one is not: one line for each, with its place in the file. Such an override would do nothing.
    """
    customers = {*ledger.customers["customer_id"], *ledger.invoices["customer_id"]}
    known = {"customers": customers, "invoices": set(ledger.invoices["invoice_id"])}
    if segments is not None:
        known["segments"] = set(segments)
    wrong: list[tuple[int, str]] = []
    for level, names in known.items():
        for name, override in getattr(policy, level).items():
            if name not in names:
                place = f"{policy.source}, line {override.line}" if override.line else f"{policy.source}, {level}"
                near = did_you_mean(name, sorted(names)) if len(names) < 50_000 else ""
                what = level[:-1]
                wrong.append(
                    (override.line, f"{place}: the book '{ledger.name}' has no {what} '{name}'; correct it{near}.")
                )
    for collector in policy.collectors:
        wrong += [
            (0, f"{policy.source}, collector {collector.name}: the book '{ledger.name}' has no customer '{name}'.")
            for name in collector.customers
            if name not in customers
        ]
    if wrong:
        raise PaybenchError("\n".join(text for _, text in sorted(wrong)))
    return policy
