"""Natural persons among the customers: sole traders are protected as persons, companies are not.

GDPR Art. 22 (no decision by a machine alone) and the EU AI Act, Annex III 5b (scoring the credit of natural persons),
ask who is one. The contract of a ledger does not; an export may bring a column ``legal_form`` of its own in
``customers``, and where it is missing or says something else, it is not known.
"""

from __future__ import annotations

import pandas as pd

from .book import Ledger
from .some import without_customers

COLUMN = "legal_form"
"""Of ``customers``: the legal form in a word."""
PERSON, COMPANY, UNKNOWN = TYPES = ("natural person", "company", "unknown")
"""What a customer can be."""

_WORDS = {
    PERSON: (
        "natural person", "natural", "person", "individual", "private", "private person", "consumer", "sole trader",
        "sole proprietor", "sole proprietorship", "self-employed", "self employed", "freelancer",
        "natürliche person", "privatperson", "einzelunternehmen", "einzelunternehmer", "einzelkaufmann", "e.k.", "ek",
        "freiberufler", "entrepreneur individuel", "auto-entrepreneur", "autónomo", "autonomo", "ditta individuale",
        "eenmanszaak",
    ),
    COMPANY: (
        "company", "legal person", "juristische person", "corporation", "corp", "inc", "inc.", "llc", "llp", "ltd",
        "ltd.", "limited", "plc", "gmbh", "ug", "ag", "kg", "ohg", "gmbh & co. kg", "se", "eg", "sa", "s.a.",
        "sarl", "sas", "s.l.", "sl", "spa", "s.p.a.", "srl", "s.r.l.", "bv", "b.v.", "nv", "n.v.", "ab", "aps", "oy",
        "public body", "association", "foundation", "partnership",
    ),
}  # fmt: skip
_TYPE_OF = {word: kind for kind, words in _WORDS.items() for word in words}


def customer_types(ledger: Ledger) -> pd.Series:
    """One of :data:`TYPES` for each customer with an invoice, indexed by customer_id in their order.

    A customer of whom different versions say different things counts as a natural person if one of them says so.
    """
    numbers = pd.Index(sorted(ledger.invoices["customer_id"].unique()), name="customer_id")
    types = pd.Series(UNKNOWN, index=numbers, dtype="str")
    customers = ledger.customers
    if COLUMN not in customers:
        return types
    said = customers[COLUMN].astype("str").str.strip().str.casefold().map(_TYPE_OF)
    for kind in (COMPANY, PERSON):
        types[numbers.isin(customers["customer_id"][said == kind])] = kind
    return types


def type_counts(ledger: Ledger) -> dict[str, int]:
    """How many customers with an invoice are of each of :data:`TYPES`."""
    counts = customer_types(ledger).value_counts()
    return {kind: int(counts.get(kind, 0)) for kind in TYPES}


def without_natural_persons(ledger: Ledger, unknown: bool = False) -> Ledger:
    """The ledger without natural persons: none of their rows in any table.

    Parameters
    ----------
    ledger : the whole book. unknown : leave out those, too, of whom it is not known what they are.
    """
    types = customer_types(ledger)
    gone = types.index[(types == PERSON) | (unknown & (types == UNKNOWN))]
    return without_customers(ledger, gone)
