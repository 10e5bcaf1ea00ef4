"""Which days, amounts, invoices and names a message tells of, each with the words it came from."""

from .dates import find_dates
from .find import find_slots
from .found import AmountSlot, DateSlot, InvoiceSlot, NameSlot, PlanSlot, Slots

__all__ = ["AmountSlot", "DateSlot", "InvoiceSlot", "NameSlot", "PlanSlot", "Slots", "find_dates", "find_slots"]
