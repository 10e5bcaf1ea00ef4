"""What must hold of a ledger before anything is learnt from it, asked with Great Expectations.

What is not met is graded. *refuse*: numbers contradict each other, an amount cannot be added up, or more than a tenth
of a table has the same fault: every number made from the ledger would be wrong, and the command ends with 1.
*quarantine*: these rows are wrong and the others are not; they are listed, and set aside where one asks for it.
*warn*: rows that count for nothing, look odd, or months far from the months before; they stay.
"""

from .docs import DOCS, write_docs
from .examine import Examination, check, examine
from .finding import Finding
from .quarantine import Quarantine, set_aside, write_quarantine

__all__ = [
    "DOCS",
    "Examination",
    "Finding",
    "Quarantine",
    "check",
    "examine",
    "set_aside",
    "write_docs",
    "write_quarantine",
]
