"""Models: trained, judged, promoted."""

from __future__ import annotations

import argparse

from ..errors import PaybenchError
from .answer import Answer, ledger_of, shown, store_of


def train(options: argparse.Namespace) -> Answer:
    """Train and ask the gate."""
    from ..explain.tuned import write_pictures
    from ..ledger.natural import without_natural_persons
    from ..models.versions.release import train_and_release

    ledger = ledger_of(options)
    if options.without_natural_persons:
        ledger = without_natural_persons(ledger)
    _, outcome = train_and_release(
        ledger,
        options.as_of,
        options.store,
        options.trials,
        options.seed,
        gate=options.promote,
        show=shown(options),
        minutes=options.minutes,
        pictures=write_pictures,
        workers=options.workers,
    )
    said = [f"  {'yes' if c['passed'] else 'NO '}  {c['name']}: {c['text']}" for c in outcome.checks]
    head = "promoted" if outcome.promoted else "not promoted"
    return outcome.as_dict, "\n".join([*said, f"{head}: {outcome.reason}", f"champion: {outcome.champion}"])


def promote(options: argparse.Namespace) -> Answer:
    """Ask the gate, or go back."""
    from ..models.versions.promotion import promote, rollback

    store = store_of(options)
    if options.rollback:
        version = rollback(store, options.signed_by)
        return {"champion": version.label}, f"champion: {version.label}"
    version, verdict = promote(store, options.signed_by)
    head = "promoted" if verdict.promoted else "not promoted"
    answer = {"promoted": verdict.promoted, "reason": verdict.reason, "champion": version.label}
    return answer, f"{head}: {verdict.reason}\nchampion: {version.label}"


def registry_log(options: argparse.Namespace) -> Answer:
    """The promotion log, once it is found to be whole."""
    from ..models.store.log import as_table, read_log

    entries = read_log(store_of(options))
    return {"entries": entries, "whole": True}, as_table(entries)


def registry_champion(options: argparse.Namespace) -> Answer:
    """Which version served on a day."""
    from ..models.store.log import served_on
    from ..models.store.store import NAMES

    entry = served_on(store_of(options), options.on)
    label = f"{NAMES[-1]} v{entry['version']}"
    return {"champion": label, **entry}, f"{label}, since {entry['when']} ({entry['action']}: {entry['reason']})"


def backtest(options: argparse.Namespace) -> Answer:
    """Roll origins over the past."""
    from dataclasses import replace

    from ..explain.backtest_page import backtest_page
    from ..files import check_folder
    from ..models.judge.backtest import backtest, write_backtest
    from ..models.judge.learning import learning_curve
    from ..oracle import oracle_of

    check_folder(options.out, "folder of a backtest", "by_origin.csv")
    ledger = ledger_of(options)
    if ledger.invoices.empty:
        raise PaybenchError(f"The ledger at {options.ledger} has no invoice, so there is nothing to test with.")
    settings = {"trials": options.trials, "seed": options.seed, "show": shown(options)}
    others = oracle_of(options.ledger, ledger.grace_days)
    result = backtest(ledger, options.origin or options.origins, options.until, others=others, **settings)
    pages: dict[str, str | bytes] = {}
    if options.weeks:
        from ..explain.backtest_pictures import learning, png

        curve = learning_curve(ledger, options.weeks, until=options.until, **settings)
        result = replace(result, learning=curve)
        pages["learning.png"] = png(learning(curve.table))
    pages["backtest.html"] = backtest_page(result)
    write_backtest(result, options.out, pages)
    return result.about | {"metrics": result.metrics.to_dict("index")}, f"{result}\nwritten to {options.out}"
