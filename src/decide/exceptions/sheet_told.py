"""A context sheet for a terminal of 80 columns, in plain letters."""

from __future__ import annotations

from typing import Any

from ...explain.numbers import money
from .rows import told_date
from .told import paragraph, short, table

_AGES = 12  # width of a column of ages


def told(data: dict[str, Any]) -> str:
    """The sheet, from what is open to what to do next."""
    who = " ".join(filter(None, (data["customer_id"], data["name"], data["country"] and f"({data['country']})")))
    since = f", customer since {told_date(data['since'])}" if data["since"] else ""
    lines = paragraph(f"{who}{since}, as known at the start of {told_date(data['as_of'])}")
    if data["next_step"]:
        lines += ["", *paragraph(f"Proposed: {data['next_step']}")]
    if data["policy"]:
        lines += ["", *paragraph(f"Policy: {data['policy']}")]
    if data["exceptions"]:
        lines += _section("What a person has to see")
        for row in data["exceptions"]:
            lines += paragraph(f"- {row['reason']} ({row['owner']}{_by(row)})", "  ")
    lines += _open(data) + _invoices(data) + _payments(data) + _promises(data)
    lines += _section("Disputes", data["disputes"])
    for row in data["disputes"]:
        end = f"closed {told_date(row['closed_on'])}" if row["closed_on"] else "open"
        amount = "all of it" if row["amount"] is None else money(row["amount"], 2)
        lines += paragraph(
            f"{told_date(row['opened_on'])}: {row['invoice_id']}, {row['reason'] or 'no reason'}, {amount}, {end}", "  "
        )
    lines += _section("Last contacts", data["contacts"])
    for row in data["contacts"]:
        what = ", ".join(filter(None, (row["channel"], row["tone"], row["invoice_id"])))
        lines += paragraph(f"{told_date(row['sent_on'])}: {what}", "  ")
    lines += _section("Last messages", data["messages"])
    for row in data["messages"]:
        meaning = (row["meaning"] or "not understood").replace("_", " ")
        lines += paragraph(f"{told_date(row['received_on'])} ({row['channel']}, {meaning}): {row['text']}", "  ")
    return "\n".join(lines)


def _section(title: str, rows: Any = True) -> list[str]:
    return ["", f"{title}{'' if rows else ': none'}"]


def _by(row: dict[str, Any]) -> str:
    return f", by {told_date(row['deadline'])}" if row.get("deadline") else ""


def _open(data: dict[str, Any]) -> list[str]:
    """By currency and age; what has no amount anywhere is left out."""
    rows = data["open"]
    lines = _section("Open by days overdue", rows)
    if rows:
        names = [name for name in rows[0] if name != "currency"]
        names = [name for name in names if name == "balance" or any(row[name] for row in rows)]
        lines += table(
            ["", *names],
            [[f"  {row['currency']}", *(short(row[name]) if row[name] else "-" for name in names)] for row in rows],
            [-7, *[_AGES - 1 - (len(names) > 6) * 2] * len(names)],
        )
    return lines


def _invoices(data: dict[str, Any]) -> list[str]:
    lines = _section("Largest open invoices", data["invoices"])
    for row in data["invoices"]:
        when = row["days_overdue"]
        due = f"{when} days overdue" if when > 0 else f"due {told_date(row['due_on'])}"
        said = []
        if row.get("p_late") is not None:
            said.append(f"risk {row['risk']}")
        if row.get("pay_on_p50"):
            said.append(f"expected {told_date(row['pay_on_p50'])}")
        head = f"{row['invoice_id']}: {row['currency']} {money(row['amount_open'], 2)}, {due}"
        lines += paragraph("; ".join([head, *said]), "  ")
        for reason in row.get("reasons", [])[:2]:
            lines += paragraph(reason.replace("\N{NO-BREAK SPACE}", " "), "    ")
    return lines


def _payments(data: dict[str, Any]) -> list[str]:
    lines = _section("Last payments", data["payments"])
    for row in data["payments"]:
        kind = "" if row["kind"] == "payment" else f", {row['kind'].replace('_', ' ')}"
        what = row["invoice_id"] or "names no invoice"
        lines += paragraph(
            f"{told_date(row['paid_on'])}: {row['currency']} {money(row['amount'], 2)}, {what}{kind}", "  "
        )
    return lines


def _promises(data: dict[str, Any]) -> list[str]:
    said = data["promises"]
    counted = ", ".join(f"{said[name]} {name}" for name in ("kept", "broken", "open", "unclear") if said[name])
    lines = ["", f"Promises: {counted or 'none'}"]
    for row in said["latest"]:
        amount = "" if row["amount"] is None else f", {money(row['amount'], 2)}"
        lines += paragraph(
            f"{told_date(row['made_on'])}: {row['invoice_id'] or 'no invoice'}{amount} by "
            f"{told_date(row['promised_on'])}: {row['outcome']}",
            "  ",
        )
    return lines
