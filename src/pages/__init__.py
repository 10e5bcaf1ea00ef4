"""What every page for people has in common: its frame, its style, and its languages."""

from .file import with_workbench, write_page
from .frame import Page, render
from .language import LANGUAGES, Language, language

__all__ = ["LANGUAGES", "Language", "Page", "language", "render", "with_workbench", "write_page"]
