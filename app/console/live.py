"""Keeps open pages up to date: streams that send the parts which are another than the browser has."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from time import monotonic
from typing import Final
from urllib.parse import parse_qsl, urlencode

from app.calls.scene import Scene
from app.console.line_door import Part
from app.console.watch import Watch
from app.shell.answers import Answer, Event, Fragment, Piece, Stream, Unchanged
from app.shell.ask import Ask

Gather = Callable[[Ask], Awaitable[tuple[Part, ...]]]
GatherOf = Callable[[Ask, Scene], tuple[Part, ...]]
Active = Callable[[tuple[Part, ...]], bool]

# The shell wants to be asked so often, whether there is news or not.
_PATIENCE_SECONDS: Final = 1.0
_SEEN: Final = "seen-"


def never(_parts: tuple[Part, ...]) -> bool:
    return False


def live(ask: Ask, gather: Gather, template: str, *, every_seconds: float = 1.0, is_active: Active = never) -> Stream:
    """A stream that gathers by itself so often: for pages that few people have open."""
    state = _State(ask, template, is_active)

    async def events() -> AsyncGenerator[Event | None]:
        while True:
            begun = monotonic()
            yield state.event(await gather(ask))
            await asyncio.sleep(max(0.0, every_seconds - (monotonic() - begun)))

    return Stream(events(), state.is_active)


def live_line(ask: Ask, gather: GatherOf, template: str, *, is_active: Active = never) -> Stream:
    """A stream that gathers from the line whenever it looks otherwise; the line is read once for all of them."""
    state, watch = _State(ask, template, is_active), ask.given(Watch)

    async def events() -> AsyncGenerator[Event | None]:
        scene: Scene | None = None
        async with watch.looking():
            while True:
                known, scene = scene, await watch.next_scene(scene, _PATIENCE_SECONDS)
                yield None if scene is None or scene is known else state.event(gather(ask, scene))

    return Stream(events(), state.is_active)


def changed_parts(ask: Ask, parts: Iterable[Part], template: str) -> Answer:
    """For pages that poll: the parts that are another than the page has, nothing at all where it has them all."""
    marks = seen(ask)
    changed = [part for part in parts if part.mark != marks.get(part.name)]
    return Fragment(template, {"parts": changed}) if changed else Unchanged()


def seen(ask: Ask) -> Mapping[str, str]:
    """The marks of the parts that the browser has: by the last event that it heard, or else as it says."""
    if ask.last_event:
        return dict(parse_qsl(ask.last_event))
    return {name.removeprefix(_SEEN): mark for name, mark in ask.query.items() if name.startswith(_SEEN)}


class _State:
    """What a browser has by what was sent to it."""

    def __init__(self, ask: Ask, template: str, is_active: Active) -> None:
        self._template, self._is_active = template, is_active
        self._marks = dict(seen(ask))
        self._parts: tuple[Part, ...] = ()

    def is_active(self) -> bool:
        return self._is_active(self._parts)

    def event(self, parts: tuple[Part, ...]) -> Event | None:
        """What is another than before; None where nothing is."""
        self._parts = parts
        changed = [part for part in parts if part.mark != self._marks.get(part.name)]
        self._marks = {part.name: part.mark for part in parts}
        if not changed:
            return None
        pieces = (Piece(self._template, {"parts": [part]}, part.mark if part.shared else "") for part in changed)
        return Event(tuple(pieces), urlencode(self._marks))
