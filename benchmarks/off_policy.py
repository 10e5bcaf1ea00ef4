"""Off-policy estimates against the truth of simulated worlds: coverage, error, refusals, and which policy is picked.

python benchmarks/off_policy.py --out DIR --worlds 200     easy and hard worlds, three kinds of logs; resumes
python benchmarks/off_policy.py --out DIR --picks 60       the best of six policies at 20,000 decisions
python benchmarks/off_policy.py --out DIR --deployed 30    estimates against what came when the policy was used
python benchmarks/off_policy.py --out DIR --report         the tables of what is there
python benchmarks/off_policy.py --worlds 8                 a quick look, nothing is kept

Every Tuesday each invoice that is overdue for three days or more gets its only decision; the outcome is whether it is
settled within 14 or 30 days. The simulator tells what each of the four actions would truly do at that moment, so that
the truth of a policy is a mean over the very decisions of the log, and no simulation of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from paybench.decide.evaluate import (
    Log,
    Refused,
    cross_fitted,
    dm,
    dr,
    evaluate,
    ips,
    observed,
    overlap,
    rank,
    refusal,
    snips,
)
from paybench.decide.evaluate.outcomes import Predict, ridge
from paybench.features import features_at
from paybench.files import replaced_file
from paybench.simulate import Actions, View, World, simulate
from paybench.simulate.settings import CHANNELS, TONES
from paybench.simulate.view import NOTHING

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OPTIONS = (("email", "friendly"), ("email", "firm"), ("phone", "reminder"))
ACTIONS = ("nothing", *(f"{channel}:{tone}" for channel, tone in OPTIONS))
NO, FRIENDLY, FIRM, PHONE = range(4)
TUESDAY, FIRST, LARGE = 5, 3, 1500.0
"""Of days since 1970-01-01 modulo 7; days after due; amount from which the usual action is to phone."""
WITHIN = (14, 30)
"""Days of the outcomes."""
LOGS = {
    "uniform": (1.0, 400, 16),
    "explore20": (0.2, 700, 18),
    "explore02": (0.02, 300, 14),
}
"""Share of decisions at random, customers and months of each kind of log."""
PICKS = {"uniform": (1.0, 2048, 23), "explore20": (0.2, 2048, 23)}
SIX = {
    "rules": ("nothing", "email:friendly", "email:firm", "phone:reminder", "by risk", "mixed"),
    "with learned": ("nothing", "email:friendly", "email:firm", "phone:reminder", "by risk", "learned"),
}
"""Of which the best is to be picked. The learned policy and 'phone:reminder' bring almost the same."""
LEARNED_ON, TEACHING = range(9001, 9005), 900
"""Seeds and customers of the worlds from which the learned policy comes: of each mode its own."""
WITH_TREES = 50
"""Worlds in which trees are tried, too."""
HOWS = ("t", "bootstrap", "bootstrap-t")


@dataclass
class Logging:
    """Decides once about each invoice, at random or as usual, or as a rule says, and notes what is true."""

    explore: float
    rule: str = ""
    mode: str = "easy"
    sees_effects: bool = True
    name: str = "logging"
    days: list[dict[str, NDArray[np.generic]]] = field(default_factory=list)

    def __call__(self, view: View) -> Actions | None:
        rows = np.flatnonzero(
            (view.today % 7 == TUESDAY) & (view.days_overdue >= FIRST) & (view.step == 0) & ~view.disputed
            & view.allowed.all(axis=1)
        )  # fmt: skip
        if not rows.size:
            return None
        channel = np.array([CHANNELS.index(c) for c, _ in OPTIONS])
        tone = np.array([TONES.index(t) for _, t in OPTIONS])
        k = len(OPTIONS)
        told = view.effects(np.repeat(rows, k), np.tile(channel, rows.size), np.tile(tone, rows.size))
        usual = np.where(view.cents_open[rows] >= 100 * LARGE, PHONE, FRIENDLY)
        chances = np.full((rows.size, k + 1), self.explore / (k + 1))
        chances[np.arange(rows.size), usual] += 1 - self.explore
        action = np.minimum((chances.cumsum(axis=1) < view.uniform(0)[rows][:, None]).sum(axis=1), k)
        if self.rule:
            action, chances = self._ruled(view, rows)
        self.days.append(
            {
                "invoice_id": view.invoice_id[rows],
                "customer_id": view.customer_id[rows],
                "as_of": np.full(rows.size, view.today),
                "action": action,
                "chances": chances,
                **{f"true_{d}": np.c_[told[f"base_{d}"][::k], told[f"settled_{d}"].reshape(-1, k)] for d in WITHIN},
            }
        )
        sent = np.where(action == NO, NOTHING, channel[action - 1])
        chance = np.take_along_axis(chances, action[:, None], 1)[:, 0]
        return Actions(rows, sent, tone[np.maximum(action - 1, 0)], chance)

    def _ruled(self, view: View, rows: Ints) -> tuple[Ints, Floats]:
        action = np.full(rows.size, ACTIONS.index(self.rule))
        return action, np.eye(len(ACTIONS))[action]


@dataclass(frozen=True)
class Truth:
    """A log, of which every outcome is known: rewards and true means of the actions, by days."""

    context: Floats
    columns: list[str]
    action: Ints
    chances: Floats
    customer: NDArray[np.generic]
    invoice: NDArray[np.generic]
    reward: dict[int, Floats]
    true: dict[int, Floats]

    def log(self, days: int) -> Log:
        chance = np.take_along_axis(self.chances, self.action[:, None], 1)[:, 0]
        return Log(
            self.context, self.action, self.reward[days], chance, self.customer, ACTIONS, propensities=self.chances
        )


def drawn(mode: str, seed: int, logging: Logging, customers: int, months: int) -> Truth:
    """A world and what was logged in it, whose outcomes are those that the world came to."""
    world = simulate(customers, months, seed, policy=logging, settings=mode, truth="none")
    together = {name: np.concatenate([day[name] for day in logging.days]) for name in logging.days[0]}
    # The books end some weeks before the last outcome; the world goes on until everything is settled.
    within = together["as_of"] < (world.ledger.invoices["issued_on"].max() - pd.Timestamp(0)).days
    together = {name: values[within] for name, values in together.items()}
    context = _context(world, together)
    settled = world.truth.set_index("invoice_id")["settled_on"].reindex(together["invoice_id"])
    took = (settled.to_numpy().astype("datetime64[D]").astype(np.float64)) - together["as_of"]
    took = np.where(settled.isna(), np.inf, took)
    return Truth(
        context.to_numpy(np.float64),
        list(context.columns),
        together["action"].astype(np.int64),
        together["chances"],
        together["customer_id"],
        together["invoice_id"].astype(str),
        {d: (took <= d).astype(np.float64) for d in WITHIN},
        {d: together[f"true_{d}"] for d in WITHIN},
    )


def _context(world: World, together: dict[str, NDArray[np.generic]]) -> pd.DataFrame:
    """What the books knew: the numeric features of each invoice on the morning of its decision."""
    rows = pd.DataFrame({name: together[name] for name in ("invoice_id", "customer_id")})
    found = features_at(world.ledger, rows.assign(as_of=together["as_of"].astype("datetime64[D]")))
    return found.select_dtypes("number").astype(np.float64).reset_index(drop=True)


@cache
def learned(mode: str, days: int) -> Predict:
    """What is predicted of each action, from random logs of other customers; the policy takes the best."""
    others = [drawn(mode, seed, Logging(1.0), TEACHING, 18) for seed in LEARNED_ON]
    return ridge(
        np.concatenate([one.context for one in others]),
        np.concatenate([one.action for one in others]),
        np.concatenate([one.reward[days] for one in others]),
        len(ACTIONS),
    )


def targets(one: Truth, mode: str, days: int) -> dict[str, Floats]:
    """The policies that are judged, by name."""
    n, k = one.chances.shape
    always = {ACTIONS[a]: np.full(n, a) for a in range(k)}
    past = np.nan_to_num(one.context[:, one.columns.index("late_share")], nan=0.5)
    always["by risk"] = np.where(past > 0.5, PHONE, FRIENDLY)
    predict = learned(mode, days)
    always["learned"] = predict(one.context).argmax(axis=1)
    found = {name: np.eye(k)[action] for name, action in always.items()}
    return found | {"mixed": 0.5 * found[ACTIONS[FRIENDLY]] + 0.5 * found[ACTIONS[PHONE]]}


def coverage(mode: str, kind: str, seed: int) -> pd.DataFrame:
    """Every estimate of every policy in one world."""
    explore, customers, months = LOGS[kind]
    one = drawn(mode, seed, Logging(explore), customers, months)
    rows = []
    for days in WITHIN:
        log = one.log(days)
        models = {"dr": "ridge", "dr trees": "trees", "dr flat": "flat"}
        if days != WITHIN[-1] or kind != "uniform" or seed > WITH_TREES:
            del models["dr trees"]
        q = {name: cross_fitted(log, model) for name, model in models.items()}
        policies = targets(one, mode, days)
        policies["the log"] = one.chances
        done = observed(log)
        base = float((one.chances * one.true[days]).sum(axis=1).mean())
        for name, policy in policies.items():
            value = float((policy * one.true[days]).sum(axis=1).mean())
            found = overlap(log, policy)
            refused = refusal(found)
            estimates = {"ips": ips(log, policy), "snips": snips(log, policy), "dm": dm(log, policy, q=q["dr"])}
            estimates |= {method: dr(log, policy, q=predicted) for method, predicted in q.items()}
            for method, estimate in estimates.items():
                row = {
                    "mode": mode, "log": kind, "seed": seed, "days": days, "policy": name, "method": method,
                    "n": len(log), "customers": log.customers, "effective": found.effective, "true": value,
                    "gain": value - base, "value": estimate.value, "error": estimate.error,
                    "refused": "" if refused is None else refused.short,
                }  # fmt: skip
                for how in HOWS:
                    row[f"low {how}"], row[f"high {how}"] = estimate.interval(how=how, draws=200)
                row["low gain"], row["high gain"] = (estimate - done).interval()
                rows.append(row)
    return pd.DataFrame(rows)


def picks(mode: str, kind: str, seed: int) -> pd.DataFrame:
    """Which of six policies is picked in one large world."""
    explore, customers, months = PICKS[kind]
    one = drawn(mode, seed, Logging(explore), customers, months)
    some = np.sort(np.random.default_rng(seed).permutation(len(one.action))[:20_000])
    rows = []
    for days, (which, names) in product(WITHIN, SIX.items()):
        log = one.log(days).take(some)
        known = {name: policy[some] for name, policy in targets(one, mode, days).items()}
        policies = {name: known[name] for name in names}
        true = {name: float((policy * one.true[days][some]).sum(axis=1).mean()) for name, policy in policies.items()}
        best = max(true, key=lambda name: true[name])
        second = sorted(true.values())[-2]
        for method in ("dr", "snips", "ips"):
            table = rank(log, policies, method).table.drop(index="(the log)")
            picked = str(table["value"].idxmax())
            rows.append(
                {
                    "six": which, "mode": mode, "log": kind, "seed": seed, "days": days, "method": method,
                    "n": len(log), "best": best, "picked": picked, "refused": int((table["refused"] != "").sum()),
                    "regret": true[best] - true[picked], "lead": true[best] - second,
                    "stake": true[best] - float(np.mean(list(true.values()))),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def deployed(mode: str, seed: int) -> pd.DataFrame:
    """What a random log says of a policy, and what came in the same world where that policy decided about everybody.

    Compared on the invoices about which both decided: more contacts make more customers forbid them.
    """
    random = drawn(mode, seed, Logging(1.0), 700, 18)
    rows = []
    for name in ACTIONS:
        used = drawn(mode, seed, Logging(1.0, name), 700, 18)
        both, mine, theirs = np.intersect1d(random.invoice, used.invoice, return_indices=True)
        for days in WITHIN:
            log = random.log(days).take(mine)
            said = evaluate(log, log.always(name))
            assert not isinstance(said, Refused)
            low, high = said.interval()
            rows.append(
                {
                    "mode": mode, "seed": seed, "days": days, "policy": name, "said": said.value, "low": low,
                    "high": high, "true": float(random.true[days][mine, ACTIONS.index(name)].mean()),
                    "used": float(used.true[days][theirs, ACTIONS.index(name)].mean()),
                    "came": float(used.reward[days][theirs].mean()),
                    "only log": 1 - len(both) / len(random.invoice), "only used": 1 - len(both) / len(used.invoice),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def wilson(hits: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    p, centre = hits / n, (hits + z * z / 2) / (n + z * z)
    far = z / (n + z * z) * np.sqrt(n * p * (1 - p) + z * z / 4)
    return max(centre - far, 0.0), min(centre + far, 1.0)


def _share(hits: pd.Series, world: pd.Series | None = None) -> str:
    """With Wilson's interval; of several policies in a world, as if they were one: they share their luck."""
    if not len(hits):
        return "-"
    n = len(hits) if world is None else world.nunique()
    low, high = wilson(float(hits.mean() * n), n)
    return f"{hits.mean():.3f} ({low:.3f}-{high:.3f})"


def report_coverage(rows: pd.DataFrame) -> Iterator[str]:
    """By mode, log and days: coverage, error and refusals of each method and policy."""
    for (mode, kind, days), some in rows.groupby(["mode", "log", "days"], sort=False):
        yield (
            f"\n{mode} worlds, log '{kind}', settled within {days} days: {some['seed'].nunique()} worlds of "
            f"{some['n'].min():,} to {some['n'].max():,} decisions"
        )
        population = some.groupby("policy")["true"].mean()
        some = some.assign(off=some["value"] - some["true"], everybody=some["policy"].map(population))
        for how in HOWS:
            some[how] = (some[f"low {how}"] <= some["true"]) & (some["true"] <= some[f"high {how}"])
        some["all"] = (some["low t"] <= some["everybody"]) & (some["everybody"] <= some["high t"])
        some["of gain"] = (some["low gain"] <= some["gain"]) & (some["gain"] <= some["high gain"])
        kept = some[(some["refused"] == "") & (some["policy"] != "the log")]
        head = "".join(f"{name:>8}" for name in ("boot", "boot-t", "other", "gain", "rmse", "bias"))
        yield f"{'not refused':<16}{'covered, Student':<22}{head}"
        for method, own in kept.groupby("method", sort=False):
            shares = "".join(f"{own[name].mean():>8.3f}" for name in ("bootstrap", "bootstrap-t", "all", "of gain"))
            rmse, bias = np.sqrt((own["off"] ** 2).mean()), own["off"].mean()
            yield f"{method:<16}{_share(own['t'], own['seed']):<22}{shares}{rmse:>8.4f}{bias:>+8.4f}"
        head = "".join(f"{name:>8}" for name in ("refused", "true", "gain", "rmse", "in %", "effect."))
        yield f"{'policy':<16}{'dr covered, Student':<22}{head}"
        for name, own in some[some["method"] == "dr"].groupby("policy", sort=False):
            rmse, true, told = np.sqrt((own["off"] ** 2).mean()), own["true"].mean(), own["refused"] == ""
            yield (
                f"{name:<16}{_share(own['t'][told]):<22}{(~told).mean():>8.2f}{true:>8.3f}"
                f"{own['gain'].mean():>+8.3f}{rmse:>8.4f}{100 * rmse / true:>8.1f}{own['effective'].mean():>8,.0f}"
            )
        lost = some[(some["refused"] != "") & (some["method"] == "dr")]
        if len(lost):
            rmse = np.sqrt((lost["off"] ** 2).mean())
            yield f"{'refused ones':<16}{_share(lost['t'], lost['seed'])} if they had been told, rmse {rmse:.4f}"


def report_picks(rows: pd.DataFrame) -> Iterator[str]:
    """How often the best of six is picked."""
    head = "".join(f"{name:>8}" for name in ("regret", "lead", "stake", "<.005"))
    yield f"\n{'six':<13}{'mode':<5}{'log':<10}{'days':>4} {'method':<7}{'worlds':>6} {'best is picked':<20}{head}"
    keys = ["six", "mode", "log", "days", "method"]
    for (six, mode, kind, days, method), own in rows.groupby(keys, sort=False):
        yield (
            f"{six:<13}{mode:<5}{kind:<10}{days:>4} {method:<7}{len(own):>6} {_share(own['best'] == own['picked']):<20}"
            f"{own['regret'].mean():>8.4f}{own['lead'].mean():>8.4f}{own['stake'].mean():>8.3f}"
            f"{(own['regret'] < 0.005).mean():>8.2f}"
        )
    yield "regret: true value lost by the pick; lead: of the best over the second; stake: over the mean of the six."


def report_deployed(rows: pd.DataFrame) -> Iterator[str]:
    """Estimates against what came."""
    head = "".join(f"{name:>8}" for name in ("said", "true", "in use", "came"))
    yield f"\n{'mode':<6}{'days':>4} {'policy':<16}{'worlds':>6}{head}  {'covers in use':<20} only in log, in use"
    for (mode, days, name), own in rows.groupby(["mode", "days", "policy"], sort=False):
        hit = (own["low"] <= own["used"]) & (own["used"] <= own["high"])
        means = "".join(f"{own[c].mean():>8.4f}" for c in ("said", "true", "used", "came"))
        others = " ".join(f"{100 * own[c].mean():>6.1f} %" for c in ("only log", "only used"))
        yield f"{mode:<6}{days:>4} {name:<16}{len(own):>6}{means}  {_share(hit):<20} {others}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the rows of each world go; else only the report")
    parser.add_argument(
        "--worlds", type=int, default=0, metavar="N", help="easy ones of each log, and half as many hard"
    )
    parser.add_argument("--picks", type=int, default=0, metavar="N", help="the same, of 20,000 decisions")
    parser.add_argument("--deployed", type=int, default=0, metavar="N", help="the same")
    parser.add_argument("--log", action="append", choices=LOGS, help="only this kind of log")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    if options.out is None:
        with TemporaryDirectory() as folder:
            options.out, options.report = Path(folder), True
            return run(options)
    options.out.mkdir(parents=True, exist_ok=True)
    return run(options)


def run(options: argparse.Namespace) -> int:
    """Draw what is not there yet, and report."""
    for name, work in _jobs(options.log or list(LOGS), options.worlds, options.picks, options.deployed):
        file = options.out / f"{name}.csv"
        if not file.exists():
            begun = process_time()
            rows = work()
            with replaced_file(file) as new:
                rows.to_csv(new, index=False)
            print(f"{name}: {process_time() - begun:.1f} CPU seconds", flush=True)
    if options.report:
        for prefix, report in (("log", report_coverage), ("pick", report_picks), ("used", report_deployed)):
            files = sorted(options.out.glob(f"{prefix}-*.csv"))
            if files:
                parts = pd.concat([pd.read_csv(f, keep_default_na=False) for f in files], ignore_index=True)
                print("\n".join(report(parts)))
    return 0


def _jobs(kinds: list[str], worlds: int, large: int, used: int) -> Iterator[tuple[str, Callable[[], pd.DataFrame]]]:
    for kind in kinds:
        # Where nearly everything is refused, a fifth of the worlds will do; the large ones come after the first kind.
        for mode, seed in _seeds(worlds if kind != "explore02" else worlds // 5, 1):
            yield f"log-{mode}-{kind}-{seed:04}", partial(coverage, mode, kind, seed)
        if kind in PICKS:
            for mode, seed in _seeds(large, 2001):
                yield f"pick-{mode}-{kind}-{seed}", partial(picks, mode, kind, seed)
    for mode, seed in _seeds(used, 3001):
        yield f"used-{mode}-{seed}", partial(deployed, mode, seed)


def _seeds(count: int, first: int) -> Iterator[tuple[str, int]]:
    yield from (("easy", first + k) for k in range(count))
    yield from (("hard", first + k) for k in range((count + 1) // 2))


if __name__ == "__main__":
    sys.exit(main())
