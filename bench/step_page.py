"""Writes docs/step.md: what happens on the way of a step, in which microseconds, from a profile of 20,000 steps."""

import asyncio
import inspect
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from app.calls import service
from app.kit.db import migrate, open_pool
from app.kit.paths import PROJECT_ROOT
from app.kit.postgres import start_embedded
from app.telephony import routes
from app.telephony import steps as stepping
from app.telephony.routes import Telephony, voice_app
from bench.machine import SERVER_CORE, describe, pin
from bench.measures import median
from bench.requests import (
    CENTRE_KEYS,
    DURABLE_KEYS,
    PLAIN_KEYS,
    make_door,
    make_requests,
    scope_of,
)
from bench.servers.hotline import make_playbook

PAGE = PROJECT_ROOT / "docs" / "step.md"
STEPS = 20_000
CALLS = 250
# The functions whose time is taken, in the order of a step: where they stand, their name, and what they do.
PHASES: tuple[tuple[ModuleType, str, str], ...] = (
    (routes, "_body", "The body is awaited, within bounds of size and time."),
    (routes, "read_form", "The form is read in one pass and put into the order in which Twilio signs."),
    (routes, "is_genuine", "Twilio's signature is checked over the configured address and the form."),
    (routes, "read_query", "Sequence number and token are taken from the address."),
    (routes, "unseal", "The session is opened with the key ring; it was bound to this call and this step."),
    (routes, "read_session", "The session is read."),
    (service, "advance", "The flow takes the key and walks to its next question; effects are done on the way."),
    (stepping, "write_session", "The next session is written."),
    (stepping, "seal", "The next session is sealed, bound to the call and the next step."),
    (stepping, "step_url", "The sealed session is put into the address of the next step."),
    (stepping, "render", "What is to be said is set in TwiML: prepared text, with its slots filled."),
    (stepping, "keep", "A plain step is kept, so that it needs not be worked out again for any call."),
    (service, "note", "What the step counts as is noted in the database, in one statement."),
    (routes, "_send", "Headers and document are handed to the web server."),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step: where its calls stand, the keys they press, and whether plain steps stay worked out."""

    title: str
    place: str
    keys: tuple[str, ...]
    prepared: bool = True


KINDS = (
    Kind("A plain step", "main", PLAIN_KEYS),
    Kind("A plain step for the first time", "main", PLAIN_KEYS, prepared=False),
    Kind("A step that finds a centre", "centre", CENTRE_KEYS),
    Kind("A step that counts as something", "about", DURABLE_KEYS),
)
_HEAD = """\
# On the way of a step

A step is one webhook of Twilio's: a signed form comes in, the session is taken out of its address, the flow goes on by
one key, and a TwiML document goes back with the next session sealed in its address. Only a step that counts as
something goes to the database.

Written by `./run bench step-page` on {day}; not to be edited by hand.
Machine: {machine}.

Each figure is the median of {steps:,} steps in one process, with the database beside it, without a network and without
the web server: what that costs by itself is the floor in [RESULTS.md](../bench/RESULTS.md). A phase that contains
another one is told without it. The last row is the way between the phases, and the clock that takes their time.
"""

Samples = Mapping[str, Sequence[int]]


def write_step_page(steps: int = STEPS, page: Path = PAGE) -> None:
    """Profile every kind of step and write the page."""
    pin(0, SERVER_CORE)
    tables = asyncio.run(_profile_all(steps))
    head = _HEAD.format(day=datetime.now(UTC).date().isoformat(), machine=describe(), steps=steps)
    page.parent.mkdir(exist_ok=True)
    page.write_text("\n".join([head, *tables]), encoding="utf-8")


async def _profile_all(steps: int) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        database = start_embedded(Path(folder) / "data")
        try:
            await migrate(database.owner_url)
            async with await open_pool(database.app_url) as pool:
                door = replace(make_door(make_playbook(enlarged=False)), pool=pool)
                return [_table(kind.title, await _profile(door, kind, steps)) for kind in KINDS]
        finally:
            database.stop()


async def _profile(door: Telephony, kind: Kind, steps: int) -> Samples:
    """Nanoseconds of each phase and, under the empty name, of the whole step."""
    requests = await make_requests(door, kind.place, kind.keys, range(CALLS))
    arrivals = [(scope_of(request), request.body) for request in requests]
    clock = _Clock()
    with clock.running():
        step = voice_app(door)
        for number in range(CALLS + steps):
            if number == CALLS:
                clock.samples.clear()
            if not kind.prepared:
                door.prepared.clear()
            await clock.time_step(step, *arrivals[number % CALLS])
    return clock.samples


class _Clock:
    """Takes the time of phases, each without the phases that it contains."""

    def __init__(self) -> None:
        self.samples: dict[str, list[int]] = defaultdict(list)
        self._inner = 0

    async def time_step(self, step: Callable[..., Awaitable[None]], scope: dict[str, object], body: bytes) -> None:
        """Take one step's time."""

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(_message: object) -> None:
            return

        began = time.perf_counter_ns()
        await step(scope, receive, send)
        self.samples[""].append(time.perf_counter_ns() - began)

    @contextmanager
    def running(self) -> Iterator[None]:
        """For as long as the block runs, each phase's function takes its own time."""
        originals = [(module, name, getattr(module, name)) for module, name, _ in PHASES]
        for module, name, function in originals:
            setattr(module, name, self._timing(name, function))
        try:
            yield
        finally:
            for module, name, function in originals:
                setattr(module, name, function)

    def _timing(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: object, **named: object) -> object:
            outer, self._inner = self._inner, 0
            began = time.perf_counter_ns()
            result = function(*arguments, **named)
            self._note(name, time.perf_counter_ns() - began, outer)
            return result

        async def call_and_wait(*arguments: object, **named: object) -> object:
            outer, self._inner = self._inner, 0
            began = time.perf_counter_ns()
            result = await function(*arguments, **named)
            self._note(name, time.perf_counter_ns() - began, outer)
            return result

        return call_and_wait if inspect.iscoroutinefunction(function) else call

    def _note(self, name: str, taken: int, outer: int) -> None:
        self.samples[name].append(taken - self._inner)
        self._inner = outer + taken


def _table(title: str, samples: Samples) -> str:
    whole = median(samples[""])
    rows, between = [], whole
    for _, name, means in PHASES:
        if taken := samples.get(name):
            # A phase that comes twice a step, or only in some, counts by its share of all steps.
            each = median(taken) * len(taken) / len(samples[""])
            between -= each
            rows.append(f"| {means} | {each / 1e3:.1f} | {each / whole:.0%} |")
    rows.append(f"| Between them. | {between / 1e3:.1f} | {between / whole:.0%} |")
    rows.append(f"| **The whole step** | **{whole / 1e3:.1f}** | 100% |")
    return "\n".join([f"## {title}\n", "| what happens | µs | share |", "| --- | ---: | ---: |", *rows, ""])
