"""The measures by which finance judges receivables: ageing, DSO and its kin, roll rates, as known at any date."""

from . import formulas
from .ageing import ageing
from .catalogue import KPIS, Kpi
from .months import at_risk, movements
from .roll import roll_rates
from .table import kpi_history, kpi_table

__all__ = [
    "KPIS",
    "Kpi",
    "ageing",
    "at_risk",
    "formulas",
    "kpi_history",
    "kpi_table",
    "movements",
    "roll_rates",
]
