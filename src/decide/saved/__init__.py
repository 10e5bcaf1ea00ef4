"""Forecasts as folders: made, written, read, told on a terminal, and compared with what came."""

from .compare import Comparison, compare
from .saved import Saved, read_forecast, write_forecast

__all__ = ["Comparison", "Saved", "compare", "read_forecast", "write_forecast"]
