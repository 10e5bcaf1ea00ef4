"""The application: routes, and what is said of errors."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from .. import __version__
from ..errors import PaybenchError
from .chat.room import NO_LEDGER, Chat
from .chat.routes import add_chat
from .describe import ABOUT, ANSWERS, BODY_ANSWERS, ONE_ANSWERS, request_body
from .guard import failed, sentence
from .limits import Refused, read_body
from .page import POLICY, docs_page
from .service import Service
from .wire import TooLarge, as_json
from .workers import Workers

PAGE = 1_000
"""Invoices of one page at most."""
AsOf = Annotated[str, Query(description="the decision's day, YYYY-MM-DD; nothing later is known")]


def make_app(service: Service, chat: Chat | str = NO_LEDGER) -> FastAPI:
    """The routes of a service.

    Parameters
    ----------
    chat : conversations, or the sentence that says why there are none.

    Returns
    -------
    An application without its :class:`~.guard.Guard`.
    """
    limits = service.limits
    workers = Workers(limits)
    app = FastAPI(title="paybench", version=__version__, description=ABOUT, docs_url=None, redoc_url=None)
    _say_errors(app)

    @app.get("/health", summary="Whether it can score, and with what", responses=_described(ANSWERS))
    async def health(request: Request) -> Response:
        """503 while there is no champion that can be read. Without the token: ready or not, and nothing else."""
        try:
            said = await asyncio.to_thread(service.health)
        except Refused as error:
            said = {"ready": False, "error": str(error)}
        known = request.scope.get("state", {}).get("known", True)
        return _json(said if known else {"ready": said["ready"]}, 200 if said["ready"] else 503)

    @app.post(
        "/score",
        summary="Scores of the open invoices of a slice of a book",
        responses=_described(BODY_ANSWERS),
        openapi_extra={"requestBody": request_body()},
    )
    async def score_slice(request: Request) -> Response:
        """Send all that is known of some customers: their invoices and payments, and other tables if there are any.

        No customer has an influence on another's scores.
        """
        body = await read_body(request, limits)
        return Response(await workers.do(lambda: as_json(service.of_request(body))), media_type="application/json")

    @app.get("/open", summary="Scores of the ledger's open invoices, by the page", responses=_described(ANSWERS))
    async def page(
        as_of: AsOf,
        offset: Annotated[int, Query(ge=0, le=10**9, description="invoices before this page")] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE, description="invoices of this page")] = 100,
    ) -> Response:
        """Sorted by customer and invoice; 'next' is the offset of the next page, or null.

        Pages with the same model_version belong together.
        """
        return _json(await workers.do(lambda: service.page(as_of, offset, limit)))

    @app.get("/score/{invoice_id:path}", summary="The score of one of the ledger's", responses=_described(ONE_ANSWERS))
    async def one(
        invoice_id: Annotated[str, Path(description="number of the invoice", max_length=1_000)], as_of: AsOf
    ) -> Response:
        """Of an invoice that is open at the day."""
        return _json(await workers.do(lambda: service.one(invoice_id, as_of)))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(docs_page(app.openapi()), headers={"content-security-policy": POLICY}, media_type="text/html")

    add_chat(app, chat, limits)
    return app


def _described(answers: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    return {code: dict(said) for code, said in sorted(answers.items())}


def _say_errors(app: FastAPI) -> None:
    """Every error in one sentence."""

    @app.exception_handler(PaybenchError)
    async def refused(_: Request, error: PaybenchError) -> Response:
        status = error.status if isinstance(error, Refused) else 413 if isinstance(error, TooLarge) else 422
        return sentence(status, str(error), {"retry-after": "5"} if status == 503 else None)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return sentence(422, f"The parameter {first['loc'][-1]} is wrong ({first['msg'].lower()}); see /docs.")

    @app.exception_handler(HTTPException)
    async def nothing(_: Request, error: HTTPException) -> Response:
        said = {
            404: "There is nothing at this address; see /docs for what there is.",
            405: "This address is not asked in that way; see /docs.",
        }
        return sentence(error.status_code, said.get(error.status_code, "This cannot be answered."), error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        return failed(request.scope.get("state", {}).get("id", "-"), error)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(as_json(content), status, media_type="application/json")
