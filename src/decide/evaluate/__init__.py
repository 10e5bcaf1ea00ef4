"""What a policy would have brought, told from a log that another one wrote, or refused; and how to try it out."""

from .balance import Balance, balance
from .compare import LOG, METHODS, Ranking, estimate, evaluate, rank
from .estimators import dm, dr, ips, observed, snips
from .hold_out import Gain, gain, held_out
from .intervals import Estimate
from .logs import Log
from .outcomes import LEARNERS, cross_fitted
from .overlap import Overlap, Refused, overlap, refusal
from .power import Trial, Weeks, customers_for, icc, share_spread
from .sensitivity import Bounds, Hidden, Sensitivity, bounds, sensitivity
from .sequences import per_decision_dr

__all__ = [
    "LEARNERS",
    "LOG",
    "METHODS",
    "Balance",
    "Bounds",
    "Estimate",
    "Gain",
    "Hidden",
    "Log",
    "Overlap",
    "Ranking",
    "Refused",
    "Sensitivity",
    "Trial",
    "Weeks",
    "balance",
    "bounds",
    "cross_fitted",
    "customers_for",
    "dm",
    "dr",
    "estimate",
    "evaluate",
    "gain",
    "held_out",
    "icc",
    "ips",
    "observed",
    "overlap",
    "per_decision_dr",
    "rank",
    "refusal",
    "sensitivity",
    "share_spread",
    "snips",
]
