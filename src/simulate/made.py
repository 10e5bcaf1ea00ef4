"""What ``paybench ledger simulate`` makes: a ledger, and if wanted its likeness, its report and its messy exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import PaybenchError
from ..ledger import Ledger, read_ledger
from ..progress import say, track
from .calendar import EARLIEST_START, check_window
from .calibration import calibration, fit, write_calibration
from .calibration.comparison import Gaps, gaps
from .calibration.fit import LABELS, Fit, named, notes
from .calibration.page import MARK
from .exports import EXPORTS, write_export
from .place import REPORT, check_page, check_place, resolved
from .policies import POLICIES
from .settings import HIDDEN, Settings
from .world import stream_world

NO_LIKENESS = 10.0
"""Percentage points between the curves of days late, on average where the book's moves, beyond which a fitted world is
no likeness."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; None = the usual, or what the book to resemble shows.

    Attributes
    ----------
    like : folder of a ledger to resemble. worlds : how many the fit may draw.
    report : file of the calibration page; ``Path()`` = in the ledger folder.
    layouts : of messy exports to write beside the tables.
    """

    customers: int | None = None
    months: int | None = None
    start: str | None = None
    seed: int = 0
    mode: str = "easy"
    policy: str = "ladder"
    like: Path | None = None
    worlds: int = 150
    report: Path | None = None
    layouts: tuple[str, ...] = ()


def make(out: Path, wanted: Wanted, show: bool) -> tuple[dict[str, Any], str]:
    """Simulate and write everything; returns what was written, JSON-able, and the same in words.

    Raises
    ------
    PaybenchError
        As :func:`~.world.stream_world` and :func:`~.calibration.fit`; if what a report or a fit needs is not installed.
    """
    if wanted.report is not None or wanted.like is not None:
        _workbench()
    _check(out, wanted)
    like = _book(wanted.like) if wanted.like is not None else None
    settings, found = Settings.mode(wanted.mode), None
    customers, months, start = (
        wanted.customers or 300,
        wanted.months or 24,
        "2024-01-01" if wanted.start is None else wanted.start,
    )
    if like is not None:
        say(f"fitting a world to '{like.name}'", show)
        found = fit(
            like, worlds=wanted.worlds, progress=lambda n: say(f"fitting: {n} worlds drawn", show and n % 25 == 0)
        )
        settings = found.settings if wanted.mode == "easy" else _hard(found.settings)
        customers, months = wanted.customers or found.customers, wanted.months or found.months
        start = found.start if wanted.start is None else wanted.start

    def watch(firsts: Iterable[int]) -> Iterable[int]:
        return track(list(firsts), "simulating", show)

    answer: dict[str, Any] = {}
    said: list[str] = []

    def finish(new: Path) -> None:
        """Exports and report are part of the new folder: it is replaced whole, or not at all."""
        if not (wanted.layouts or like is not None or wanted.report is not None):
            return
        ledger = read_ledger(new)
        if found is not None and like is not None:
            off = gaps(calibration(ledger), calibration(like))
            answer["fit"] = {
                "parameters": found.parameters, "counted": found.counted, "at_bounds": sorted(found.at_bounds),
                "drawn_with": {"mode": "easy", "policy": "ladder"}, "worlds": found.worlds,
                "gaps": None if off is None else asdict(off), "before": asdict(found.before),
            }  # fmt: skip
            said.append(_fitted(off, found))
            if (wanted.mode, wanted.policy) != ("easy", "ladder"):
                said.append(
                    "the fit drew worlds of the easy mode with the ladder; this one is of the "
                    f"{wanted.mode} mode with the policy {wanted.policy}"
                )
        for layout in dict.fromkeys(wanted.layouts):
            faults = write_export(ledger, new / layout, layout, wanted.seed)
            answer[layout] = {"folder": str(out / layout), "faults": len(faults)}
            said.append(f"export as {layout} with {len(faults)} faults, listed in {out / layout / 'faults.csv'}")
        if wanted.report is not None:
            inside = wanted.report == Path()
            told = (named(found.parameters), named(found.counted), notes(found)) if found else ()
            comparison = write_calibration(new / REPORT if inside else wanted.report, ledger, like, *told)
            answer.update(report=str(out / REPORT if inside else wanted.report), calibration=comparison.as_dict())
            said.extend([str(comparison), f"report  {answer['report']}"])

    policy = POLICIES[wanted.policy]
    rows = stream_world(
        out, customers, months, wanted.seed, start, progress=watch, policy=policy, settings=settings, finish=finish
    )
    first = f"{rows['invoices']} invoices and {rows['payments']} payments written to {out}"
    return rows | answer, "\n".join([first, *said])


def _book(folder: Path) -> Ledger:
    """The book to resemble; its folder tells more than a name that it has from the format of its export."""
    book, place = read_ledger(folder), folder.resolve().name
    return book if book.name == place else replace(book, name=f"{place} ({book.name})" if book.name else place)


def _check(out: Path, wanted: Wanted) -> None:
    """See before any work that it can be done, and that nothing of the user's own would be lost."""
    place = resolved(out, "--out")
    if wanted.like is not None and resolved(wanted.like, "--like") == place:
        raise PaybenchError(f"--out and --like are both {out}; give --out another name, the book would be replaced.")
    check_place(out, EXPORTS)
    # When the book to resemble begins is not known yet: what no book could make good is refused before it is fitted.
    usual = "2024-01-01" if wanted.like is None else f"{EARLIEST_START:%Y-%m-%d}"
    check_window(wanted.months or (24 if wanted.like is None else 1), usual if wanted.start is None else wanted.start)
    report = wanted.report
    if report is not None and report != Path():
        if report.suffix.lower() not in (".html", ".htm") or report.is_dir():
            raise PaybenchError(
                f"The report cannot be written to {report}; give the name of a file that ends in .html."
            )
        target = resolved(report, "--report")
        if target.is_relative_to(place):
            raise PaybenchError(f"{report} lies in the ledger's folder; --report without a name writes it there.")
        if not target.parent.is_dir():
            raise PaybenchError(f"There is no folder {report.parent} to write the report to; make it first.")
        check_page(report, MARK)


def _fitted(off: Gaps | None, found: Fit) -> str:
    if off is None:
        return "nothing in this world is old enough to be held against the book's days late"
    told = f"the curves of days late differ {off}".replace("\N{MINUS SIGN}", "-")
    told += f" ({found.before.moving:.1f} where it moves before the fit, {found.worlds} worlds drawn)"
    if off.moving > NO_LIKENESS:
        told = f"this is no likeness: {told}; the book pays in a way that this world does not know"
    edge = [f"{label} = {found.at_bounds[name]:.3g}" for name, label in LABELS.items() if name in found.at_bounds]
    return told + (f"; at the edge of what is tried: {', '.join(edge)}" if edge else "")


def _hard(settings: Settings) -> Settings:
    """The hard world with the fitted numbers."""
    others = tuple(replace(t, share=t.share * (1 - HIDDEN.share)) for t in settings.types)
    return replace(settings, hard=True, types=(*others, HIDDEN))


def _workbench() -> None:
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
        import scipy  # noqa: F401
    except ImportError as error:
        raise PaybenchError(
            f"A report or a fit needs {error.name}, which the base install leaves out: "
            "pip install 'paybench[workbench]'."
        ) from None
