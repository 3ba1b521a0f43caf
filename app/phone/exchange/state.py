"""The exchange itself: its clock, its agenda, its records, and how they are made and found."""

import asyncio
import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol, TypeVar

import httpx

from app.phone.awaiting import Heard, spoken_seconds
from app.phone.exchange.models import (
    Account,
    Call,
    Callee,
    Conference,
    Event,
    ExchangeRefusal,
    Queue,
    Record,
    TextMessage,
)

# How long a recording plays cannot be seen in a document; the exchange counts this much for each.
PLAY_SECONDS = 10.0


class Owned(Protocol):
    """A record that belongs to an account."""

    account_sid: str


R = TypeVar("R", bound=Owned)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How notices travel: `lost` is the share that never leaves, each other one waits up to `latest_seconds`."""

    lost: float = 0.0
    latest_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """A line of talk in a conference; `meaning` is the same in other languages, for who is in training.

    `heard_by` are the calls that were in the room and not on hold.
    """

    number: int
    call_sid: str
    label: str
    heard: Heard
    meaning: Mapping[str, str]
    heard_by: frozenset[str]


@dataclass(slots=True)
class Exchange:
    """All that the exchange knows; time passes only where somebody lets it pass.

    `mute_numbers` take no SMS, `deletable_after_seconds` is how long a finished record resists deletion, and `talks`
    holds what is said in each conference. Everything random comes from `random`, so the same seed and deeds give the
    same run.
    """

    client: httpx.AsyncClient
    accounts: dict[str, Account]
    began_at: datetime
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  A reproducible run, not a secret.
    delivery: Delivery = Delivery()
    callees: dict[str, Callee] = field(default_factory=dict)
    mute_numbers: set[str] = field(default_factory=set)
    deletable_after_seconds: float = 0.0
    now_seconds: float = 0.0
    serial: int = 0
    calls: dict[str, Call] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    conferences: dict[str, Conference] = field(default_factory=dict)
    messages: dict[str, TextMessage] = field(default_factory=dict)
    recordings: dict[str, Record] = field(default_factory=dict)
    talks: dict[str, deque[Said]] = field(default_factory=dict)
    agenda: list[tuple[float, int, Event]] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


def open_exchange(
    client: httpx.AsyncClient,
    accounts: Iterable[Account],
    *,
    seed: int = 0,
    began_at: datetime = datetime(2026, 11, 22, 9, tzinfo=UTC),
) -> Exchange:
    """An exchange without calls that reaches webhooks through `client`."""
    random = Random(seed)  # noqa: S311  A reproducible run, not a secret.
    return Exchange(client, {account.sid: account for account in accounts}, began_at, random)


def schedule(exchange: Exchange, event: Event, after_seconds: float = 0.0) -> None:
    """Events that are due at the same time happen in the order in which they were scheduled."""
    exchange.serial += 1
    heapq.heappush(exchange.agenda, (exchange.now_seconds + after_seconds, exchange.serial, event))


def take_due(exchange: Exchange, until_seconds: float) -> Event | None:
    """The next event up to then; the clock moves to it."""
    if not exchange.agenda or exchange.agenda[0][0] > until_seconds:
        return None
    due_seconds, _, event = heapq.heappop(exchange.agenda)
    exchange.now_seconds = max(exchange.now_seconds, due_seconds)
    return event


def new_sid(exchange: Exchange, prefix: str) -> tuple[str, int]:
    """An identifier of the provider's shape, and a number that grows with every record."""
    exchange.serial += 1
    return f"{prefix}{exchange.random.getrandbits(128):032x}", exchange.serial


def moment_at(exchange: Exchange, seconds: float) -> datetime:
    """The instant that lies so many seconds after the exchange was opened."""
    return exchange.began_at + timedelta(seconds=seconds)


def get_record(records: dict[str, R], account: Account, sid: str) -> R:
    """Raises the provider's refusal where the account has no such record."""
    found = records.get(sid)
    if found is None or found.account_sid != account.sid:
        raise ExchangeRefusal(404, 20404, "The requested resource was not found")
    return found


def prompt_seconds(heard: tuple[Heard, ...]) -> float:
    """How long prompts take to play."""
    return spoken_seconds(heard) + PLAY_SECONDS * sum(max(item.loop, 1) for item in heard if item.kind == "play")
