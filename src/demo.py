"""The whole job on the sample ledger, for somebody who has just arrived."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .converse.intents import read_corpus, release_intents
from .decide.decided import make_decisions
from .decide.decided.log import FILE as WITHHELD
from .decide.decided.log import read_log
from .decide.saved.made import make_forecast
from .explain.tuned import write_pictures
from .files import replaced_folder
from .ledger import read_ledger
from .models.store.store import CHAMPION, Store, attach
from .models.versions.release import train_and_release
from .progress import say
from .reports.model import write_model
from .reports.portfolio import write_portfolio
from .score import score, write_scores
from .simulate import simulate, write_world

AS_OF = "2025-12-01"
"""A month before the sample ends: what came then is not known."""

FILES = {
    "scores": "scores.csv",
    "cash": "cash",
    "today": "today",
    "report": "report.html",
    "model": "model.html",
    "book": "book",
}
"""What it writes, and how that is called."""

DATA = Path(__file__).resolve().parent.parent / "data"
SAMPLE, REPLIES = DATA / "sample", DATA / "replies" / "train"


def run_demo(out: str | Path, store: str | Path = "mlruns", trials: int = 12, show: bool = True) -> dict[str, Any]:
    """Train, register, score, forecast, decide and report on the sample; learn what replies mean.

    Parameters
    ----------
    out : folder for scores and report. store : of the registry. trials : of the tuning. show : progress.

    Returns
    -------
    What was written where, JSON-able; ``said`` is the same in words.
    """
    folder = Path(out)
    say(f"the sample ledger, as of {AS_OF}", show)
    place = _sample(folder)
    ledger, withheld = read_ledger(place), read_log(place / WITHHELD)
    candidate, outcome = train_and_release(ledger, AS_OF, store, trials, show=show, pictures=write_pictures)
    say("scoring the open invoices", show)
    table = score(ledger, AS_OF, "champion", store, show=False)
    files = {name: str(folder / file) for name, file in FILES.items()}
    write_scores(table, files["scores"])
    say("forecasting the cash", show)
    cash = make_forecast(ledger, AS_OF, files["cash"], store).forecast
    say("deciding whom to contact", show)
    today = make_decisions(ledger, AS_OF, files["today"], store, earlier=withheld)
    say("writing the reports", show)
    write_portfolio(ledger, AS_OF, files["report"], store, cash=cash, decisions=today, withheld=withheld)
    write_model(store, files["model"], ledger=ledger)
    registry = Store.at(store)
    if (champion := registry.version(CHAMPION)) is not None:
        attach(registry, champion, Path(files["model"]), "report")  # it names nobody, unlike that of the open book
    risks = table["risk"].value_counts()
    replies = _replies(store, show)
    if replies:
        with replaced_folder(files["book"]) as book:  # conversations add to it, and the sample stays as it is
            shutil.copytree(place, book, dirs_exist_ok=True)
    return {
        **outcome.as_dict,
        **files,
        "replies": replies,
        "open": len(table),
        "said": "\n".join(
            [
                f"trained on {candidate.about['matured']} matured invoices; "
                + ("promoted: " if outcome.promoted else "not promoted: ")
                + outcome.reason,
                f"{len(table)} open invoices scored: "
                + ", ".join(f"{int(risks.get(r, 0))} {r}" for r in ("high", "medium", "low"))
                + " risk",
                f"models   {outcome.store}  (champion: {outcome.champion}; 'make mlflow' shows them)",
                f"scores   {files['scores']}",
                f"cash     {files['cash']} (forecast by day, week, month and quarter; key figures)",
                f"today    {files['today']} (whom to contact: {len(today.contacts)}; to be seen by a person: "
                f"{len(today.queue.to_do)})",
                f"reports  {files['report']} (the open book), {files['model']} (the model, to be signed)",
                *([f"replies  {replies}; to talk: paybench serve {files['book']} --as-of {AS_OF}"] if replies else []),
            ]
        ),
    }


def _replies(store: str | Path, show: bool) -> str:
    """Which model of replies serves after learning from the corpus; empty in an installed package, which has none."""
    if not REPLIES.is_dir():
        return ""
    corpus = read_corpus(REPLIES)
    say(f"learning what replies mean from {len(corpus)} of them", show)
    done = release_intents(corpus, store)
    return f"reply-intents v{done.number} {'serves' if done.promoted else 'does not serve'}"


def _sample(folder: Path) -> Path:
    """The committed sample, or in an installed package the same drawn anew."""
    if (SAMPLE / "ledger.json").exists():
        return SAMPLE
    write_world(simulate(customers=300, months=24, seed=4), folder / "ledger")
    return folder / "ledger"
