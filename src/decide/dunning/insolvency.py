"""Words by which a customer gives notice of insolvency, in the languages of the messages.

A word alone decides: what is found wrongly is set right by ``solvent: true`` in the policy, and until then nothing is
sent, which is the lesser harm.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WORDS = (
    # English
    r"insolven\w*", r"bankrupt\w*", r"(under|for) chapter (7|11)", r"receivership", r"into administration",
    r"winding[- ]up", r"voluntary arrangement",
    # German
    r"insolvenz\w*", r"zahlungsunf(ä|ae)hig\w*", r"konkurs\w*", r"gl(ä|ae)ubigerversammlung",
    # French
    r"redressement judiciaire", r"liquidation judiciaire", r"proc[ée]dure de sauvegarde", r"d[ée]p[ôo]t de bilan",
    r"cessation (de|des) paiements?", r"mandataire judiciaire",
    # Spanish, Italian, Dutch
    r"concurso (de acreedores|voluntario)", r"administrador concursal", r"liquidazione giudiziale", r"fallimento",
    r"concordato preventivo", r"faillissement", r"surs[eé]ance van betaling",
)  # fmt: skip
"""Regular expressions of whole words, whatever their case."""

_FOUND = re.compile(r"\b(?:" + "|".join(WORDS) + r")\b", re.IGNORECASE)


def says_insolvent(texts: pd.Series) -> NDArray[np.bool_]:
    """Whether each message gives notice of insolvency, (n,)."""
    return np.array([bool(_FOUND.search(text)) for text in texts.fillna("").tolist()], dtype=bool)
