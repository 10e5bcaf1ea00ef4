"""paybench: who pays late, when the cash comes, and why. Import as ``import paybench as pb``."""

__version__ = "0.1.0"

from .errors import PaybenchError
from .ledger import Ledger, as_of, read_ledger, write_ledger

__all__ = ["Ledger", "PaybenchError", "as_of", "read_ledger", "write_ledger"]
