"""What the API's description says of a request and of its answers."""

from __future__ import annotations

from typing import Any

from ..ledger.schema import TABLES, Column
from .wire import NEEDED

ABOUT = """\
Scores open invoices by the champion of a store: the same numbers, reasons and flags as 'paybench score'.

Dates are written 2026-01-31 and are calendar days; as_of is the start of that day, and what is dated on it or later \
has no influence. Probabilities and amounts are JSON numbers that read back to the same float64. What is empty is null.

What cannot be answered gets a status above 399 and {"error": "one sentence"}; every answer has an X-Request-Id.\
"""

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "the scores"},
    401: {"description": "a token is asked for, and is missing or wrong"},
    422: {"description": "something in the request is wrong: the sentence says what, and what is allowed"},
    500: {"description": "this should not have happened; the id in the sentence is in the server's log"},
    503: {"description": "there is no champion that can be read, or too much to do; ask again"},
}
BODY_ANSWERS = ANSWERS | {
    408: {"description": "the body did not come in time"},
    413: {"description": "too many bytes or rows"},
    415: {"description": "the body is not sent as application/json"},
}
ONE_ANSWERS = ANSWERS | {404: {"description": "no such invoice is open on that day"}}

_TYPES: dict[str, dict[str, Any]] = {
    "id": {"type": "string"},
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "amount": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
}

_EXAMPLE = {
    "as_of": "2026-01-01",
    "invoices": [
        {
            "invoice_id": "A-1",
            "customer_id": "C-1",
            "issued_on": "2025-12-01",
            "due_on": "2025-12-31",
            "amount": "1200.00",
            "currency": "EUR",
        }
    ],
    "payments": [
        {
            "payment_id": "P-1",
            "customer_id": "C-1",
            "invoice_id": "A-1",
            "paid_on": "2025-12-20",
            "amount": 200,
            "currency": "EUR",
            "kind": "payment",
        }
    ],
}


def request_body() -> dict[str, Any]:
    """OpenAPI of the body of a request: the tables of a ledger, and as_of."""
    tables = {
        name: {
            "type": "array",
            "description": f"rows of the ledger's table {name}",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": [c.name for c in table.columns if c.required],
                "properties": {c.name: _of(c) for c in table.columns},
            },
        }
        for name, table in TABLES.items()
    }
    settings = {
        "as_of": {"type": "string", "format": "date", "description": "the decision's day; nothing later is known"},
        "book": {"type": "string", "description": "name of the book; the champion's, where none is given"},
        "grace_days": {"type": "integer", "description": "days after due that are not late; the champion's"},
    }
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["as_of", *NEEDED],
        "properties": settings | tables,
    }
    return {"required": True, "content": {"application/json": {"schema": schema, "example": _EXAMPLE}}}


def _of(column: Column) -> dict[str, Any]:
    kind = _TYPES[column.kind]
    if not column.required:
        kind = {"anyOf": [*kind.get("anyOf", [kind]), {"type": "null"}]}
    return kind | {"description": column.meaning}
