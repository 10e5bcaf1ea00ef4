"""Writing the model report."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...errors import PaybenchError
from ...features import Habits
from ...ledger import Ledger
from ...models.store.store import Store
from ...pages import language as spoken
from ...pages import with_workbench, write_page
from ...progress import say, without_widgets
from .explained import Changed, Explained, changed, explained
from .judged import as_rows, judged
from .moved import moved
from .page import Findings, as_html
from .subject import Subject, subject


def write_model(
    store: str | Path,
    out: str | Path,
    version: str | int = "champion",
    ledger: Ledger | None = None,
    language: str = "en",
    show: bool = False,
) -> None:
    """Write the report of one model version as one self-contained HTML file, whole or not at all.

    Everything in it was known when the version was trained, or is in the promotion log; it has no as_of of its own.

    Parameters
    ----------
    store : folder of the registry. out : the file to write.
    version : champion, challenger, previous_champion, a number, or ``latest``: what the latest training came to, which
        may have been declined.
    ledger : that was trained on; with it, drift is that of all rows that trained, else of those that judged.
    language : of the page. show : progress.

    Raises
    ------
    PaybenchError
        If ``out`` does not end in .html, there is no such store, version or language, the ledger is another one, the
        promotion log is broken, or the workbench is not installed.
    """
    write_page(out, lambda: model_report(store, version, ledger, language, show))


def model_report(
    store: str | Path,
    version: str | int = "champion",
    ledger: Ledger | None = None,
    language: str = "en",
    show: bool = False,
) -> str:
    """The model report as HTML (see :func:`write_model`); the same inputs give the same text."""
    t = spoken(language)
    with with_workbench():
        without_widgets()
        return as_html(findings(subject(Store.at(store), version), ledger, show), t)


def findings(about: Subject, ledger: Ledger | None = None, show: bool = False) -> Findings:
    """Everything that the report tells, as tables."""
    candidate = about.candidate
    if candidate.declined:
        return Findings(about)
    say("judging on the gate's rows", show)
    verdict = judged(candidate)
    say("explaining", show)
    rows, past = as_rows(candidate.rows).X, candidate.past
    why = explained(candidate.bundle, rows, past)
    if about.before is None or why is None:
        return Findings(about, verdict, why)
    say(f"comparing with {about.before.label}", show)
    theirs, change, cannot = _before(about.before, why, rows, past)
    return Findings(about, verdict, why, theirs, change, cannot, moved(candidate, about.before.candidate, ledger))


def _before(
    before: Subject, why: Explained, rows: pd.DataFrame, past: Habits
) -> tuple[Explained | None, Changed | None, str]:
    """The earlier version's explanation of the same rows, or why there is none."""
    try:
        theirs = explained(before.candidate.bundle, rows, past)
    except PaybenchError as error:  # of another format, or with features that are no more
        return None, None, str(error)
    return theirs, None if theirs is None else changed(why, theirs), ""
