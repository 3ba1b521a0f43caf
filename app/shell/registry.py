"""Where doors register their pages: who may open each is said there, or it cannot be registered."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.shell.access import Access
from app.shell.answers import Answer
from app.shell.ask import Ask
from app.shell.assets import AssetRoute
from app.shell.provided import Provided

Handler = Callable[[Ask], Awaitable[Answer]]
# Makes whatever its page needs and returns addresses at which the page can be seen.
Example = Callable[[Provided], Awaitable[Sequence[str]]]
Registration = Callable[[Handler], Handler]
Kind = Literal["page", "deed", "download", "data", "stream"]
Group = Literal["line", "work", "content", "figures", "administration", "account"]
GROUPS: Final[tuple[Group, ...]] = ("line", "work", "content", "figures", "administration", "account")


class Unregistered(Exception):
    """The application has routes that nobody said who may open."""


@dataclass(frozen=True, slots=True)
class Menu:
    """Where a page stands in the navigation."""

    group: Group
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A page, deed, download or piece of data of a router, and all that its guard must know.

    `back` is where a refused deed leads; with `renews=False` opening it does not count as activity.
    """

    kind: Kind
    path: str
    access: Access
    handler: Handler
    router: str
    title: str = ""
    menu: Menu | None = None
    parent: str | None = None
    example: Example | None = None
    step_up: bool = False
    back: str = "/"
    renews: bool = True

    @property
    def method(self) -> str:
        return "POST" if self.kind == "deed" else "GET"


class PageRouter:
    """The pages of a door. `name` is the prefix of its templates and files, one for each router."""

    def __init__(self, name: str, *, templates: Path, static: Path | None = None) -> None:
        self.name = name
        self.templates = templates
        self.static = static
        self.registered: list[Registered] = []

    def page(  # noqa: PLR0913  All that a page is registered with stands here by name.
        self,
        path: str,
        *,
        access: Access,
        title: str,
        menu: Menu | None = None,
        parent: str | None = None,
        example: Example | None = None,
        step_up: bool = False,
        renews: bool = True,
    ) -> Registration:
        """Registers a page (GET); `title` is a message id, and a path with parameters needs an example."""
        return self._registration(
            kind="page",
            path=path,
            access=access,
            title=title,
            menu=menu,
            parent=parent,
            example=example,
            step_up=step_up,
            renews=renews,
        )

    def deed(
        self, path: str, *, access: Access, step_up: bool = False, back: str = "/", renews: bool = True
    ) -> Registration:
        """Registers what a form posts to (POST); it runs only for a form of ours."""
        return self._registration(kind="deed", path=path, access=access, step_up=step_up, back=back, renews=renews)

    def download(
        self, path: str, *, access: Access, step_up: bool = False, back: str = "/", example: Example | None = None
    ) -> Registration:
        """Registers a file (GET)."""
        return self._registration(
            kind="download", path=path, access=access, step_up=step_up, back=back, example=example
        )

    def data(self, path: str, *, access: Access, renews: bool = True) -> Registration:
        """Registers JSON, or a part of a page, for scripts of ours (GET)."""
        return self._registration(kind="data", path=path, access=access, renews=renews)

    def stream(self, path: str, *, access: Access, back: str = "/") -> Registration:
        """Registers events for scripts of ours (GET); `back` is the page that listens, opened anew when it may not."""
        return self._registration(kind="stream", path=path, access=access, back=back, renews=False)

    def _registration(self, **fields: Any) -> Registration:  # noqa: ANN401  The fields of Registered.
        def register(handler: Handler) -> Handler:
            self._add(Registered(handler=handler, router=self.name, **fields))
            return handler

        return register

    def _add(self, registered: Registered) -> None:
        if not isinstance(registered.access, Access):
            raise TypeError(f"{registered.path}: say who may open it, with PUBLIC, SIGNED_IN, only(…) or at_stage(…).")
        if registered.kind in {"page", "download"} and "{" in registered.path and registered.example is None:
            raise TypeError(f"{registered.path}: a path with parameters needs an example, so that tests can open it.")
        self.registered.append(registered)


class PageRoute(Route):
    """The route of something registered; the application has no other way to it."""

    def __init__(self, registered: Registered, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        self.registered = registered
        super().__init__(registered.path, endpoint, methods=[registered.method], name=registered.path)


def list_pages(app: Starlette) -> tuple[Registered, ...]:
    """Everything registered with the routers of an application."""
    return tuple(route.registered for route in app.routes if isinstance(route, PageRoute))


def check_registered(app: Starlette, *, plain: AbstractSet[str] = frozenset()) -> None:
    """Raises Unregistered naming each route that comes neither from a PageRouter nor stands among the plain paths."""
    strangers = sorted({path for path in _list_strange_paths(app.routes) if path not in plain})
    if strangers:
        raise Unregistered(f"Nobody said who may open: {', '.join(strangers)}.")


def _list_strange_paths(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[str]:
    """The path of each route that is no page, also of those in routers within."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            context: Any = getattr(route, "include_context", None)
            yield from _list_strange_paths(inner.routes, prefix + getattr(context, "prefix", ""))
        elif not isinstance(route, PageRoute | AssetRoute):
            yield prefix + str(getattr(route, "path", route))
