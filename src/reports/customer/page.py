"""The sheet as one self-contained HTML text, without a script."""

from __future__ import annotations

from importlib.resources import files

from ...pages import Language, Page
from ...pages import render as framed
from . import dealings
from .expected import expected, overdue, told
from .history import history, open_by_currency, profile
from .subject import Subject

_NAMES = {
    "promises": "promises",
    "contacts": "contacts",
    "disputes": "disputes",
    "messages": "messages",
    "unapplied": "money without an invoice",
}
"""What a customer may have none of."""


def render(s: Subject, t: Language) -> str:
    """The page.

    Raises
    ------
    ImportError
        If Jinja2 is not installed.
    """
    parts = {
        "promises": dealings.promises(s, t),
        "contacts": dealings.contacts(s, t),
        "disputes": dealings.disputes(s, t),
        "messages": dealings.messages(s, t),
        "unapplied": dealings.unapplied(s, t),
    }
    page = Page(
        template=_read("customer.html"),
        title=f"{s.name or s.customer}, {t.date(s.at)}",
        style=_read("customer.css"),
    )
    return framed(
        page,
        t,
        customer=s.customer,
        name="" if s.name == s.customer else s.name,
        book=s.book,
        at=t.date(s.at),
        version=s.version,
        profile=profile(s, t),
        currencies=open_by_currency(s, t),
        history=history(s, t),
        expected=expected(s, t),
        told=told(s, t),
        overdue=overdue(s, t),
        nothing=", ".join(t(_NAMES[name]) for name, part in parts.items() if not part["lines"]),
        days_after=dealings.AFTER,
        texts=s.texts,
        **parts,
    )


def _read(name: str) -> str:
    return files(__package__ or "paybench.reports.customer").joinpath(name).read_text(encoding="utf-8")
