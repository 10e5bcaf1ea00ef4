"""The machinery: a ledger as integer arrays, the states of its invoices, and sums over what holds at a day."""
