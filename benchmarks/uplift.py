"""What learners say of the effects of contacts, beside the simulator's truth.

    python benchmarks/uplift.py                           four books of each mode, a few minutes
    python benchmarks/uplift.py --econml                  the same, and two learners of econml beside them
    python benchmarks/uplift.py --placebo 20              intervals in worlds where contacts do nothing

Every overdue invoice gets nothing or one of three contacts by chance, every two weeks; learners learn from two thirds
of the customers and speak of the others. The truth is told by the world each morning, for every contact that could be
made, if nothing else is sent afterwards. Learners learn effects under a policy that goes on, which are smaller.

    correlation   with the true days saved, the mean over the three contacts
    rmse          in days; with the average of the truth for everyone it is `rmse of the mean`
    said, true    mean days saved
    chosen        true days saved per decision by the contact that is said to be best
    first 30 %    true days saved per contact if only those three tenths are contacted that are said to gain most

econml gets an environment of its own (kept if `--environment` names a folder); the two speak through files.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from paybench.decide.uplift import DRLearner, MeanEffect, TLearner, decision_features, decisions, outcome
from paybench.decide.uplift.learn import HORIZON
from paybench.ledger import Ledger
from paybench.simulate import simulate
from paybench.simulate.policies import Randomised
from paybench.simulate.settings import CHANNELS, TONES, Effects, Settings
from paybench.simulate.view import Actions, View

Floats = NDArray[np.float64]
OPTIONS = (("email", "firm"), ("email", "friendly"), ("phone", "reminder"))
ACTIONS = tuple(f"{channel}:{tone}" for channel, tone in OPTIONS)
HELD_OUT, FIRST = 3, 0.3
NEEDS = ("econml==0.17.0",)
COLUMNS = ("correlation", "rmse", "said", "true", "chosen", "first 30 %")

_ECONML = """
import sys
import numpy as np
from econml.dml import CausalForestDML
from econml.dr import DRLearner
from lightgbm import LGBMRegressor
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
data = np.load(sys.argv[1])
X, T, y, who, new = (data[k] for k in ("X", "T", "y", "who", "new"))
middle = np.nanmedian(X, axis=0)
X, new = (np.where(np.isnan(x), middle, x) for x in (X, new))
def trees(): return LGBMRegressor(n_estimators=120, num_leaves=12, min_child_samples=40, learning_rate=0.06,
                                  reg_lambda=20, n_jobs=1, verbosity=-1)
k = T.max()
said = {}
one = DRLearner(model_propensity=DummyClassifier(strategy="prior"), model_regression=trees(),
                model_final=make_pipeline(StandardScaler(), RidgeCV(np.logspace(2, 6, 9))), cv=GroupKFold(5),
                random_state=0)
one.fit(y, T, X=X, groups=who)
said["econml DRLearner"] = np.column_stack([one.effect(new, T0=0, T1=a) for a in range(1, k + 1)])
two = CausalForestDML(model_y=trees(), model_t=DummyClassifier(strategy="prior"), discrete_treatment=True,
                      cv=GroupKFold(5), n_estimators=400, min_samples_leaf=50, max_depth=6, n_jobs=1, random_state=0)
two.fit(y, T, X=X, groups=who)
said["econml CausalForestDML"] = np.column_stack([two.effect(new, T0=0, T1=a) for a in range(1, k + 1)])
np.savez(sys.argv[2], **said)
"""


@dataclass(frozen=True)
class Watched(Randomised):
    """The experiment, and what each contact that it could make would truly do."""

    options: tuple[tuple[str, str], ...] = OPTIONS
    sees_effects: bool = True
    told: list[pd.DataFrame] = field(default_factory=list)

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning, and note the truth."""
        made = super().__call__(view)
        if made is None:
            return None
        n, k = made.row.size, len(self.options)
        channel = np.array([CHANNELS.index(c) for c, _ in self.options])
        tone = np.array([TONES.index(t) for _, t in self.options])
        saved = view.effects(np.repeat(made.row, k), np.tile(channel, n), np.tile(tone, n), 60)["days_saved"]
        self.told.append(
            pd.DataFrame(saved.reshape(n, k), columns=list(ACTIONS)).assign(
                invoice_id=view.invoice_id[made.row], as_of=pd.Timestamp(view.today, unit="D")
            )
        )
        return made


@dataclass(frozen=True)
class Trial:
    """Mature decisions of a book, and the true days saved by each contact, (n, 3)."""

    rows: pd.DataFrame
    X: pd.DataFrame
    days: Floats
    truth: Floats

    @property
    def held(self) -> NDArray[np.bool_]:
        """Decisions about customers that are kept for judging."""
        ids = np.unique(self.rows["customer_id"])
        chosen = np.random.default_rng(0).permutation(ids)[: len(ids) // HELD_OUT]
        return np.asarray(self.rows["customer_id"].isin(chosen))


def trial(seed: int, mode: str, customers: int, months: int) -> Trial:
    watched = Watched()
    world = simulate(customers, months, seed=seed, policy=watched, settings=mode)
    rows, days = matured(world.ledger, world.oracle["withheld.parquet"])
    truth = pd.concat(watched.told).assign(as_of=lambda t: t["as_of"].astype(rows["as_of"].dtype))
    told = rows[["invoice_id", "as_of"]].merge(truth, on=["invoice_id", "as_of"], how="left", validate="1:1")
    return Trial(rows, decision_features(world.ledger, rows), days, told[list(ACTIONS)].to_numpy(dtype=np.float64))


def matured(ledger: Ledger, withheld: pd.DataFrame) -> tuple[pd.DataFrame, Floats]:
    """Decisions that are old enough on the last day, and the days until payment."""
    end = ledger.payments["paid_on"].max()
    rows = decisions(ledger, withheld, end)
    came = outcome(ledger, rows, end, HORIZON)
    kept = came["mature"].to_numpy(dtype=bool)
    return rows[kept].reset_index(drop=True), came["days_unpaid"][kept].to_numpy(dtype=np.float64)


def scored(said: Floats, truth: Floats) -> dict[str, float]:
    """The figures of the table, from days that are said to be saved and those that are, (n, 3) each."""
    correlation = [np.corrcoef(s, t)[0, 1] if np.std(s) > 1e-9 else 0.0 for s, t in zip(said.T, truth.T, strict=True)]
    best = said.argmax(axis=1)
    gained = truth[np.arange(len(said)), best]
    # Equal predictions are in no order: chance decides.
    order = np.lexsort((np.random.default_rng(0).random(len(said)), -said.max(axis=1)))
    values = (
        float(np.mean(correlation)), float(np.sqrt(np.mean((said - truth) ** 2))), said.mean(), truth.mean(),
        gained.mean(), gained[order[: int(len(said) * FIRST)]].mean(),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(float, values), strict=True))


def ours(one: Trial, make: Callable[[], MeanEffect | TLearner | DRLearner]) -> Floats:
    rest = ~one.held
    rows = one.rows[rest]
    learner = make().fit(one.X[rest], rows["action"], one.days[rest], rows["propensity"], rows["customer_id"])
    return -learner.effect(one.X[one.held])


def theirs(python: Path, one: Trial) -> dict[str, Floats]:
    """econml's learners on the same rows."""
    rest = ~one.held
    with TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "asked.npz", Path(folder) / "answered.npz"
        treated = pd.Index(["nothing", *ACTIONS]).get_indexer(pd.Index(one.rows["action"][rest]))
        who = pd.factorize(one.rows["customer_id"][rest])[0]
        X = one.X.to_numpy(dtype=np.float64)
        np.savez(asked, X=X[rest], T=treated, y=one.days[rest], who=who, new=X[one.held])
        done = subprocess.run(
            [str(python), "-I", "-W", "ignore", "-c", _ECONML, str(asked), str(answered)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"The environment of econml failed: {done.stderr.strip()[-2000:]}")
        with np.load(answered) as found:
            return {name: -found[name].reshape(-1, len(ACTIONS)) for name in found.files}


def environment(place: Path) -> Path:
    """The python of an environment with econml, made if it is not there."""
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    install = [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", *NEEDS]
    done = subprocess.run(list(map(str, install)), capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        sys.exit(f"{NEEDS[0]} is wanted in an environment of its own, and pip cannot install it: {why}")
    return python


def compared(options: argparse.Namespace, python: Path | None) -> pd.DataFrame:
    """Figures by mode, book and learner."""
    makers = {"mean effect": MeanEffect, "T-learner": TLearner, "DR-learner": DRLearner}
    rows = []
    for mode in options.modes:
        for seed in range(options.seeds):
            one = trial(seed, mode, options.customers, options.months)
            truth = one.truth[one.held]
            found, spent = {}, {}
            for name, make in makers.items():
                begun = time.process_time()
                found[name], spent[name] = ours(one, make), time.process_time() - begun
            if python is not None:
                found |= theirs(python, one)
            order = np.random.default_rng(1)
            found["the truth"], found["chance"] = truth, order.normal(size=truth.shape)
            learned = int((~one.held).sum())
            for name, said in found.items():
                rows.append(
                    {"mode": mode, "book": seed, "learner": name, "decisions": learned, **scored(said, truth)}
                    | {"seconds": spent.get(name, np.nan)}
                )
            print(f"{mode} {seed}: learned from {learned:,} decisions, judged on {len(truth):,}", file=sys.stderr)
    table = pd.DataFrame(rows)
    # Of chance only the choice and the order mean anything.
    table.loc[table["learner"] == "chance", ["correlation", "rmse", "said"]] = np.nan
    return table


def placebo(worlds: int, customers: int, months: int) -> pd.DataFrame:
    """Where contacts do nothing: whether the intervals hold 0, and what is believed nevertheless."""
    rows = []
    for seed in range(worlds):
        world = simulate(
            customers, months, seed=seed, policy=Randomised(options=OPTIONS), settings=Settings(effects=Effects.none())
        )
        told, days = matured(world.ledger, world.oracle["withheld.parquet"])
        X = decision_features(world.ledger, told)
        learner = MeanEffect().fit(X, told["action"], days, told["propensity"], told["customer_id"])
        means = learner.averages_
        assert means is not None
        rows.append(
            {
                "holds 0": float(np.mean((means.low < 0) & (means.high > 0))),
                "any contact holds 0": float(abs(means.common) < 1.96 * means.common_error),
                "nothing believed": float(not means.believed.any()),
                "half width": float(1.96 * means.error.mean()),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--econml", action="store_true", help="compare with econml")
    parser.add_argument("--environment", type=Path, help="where econml is, or is to be installed")
    parser.add_argument("--modes", nargs="+", default=["easy", "hard"])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--customers", type=int, default=600)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--placebo", type=int, default=0, metavar="WORLDS")
    options = parser.parse_args()
    if options.placebo:
        found = placebo(options.placebo, options.customers, options.months)
        print(f"{options.placebo} worlds without any effect, means:\n{found.mean().round(3).to_string()}")
        return
    with TemporaryDirectory() as folder:
        wanted = options.econml or options.environment is not None
        python = environment(options.environment or Path(folder) / "econml") if wanted else None
        table = compared(options, python)
    kept = ["decisions", *COLUMNS, "seconds"]
    print(table.groupby(["mode", "learner"], sort=False)[kept].mean().round(2).to_string(na_rep=""))
    for mode, own in table.groupby("mode", sort=False):
        wide = own.pivot(index="book", columns="learner", values="first 30 %")
        wins = float((wide["DR-learner"] > wide["mean effect"]).mean())
        print(f"{mode}: the DR-learner's first 30 % gain more than the mean effect's in {wins:.0%} of the books")


if __name__ == "__main__":
    main()
