"""Webhooks: what platforms report, proven by their signature over the bytes as they came, before anything is read.

Signatures are checked against the machine's clock, also where the book stands still. The same report may come several
times and counts once. Slack, Meta and mail servers hear only that it was taken; Twilio and Teams are given the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from ...errors import PaybenchError
from ..guard import sentence
from ..limits import Limits, Refused, read_body
from ..wire import as_json
from ..workers import Workers
from .room import Chat

if TYPE_CHECKING:
    from ...converse.channels import Inbound

_SMALL = 1_000_000
"""Bytes of a report; a letter may be as long as any body."""
Hook = Callable[[Request, bytes], Awaitable[Response]]


def add_hooks(app: FastAPI, chat: Chat, workers: Workers, limits: Limits) -> None:
    """Add the webhooks whose secret is there; at the others' addresses, which one is missing."""

    def heard(messages: Iterable[Inbound]) -> list[dict[str, Any]]:
        found, wrong = [], None
        for message in messages:
            about = message.bounced[0] if message.bounced else message.sender
            customer = chat.addresses.customer(message.channel, about)
            try:
                turn = chat.desk.inbound(message, customer, chat.now())
            except PaybenchError as error:  # of one message; the others are taken, and all are delivered again
                wrong = wrong or error
            else:
                found += [turn] if turn else []
        if wrong is not None:
            raise wrong
        return found

    async def slack(request: Request, body: bytes) -> Response:
        from ...converse.channels import read_slack, slack_challenge

        secret, now = chat.secrets["PAYBENCH_SLACK_SECRET"], chat.clock()
        challenge = slack_challenge(request.headers, body, secret, now)
        if challenge is not None:
            return PlainTextResponse(challenge)
        messages = read_slack(request.headers, body, secret, now)
        await workers.do(lambda: heard(messages))
        return _taken()

    async def twilio(request: Request, body: bytes) -> Response:
        from ...converse.channels import read_twilio

        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{chat.address}/hooks/twilio{query}"
        messages = read_twilio(url, request.headers, body, chat.secrets["PAYBENCH_TWILIO_TOKEN"], chat.clock())
        turns = await workers.do(lambda: heard(messages))
        said = "".join(f"<Message>{escape(text)}</Message>" for text in _answers(turns))
        xml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>'
        return Response(xml, media_type="text/xml")

    async def meta(request: Request, body: bytes) -> Response:
        from ...converse.channels import read_meta

        messages = read_meta(request.headers, body, chat.secrets["PAYBENCH_META_SECRET"], chat.clock())
        await workers.do(lambda: heard(messages))
        return _taken()

    async def teams(request: Request, body: bytes) -> Response:
        from ...converse.channels import Outgoing, read_teams, teams_payload

        messages = read_teams(request.headers, body, chat.secrets["PAYBENCH_TEAMS_SECRET"], chat.clock())
        turns = await workers.do(lambda: heard(messages))
        texts = _answers(turns)
        if not texts:
            return _taken()
        answer = Outgoing(messages[0].sender, "\n\n".join(texts), f"teams/{messages[0].id}")
        return Response(as_json(teams_payload(answer)), media_type="application/json")

    async def email(request: Request, body: bytes) -> Response:
        from ...converse.channels import read_email

        letter = read_email(body, chat.clock())
        await workers.do(lambda: heard([letter]))
        return _taken()

    async def payments(request: Request, body: bytes) -> Response:
        headers = dict(request.headers)
        await workers.do(lambda: chat.desk.webhook(headers, body, chat.now()))
        return _taken()

    hooks: dict[str, tuple[Hook, tuple[str, ...]]] = {
        "slack": (slack, ("PAYBENCH_SLACK_SECRET",)),
        "twilio": (twilio, ("PAYBENCH_TWILIO_TOKEN",)),
        "meta": (meta, ("PAYBENCH_META_SECRET", "PAYBENCH_META_VERIFY")),
        "teams": (teams, ("PAYBENCH_TEAMS_SECRET",)),
        "email": (email, ("PAYBENCH_EMAIL_SECRET",)),
        "payments": (payments, ("PAYBENCH_PAYMENTS_SECRET",)),
    }

    @app.get("/hooks/meta", include_in_schema=False)
    async def challenge(request: Request) -> Response:
        from ...converse.channels import Unverified, meta_challenge

        _check_secrets(chat, hooks["meta"][1])
        try:
            return PlainTextResponse(meta_challenge(request.query_params, chat.secrets["PAYBENCH_META_VERIFY"]))
        except Unverified as error:
            return sentence(403, str(error))

    @app.post("/hooks/{name}", include_in_schema=False)
    async def hook(name: str, request: Request) -> Response:
        from ...converse.channels import Unverified

        if name not in hooks:
            raise Refused(404, f"There is no such webhook; there are {', '.join(hooks)}.")
        run, needed = hooks[name]
        _check_secrets(chat, needed)
        if name == "email":
            _check_bearer(request, chat.secrets["PAYBENCH_EMAIL_SECRET"])
        most = limits.body if name == "email" else min(_SMALL, limits.body)
        allowed = Limits(body=most, reading=limits.reading)
        body = await read_body(request, allowed, kind=None, less="send less at a time")
        try:
            return await run(request, body)
        except Unverified as error:
            return sentence(403, str(error))


def _check_secrets(chat: Chat, needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in chat.secrets]
    if missing:
        raise Refused(
            404, f"This webhook needs a secret: set {missing[0]} in the server's environment, and start it anew."
        )


def _check_bearer(request: Request, secret: str) -> None:
    from ...converse.channels.signatures import same_secret

    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if not same_secret(given.strip(), secret) or scheme.lower() != "bearer":
        raise Refused(403, "The letter does not come with the secret of this webhook; nothing was taken from it.")


def _answers(turns: list[dict[str, Any]]) -> list[str]:
    """What may go out by itself."""
    return [str(turn["draft"]["body"]) for turn in turns if turn.get("goes_out") and turn.get("draft")]


def _taken() -> Response:
    return Response(as_json({}), media_type="application/json")
