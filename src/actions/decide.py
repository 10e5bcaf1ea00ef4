"""What follows from what the champion says: the cash that will come, and whom to contact."""

from __future__ import annotations

import argparse

from .answer import Answer, ledger_of, shown


def forecast(options: argparse.Namespace) -> Answer:
    """Forecast the cash of a book, or compare a saved forecast with what came."""
    if options.compare is not None:
        return _compare(options)
    if options.out is None:
        options.wrong("give --out DIR, the folder of the forecast")
    from ..decide.cash.scenarios import Scenario
    from ..decide.saved.made import make_forecast

    scenario = Scenario.of(options.scenario)
    found = make_forecast(
        ledger_of(options),
        options.as_of,
        options.out,
        options.store,
        options.model,
        scenario,
        options.paths,
        options.weeks,
        options.seed,
        not options.without_names,
        shown(options),
    )
    return found.as_dict | {"out": str(options.out)}, f"{found}\nwritten to {options.out}"


def _compare(options: argparse.Namespace) -> Answer:
    if options.scenario:
        options.wrong("a saved forecast has its scenario; leave --scenario out")
    from ..decide.saved.compare import check_comparison, compare, write_comparison
    from ..decide.saved.saved import read_forecast

    if options.out is not None:
        check_comparison(options.out)
    found = compare(read_forecast(options.compare), ledger_of(options), options.as_of, not options.without_names)
    if options.out is None:
        return found.as_dict, str(found)
    write_comparison(found, options.out)
    return found.as_dict | {"out": str(options.out)}, f"{found}\nwritten to {options.out}"


def decide(options: argparse.Namespace) -> Answer:
    """Decide about every open invoice of a book, and write worklist, states, segments and exceptions."""
    from ..converse.talk.restore import restored
    from ..decide.decided import make_decisions
    from ..decide.decided.log import FILE, read_log

    restored(options.store, options.ledger)
    found = make_decisions(
        ledger_of(options),
        options.as_of,
        options.out,
        options.store,
        options.model,
        options.policy,
        options.log,
        options.owners,
        options.language,
        not options.without_names,
        shown(options),
        read_log(options.ledger / FILE),
    )
    return found.as_dict | {"out": str(options.out)}, f"{found}\nwritten to {options.out}"
