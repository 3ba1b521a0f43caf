"""Reads a request into an Ask: what was typed, from where, with which cookies."""

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.accounts.models import Visitor
from app.shell.ask import Ask
from app.shell.cookies import own_cookies
from app.shell.house import House
from app.shell.words import Words

MOST_BYTES: Final = 1_000_000
_MOST_FIELDS: Final = 500


async def read_form(request: Request) -> dict[str, tuple[str, ...]]:
    """The posted fields; raises HTTPException 413 for a body that no form of ours has."""
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers or not length.isdecimal() or int(length[:12]) > MOST_BYTES:
        raise HTTPException(413)
    fields: dict[str, tuple[str, ...]] = {}
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields[name] = (*fields.get(name, ()), value.replace("\x00", ""))
    return fields


def build_ask(  # noqa: PLR0913  An Ask is made of all of it.
    house: House,
    request: Request,
    visitor: Visitor | None,
    words: Words,
    posted: Mapping[str, tuple[str, ...]],
    *,
    is_htmx: bool,
) -> Ask:
    return Ask(
        visitor=visitor,
        words=words,
        path=dict(request.path_params),
        query=_first_values(request),
        posted=posted,
        cookies=own_cookies(request.cookies),
        address=request.client.host if request.client else "",
        here=request.url.path,
        is_htmx=is_htmx,
        last_event=request.headers.get("last-event-id", ""),
        clock=house.shell.clock,
        keys=house.shell.keys,
        provided=house.provided,
    )


def _first_values(request: Request) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, value.replace("\x00", ""))
    return query
