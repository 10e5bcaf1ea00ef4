"""Pages for a customer's own browser: the trial's payment page, and the end of letters at one click.

The payment page stands for that of a provider: it asks for no card, and no money moves. Looking at a page changes
nothing, since mail servers open links by themselves; a button does.
"""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape

import pandas as pd
from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from ...errors import PaybenchError
from ...pages import Language
from ..limits import Limits, Refused, read_body
from ..workers import Workers
from .page import html_response, language_of, style_of
from .room import Chat, check_origin

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SMALL = 10_000
_SEND = "form-action 'self'"
_SAME = {"referrer-policy": "same-origin"}
"""Else a browser would not say where the button's form comes from."""


def add_pages(app: FastAPI, chat: Chat, workers: Workers, limits: Limits) -> None:
    """Add the pages."""
    small = Limits(body=_SMALL, reading=limits.reading)

    @app.get("/pay/{link_id}", include_in_schema=False)
    async def look(link_id: str, request: Request) -> Response:
        return _pay_page(chat, link_id, language_of(request.headers.get("accept-language", "")))

    @app.post("/pay/{link_id}", include_in_schema=False)
    async def pay(link_id: str, request: Request) -> Response:
        check_origin(request, chat)
        await read_body(request, small, kind=None, less="send nothing but the button")
        try:
            await workers.do(lambda: chat.done.do(("pay", link_id), lambda: paid(chat, link_id)))
        except Refused:
            raise
        except PaybenchError as error:
            said = language_of(request.headers.get("accept-language", ""))
            return _page(said, said("Payment"), f'<p lang="en" role="alert">{escape(str(error))}</p>', 422)
        return RedirectResponse(link_id, 303)

    @app.get("/unsubscribe/{token}", include_in_schema=False)
    async def asked(token: str, request: Request) -> Response:
        said = language_of(request.headers.get("accept-language", ""))
        body = f"<p>{escape(said('No more letters will be sent to you by this channel.'))}</p>"
        return _page(said, said("No more letters"), body + _button(said("End these letters")))

    @app.post("/unsubscribe/{token}", include_in_schema=False)
    async def ended(token: str, request: Request) -> Response:
        said = language_of(request.headers.get("accept-language", ""))
        await read_body(request, small, kind=None, less="send nothing but the button")
        known = await workers.do(lambda: chat.desk.unsubscribe(token[:200], chat.now()))
        text = "Done: no more letters by this channel." if known else "This link ends no letters; use a later letter's."
        return _page(said, said("No more letters"), f'<p role="status">{escape(said(text))}</p>', 200 if known else 404)


def _pay_page(chat: Chat, link_id: str, said: Language) -> Response:
    link = chat.provider.link(link_id) if chat.provider is not None and _ID.fullmatch(link_id) else None
    if link is None or chat.provider is None:
        text = said("There is no such payment link, or the server was started anew; ask for a new one.")
        return _page(said, said("Payment"), f"<p>{escape(text)}</p>", 404)
    state = "open" if link_id in chat.reports else chat.provider.state(link_id, chat.now())
    owed = [(escape(number), escape(_money(said, sum_, link.currency))) for number, sum_ in link.invoices]
    rows = "".join(f'<tr><th scope="row">{name}</th><td class="num">{sum_}</td></tr>' for name, sum_ in owed)
    table = f"<table><caption>{escape(said('Invoices'))}</caption><tbody>{rows}</tbody></table>"
    day = said.date(pd.Timestamp(link.expires_on))
    parts = {
        "open": f'<p class="soft">{escape(said("Can be paid until {day}.", day=day))}</p>' + _button(said("Pay")),
        "paid": f'<p class="good" role="status">{escape(said("Paid. Thank you; you can close this page."))}</p>',
        "expired": f"<p>{escape(said('This link has expired; ask for a new one.'))}</p>",
    }
    sum_ = f'<p class="sum">{escape(_money(said, link.amount, link.currency))}</p>'
    trial = f'<p class="trial">{escape(said("A trial: no money moves, and no card is asked for."))}</p>'
    return _page(said, said("Payment"), trial + sum_ + table + parts[state])


def paid(chat: Chat, link_id: str) -> None:
    """Pay, and deliver the report as the provider would.

    Raises
    ------
    PaybenchError
        If the link cannot be paid, or the report cannot be taken.
    """
    if chat.provider is None or not _ID.fullmatch(link_id):
        raise PaybenchError("There is no such payment link; ask for a new one.")
    now = chat.now()
    body = chat.reports.get(link_id) or chat.provider.pay(link_id, now).body
    chat.reports[link_id] = body  # until it was taken, it is delivered again when the button is
    report = chat.provider.signed(body, now)
    chat.desk.webhook(report.headers, report.body, now)
    del chat.reports[link_id]


def _page(said: Language, title: str, body: str, status: int = 200) -> Response:
    style = style_of("pay.css")
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    text = (
        f'<!DOCTYPE html>\n<html lang="{said.code}">\n<head>{head}<meta name="robots" content="noindex">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{style}</style></head>\n'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body>\n</html>\n"
    )
    response = html_response(text, style, more=_SEND, status=status)
    response.headers.update(_SAME)
    return response


def _button(label: str) -> str:
    return f'<form method="post"><button type="submit">{escape(label)}</button></form>'


def _money(said: Language, amount: Decimal, currency: str) -> str:
    return f"{said.number(float(amount), 2 if amount == round(amount, 2) else 4)} {currency}"
