"""How conversations begin with the server: what it was told, and what the environment holds."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...errors import PaybenchError
from .room import NO_LEDGER, Chat

if TYPE_CHECKING:
    from ...converse.messages.llm import LanguageModel
    from ...converse.talk.senders import Senders

SECRETS = (
    "PAYBENCH_SLACK_SECRET", "PAYBENCH_TWILIO_TOKEN", "PAYBENCH_META_SECRET", "PAYBENCH_META_VERIFY",
    "PAYBENCH_TEAMS_SECRET", "PAYBENCH_EMAIL_SECRET", "PAYBENCH_PAYMENTS_SECRET", "PAYBENCH_OUTBOX_SECRET",
    "PAYBENCH_SMTP_PASSWORD", "PAYBENCH_LLM_KEY",
)  # fmt: skip
"""Variables of the environment; a webhook whose secret is not there does not exist."""
_SHORTEST = 8
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?")


@dataclass(frozen=True)
class Setting:
    """What a server is told about conversations.

    Attributes
    ----------
    ledger : its folder, to which rows are added; None = there are none. store : of models and of the record.
    today : the day on which the book stands still; None = it goes on.
    policy : of negotiation, a file; None = the standard one. addresses : a CSV file of senders; None = nobody is known.
    company : who answers; '' = the name of the book.
    url : by which others reach the server; '' = the address at which it listens.
    smtp, mail_from, smtp_user : mail server (name:port), who letters are from, and the login; '' = none is sent.
    outbox : folder in which signed payloads for Slack, Teams, WhatsApp and SMS (and letters, without a mail server) end
        for whoever carries them on; None = they stay in the record. sms_from : number that SMS and Twilio's WhatsApp
        are from. What Twilio and Teams take in the response to a webhook goes there.
    """

    ledger: Path | None
    store: Path
    today: date | None = None
    policy: Path | None = None
    addresses: Path | None = None
    company: str = ""
    url: str = ""
    smtp: str = ""
    mail_from: str = ""
    smtp_user: str = ""
    outbox: Path | None = None
    sms_from: str = ""


def begin_chat(
    setting: Setting, listens: str, local: bool, environment: Mapping[str, str], instant: Callable[[], datetime] | None
) -> Chat | str:
    """Open the desk.

    Parameters
    ----------
    listens : address at which the server listens. local : whether only this machine reaches it: then links lead to
        pages of a trial on which no money moves; elsewhere there is no provider, and answers bear no link.
    environment : holds the secrets. instant : what the time is; None = the machine's clock.

    Returns
    -------
    Conversations, or the sentence that says why there are none.

    Raises
    ------
    PaybenchError
        If the ledger, the policy or the addresses cannot be read, or a secret is too short.
    """
    if setting.ledger is None:
        return NO_LEDGER
    kept = {name: environment[name].strip() for name in SECRETS if environment.get(name, "").strip()}
    short = [name for name, value in kept.items() if len(value) < _SHORTEST]
    if short:
        raise PaybenchError(f"The secret in {short[0]} is shorter than {_SHORTEST} characters; give a longer one.")
    try:
        import jinja2  # noqa: F401
    except ModuleNotFoundError as error:
        return (
            f"Conversations need {error.name}, which this install leaves out; install it, and start the server again."
        )
    from ...converse.links import FakeProvider
    from ...converse.talk import Addresses, Desk
    from ...ledger import read_ledger

    address = (setting.url or listens).rstrip("/")
    if setting.url and not _ADDRESS.fullmatch(address):
        raise PaybenchError(f"The --url is '{setting.url}'; give the address that platforms know, https://name/path.")
    zone = ZoneInfo(read_ledger(setting.ledger).time_zone)
    trial = local and not setting.url
    provider = FakeProvider(kept.get("PAYBENCH_PAYMENTS_SECRET") or secrets.token_hex(32), address) if trial else None
    desk = Desk(
        setting.ledger,
        setting.store,
        policy=setting.policy,
        provider=provider,
        company=setting.company,
        senders=_senders(setting, kept, address),
        language_model=_language_model(environment, kept),
    )
    desk.restore()
    addresses = Addresses() if setting.addresses is None else Addresses.read(setting.addresses)

    def clock() -> datetime:
        return (instant or (lambda: datetime.now(UTC)))().astimezone(zone)

    return Chat(desk, addresses, provider, clock, setting.today, kept, address)


def _senders(setting: Setting, kept: Mapping[str, str], address: str) -> Senders:
    """Who carries answers that do not go back in the response to a webhook."""
    from ...converse.channels import Mailer, Outbox
    from ...converse.channels.outbox import Sender
    from ...converse.talk import Senders

    carriers: dict[str, Sender] = {}
    if setting.outbox is not None:
        if "PAYBENCH_OUTBOX_SECRET" not in kept:
            raise PaybenchError("An outbox is signed; set PAYBENCH_OUTBOX_SECRET to what its reader knows, too.")
        outbox = Outbox(kept["PAYBENCH_OUTBOX_SECRET"], setting.outbox)
        carriers = dict.fromkeys(("email", "slack", "teams", "whatsapp", "sms"), outbox)
    if setting.smtp:
        carriers["email"] = Mailer.at(setting.smtp, setting.smtp_user, kept.get("PAYBENCH_SMTP_PASSWORD", ""))
    if setting.smtp and "@" not in setting.mail_from:
        raise PaybenchError(f"Letters need a sender, and --mail-from is '{setting.mail_from}'; give an e-mail address.")
    unsubscribe = f"{address}/unsubscribe" if "email" in carriers and address.startswith("https://") else ""
    own = {"email": setting.mail_from, "sms": setting.sms_from, "whatsapp": setting.sms_from}
    return Senders(carriers, own, setting.company, unsubscribe)


def _language_model(environment: Mapping[str, str], kept: Mapping[str, str]) -> LanguageModel | None:
    """What may word answers: none unless PAYBENCH_LLM_URL and PAYBENCH_LLM_MODEL are set."""
    from ...converse.messages.llm import LanguageModel

    url = environment.get("PAYBENCH_LLM_URL", "").strip()
    name = environment.get("PAYBENCH_LLM_MODEL", "").strip()
    return LanguageModel(url, name, kept.get("PAYBENCH_LLM_KEY", "")) if url else None
