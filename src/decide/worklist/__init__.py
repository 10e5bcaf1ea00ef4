"""Who is contacted today, by whom, and with which words."""

from .assign import NOT_DRAWN, assign, greedy
from .assigned import Assigned
from .line import Line
from .lines import lines
from .plan import Floor
from .served import served
from .texts import Speaker, read_texts
from .worklist import Worklist
from .write import worklist_files, write_worklist

__all__ = [
    "NOT_DRAWN",
    "Assigned",
    "Floor",
    "Line",
    "Speaker",
    "Worklist",
    "assign",
    "greedy",
    "lines",
    "read_texts",
    "served",
    "worklist_files",
    "write_worklist",
]
