"""What ``paybench ledger simulate`` makes: a ledger, and if wanted its likeness, its report and its messy exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import PaybenchError
from ..ledger import read_ledger
from ..progress import say, track
from .calibration import Comparison, fit, write_calibration
from .calibration.fit import Fit
from .exports import write_export
from .policies import POLICIES
from .settings import HIDDEN, Settings
from .world import stream_world

REPORT = "calibration.html"
"""Name of the calibration page in a ledger folder."""


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
    like = read_ledger(wanted.like) if wanted.like is not None else None
    settings, found = Settings.mode(wanted.mode), None
    customers, months, start = wanted.customers or 300, wanted.months or 24, wanted.start or "2024-01-01"
    if like is not None:
        say(f"fitting a world to '{like.name}'", show)
        found = fit(
            like, worlds=wanted.worlds, progress=lambda n: say(f"fitting: {n} worlds drawn", show and n % 25 == 0)
        )
        settings = found.settings if wanted.mode == "easy" else _hard(found.settings)
        customers, months = wanted.customers or found.customers, wanted.months or found.months
        start = wanted.start or found.start

    def watch(firsts: Iterable[int]) -> Iterable[int]:
        return track(list(firsts), "simulating", show)

    rows = stream_world(
        out, customers, months, wanted.seed, start, progress=watch, policy=POLICIES[wanted.policy], settings=settings
    )
    answer: dict[str, Any] = dict(rows)
    said = [f"{rows['invoices']} invoices and {rows['payments']} payments written to {out}"]
    if found is not None:
        answer["fit"] = {"parameters": found.parameters, "distance": found.distance, "before": found.before}
        said.append(_fitted(found))
    ledger = read_ledger(out) if wanted.layouts or wanted.report is not None else None
    for layout in wanted.layouts:
        assert ledger is not None
        faults = write_export(ledger, out / layout, layout, wanted.seed)
        answer[layout] = {"folder": str(out / layout), "faults": len(faults)}
        said.append(f"export as {layout} with {len(faults)} planted faults, listed in {out / layout / 'faults.csv'}")
    if wanted.report is not None:
        assert ledger is not None
        file = out / REPORT if wanted.report == Path() else wanted.report
        comparison: Comparison = write_calibration(file, ledger, like, found.parameters if found else None)
        answer |= {"report": str(file), "calibration": comparison.as_dict()}
        said += [str(comparison), f"report  {file}"]
    return answer, "\n".join(said)


def _fitted(found: Fit) -> str:
    return (
        f"days late: the curves differ by {found.distance:.1f} percentage points on average "
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
