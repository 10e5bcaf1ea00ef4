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
    from .ledger.importer import import_files, write_import

    check_folder(options.out, *_LEDGER)
    result = import_files(options.files, options.format, name=options.name)
    write_import(result, options.out)
    return result.summary, f"{result}\nwritten to {options.out}"


def _formats(_: argparse.Namespace) -> Answer:
    from .ledger.formats import format_names

    names = format_names()
    return {"formats": names}, "\n".join(names)


def _check(options: argparse.Namespace) -> Answer:
    from textwrap import fill

    from .ledger.checks import check

    findings = check(_ledger(options))
    lines = [fill(f"{f.severity}: {f.sentence}.", 80, subsequent_indent="  ", break_on_hyphens=False) for f in findings]
    answer = {"findings": [vars(f) for f in findings]}, "\n".join(lines) or "every check passed"
    refused = sum(f.severity == "refuse" for f in findings)
    if refused:
        _say(options, answer)
        raise PaybenchError(f"{options.ledger} is refused for {refused} of these; set them right, and import it again.")
    return answer


def _features(options: argparse.Namespace) -> Answer:
    from .features import at_issue, open_on
    from .files import replaced_file
    from .ledger import as_of

    ledger = _ledger(options)
    cut = ledger if options.at_issue else as_of(ledger, options.as_of)
    if cut.invoices.empty:
        when = "in the ledger" if options.at_issue else f"at {options.as_of}"
        raise PaybenchError(f"Nothing was known {when}, so there are no features; give a later as_of or more invoices.")
    table = at_issue(cut) if options.at_issue else open_on(cut, options.as_of)
    with replaced_file(options.out) as new:
        table.reset_index().to_parquet(new, index=False)
    said = f"{len(table)} rows of {table.shape[1]} features written to {options.out}"
    return {"rows": len(table), "features": list(table.columns)}, said


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
    from .ledger import read_ledger

    return read_ledger(options.ledger)


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
        "--worlds", type=_count, default=150, metavar="N", help="worlds that the fit to --like may draw (150)"
    )
    simulate.add_argument(
        "--report",
        nargs="?",
        type=Path,
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
    importing.add_argument("files", nargs="+", type=Path, metavar="FILE")
    importing.add_argument("--format", required=True, metavar="NAME", help="one of 'paybench ledger formats'")
    importing.add_argument("--out", type=Path, required=True, metavar="DIR")
    importing.add_argument("--name", metavar="NAME", help="name of the book")
    _add(ledger, "formats", _formats, "the formats that import knows")
    _with_ledger(_add(ledger, "check", _check, "keys, dates, amounts, currencies of a ledger"))

    features = _with_ledger(_add(commands, "features", _features, "point-in-time features as Parquet"))
    when = features.add_mutually_exclusive_group(required=True)
    when.add_argument("--as-of", metavar="DATE", help="one row per invoice open at the start of DATE")
    when.add_argument("--at-issue", action="store_true", help="one row per invoice, as of its own issue date")
    features.add_argument("--out", type=Path, required=True, metavar="FILE")

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
