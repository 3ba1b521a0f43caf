"""What the interface says when it cannot answer: problem details as in RFC 9457, each one sentence."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.kit.log import get_logger

MEDIA_TYPE: Final = "application/problem+json"
log = get_logger("api")


class Problem(BaseModel):
    """Why there is no answer; `type` is about:blank, so that the status says of what kind it is."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def refused(status: int, detail: str, headers: dict[str, str] | None = None) -> HTTPException:
    return HTTPException(status, detail, headers)


def add_problem_answers(api: FastAPI) -> None:
    """Every refusal of the interface, foreseen or not, is a problem."""

    async def told(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  It is registered for these alone.
        return problem(error.status_code, str(error.detail), error.headers)

    async def unreadable(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  It is registered for these alone.
        first = error.errors()[0]
        return problem(422, f"{first['loc'][-1]}: {first['msg']}.")

    async def broken(_request: Request, error: Exception) -> Response:
        log.error("interface failed", error=type(error).__name__)
        return problem(500, "Something went wrong here. Try again later.")

    api.add_exception_handler(HTTPException, told)
    api.add_exception_handler(RequestValidationError, unreadable)
    api.add_exception_handler(Exception, broken)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    body = Problem(title=_TITLES.get(status, "Refused"), status=status, detail=detail).model_dump()
    return JSONResponse(body, status, headers, MEDIA_TYPE)


_TITLES: Final = {
    401: "Not logged in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    422: "Unreadable",
    429: "Too many requests",
    500: "Broken",
    503: "Not ready",
}
