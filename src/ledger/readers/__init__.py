"""Exports of other systems, read into a ledger: files and databases, row by row accepted or set aside."""
