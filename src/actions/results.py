"""What the champion gives: scores and reports, and how it does."""

from __future__ import annotations

import argparse

from .answer import Answer, ledger_of, shown


def demo(options: argparse.Namespace) -> Answer:
    """The whole job on the sample."""
    from ..demo import run_demo

    found = run_demo(options.out, options.store, options.trials, shown(options))
    return found, found["said"]


def score(options: argparse.Namespace) -> Answer:
    """Score open invoices."""
    from ..score import check_ending, score_folder

    check_ending(options.out)
    models = options.model
    if models != "champion":
        from ..models.store.store import registered_bundle

        models = registered_bundle(options.store, models)
    found = score_folder(options.ledger, options.as_of, options.out, models, options.store, shown(options))
    said = ", ".join(f"{found.risk.get(r, 0)} {r}" for r in ("high", "medium", "low"))
    by = f" by {found.model_version} ({said} risk)" if found.model_version else ""
    return (
        {"rows": found.rows, "risk": found.risk, "model_version": found.model_version, "out": str(options.out)},
        f"{found.rows} open invoices scored{by}, written to {options.out}",
    )


def explain(options: argparse.Namespace) -> Answer:
    """Write a report for finance."""
    page = options.page
    if (page == "customer") != bool(options.customer):
        options.wrong("--page customer and --customer ID go together")
    if page == "model":
        if options.as_of is not None:
            options.wrong("the report of a model version has no day of its own; leave --as-of out")
        from ..reports.model import write_model

        write_model(
            options.store, options.out, options.version, ledger_of(options), options.language, show=shown(options)
        )
    else:
        if options.as_of is None:
            options.wrong("give --as-of DATE, the day of the report")
        common = (options.out, options.store, options.language, not options.without_names, shown(options))
        if page == "portfolio":
            from ..decide.decided.log import FILE, read_log
            from ..reports.portfolio import write_portfolio

            withheld = read_log(options.ledger / FILE)
            write_portfolio(ledger_of(options), options.as_of, *common, withheld=withheld)
        else:
            from ..reports.customer import write_customer

            write_customer(ledger_of(options), options.as_of, options.customer, *common)
    return {"out": str(options.out)}, f"report written to {options.out}"


def monitor(options: argparse.Namespace) -> Answer:
    """Look at the champion; ``options.code`` becomes 3 when retraining is due."""
    from ..files import check_folder
    from ..monitor.watch import MARK, monitor, write_monitored

    check_folder(options.out, "folder of a monitoring", MARK)
    found = monitor(ledger_of(options), options.as_of, options.store, shown(options))
    write_monitored(found, options.out)
    options.code = 3 if found.due else 0
    return found.as_dict | {"out": str(options.out)}, f"{found}\nwritten to {options.out}"
