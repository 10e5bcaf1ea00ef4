"""Does a simulated ledger look like real receivables: its figures beside published ones and beside a real book's."""

from .comparison import Comparison, compare
from .figures import Calibration, calibration
from .fit import Fit, fit
from .page import write_calibration

__all__ = ["Calibration", "Comparison", "Fit", "calibration", "compare", "fit", "write_calibration"]
