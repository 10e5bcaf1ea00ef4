"""The decisions of a book on a day: put together, and written."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...files import check_folder, replaced_folder
from ...ledger import Ledger, as_of, data_hash, day
from ...progress import say
from ...score import score
from ...spreadsheet import csv_bytes
from ..contacted.performance import performance
from ..dunning import Policy, Situation, check_names, decide, read_policy, situation_of
from ..dunning.replay import states_table
from ..dunning.steps import Decided
from ..dunning.told import why_customer
from ..exceptions import Queue, Routing, Sheet, context_sheet, queue, queue_files, read_queue
from ..exceptions.sheet import rows_of
from ..saved.speakers import CHAMPION, bundle_for
from ..segments import ORDER, Segments, segment
from ..uplift import Uplift, learn
from ..worklist import Speaker, Worklist, lines, worklist_files
from .decisions import DIGITS, SHEETS, Decisions
from .log import appended, check_log
from .tables import said_today, who_is_served, worklist_frame
from .today import Ints, Today, asked, plan_today, waiting

MARK, WHOLE = "about.json", "decisions.json"
"""The file that every folder of decisions has: it names nobody, so that it outlives the erasure of a person."""
QUEUE = "queue.json"


def decisions_of(
    ledger: Ledger,
    date: object,
    policy: Policy,
    store: str | Path = "mlruns",
    model: str = CHAMPION,
    log: pd.DataFrame | None = None,
    previous: str | Path | None = None,
    owners: object = None,
    speaker: Speaker | None = None,
    language: str = "en",
    names: bool = True,
    show: bool = False,
    sheets: int = 0,
    scores: pd.DataFrame | None = None,
) -> Decisions:
    """Decide about every open invoice of a book.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    policy : whose rules hold. store, model : who scores, as in :func:`~..saved.speakers.bundle_for`.
    log : earlier decisions to send nothing (:mod:`.log`). previous : folder of earlier decisions, whose queue goes on.
    owners : who sees to which exceptions, see :class:`~..exceptions.Routing`. speaker : who writes.
    language : of reasons and pages, "en" or "de". names : whether customers' names are told. show : progress.
    sheets : of how many customers in the queue a sheet is made.
    scores : the score table of that day by that model, where it is at hand.

    Raises
    ------
    PaybenchError
        If there is no such model, it does not fit the ledger or the date, nothing was known at ``date``, or the policy
        says something of a customer, invoice or segment that there is not.
    """
    at = day(date)
    check_names(policy, ledger, ORDER)
    bundle = bundle_for(ledger, at, store, model)
    table = score(ledger, at, bundle, store, show, language) if scores is None else scores
    cut = as_of(ledger, at)
    say("segments", show)
    found = segment(ledger, at)
    group = _main(found)
    situation = situation_of(ledger, at, policy, log, group)
    decided = decide(policy, situation)
    say("what contacts do", show)
    taught = learn(ledger, at, log, groups=pd.Series(group, dtype="str"), check=False)
    waited = waiting(policy, situation, decided)
    today = _chosen(ledger, at, policy, situation, decided, taught, table, waited)
    states = states_table(policy, situation, decided).assign(today="")
    states["today"] = said_today(policy, situation, decided, today, states)
    say("worklist and exceptions", show)
    frame = worklist_frame(policy, situation, decided, today, table, waited, cut if names else None)
    worklist = Worklist(
        ledger.name,
        at,
        lines(frame, at, speaker, policy.hours, language),
        today.planned,
        who_is_served(today),
        ledger.time_zone,
        language,
    )
    before = None if previous is None or not (Path(previous) / QUEUE).is_file() else read_queue(previous)
    if before is not None and before.at > at:
        before = None
    about = {
        "book": ledger.name,
        "as_of": f"{at:%Y-%m-%d}",
        "model": bundle.version,
        "policy": policy.name,
        "data_hash": data_hash(cut),
        "explore": policy.explore,
        "hold_out": policy.hold_out,
        "seed": policy.seed,
        "open": len(situation),
    }
    seen_to = queue(ledger, at, table, owners, before, texts=names)
    return Decisions(
        about,
        policy,
        found,
        states,
        worklist,
        today.table(policy, situation, decided),
        seen_to,
        _sheets(ledger, policy, situation, decided, seen_to, table, sheets) if names else (),
        performance(ledger, at, log),
        taught,
        table,
    )


def make_decisions(
    ledger: Ledger,
    date: object,
    out: str | Path,
    store: str | Path = "mlruns",
    model: str = CHAMPION,
    policy: str | Path = "standard",
    log: str | Path | None = None,
    owners: str | Path | None = None,
    language: str = "en",
    names: bool = True,
    show: bool = False,
    earlier: pd.DataFrame | None = None,
) -> Decisions:
    """Decide, and write the folder ``out``, whole or not at all.

    It holds ``about.json``, ``decisions.json``, ``worklist.csv``, ``.xlsx`` and ``.html``, ``contacts.csv`` (what is
    sent if the worklist is done, in the canonical format), ``decisions.csv`` (each choice with its chance),
    ``states.csv``, ``segments.csv``, ``flags.csv``, ``queue.csv`` and ``.json``, ``sheets.txt`` (what is known of the
    customers in the queue), ``communications.csv``, ``effects.csv`` and ``policy.yaml``.

    Parameters
    ----------
    out : a new folder, or that of earlier decisions: its queue goes on, with what people wrote into it.
    policy : a YAML file, or "standard" or "gentle". log : the file of decisions to send nothing, which is read and gets
        the day's; None = none is kept. earlier : more such decisions, known from elsewhere. Others as in
        :func:`decisions_of`.

    Raises
    ------
    PaybenchError
        If the folder holds something else, the policy is none, or the log goes on after the day; as
        :func:`decisions_of`.
    """
    check_folder(out, "folder of decisions", MARK)
    rules, routing = read_policy(policy), Routing.of(owners)
    at = day(date)
    file = None if log is None else Path(log)
    kept = check_log(file, at, ledger)
    known = [part for part in (earlier, kept) if part is not None]
    log_before = None
    if known:
        log_before = pd.concat(known, ignore_index=True).drop_duplicates("decision_id", keep="last")
        log_before = log_before[log_before["decided_on"] < at].reset_index(drop=True)
    found = decisions_of(ledger, at, rules, store, model, log_before, out, routing, None, language, names, show, SHEETS)
    files = decision_files(found)
    files["policy.yaml"] = _text_of(policy)
    # The log is put in place last and takes no more than a rename: with it the folder, or neither.
    with nullcontext() if file is None else appended(file, kept, found.withheld), replaced_folder(out) as new:
        for name, data in files.items():
            (new / name).write_bytes(data)
    return found


def decision_files(found: Decisions) -> dict[str, bytes]:
    """The files of decisions by name; the same decisions give the same bytes."""
    tables = {
        "contacts.csv": found.contacts,
        "decisions.csv": found.log,
        "states.csv": found.states,
        "segments.csv": found.segments.table,
        "flags.csv": found.segments.flags,
        "communications.csv": found.performance.table,
        "effects.csv": found.uplift.averages.reset_index(),
    }
    for name in ("segments.csv", "communications.csv", "effects.csv"):
        # The last digits of sums follow the order of the ledger's rows, and tell nothing.
        floats = tables[name].select_dtypes("float64").round(DIGITS)
        tables[name] = tables[name].assign(**{str(column): floats[column] for column in floats})
    files = {name: csv_bytes(table) for name, table in tables.items()}
    messages = found.queue.messages.sort_values(["received_on", "message_id"], ignore_index=True)
    files |= worklist_files(found.worklist) | queue_files(replace(found.queue, messages=messages))
    if found.sheets:
        files["sheets.txt"] = ("\n\n\n".join(str(sheet) for sheet in found.sheets) + "\n").encode()
    files[MARK] = (json.dumps(found.about, indent=1, ensure_ascii=False) + "\n").encode()
    files[WHOLE] = (json.dumps(found.as_dict, indent=1, ensure_ascii=False) + "\n").encode()
    return files


def _sheets(
    ledger: Ledger,
    policy: Policy,
    situation: Situation,
    decided: Decided,
    seen_to: Queue,
    table: pd.DataFrame,
    most: int,
) -> tuple[Sheet, ...]:
    """What is known of the customers in the queue, with what policy does about each."""
    customers = [str(one) for one in seen_to.to_do["customer_id"].drop_duplicates() if one][:most]
    owing, own = set(situation.customer_id.astype(str)), rows_of(ledger, customers)
    return tuple(
        context_sheet(
            own,
            seen_to.at,
            one,
            table,
            queue=seen_to,
            policy=why_customer(policy, situation, decided, one) if one in owing else "",
        )
        for one in customers
    )


def _main(found: Segments) -> dict[str, str]:
    """Of each customer the segment of the account with most invoices; of equal ones the first currency."""
    table = found.table.sort_values(["customer_id", "invoices", "currency"], ascending=[True, False, True])
    first = table.drop_duplicates("customer_id")
    return dict(zip(first["customer_id"], first["segment"], strict=True))


def _chosen(
    ledger: Ledger,
    at: pd.Timestamp,
    policy: Policy,
    situation: Situation,
    decided: Decided,
    taught: Uplift,
    table: pd.DataFrame,
    waited: Ints,
) -> Today:
    rows, claim = asked(policy, situation, decided)
    frame = pd.DataFrame(
        {
            "invoice_id": pd.Series(situation.invoice_id[rows], dtype="str"),
            "customer_id": pd.Series(situation.customer_id[rows], dtype="str"),
            "as_of": at,
            "amount_open": claim[rows],
            "currency": pd.Series(situation.currency[rows], dtype="str"),
        }
    )
    valued = taught.valued(ledger, frame, policy.options, policy.money)
    scored = table.set_index("invoice_id")
    left = (scored["expected_days_late"] - scored["days_overdue"]).reindex(pd.Index(situation.invoice_id))
    wait = np.maximum(left.fillna(1.0).to_numpy(dtype=np.float64), 1.0)
    return plan_today(policy, situation, decided, valued, wait, waited)


def _text_of(policy: str | Path) -> bytes:
    from importlib.resources import files

    from ..dunning.reading import SHIPPED

    if str(policy) in SHIPPED and not Path(policy).is_file():
        return files("paybench.decide.dunning").joinpath(f"{policy}.yaml").read_bytes()
    try:
        return Path(policy).read_bytes()
    except OSError as error:
        raise PaybenchError(f"The policy {policy} cannot be read ({error.strerror}); give a YAML file.") from None
