"""The cash that will come: what is open, when it is paid, what goes together, and how sure that is."""

from .forecast import Forecast, forecast
from .items import OpenItems, open_items
from .learned import Learned, learn
from .past import look_back
from .scenarios import Scenario

__all__ = ["Forecast", "Learned", "OpenItems", "Scenario", "forecast", "learn", "look_back", "open_items"]
