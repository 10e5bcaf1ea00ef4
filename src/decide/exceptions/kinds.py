"""The kinds of exceptions: what each is, who sees to it, by when, and what is proposed."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("collections", "customer service", "treasury", "sales", "credit manager")
"""Who sees to exceptions where nobody is named."""


@dataclass(frozen=True)
class Kind:
    """One kind of exception.

    Attributes
    ----------
    name : code. title : heading. what : what it is. next_step : what is proposed.
    reason : the sentence about one of them; in braces: ``about`` (the invoice or the account), ``money``, ``since``,
        ``because`` (the detail after a colon, or nothing), ``detail``.
    owner : of :data:`ROLES`. priority : 1 (first) to 3. days : business days until the deadline.
    unknown : said where the ledger records no such thing; empty where every ledger does.
    queued : whether a person is asked to see to each; the others are only listed.
    """

    name: str
    title: str
    what: str
    next_step: str
    reason: str
    owner: str
    priority: int
    days: int
    unknown: str = ""
    queued: bool = True


_NO_PAYMENTS = "The ledger records no payments."
_NO_DISPUTES = "The ledger records no disputes."
_NO_PROMISES = "The ledger records no promises."
_NO_MESSAGES = "The ledger records no messages."
_NO_SCORES = "There is no score table."

_ALL = (
    Kind(
        "unapplied",
        "Unapplied cash",
        "Money that came in without naming an invoice.",
        "Ask the customer what it pays, apply it, and send no reminder before that.",
        "{money} came in without naming an invoice, the first of it on {since}.",
        "treasury", 2, 2, _NO_PAYMENTS,
    ),
    Kind(
        "credit",
        "Open credit notes",
        "Credit that has not been set off against an invoice.",
        "Set it off, or pay it out; reminders should name the difference only.",
        "{money} of credit is set off against no invoice, the first of it of {since}.",
        "treasury", 3, 5, _NO_PAYMENTS,
    ),
    Kind(
        "disputed",
        "Disputes open",
        "Open invoices with a dispute that nobody has closed.",
        "Answer the dispute first; remind only of what is not disputed.",
        "{money} of {about} is disputed since {since}{because}.",
        "customer service", 2, 5, _NO_DISPUTES,
    ),
    Kind(
        "broken",
        "Promises broken",
        "Open invoices whose promised day has passed without the money.",
        "Call, ask what came in between, and have a new day confirmed in writing.",
        "{about} was promised for {since}, and {money} of that is still open.",
        "collections", 2, 2, _NO_PROMISES,
    ),
    Kind(
        "cold_start",
        "Hardly known customers",
        "Open invoices of customers with fewer than 3 settled invoices: the average of the book speaks for them.",
        "Look at order, terms and credit limit yourself before the due date.",
        "The customer of {about} ({money}) is hardly known.",
        "credit manager", 3, 5, _NO_SCORES, queued=False,
    ),
    Kind(
        "unseen_value",
        "Values never seen in training",
        "Open invoices with a country, currency or other code that the model has not met.",
        "See whether the entry is right; if so, take the figures as a rough guess until the next training.",
        "{about} ({money}) has a code that the model has never met.",
        "credit manager", 3, 5, _NO_SCORES, queued=False,
    ),
    Kind(
        "bank_details",
        "Bank details in a message",
        "Messages that speak of an account number or of changed bank details: a common beginning of fraud.",
        "Change nothing and pay nothing out; call the customer on a number that you already have, and ask.",
        "On {since} the customer wrote about bank details{because}.",
        "treasury", 1, 0, _NO_MESSAGES,
    ),
    Kind(
        "insolvency",
        "Words of insolvency",
        "Messages that speak of insolvency, liquidation or an administrator.",
        "Stop deliveries and reminders, ask for the court's file number, and lodge the claim in time.",
        "On {since} the customer wrote words of insolvency{because}.",
        "credit manager", 1, 1, _NO_MESSAGES,
    ),
    Kind(
        "not_understood",
        "Messages not understood",
        "Messages in which no single plain meaning was found.",
        "Read it and answer it.",
        "What the customer wrote on {since} was not understood{because}.",
        "customer service", 2, 2, _NO_MESSAGES,
    ),
    Kind(
        "said_paid",
        "Said to be paid",
        "Messages that say an invoice is paid while it is open.",
        "Look for the money among unapplied payments and at the bank; if it is not there, ask for a proof of payment.",
        "On {since} the customer wrote that it has paid; {money} is still open{because}.",
        "treasury", 2, 3, _NO_MESSAGES,
    ),
    Kind(
        "said_disputed",
        "Contested in a message only",
        "Messages that contest an open invoice for which no dispute is recorded.",
        "Record the dispute, so that no reminder goes out, and answer it.",
        "On {since} the customer contested {about}, and no dispute is recorded{because}.",
        "customer service", 2, 2, _NO_MESSAGES,
    ),
    Kind(
        "overpaid",
        "Paid twice or overpaid",
        "Invoices on which more was paid, credited or written off than was billed.",
        "Ask the customer: pay it back, or set it off against another invoice.",
        "{money} more than was billed stands against {about}{because}.",
        "treasury", 2, 5, _NO_PAYMENTS,
    ),
    Kind(
        "stray",
        "Money that fits nowhere",
        "Payments, credit notes and write-offs whose invoice is missing or in another currency, or below zero.",
        "Look up the entry in the bank's statement, and correct it.",
        "{money} of {since} {detail}.",
        "treasury", 2, 3, _NO_PAYMENTS,
    ),
    Kind(
        "misapplied",
        "Payments that do not look right",
        "Payments before the invoice was issued, or by another customer.",
        "See whether the money belongs to another invoice; if it is right as it is, mark this as done.",
        "{money} of {since} {detail}.",
        "treasury", 3, 5, _NO_PAYMENTS,
    ),
    Kind(
        "conflict",
        "Data that contradict each other",
        "Invoices and disputes that cannot be as they are written.",
        "Correct the entry; until then hold back what would be sent about it.",
        "{detail}.",
        "customer service", 2, 3,
    ),
    Kind(
        "broken_account",
        "Promises without an invoice broken",
        "Customers who promised money for no invoice in particular, and whose day has passed without it.",
        "Call, ask which invoices were meant, and have a new day confirmed in writing.",
        "The customer promised to pay by {since}, naming no invoice, and has not{because}.",
        "collections", 2, 2, _NO_PROMISES,
    ),
    Kind(
        "unusual_amount",
        "Unusual amounts",
        "Open invoices whose amount is far from the customer's usual ones.",
        "Compare it with the order before anything is sent; a slip of the pen is sooner corrected than collected.",
        "{about} has {money} open{because}.",
        "credit manager", 3, 3,
    ),
    Kind(
        "key_account",
        "Key accounts at risk",
        "The largest accounts of each currency with a good part overdue or at high risk.",
        "Speak with who knows the customer before any firm letter goes out, and agree on dates in person.",
        "{money} of one of the largest accounts is overdue or at high risk{because}.",
        "sales", 1, 2,
    ),
    Kind(
        "uncertain",
        "Scores that say little",
        "Large open invoices of which the model cannot say much.",
        "Look at order, terms and credit limit yourself; do not rely on the figures.",
        "The scores of {about} ({money}) say little{because}.",
        "credit manager", 3, 5, _NO_SCORES,
    ),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
"""The kinds by name."""

REPORTED = ("unapplied", "credit", "disputed", "broken", "cold_start", "unseen_value")
"""Those that finance's report of the whole book tells."""
