"""A million simulated contact decisions, and how many of them were against a rule.

    python benchmarks/dunning_rules.py                       10^6 decisions, some minutes
    python benchmarks/dunning_rules.py --decisions 20000     a quick look

Worlds in which chance chooses among all that policy allows, under four policies that differ in caps, gaps, thresholds,
days, holidays, pauses, channels and who is stopped. Every contact is held against the policy by
:mod:`paybench.decide.dunning.audit`, which reads the policy row by row and shares no code with what decided. As a check
of the check, the same contacts are held against a policy that is stricter in one point: it has to find some.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from time import process_time

import numpy as np
from numpy.typing import NDArray

from paybench.decide.dunning import Policy, Situation
from paybench.decide.dunning.audit import Audit
from paybench.simulate import Settings, simulate
from paybench.worth import Experiment

Ints = NDArray[np.int64]
POLICIES = {
    "weekly": """
steps:
  - {after_due: 3, by: email, tone: reminder}
  - {after_last: 7, by: email, tone: firm, times: 9}
options: [email:friendly, sms:reminder, letter:firm, phone:reminder, phone:firm]
""",
    "two a week": """
steps:
  - {after_due: 1, by: email, tone: friendly}
  - {after_last: 3, by: email, tone: firm, times: 9}
options: [sms:reminder, phone:firm]
caps: {in_7_days: 2, in_30_days: 6, calls_in_7_days: 1, gap: 3}
pause: {promise_grace: 0, dispute: invoice}
thresholds: {EUR: 100, other: 250}
""",
    "month end": """
steps:
  - {after_due: -5, by: email, tone: courtesy}
  - {after_month_end: 3, by: email, tone: friendly}
  - {after_last: 10, by: email, tone: firm, times: 5}
options: [phone:reminder, letter:reminder]
instead: [letter]
days: tue-thu
hold_out: {share: 0.1, gets: nothing}
caps: {gap: 10, per_invoice: 7}
""",
    "stopped": """
steps:
  - {after_due: 2, by: sms, tone: friendly}
  - {after_last: 7, by: email, tone: firm, times: 9}
options: [email:reminder, phone:firm]
holidays: false
days: mon-sat
caps: {in_7_days: 3, gap: 2}
customers:
"""
    + "".join(f"  C{n:05d}: {{stop: true, reason: key account}}\n" for n in range(1, 200, 3))
    + "".join(f"  C{n:05d}: {{channel: letter}}\n" for n in range(2, 200, 3)),
}


class Auditor:
    """Holds every contact against a policy, and against one that is stricter."""

    def __init__(self, stricter: Policy) -> None:
        self.stricter, self.decisions, self.contacts, self.planted = stricter, 0, 0, 0
        self.broken: Counter[str] = Counter()

    def __call__(self, policy: Policy, now: Situation, rows: Ints, option: Ints) -> None:
        self.decisions += len(rows)
        plain, strict = Audit(policy, now), Audit(self.stricter, now)
        for row, one in zip(rows.tolist(), option.tolist(), strict=True):
            if one >= 0:
                self.contacts += 1
                self.broken.update(plain.violations(row, policy.options[one]))
                self.planted += bool(strict.violations(row, policy.options[one]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--decisions", type=int, default=10**6, metavar="N")
    parser.add_argument("--customers", type=int, default=2000, metavar="N", help="of each world, at most 2048")
    parser.add_argument("--months", type=int, default=24, metavar="N")
    options = parser.parse_args()
    total = contacts = against = 0
    heads = ("worlds", "decisions", "contacts", "against", "planted")
    print(f"{'policy':12} {'mode':5} " + "{:>6} {:>10} {:>10} {:>8} {:>8}".format(*heads) + "  CPU s")
    each = -(-options.decisions // (2 * len(POLICIES)))
    for name, text in POLICIES.items():
        policy = Policy.of(text, f"{name}.yaml")
        strict = replace(policy, caps=replace(policy.caps, per_invoice=2), source="stricter")
        for mode in ("easy", "hard"):
            audit, worlds, begun = Auditor(strict), 0, process_time()
            while audit.decisions < each:
                worlds += 1
                arm = Experiment(policy, share=0.9, calls=None, audit=audit)
                seed = 1000 * worlds + len(name)
                simulate(
                    options.customers, options.months, seed, policy=arm, settings=Settings.mode(mode), truth="none"
                )
            found = sum(audit.broken.values())
            print(
                f"{name:12} {mode:5} {worlds:6} {audit.decisions:10,} {audit.contacts:10,} {found:8} {audit.planted:8,}"
                f"  {process_time() - begun:.0f}",
                flush=True,
            )
            for rule, times in audit.broken.most_common():
                print(f"    {rule}: {times}")
            total, contacts, against = total + audit.decisions, contacts + audit.contacts, against + found
    print(f"{total:,} decisions, {contacts:,} contacts, {against} against a rule")
    return int(against > 0)


if __name__ == "__main__":
    sys.exit(main())
