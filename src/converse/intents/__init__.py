"""What a message of a customer means."""

from .bundle import read_intents, write_intents
from .corpus import Corpus, read_corpus
from .definitions import DEFINITIONS
from .figures import Answers, abstention, by_intent, by_language, figures
from .gate import Verdict, judge_intents
from .learn import train_intents
from .meaning import INTENTS, SAFETY, Intent, Meaning
from .model import RULES, IntentModel
from .near import nearest
from .release import held_out, release_intents
from .rules import hard_rules
from .settings import Settings
from .store import Registered, champion_intents, register_intents, rollback_intents

__all__ = [
    "DEFINITIONS",
    "INTENTS",
    "RULES",
    "SAFETY",
    "Answers",
    "Corpus",
    "Intent",
    "IntentModel",
    "Meaning",
    "Registered",
    "Settings",
    "Verdict",
    "abstention",
    "by_intent",
    "by_language",
    "champion_intents",
    "figures",
    "hard_rules",
    "held_out",
    "judge_intents",
    "nearest",
    "read_corpus",
    "read_intents",
    "register_intents",
    "release_intents",
    "rollback_intents",
    "train_intents",
    "write_intents",
]
