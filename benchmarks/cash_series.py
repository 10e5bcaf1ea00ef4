"""AutoETS beside the plain baselines on the weekly cash of simulated books, every band made of past errors.

    python benchmarks/cash_series.py                              six books, some minutes
    python benchmarks/cash_series.py --series FILE --out FILE     point forecasts of series in a CSV file, nothing else

statsforecast asks for versions that this package does not run with, so it gets an environment of its own (kept if
`--environment` names a folder), and the two speak through CSV files: `series, ahead, at, value` in, one row per value
of a series, `at` in order and `ahead` the step that is asked for; `series, expected` out. scoringrules, which is
installed beside it, has to give the same CRPS.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from paybench.decide.backtest.balances import Balances
from paybench.decide.backtest.baselines import BASELINES, NAIVE, dressed, seasonal_naive
from paybench.decide.backtest.score_tables import LEVELS, RESULTS, score_table, skill_table
from paybench.decide.backtest.scores import crps
from paybench.decide.cash.items import WEEK, OpenItems
from paybench.ledger import Ledger, as_of, settle
from paybench.simulate import simulate

AUTO_ETS = "AutoETS"
NEEDS = ("statsforecast", "scoringrules")
STEPS, SCORED = 8, (1, 2, 4, 8)
"""Weeks ahead that are foreseen, and those that are scored."""
ORIGINS, LEAST = 52, 26
"""Weekly origins of each book, and how many of them come before the first that is scored."""

_ETS = """
import sys
import numpy as np, pandas as pd
from statsforecast.models import AutoETS
rows = []
for (name, ahead), one in pd.read_csv(sys.argv[1]).groupby(["series", "ahead"], sort=False):
    values = one.sort_values("at")["value"].to_numpy(dtype=float)
    if len(values) >= 12:
        said = AutoETS(season_length=4).forecast(y=values, h=int(ahead))["mean"][-1]
        rows.append((name, max(float(said), 0.0)))
pd.DataFrame(rows, columns=["series", "expected"]).to_csv(sys.argv[2], index=False)
"""

_CRPS = """
import sys
import numpy as np, pandas as pd, scoringrules
table = pd.read_csv(sys.argv[1])
draws = table.filter(like="draw").to_numpy()
off = [abs(scoringrules.crps_ensemble(table["actual"].to_numpy(), draws, estimator=kind) - table[name]).max()
       for kind, name in (("nrg", "plain"), ("fair", "fair"))]
print(max(off))
"""


def environment(place: Path) -> Path:
    """The python of an environment with what this needs, made if it is not there."""
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    install = [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", *NEEDS]
    done = subprocess.run(list(map(str, install)), capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        sys.exit(
            f"AutoETS needs {' and '.join(NEEDS)} in an environment of its own, and pip cannot install them: {why}"
        )
    return python


def said_by(python: Path, code: str, *arguments: Path) -> str:
    """What some code prints in that environment."""
    done = subprocess.run(
        [str(python), "-I", "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"The environment of statsforecast failed: {done.stderr.strip()[-2000:]}")
    return done.stdout


def auto_ets(python: Path, series: pd.DataFrame) -> pd.Series:
    """Expected values by series; columns as the file has them. A series of less than 12 values is not foreseen."""
    with TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "series.csv", Path(folder) / "expected.csv"
        series.to_csv(asked, index=False)
        said_by(python, _ETS, asked, answered)
        return pd.read_csv(answered, dtype={"series": str}).set_index("series")["expected"]


def same_crps(python: Path) -> float:
    """The greatest difference between scoringrules' CRPS and this package's, plain and fair."""
    rng = np.random.default_rng(0)
    draws, actual = rng.gamma(2, 100, (500, 40)), rng.gamma(2, 100, 500)
    table = pd.DataFrame(draws, columns=[f"draw_{k}" for k in range(40)])
    table = table.assign(actual=actual, plain=crps(draws, actual), fair=crps(draws, actual, fair=True))
    with TemporaryDirectory() as folder:
        table.to_csv(Path(folder) / "draws.csv", index=False)
        return float(said_by(python, _CRPS, Path(folder) / "draws.csv"))


def open_items(ledger: Ledger, at: pd.Timestamp) -> OpenItems:
    """The open items of a ledger cut at a day, as baselines look at them: without distributions."""
    facts = settle(ledger)
    facts = facts[(facts["settled_on"].isna() & facts["written_off_on"].isna()).to_numpy()]
    invoice, customer, currency = (
        facts[name].to_numpy(dtype=str) for name in ("invoice_id", "customer_id", "currency")
    )
    overdue = (at - facts["due_on"]).dt.days.to_numpy(dtype=np.int64)
    on_day, weekday, month_day = (np.zeros((len(facts), n)) for n in (WEEK * STEPS, 7, 31))
    habits = weekday.astype(np.float32), month_day.astype(np.float32)
    return OpenItems(at, invoice, customer, currency, facts["amount_open"].to_numpy(), overdue, on_day, *habits)


def foreseen(
    ledger: Ledger, origins: list[pd.Timestamp], currency: str
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Per origin the weeks that each baseline expects, and what is known of what came of earlier books."""
    for at in origins:
        balances, items = Balances(ledger, at), open_items(as_of(ledger, at), at)
        came = balances.came(ORIGINS * 2, STEPS)[balances.currencies.index(currency)]
        said = {NAIVE: seasonal_naive(came)}
        for name, baseline in BASELINES.items():
            cash = baseline(balances, items).reshape(-1, STEPS, WEEK).sum(axis=2)
            said[name] = cash[items.currencies.index(currency)] if currency in items.currencies else np.zeros(STEPS)
        yield said, came


def series_of(name: str, came: np.ndarray) -> list[pd.DataFrame]:
    """One series per step: what came in it of each past book, as far as it is over."""
    found = []
    for step in range(STEPS):
        known = came[~np.isnan(came[:, step]), step]
        found.append(
            pd.DataFrame({"series": f"{name} {step}", "ahead": step + 1, "at": range(len(known)), "value": known})
        )
    return found


def rows_of(book: str, currency: str, said: dict[str, np.ndarray], actual: np.ndarray) -> list[dict[str, object]]:
    """Results of each forecast, (origins, steps), dressed with what it had got wrong by then."""
    rows = []
    for name, expected in said.items():
        for step in (weeks - 1 for weeks in SCORED):
            for at in range(LEAST, len(expected)):
                past = slice(0, at - step)
                draws = dressed(float(expected[at, step]), expected[past, step], actual[past, step])
                row = {
                    "ledger": book,
                    "origin": at,
                    "currency": currency,
                    "forecast": name,
                    "horizon": f"week {step + 1}",
                }
                row |= {"actual": actual[at, step], "expected": expected[at, step], "median": np.median(draws)}
                for level in LEVELS:
                    row[f"low_{level}"], row[f"high_{level}"] = np.quantile(
                        draws, [0.5 - level / 200, 0.5 + level / 200]
                    )
                rows.append(row | {"crps": float(crps(draws, actual[at, step]))})
    return rows


def scored(python: Path, books: int, customers: int) -> pd.DataFrame:
    """Results of every forecast on simulated books."""
    rows: list[dict[str, object]] = []
    for seed in range(books):
        ledger = simulate(customers=customers, months=30, seed=seed).ledger
        end = ledger.payments["paid_on"].max()
        origins = [end - pd.Timedelta(days=WEEK * (STEPS + k)) for k in range(ORIGINS, 0, -1)]
        currency = str(ledger.invoices["currency"].mode().iloc[0])
        told = list(foreseen(ledger, origins, currency))
        said = {name: np.stack([one[name] for one, _ in told]) for name in told[0][0]}
        series = [part for k, (_, came) in enumerate(told) for part in series_of(f"{k}", came)]
        ets = auto_ets(python, pd.concat(series))
        names = [[f"{k} {step}" for step in range(STEPS)] for k in range(ORIGINS)]
        said[AUTO_ETS] = ets.reindex(np.ravel(names)).to_numpy().reshape(ORIGINS, STEPS)
        final = Balances(ledger, end)
        actual = final.came(STEPS + ORIGINS, STEPS)[final.currencies.index(currency)][:ORIGINS]
        rows += rows_of(f"book {seed}", currency, said, actual)
        print(f"book {seed}: {len(ledger.invoices):,} invoices, {len(ets):,} series foreseen", file=sys.stderr)
    return pd.DataFrame(rows)[list(RESULTS)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", type=Path, help="where statsforecast is, or is to be installed")
    parser.add_argument("--series", type=Path, help="CSV file of series to foresee")
    parser.add_argument("--out", type=Path, help="CSV file of what is expected of them")
    parser.add_argument("--books", type=int, default=6)
    parser.add_argument("--customers", type=int, default=100)
    options = parser.parse_args()
    if (options.series is None) != (options.out is None):
        parser.error("--series and --out belong together")
    with TemporaryDirectory() as folder:
        python = environment(options.environment or Path(folder) / "statsforecast")
        if options.series:
            auto_ets(python, pd.read_csv(options.series, dtype={"series": str})).to_csv(options.out)
            return
        print(f"CRPS differs from scoringrules' by at most {same_crps(python):.1e}")
        results = scored(python, options.books, options.customers)
    table = score_table(results)
    print(table[["n", "wape", "bias", "crps", "interval_80", "coverage_80", "coverage_95"]].round(3).to_string())
    print(f"\n{AUTO_ETS} against the best of the others on each book:")
    print(skill_table(results, AUTO_ETS).round(3).to_string())


if __name__ == "__main__":
    main()
