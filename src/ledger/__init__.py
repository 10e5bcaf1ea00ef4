"""What happened: the tables of a book, reading and writing them, cutting them in time, settling invoices."""

from .book import Ledger, day
from .cut import as_of, known
from .schema import TABLES, conform
from .settle import settle
from .store import data_hash, read_ledger, write_ledger

__all__ = ["TABLES", "Ledger", "as_of", "conform", "data_hash", "day", "known", "read_ledger", "settle", "write_ledger"]
