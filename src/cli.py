"""The ``paybench`` command: parse, call, write."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import __version__
from .command import answered
from .errors import PaybenchError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    0 done; 1 the input or state is wrong, said in one sentence on standard error; 2 wrong usage (argparse exits).
    """
    options = _parser().parse_args(arguments)
    return answered("paybench", lambda: _say(options, options.run(options)))


Answer = tuple[dict[str, Any], str] | None


def _say(options: argparse.Namespace, answer: Answer) -> None:
    if answer is not None:
        print(json.dumps(answer[0], indent=1) if options.json else answer[1])


_LEDGER = "ledger folder", "ledger.json"
_IN_THE_LEDGER = Path()


def _demo(options: argparse.Namespace) -> Answer:
    from .demo import run_demo

    found = run_demo(options.out, options.store, options.trials, _show(options))
    return found, found["said"]


def _simulate(options: argparse.Namespace) -> Answer:
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


def _import(options: argparse.Namespace) -> Answer:
    from .files import check_folder
    from .ledger.readers.importer import import_files, write_import

    if options.guess or not options.format:
        return _guess(options)
    if options.out is None or options.write:
        options.wrong("an import by --format needs --out, and --write goes with --guess")
    check_folder(options.out, *_LEDGER)
    into = _ledger_at(options.out) if options.since else None
    how = options.format
    if options.map:
        from .ledger.formats import load_format
        from .ledger.guess import overridden

        how = overridden(load_format(how), options.map)
    result = import_files(options.files, how, name=options.name, since=options.since, into=into)
    write_import(result, options.out)
    return result.summary, f"{result}\nwritten to {options.out}"


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
        options.wrong("--guess looks at a file and no database; read a database by a --format")
    if options.out:
        check_folder(options.out, *_LEDGER)
    proposal = propose(options.files[0], options.map)
    if options.out is None and options.write is None:
        return proposal.as_dict(), proposal.preview()
    said = [proposal.mapping() if options.out else proposal.preview()]
    answer = proposal.as_dict()
    result = proposal.run(options.name) if options.out else None
    if options.write:
        proposal.write(options.write)
    if result:
        write_import(result, options.out)
        answer |= result.summary
        said.append(f"{result}\nwritten to {options.out}")
    if options.write:
        said.append(f"format written to {options.write}")
    return answer, "\n\n".join(said)


def _formats(_: argparse.Namespace) -> Answer:
    from .ledger.formats import format_names, load_format

    formats = [load_format(name) for name in format_names()]
    said = [f"{f.name} ({'' if f.tested else 'not '}tested): {f.title}\n    {f.source}" for f in formats]
    keys = ("name", "title", "tested", "source")
    return {"formats": [{key: getattr(f, key) for key in keys} for f in formats]}, "\n".join(said)


def _check(options: argparse.Namespace) -> Answer:
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
        _say(options, (answer, "\n".join(said)))
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


def _features(options: argparse.Namespace) -> Answer:
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


def _train(options: argparse.Namespace) -> Answer:
    from .models.release import train_and_release

    _, outcome = train_and_release(
        _ledger(options),
        options.as_of,
        options.store,
        options.trials,
        options.seed,
        gate=options.promote,
        show=_show(options),
    )
    said = [f"  {'yes' if c['passed'] else 'NO '}  {c['name']}: {c['text']}" for c in outcome.checks]
    head = "promoted" if outcome.promoted else "not promoted"
    return outcome.as_dict, "\n".join([*said, f"{head}: {outcome.reason}", f"champion: {outcome.champion}"])


def _promote(options: argparse.Namespace) -> Answer:
    from .models.promotion import promote, rollback
    from .models.store import Store

    store = Store.at(options.store)
    if not (store.folder / "mlflow.db").exists():
        raise PaybenchError(
            f"There is no store at {store.folder}; train a model with 'paybench train', or name another --store."
        )
    if options.rollback:
        version = rollback(store)
        return {"champion": version.label}, f"champion: {version.label}"
    version, verdict = promote(store, options.signed_by)
    head = "promoted" if verdict.promoted else "not promoted"
    answer = {"promoted": verdict.promoted, "reason": verdict.reason, "champion": version.label}
    return answer, f"{head}: {verdict.reason}\nchampion: {version.label}"


def _score(options: argparse.Namespace) -> Answer:
    from .score import check_ending, score, write_scores

    check_ending(options.out)
    models = options.model
    if models != "champion":
        from .models.store import registered_bundle

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


def _backtest(options: argparse.Namespace) -> Answer:
    from .files import check_folder
    from .models.backtest import backtest, write_backtest

    check_folder(options.out, "folder of a backtest", "by_origin.csv")
    ledger = _ledger(options)
    if ledger.invoices.empty:
        raise PaybenchError(f"The ledger at {options.ledger} has no invoice, so there is nothing to test with.")
    result = backtest(ledger, options.origin, options.until, options.trials, options.seed, show=_show(options))
    write_backtest(result, options.out)
    return result.about | {"metrics": result.metrics.to_dict("index")}, f"{result}\nwritten to {options.out}"


def _explain(options: argparse.Namespace) -> Answer:
    from .report import write_report

    write_report(_ledger(options), options.as_of, options.out, options.store, show=_show(options))
    return {"out": str(options.out)}, f"report written to {options.out}"


def _ledger(options: argparse.Namespace) -> Any:
    return _ledger_at(options.ledger)


def _ledger_at(folder: Path) -> Any:
    from .ledger import read_ledger

    return read_ledger(folder)


def _show(options: argparse.Namespace) -> bool:
    return not (options.json or options.quiet)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paybench",
        description="Who pays late, when the cash comes, and why.",
        epilog="Exit codes: 0 done, 1 the input or state is wrong (one sentence says what), 2 wrong usage.",
    )
    parser.add_argument("--version", action="version", version=f"paybench {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = _with_store(_add(commands, "demo", _demo, "the whole job on the sample: train, register, score, report"))
    demo.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="where scores and report go (demo)")
    demo.add_argument("--trials", type=_count, default=12, metavar="N", help="parameter sets that tuning tries (12)")

    ledger = commands.add_parser("ledger", help="make, import and check ledgers").add_subparsers(
        required=True, metavar="COMMAND"
    )
    simulate = _add(ledger, "simulate", _simulate, "draw a ledger from a known world, the truth kept beside it")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR")
    simulate.add_argument("--customers", type=_count, metavar="N", help="how many customers (300)")
    simulate.add_argument("--months", type=_count, metavar="M", help="length of the window (24)")
    simulate.add_argument("--start", metavar="DATE", help="first day of the window (2024-01-01)")
    simulate.add_argument("--seed", type=_seed, default=0, metavar="S")
    simulate.add_argument(
        "--mode", choices=("easy", "hard"), default="easy", help="hard: other laws, to keep models honest (easy)"
    )
    simulate.add_argument(
        "--policy",
        choices=("ladder", "random", "confounded", "none"),
        default="ladder",
        help="who decides what is sent to customers (ladder)",
    )
    simulate.add_argument("--like", type=Path, metavar="LEDGER", help="a ledger folder whose book to resemble")
    simulate.add_argument(
        "--worlds",
        type=_count,
        default=150,
        metavar="N",
        help="worlds that the fit to --like may draw, all of the easy mode with the ladder (150)",
    )
    simulate.add_argument(
        "--report",
        nargs="?",
        type=_named,
        const=_IN_THE_LEDGER,
        metavar="FILE.html",
        help="how the book looks beside published figures, and beside --like (calibration.html in the ledger folder)",
    )
    simulate.add_argument(
        "--as",
        dest="layouts",
        action="append",
        default=[],
        choices=("sap", "quickbooks"),
        help="also as a messy export, its faults listed, in a folder of that name within the ledger folder",
    )
    importing = _add(ledger, "import", _import, "read an export; rows that cannot be are set aside with reasons")
    importing.set_defaults(wrong=importing.error)
    importing.add_argument("files", nargs="+", metavar="FILE", help="files, folders, or the URL of a database")
    importing.add_argument(
        "--format", metavar="NAME", help="one of 'paybench ledger formats', or a FILE.yaml of your own"
    )
    importing.add_argument(
        "--guess", action="store_true", help="tell what is what in one FILE; without --out only show"
    )
    importing.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="a column of the file and ours ('Rechnungsnr.=invoice_id', 'EUR=currency'); may be given several times",
    )
    importing.add_argument("--write", type=Path, metavar="FILE.yaml", help="write the guess as a format of your own")
    importing.add_argument("--out", type=Path, metavar="DIR", help="the ledger folder to write")
    importing.add_argument("--name", metavar="NAME", help="name of the book")
    importing.add_argument(
        "--since",
        metavar="DATE",
        help="of a database only what is dated DATE or later, merged into the ledger at --out",
    )
    _add(ledger, "formats", _formats, "the formats that import knows")
    checking = _with_ledger(
        _add(ledger, "check", _check, "keys, dates, amounts, currencies, sums, references, volume of a ledger")
    )
    checking.add_argument(
        "--quarantine", type=Path, metavar="DIR", help="write the ledger without its wrong rows, and those beside it"
    )
    checking.add_argument("--docs", type=Path, metavar="DIR", help="write the results as pages (Data Docs)")

    features = _add(commands, "features", _features, "point-in-time features as Parquet, and how each is computed")
    features.add_argument("ledger", type=Path, nargs="?", metavar="DIR", help="the ledger folder")
    features.add_argument(
        "--as-of", metavar="DATE", help="one row per invoice open at the start of DATE; nothing later is known"
    )
    when = features.add_mutually_exclusive_group()
    when.add_argument("--at-issue", action="store_true", help="one row per invoice, as of its own issue date")
    when.add_argument("--landmarks", action="store_true", help="the same, and rows on days around its due date")
    features.add_argument("--out", type=Path, metavar="FILE")
    features.add_argument("--names", metavar="A,B", help="some features instead of all")
    features.add_argument("--explain", metavar="NAME", help="what a feature is, instead of building any")
    features.add_argument("--invoice", metavar="ID", help="and the events that went into it for one invoice of DIR")
    features.set_defaults(wrong=features.error)

    train = _dated(
        _with_store(_with_ledger(_add(commands, "train", _train, "tune, fit, calibrate, register, ask the gate")))
    )
    _tuned(train)
    train.add_argument("--no-promote", dest="promote", action="store_false", help="register only, do not ask the gate")

    promoting = _with_store(
        _add(commands, "promote", _promote, "challenger against champion; export the bundle that serves")
    )
    promoting.add_argument("--rollback", action="store_true", help="go back to the previous champion")
    promoting.add_argument("--signed-by", default="", metavar="NAME")

    score = _dated(_with_store(_with_ledger(_add(commands, "score", _score, "score the open invoices (base install)"))))
    score.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .parquet or .csv")
    score.add_argument(
        "--model", default="champion", metavar="NAME@ALIAS", help="a registered version (the exported champion)"
    )

    backtest = _with_ledger(_add(commands, "backtest", _backtest, "rolling origins, every model beside every baseline"))
    _tuned(backtest)
    backtest.add_argument("--origin", action="append", metavar="DATE", help="a cut-off; may be given several times")
    backtest.add_argument("--until", metavar="DATE", help="outcomes are known up to here (the ledger's end)")
    backtest.add_argument("--out", type=Path, required=True, metavar="DIR")

    explain = _dated(
        _with_store(_with_ledger(_add(commands, "explain", _explain, "the report for finance, one HTML file")))
    )
    explain.add_argument("--out", type=Path, required=True, metavar="FILE.html")
    return parser


def _add(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[:1].upper() + text[1:] + "."
    )
    command.set_defaults(run=run)
    command.add_argument("--json", action="store_true", help="answer as JSON, without progress")
    command.add_argument("--quiet", action="store_true", help="no progress")
    return command


def _with_ledger(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("ledger", type=Path, metavar="DIR", help="the ledger folder")
    return command


def _with_store(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--store", type=Path, default=Path("mlruns"), metavar="DIR", help="tracking and registry (mlruns)"
    )
    return command


def _dated(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--as-of", required=True, metavar="DATE", help="the decision's day, YYYY-MM-DD; nothing later is known"
    )
    return command


def _tuned(command: argparse.ArgumentParser) -> None:
    command.add_argument("--trials", type=_count, default=12, metavar="N", help="parameter sets that tuning tries (12)")
    command.add_argument("--seed", type=_seed, default=0, metavar="S")


def _named(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty; give one, or the option alone")
    return Path(text)


def _count(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None


def _seed(text: str) -> int:
    number = _whole(text)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(f"{number} is not between 0 and {2**31 - 1}")
    return number
