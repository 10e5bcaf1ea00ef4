"""The customer sheet: everything about one customer on one page, for the call before and after a reminder."""

from .write import customer_sheet, write_customer

__all__ = ["customer_sheet", "write_customer"]
