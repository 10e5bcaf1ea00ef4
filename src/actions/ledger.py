"""Ledgers and their features."""

from __future__ import annotations

import argparse
from typing import Any

from ..errors import PaybenchError
from .answer import Answer, ledger_at, ledger_of, say, shown

_LEDGER = "ledger folder", "ledger.json"


def simulate(options: argparse.Namespace) -> Answer:
    """Draw a ledger."""
    from ..files import check_folder
    from ..simulate.made import Wanted, make

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
    return make(options.out, wanted, shown(options))


def import_(options: argparse.Namespace) -> Answer:
    """Read an export by a format, or by a guess."""
    from ..files import check_folder
    from ..ledger.readers.importer import import_files, write_import

    if options.guess or not options.format:
        return _guess(options)
    if options.out is None or options.write:
        options.wrong("an import by --format needs --out, and --write goes with --guess")
    check_folder(options.out, *_LEDGER)
    if options.since and options.timezone:
        options.wrong("with --since the time zone is that of the ledger at --out; leave --timezone out")
    into = ledger_at(options.out) if options.since else None
    how = options.format
    if options.map:
        from ..ledger.formats import load_format
        from ..ledger.guess import overridden

        how = overridden(load_format(how), options.map)
    zone = options.timezone or "UTC"
    result = import_files(options.files, how, name=options.name, time_zone=zone, since=options.since, into=into)
    write_import(result, options.out)
    return result.summary, f"{_wrapped(result)}\nwritten to {options.out}"


def _guess(options: argparse.Namespace) -> Answer:
    from ..files import check_folder
    from ..ledger.guess import propose
    from ..ledger.readers.importer import write_import
    from ..ledger.readers.sql import is_url

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
    from ..ledger.formats import format_names, load_format

    formats = [load_format(name) for name in format_names()]
    said = [f"{f.name} ({'' if f.tested else 'not '}tested): {f.title}\n    {f.source}" for f in formats]
    keys = ("name", "title", "tested", "source")
    return {"formats": [{key: getattr(f, key) for key in keys} for f in formats]}, "\n".join(said)


def check(options: argparse.Namespace) -> Answer:
    """Check a ledger."""
    from textwrap import fill

    from ..files import check_folder
    from ..ledger.checks import DOCS, examine, set_aside, write_docs, write_quarantine

    if options.quarantine:
        if options.quarantine.resolve() == options.ledger.resolve():
            raise PaybenchError(f"{options.quarantine} is the ledger to check; name another folder to write.")
        check_folder(options.quarantine, *_LEDGER)
    if options.docs:
        check_folder(options.docs, *DOCS)
    ledger = ledger_of(options)
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
    from ..features.catalogue import chosen
    from ..features.write import write_features
    from ..progress import track

    if options.explain:
        return _explained(options)
    at = "issue" if options.at_issue else "landmarks" if options.landmarks else "open"
    if options.ledger is None or options.out is None or (at == "open" and options.as_of is None):
        options.wrong("give DIR, --out, and one of --as-of, --at-issue, --landmarks; or --explain NAME")
    if options.as_of is not None and at != "open":
        options.wrong(f"--as-of and {'--at-issue' if at == 'issue' else '--landmarks'} exclude each other")
    names = [f.name for f in chosen(options.names.split(",") if options.names else None)]
    rows = write_features(
        options.ledger, options.out, at, options.as_of, names, lambda parts: track(parts, "building", shown(options))
    )
    said = f"{rows} rows of {len(names)} features written to {options.out}"
    return {"rows": rows, "features": names}, said


def _explained(options: argparse.Namespace) -> Answer:
    from ..features.catalogue import chosen
    from ..features.explain import about, described, explain

    if options.ledger is None or options.invoice is None:
        if options.invoice is not None or options.as_of is not None:
            options.wrong("how a number came about takes DIR and --invoice ID")
        feature = chosen([options.explain])[0]
        return about(feature), described(feature)
    found = explain(ledger_of(options), options.explain, options.invoice, options.as_of)
    return found.as_dict, str(found)
