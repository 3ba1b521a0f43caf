"""Notices searches on the agents' desk, which leave no trace of their own, for who practises."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

_SEARCH: Final = "/line/tool/knowledge"


@dataclass(slots=True)
class Searches:
    """How often somebody searched the knowledge on the desk; never what for."""

    count: int = 0


class SearchesSeen:
    """Counts the searches on their way to the desk's tool."""

    def __init__(self, app: ASGIApp, searches: Searches) -> None:
        self._app, self._searches = app, searches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == _SEARCH:
            self._searches.count += bool(parse_qs(scope["query_string"].decode("latin-1")).get("q"))
        await self._app(scope, receive, send)
