"""The account of one customer: two open invoices, others of which some are settled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd

TODAY = date(2025, 5, 14)
OPEN = pd.DataFrame(
    {
        "invoice_id": ["INV-004711", "INV-004712"],
        "amount_open": [Decimal("1234.5600"), Decimal("800.0000")],
        "currency": ["EUR", "EUR"],
        "due_on": [date(2025, 5, 1), date(2025, 5, 20)],
    }
)
KNOWN = ("INV-004711", "INV-004712", "INV-003001", "RE-2024/0017", "RE-2025/0017", "INV-000005")
TWO_CURRENCIES = OPEN.assign(currency=["EUR", "GBP"])
