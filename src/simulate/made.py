"""What ``paybench ledger simulate`` makes: a ledger, and if wanted its likeness, its report and its messy exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import PaybenchError
from ..ledger import read_ledger
from ..progress import say, track
from .calibration import calibration, fit, write_calibration
from .calibration.comparison import distance
from .calibration.fit import Fit, named
from .exports import write_export
from .policies import POLICIES
from .settings import HIDDEN, Settings
from .world import stream_world

REPORT = "calibration.html"
"""Name of the calibration page in a ledger folder."""


NO_LIKENESS = 10.0
"""Percentage points between the curves of days late beyond which a fitted world is none."""


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
    like = read_ledger(wanted.like) if wanted.like is not None else None
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
            off = distance(calibration(ledger), calibration(like))
            answer["fit"] = {"parameters": found.parameters, "distance": off, "before": found.before}
            said.append(_fitted(off, found))
        for layout in dict.fromkeys(wanted.layouts):
            faults = write_export(ledger, new / layout, layout, wanted.seed)
            answer[layout] = {"folder": str(out / layout), "faults": len(faults)}
            said.append(f"export as {layout} with {len(faults)} faults, listed in {out / layout / 'faults.csv'}")
        if wanted.report is not None:
            inside = wanted.report == Path()
            parameters = named(found.parameters) if found else None
            comparison = write_calibration(new / REPORT if inside else wanted.report, ledger, like, parameters)
            answer.update(report=str(out / REPORT if inside else wanted.report), calibration=comparison.as_dict())
            said.extend([str(comparison), f"report  {answer['report']}"])

    policy = POLICIES[wanted.policy]
    rows = stream_world(
        out, customers, months, wanted.seed, start, progress=watch, policy=policy, settings=settings, finish=finish
    )
    first = f"{rows['invoices']} invoices and {rows['payments']} payments written to {out}"
    return rows | answer, "\n".join([first, *said])


def _check(out: Path, wanted: Wanted) -> None:
    """See before any work that nothing of the user's own would be lost."""
    if wanted.like is not None and wanted.like.resolve() == out.resolve():
        raise PaybenchError(f"--out and --like are both {out}; give --out another name, the book would be replaced.")
    if (out / "import.json").exists():
        raise PaybenchError(f"{out} holds an imported book; give --out another name, it would be replaced.")
    report = wanted.report
    if report is not None and report != Path():
        if report.suffix.lower() not in (".html", ".htm") or report.is_dir():
            raise PaybenchError(
                f"The report cannot be written to {report}; give the name of a file that ends in .html."
            )
        if report.resolve().is_relative_to(out.resolve()):
            raise PaybenchError(f"{report} lies in the ledger's folder; --report without a name writes it there.")
        if not report.resolve().parent.is_dir():
            raise PaybenchError(f"There is no folder {report.parent} to write the report to; make it first.")


def _fitted(off: float, found: Fit) -> str:
    if off > NO_LIKENESS:
        return (
            f"this is no likeness: the curves of days late differ by {off:.1f} percentage points on average "
            f"({found.before:.1f} before the fit); the book pays in a way that this world does not know"
        )
    return (
        f"days late: the curves differ by {off:.1f} percentage points on average "
        f"({found.before:.1f} before the fit, {found.worlds} worlds drawn)"
    )


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
