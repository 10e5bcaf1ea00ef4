"""The page of conversations, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from ...errors import PaybenchError
from ..guard import sentence
from ..limits import Limits
from ..wire import as_json
from ..workers import Workers
from .hooks import add_hooks
from .page import chat_page
from .pay import add_pages
from .room import Chat, field_of, read_action

CUSTOMERS = 500
"""Customers of the list at most."""
_ADDRESSES = ("/chat", "/chat/api/{rest:path}", "/pay/{rest:path}", "/hooks/{rest:path}", "/unsubscribe/{rest:path}")
_TEXT, _NAME = 20_000, 80


def add_chat(app: FastAPI, chat: Chat | str, limits: Limits) -> None:
    """Add the routes of conversations, or at their addresses the sentence that says why there are none."""
    if isinstance(chat, str):
        for place in _ADDRESSES:
            app.add_api_route(place, _nothing(chat), methods=["GET", "POST"], include_in_schema=False)
        return
    workers = Workers(limits, "chat", "The answer")

    @app.get("/chat", include_in_schema=False)
    async def page(request: Request) -> Response:
        return chat_page(request.headers.get("accept-language", ""))

    @app.get("/chat/api/customers", include_in_schema=False)
    async def customers() -> Response:
        return _json({"customers": await workers.do(lambda: chat.desk.customers(chat.now(), CUSTOMERS))})

    @app.get("/chat/api/thread/{customer_id:path}", include_in_schema=False)
    async def thread(customer_id: str) -> Response:
        return _json(await workers.do(lambda: chat.desk.thread(customer_id, chat.now())))

    @app.get("/chat/api/export/{customer_id:path}", include_in_schema=False)
    async def export(customer_id: str) -> Response:
        return _json(await workers.do(lambda: chat.desk.export(customer_id)))

    @app.post("/chat/api/{action}/{customer_id:path}", include_in_schema=False)
    async def act(action: str, customer_id: str, request: Request) -> Response:
        said = await read_action(request, chat, limits)
        if action not in _ACTIONS:
            raise PaybenchError(f"There is no action of that name; there are {', '.join(_ACTIONS)}.")
        return _json(await workers.do(partial(_acted, chat, action, customer_id, said)))

    add_pages(app, chat, workers, limits)
    add_hooks(app, chat, workers, limits)


def _acted(chat: Chat, action: str, customer_id: str, said: dict[str, str]) -> dict[str, Any]:
    key = (action, customer_id, said["id"])
    done = chat.done.do(key, lambda: _ACTIONS[action](chat, customer_id, said))
    return {"done": done, "thread": chat.desk.thread(customer_id, chat.now())}


def _written(chat: Chat, customer_id: str, said: dict[str, str]) -> Any:
    """The customer's own message."""
    text = field_of(said, "text", _TEXT)
    return chat.desk.receive(customer_id, text, "chat", chat.now(), source_id=said["id"])


def _chosen(chat: Chat, customer_id: str, said: dict[str, str]) -> None:
    chat.desk.choose(customer_id, field_of(said, "choice", 10), chat.now(), source_id=said["id"])


def _reminded(chat: Chat, customer_id: str, _: dict[str, str]) -> None:
    chat.desk.remind(customer_id, chat.now())


def _taken(chat: Chat, customer_id: str, said: dict[str, str]) -> None:
    chat.desk.take_over(customer_id, field_of(said, "who", _NAME), chat.now())


def _signed(chat: Chat, customer_id: str, said: dict[str, str]) -> None:
    chat.desk.sign(customer_id, field_of(said, "who", _NAME), chat.now())


def _given_back(chat: Chat, customer_id: str, said: dict[str, str]) -> None:
    chat.desk.give_back(customer_id, field_of(said, "who", _NAME), chat.now())


def _answered(chat: Chat, customer_id: str, said: dict[str, str]) -> None:
    """A person's words, by the way by which the customer wrote last."""
    who, text, now = field_of(said, "who", _NAME), field_of(said, "text", _TEXT), chat.now()
    written = [m["channel"] for m in chat.desk.thread(customer_id, now)["messages"] if m["from"] == "customer"]
    chat.desk.say(customer_id, who, text, now, channel=written[-1] if written else "chat")


_ACTIONS: dict[str, Callable[[Chat, str, dict[str, str]], Any]] = {
    "remind": _reminded,
    "say": _written,
    "choose": _chosen,
    "take-over": _taken,
    "sign": _signed,
    "answer": _answered,
    "give-back": _given_back,
}


def _nothing(why: str) -> Callable[[], Any]:
    async def nothing() -> Response:
        return sentence(404, why)

    return nothing


def _json(content: dict[str, Any]) -> Response:
    return Response(as_json(content), media_type="application/json")
