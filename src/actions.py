"""What each command does with its options: call, write, and say what was done.

Each function returns what a program would read (JSON-able), and the same in words; libraries are imported where they
are used, so that a command starts as fast as what it needs.
"""

from __future__ import annotations

import argparse
import json
from math import isfinite
from pathlib import Path
from typing import Any

from .errors import PaybenchError

Answer = tuple[dict[str, Any], str] | None


def say(options: argparse.Namespace, answer: Answer) -> None:
    """Print an answer as it was asked for."""
    if answer is not None:
        print(json.dumps(_strict(answer[0]), indent=1, allow_nan=False) if options.json else answer[1])


def _strict(value: Any) -> Any:
    """What JSON can say: numbers that are none are null."""
    if isinstance(value, dict):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


_LEDGER = "ledger folder", "ledger.json"


def demo(options: argparse.Namespace) -> Answer:
    """The whole job on the sample."""
    from .demo import run_demo

    found = run_demo(options.out, options.store, options.trials, _show(options))
    return found, found["said"]


def simulate(options: argparse.Namespace) -> Answer:
    """Draw a ledger."""
    from .files import check_folder
    from .simulate.made import Wanted, make

    check_folder(options.out, *_LEDGER)
    wanted = Wanted(
        customers=options.customers,
        months=options.months,
        start=options.start,
        seed=options.seed,
        mode=options.mode,
        policy=options.policy,
        like=options.like,
        worlds=options.worlds,
        report=options.report,
        layouts=tuple(options.layouts),
    )
    return make(options.out, wanted, _show(options))


def import_(options: argparse.Namespace) -> Answer:
    """Read an export by a format, or by a guess."""
    from .files import check_folder
    from .ledger.readers.importer import import_files, write_import

    if options.guess or not options.format:
        return _guess(options)
    if options.out is None or options.write:
        options.wrong("an import by --format needs --out, and --write goes with --guess")
    check_folder(options.out, *_LEDGER)
    if options.since and options.timezone:
        options.wrong("with --since the time zone is that of the ledger at --out; leave --timezone out")
    into = _ledger_at(options.out) if options.since else None
    how = options.format
    if options.map:
        from .ledger.formats import load_format
        from .ledger.guess import overridden

        how = overridden(load_format(how), options.map)
    zone = options.timezone or "UTC"
    result = import_files(options.files, how, name=options.name, time_zone=zone, since=options.since, into=into)
    write_import(result, options.out)
    return result.summary, f"{_wrapped(result)}\nwritten to {options.out}"


def _guess(options: argparse.Namespace) -> Answer:
    from .files import check_folder
    from .ledger.guess import propose
    from .ledger.readers.importer import write_import
    from .ledger.readers.sql import is_url

    if options.format or not (options.guess or options.map):
        options.wrong("give either --format NAME, or --guess for an export that no format knows")
    if len(options.files) != 1 or options.since:
        options.wrong("--guess looks at one whole file; give one FILE, and no --since")
    if is_url(options.files[0]):
        options.wrong(
            "--guess looks at a file and no database; read a database by a --format, which --write keeps of a guess at "
            "one of its tables exported as CSV or Parquet"
        )
    if options.out:
        check_folder(options.out, *_LEDGER)
    proposal = propose(options.files[0], options.map, options.timezone or "UTC")
    if options.out is None and options.write is None:
        return proposal.as_dict(), proposal.preview()
    said = ["\n\n".join(filter(None, [proposal.mapping(), proposal.notes()])) if options.out else proposal.preview()]
    answer = proposal.as_dict()
    result = proposal.run(options.name) if options.out else None
    if options.write:
        proposal.write(options.write)
    if result:
        write_import(result, options.out)
        answer |= result.summary
        said.append(f"{_wrapped(result)}\nwritten to {options.out}")
    if options.write:
        said.append(f"format written to {options.write}")
    return answer, "\n\n".join(said)


def _wrapped(result: Any) -> str:
    """The account of an import in lines of a terminal; sums stay in one line."""
    from textwrap import fill

    return "\n".join(
        fill(line, 80, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False)
        if line.startswith("  ") and " read = " not in line
        else line
        for line in str(result).splitlines()
    )


def formats(_: argparse.Namespace) -> Answer:
    """List the formats."""
    from .ledger.formats import format_names, load_format

    formats = [load_format(name) for name in format_names()]
    said = [f"{f.name} ({'' if f.tested else 'not '}tested): {f.title}\n    {f.source}" for f in formats]
    keys = ("name", "title", "tested", "source")
    return {"formats": [{key: getattr(f, key) for key in keys} for f in formats]}, "\n".join(said)


def check(options: argparse.Namespace) -> Answer:
    """Check a ledger."""
    from textwrap import fill

    from .files import check_folder
    from .ledger.checks import DOCS, examine, set_aside, write_docs, write_quarantine

    if options.quarantine:
        if options.quarantine.resolve() == options.ledger.resolve():
            raise PaybenchError(f"{options.quarantine} is the ledger to check; name another folder to write.")
        check_folder(options.quarantine, *_LEDGER)
    if options.docs:
        check_folder(options.docs, *DOCS)
    ledger = _ledger(options)
    found = examine(ledger)
    lines = [f"{f.severity}: {f.sentence}." for f in found.findings] or ["every check passed"]
    said = [fill(line, 80, subsequent_indent="  ", break_on_hyphens=False) for line in lines]
    answer: dict[str, Any] = {"findings": [vars(f) for f in found.findings], "to_set_aside": found.to_set_aside}
    if options.docs:
        write_docs(ledger, found, options.docs)
        said.append(f"pages written to {options.docs}")
    if found.refused:
        say(options, (answer, "\n".join(said)))
        raise PaybenchError(
            f"{options.ledger} is refused for {found.refused} of these; set them right, and import it again."
        )
    if options.quarantine:
        result = set_aside(ledger, found)
        write_quarantine(result, options.quarantine)
        answer["quarantine"] = result.summary
        said += [str(result), f"what stays written to {options.quarantine}"]
    elif found.to_set_aside:
        said.append(f"rows to set aside: {found.to_set_aside:,}; --quarantine DIR writes the ledger without them")
    return answer, "\n".join(said)


def features(options: argparse.Namespace) -> Answer:
    """Build features, or explain one."""
    from .features.catalogue import chosen
    from .features.write import write_features
    from .progress import track

    if options.explain:
        return _explained(options)
    at = "issue" if options.at_issue else "landmarks" if options.landmarks else "open"
    if options.ledger is None or options.out is None or (at == "open" and options.as_of is None):
        options.wrong("give DIR, --out, and one of --as-of, --at-issue, --landmarks; or --explain NAME")
    if options.as_of is not None and at != "open":
        options.wrong(f"--as-of and {'--at-issue' if at == 'issue' else '--landmarks'} exclude each other")
    names = [f.name for f in chosen(options.names.split(",") if options.names else None)]
    rows = write_features(
        options.ledger, options.out, at, options.as_of, names, lambda parts: track(parts, "building", _show(options))
    )
    said = f"{rows} rows of {len(names)} features written to {options.out}"
    return {"rows": rows, "features": names}, said


def _explained(options: argparse.Namespace) -> Answer:
    from .features.catalogue import chosen
    from .features.explain import about, described, explain

    if options.ledger is None or options.invoice is None:
        if options.invoice is not None or options.as_of is not None:
            options.wrong("how a number came about takes DIR and --invoice ID")
        feature = chosen([options.explain])[0]
        return about(feature), described(feature)
    found = explain(_ledger(options), options.explain, options.invoice, options.as_of)
    return found.as_dict, str(found)


def train(options: argparse.Namespace) -> Answer:
    """Train and ask the gate."""
    from .explain.tuned import write_pictures
    from .models.versions.release import train_and_release

    _, outcome = train_and_release(
        _ledger(options),
        options.as_of,
        options.store,
        options.trials,
        options.seed,
        gate=options.promote,
        show=_show(options),
        minutes=options.minutes,
        pictures=write_pictures,
    )
    said = [f"  {'yes' if c['passed'] else 'NO '}  {c['name']}: {c['text']}" for c in outcome.checks]
    head = "promoted" if outcome.promoted else "not promoted"
    return outcome.as_dict, "\n".join([*said, f"{head}: {outcome.reason}", f"champion: {outcome.champion}"])


def promote(options: argparse.Namespace) -> Answer:
    """Ask the gate, or go back."""
    from .models.versions.promotion import promote, rollback

    store = _store(options)
    if options.rollback:
        version = rollback(store, options.signed_by)
        return {"champion": version.label}, f"champion: {version.label}"
    version, verdict = promote(store, options.signed_by)
    head = "promoted" if verdict.promoted else "not promoted"
    answer = {"promoted": verdict.promoted, "reason": verdict.reason, "champion": version.label}
    return answer, f"{head}: {verdict.reason}\nchampion: {version.label}"


def registry_log(options: argparse.Namespace) -> Answer:
    """The promotion log, once it is found to be whole."""
    from .models.versions.log import as_table, read_log

    entries = read_log(_store(options))
    return {"entries": entries, "whole": True}, as_table(entries)


def registry_champion(options: argparse.Namespace) -> Answer:
    """Which version served on a day."""
    from .models.versions.log import served_on
    from .models.versions.store import NAMES

    entry = served_on(_store(options), options.on)
    label = f"{NAMES[-1]} v{entry['version']}"
    return {"champion": label, **entry}, f"{label}, since {entry['when']} ({entry['action']}: {entry['reason']})"


def _store(options: argparse.Namespace) -> Any:
    from .models.versions.store import Store

    store = Store.at(options.store)
    if not (store.folder / "mlflow.db").exists():
        raise PaybenchError(
            f"There is no store at {store.folder}; train a model with 'paybench train', or name another --store."
        )
    return store


def score(options: argparse.Namespace) -> Answer:
    """Score open invoices."""
    from .score import check_ending, score, write_scores

    check_ending(options.out)
    models = options.model
    if models != "champion":
        from .models.versions.store import registered_bundle

        models = registered_bundle(options.store, models)
    table = score(_ledger(options), options.as_of, models, options.store, _show(options))
    write_scores(table, options.out)
    risks = table["risk"].value_counts().to_dict()
    version = table["model_version"].iloc[0] if len(table) else ""
    said = ", ".join(f"{risks.get(r, 0)} {r}" for r in ("high", "medium", "low"))
    by = f" by {version} ({said} risk)" if version else ""
    return (
        {"rows": len(table), "risk": risks, "model_version": version, "out": str(options.out)},
        f"{len(table)} open invoices scored{by}, written to {options.out}",
    )


def backtest(options: argparse.Namespace) -> Answer:
    """Roll origins over the past."""
    from dataclasses import replace

    from .explain.backtest_page import backtest_page
    from .files import check_folder
    from .models.judge.backtest import backtest, write_backtest
    from .models.judge.learning import learning_curve
    from .oracle import oracle_of

    check_folder(options.out, "folder of a backtest", "by_origin.csv")
    ledger = _ledger(options)
    if ledger.invoices.empty:
        raise PaybenchError(f"The ledger at {options.ledger} has no invoice, so there is nothing to test with.")
    settings = {"trials": options.trials, "seed": options.seed, "show": _show(options)}
    others = oracle_of(options.ledger, ledger.grace_days)
    result = backtest(ledger, options.origin or options.origins, options.until, others=others, **settings)
    pages: dict[str, str | bytes] = {}
    if options.weeks:
        from .explain.backtest_pictures import learning, png

        curve = learning_curve(ledger, options.weeks, until=options.until, **settings)
        result = replace(result, learning=curve)
        pages["learning.png"] = png(learning(curve.table))
    pages["backtest.html"] = backtest_page(result)
    write_backtest(result, options.out, pages)
    return result.about | {"metrics": result.metrics.to_dict("index")}, f"{result}\nwritten to {options.out}"


def explain(options: argparse.Namespace) -> Answer:
    """Write the report for finance."""
    from .report import write_report

    write_report(_ledger(options), options.as_of, options.out, options.store, show=_show(options))
    return {"out": str(options.out)}, f"report written to {options.out}"


def monitor(options: argparse.Namespace) -> Answer:
    """Look at the champion; ``options.code`` becomes 3 when retraining is due."""
    from .files import check_folder
    from .monitor.watch import MARK, monitor, write_monitored

    check_folder(options.out, "folder of a monitoring", MARK)
    found = monitor(_ledger(options), options.as_of, options.store, _show(options))
    write_monitored(found, options.out)
    options.code = 3 if found.due else 0
    return found.as_dict | {"out": str(options.out)}, f"{found}\nwritten to {options.out}"


def _ledger(options: argparse.Namespace) -> Any:
    return _ledger_at(options.ledger)


def _ledger_at(folder: Path) -> Any:
    from .ledger import read_ledger

    return read_ledger(folder)


def _show(options: argparse.Namespace) -> bool:
    return not (options.json or options.quiet)
