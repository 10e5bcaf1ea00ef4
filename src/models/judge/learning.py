"""What a book of a given age can learn: skill by weeks of history, on the same later invoices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, as_of, day
from ...progress import say
from ..family.baseline import Baseline
from ..learn.fit import fit_timing
from ..learn.folds import Book, Rows, choose_horizon
from ..learn.tune import tune
from .compare import EMPIRICAL, EVERY_LOSS, MODEL, losses, skills
from .decline import GATE_SHARE, too_little
from .origin import LEAST, outcomes_end
from .prediction import Prediction

WEEKS = (4, 8, 13, 26, 39, 52, 78)


@dataclass(frozen=True)
class Learning:
    """A learning curve.

    Attributes
    ----------
    table : indexed by weeks of history and loss: ours and baseline (mean loss), skill = 1 - ours / baseline with low
        and high (95 %, by customer), matured (invoices to train on), horizon (in training), declined (why ``paybench
        train`` would leave it at the baseline, whose loss is then what would be served; empty if it would not). Ours is
        empty where nothing can be fitted at all. The last of the weeks are those of the whole book.
    about : settings.
    """

    table: pd.DataFrame
    about: dict[str, Any]


def learning_curve(
    ledger: Ledger,
    weeks: Iterable[int] = WEEKS,
    origin: object | None = None,
    until: object | None = None,
    trials: int = 12,
    seed: int = 0,
    show: bool = False,
) -> Learning:
    """Train on books that begin so many weeks before an origin, and test all on the same later invoices.

    What came before such a book does not exist in it: no invoice issued earlier, no payment of one, no contact. The
    customers' own distributions are those of the short book, too.

    Parameters
    ----------
    ledger : the whole book.
    weeks : lengths of history; one as long as the book or longer is left out, because the whole book is always there.
    origin : the cut-off; by default three quarters of the matured rows lie before it.
    until, trials, seed, show : as in :func:`~.backtest.backtest`.

    Raises
    ------
    PaybenchError
        If there is nothing to test with.
    """
    end = outcomes_end(ledger, until)
    starts = [day(origin)] if origin is not None else Book(ledger, end).origins(1, 0.25)
    if not starts:
        raise PaybenchError(
            "No invoice of the ledger has matured, so there is nothing to test with; import a longer history."
        )
    at = starts[0]
    horizon = choose_horizon(as_of(ledger, at), at)
    whole = Book(ledger, end, horizon)
    test = whole.issued_in(at)
    if not len(test):
        raise PaybenchError(
            f"No invoice issued from {at:%Y-%m-%d} on has matured by {end:%Y-%m-%d}; give another origin."
        )
    age = (at - ledger.invoices["issued_on"].min()).days / 7
    parts = {}
    for w in sorted({w for w in weeks if w < int(age)}):
        say(f"{w} weeks of history", show)
        begin = at - pd.Timedelta(days=7 * w)
        short = since(ledger, begin)
        if (short.invoices["issued_on"] < at).any():
            h = choose_horizon(as_of(short, at), at)
            parts[w] = _learned(Book(short, end, h), at, test, horizon, trials, seed, show)
    say("the whole history", show)
    parts[int(age)] = _learned(whole, at, test, horizon, trials, seed, show)
    return Learning(
        pd.concat(parts, names=["weeks"]),
        {
            "book": ledger.name,
            "origin": f"{at:%Y-%m-%d}",
            "until": f"{end:%Y-%m-%d}",
            "rows": len(test),
            "customers": int(test.customers.nunique()),
            "horizon": horizon,
            "trials": trials,
            "seed": seed,
        },
    )


def since(ledger: Ledger, begin: pd.Timestamp) -> Ledger:
    """A book that begins on a day: without invoices issued earlier, what names them, and what is dated earlier."""
    first = ledger.invoices.groupby("invoice_id")["issued_on"].min()
    gone = set(first.index[first < begin])
    dated = {
        "payments": "paid_on",
        "contacts": "sent_on",
        "messages": "received_on",
        "disputes": "opened_on",
        "promises": "made_on",
    }
    tables = {"invoices": ledger.invoices}
    tables |= {name: table[table[when] >= begin] for name, when in dated.items() for table in [ledger.table(name)]}
    return ledger.with_tables(
        {
            name: (table[~table["invoice_id"].isin(gone)] if "invoice_id" in table else table).reset_index(drop=True)
            for name, table in tables.items()
        }
    )


def _learned(
    book: Book, at: pd.Timestamp, test: Rows, horizon: int, trials: int, seed: int, show: bool
) -> pd.DataFrame:
    """Losses of ours and of the baseline of one book on the test rows, whose outcomes are told up to ``horizon``."""
    X = book.X.loc[test.X.index]
    rows = Rows(X, test.labels)
    train = book.known_at(at)
    grace = book.ledger.grace_days
    baseline = Baseline(book.cut, book.H).fit(train.X, train.y, tail=book.tail(at))
    theirs = Prediction.of(EMPIRICAL, baseline.predict_distribution(X), rows, grace, horizon)
    plain = losses(theirs, rows.late, rows.y, horizon)
    table = pd.DataFrame({"baseline": {k: v.mean() for k, v in plain.items()}})
    past = Book(book.ledger, at, book.H)
    table[["ours", "skill", "low", "high"]] = float("nan")
    if len(train) >= LEAST and 0 < train.late.sum() < len(train):
        tuned = tune(past, trials, seed, show)
        said = fit_timing(book, tuned, seed, at).predict(book.cut, X)
        ours = Prediction.of(MODEL, said, rows, grace, horizon)
        table["ours"] = {k: v.mean() for k, v in losses(ours, rows.late, rows.y, horizon).items()}
        gains = skills(ours, theirs, rows.late, rows.y, rows.customers, horizon, EVERY_LOSS)
        table[["skill", "low", "high"]] = pd.DataFrame.from_dict(gains, orient="index").reindex(table.index).to_numpy()
    order = ["ours", "baseline", "skill", "low", "high"]
    return table[order].assign(matured=len(train), horizon=book.H, declined=_declined(past)).rename_axis("loss")


def _declined(past: Book) -> str:
    """Why training would decline on a book; empty if it would not."""
    known = past.known_at(past.at)
    why = too_little(known)
    if why is None:
        start = past.origins(1, GATE_SHARE)[0]
        why = too_little(known, past.known_at(start), past.issued_in(start))
    return "" if why is None else why.reason
