"""Open invoices and a bundle in, the score table out: in memory, or from folder to file for books of any size.

Needs the base install only.
"""

from .book import check_fits, score
from .folder import score_folder
from .rows import CHUNK, COLUMNS
from .write import check_ending, write_scores

__all__ = ["CHUNK", "COLUMNS", "check_ending", "check_fits", "score", "score_folder", "write_scores"]
