"""What a person has to see: found, put in a queue, and kept there until its cause is gone."""

from ..messages import recognised
from .carry import STATES
from .detect import exceptions, of_invoices
from .files import queue_files, read_queue, write_queue
from .kinds import KINDS, REPORTED, ROLES, Kind
from .queue import Queue, queue
from .routing import Routing
from .rows import COLUMNS, Exceptions
from .seen import flagged
from .sheet import Sheet, context_sheet

__all__ = [
    "COLUMNS",
    "KINDS",
    "REPORTED",
    "ROLES",
    "STATES",
    "Exceptions",
    "Kind",
    "Queue",
    "Routing",
    "Sheet",
    "context_sheet",
    "exceptions",
    "flagged",
    "of_invoices",
    "queue",
    "queue_files",
    "read_queue",
    "recognised",
    "write_queue",
]
