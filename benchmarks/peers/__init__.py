"""The features at issue as experts of other libraries compute them, and the book on which the sides are compared.

``pandas_way`` and ``polars_way`` are written for speed, ``textbook_way`` as pandas ordinarily is. All peers read the
Parquet files of a ledger and count on what ``book.check`` asserts. All sides return the same table: ``invoice_id``,
``customer_id``, ``as_of`` and one column for each of NAMES, in the ledger's order.
"""

NAMES = (
    *("amount", "terms_days"),
    *("due_weekday", "due_to_month_end", "due_to_quarter_end"),
    *("age_days", "days_to_due", "paid_share"),
    *("n_issued", "n_settled", "cold_start", "late_share"),
    *("days_late_mean", "days_late_sd", "days_to_pay_mean", "days_to_pay_sd", "days_late_by_amount", "days_late_last"),
    *("days_late_mean_3", "days_late_mean_5", "days_late_mean_10"),
    *("late_share_10", "days_late_max_10", "days_late_median_10"),
    *("n_settled_90", "late_share_90", "days_late_mean_90", "days_late_mean_180"),
    *("n_settled_365", "late_share_365", "days_late_mean_365"),
    *("days_late_decayed", "days_late_trend", "days_late_trend_90", "late_share_due", "late_share_due_10"),
    *("days_since_payment", "pay_weekday", "pay_weekday_share", "pay_month_day", "part_share"),
    *("open_count", "open_amount", "overdue_count", "overdue_amount", "oldest_overdue"),
    *("amount_to_usual", "credit_used"),
)
"""Features that all sides compute. Left out are those that need banks' working days, disputes or unapplied money, or
that the peers' assumptions leave without content (currency, instalment)."""

OF_SETTLED = {
    "days_late_last": "last",
    "days_late_mean_3": "dl_3",
    "days_late_mean_5": "dl_5",
    "days_late_mean_10": "dl_10",
    "late_share_10": "late_10",
    "days_late_max_10": "max",
    "days_late_median_10": "median",
    "pay_weekday": "weekday",
    "pay_month_day": "day",
}
"""Features that are columns of the peers' streams of settled invoices, and which."""
