"""Webhooks that come doubled, late, out of order or again after a loss get the documents of the calls in order."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

import asyncpg
import pytest

from app.telephony.routes import Receive, Scope, Send, Telephony, voice_app
from app.telephony.signature import sign
from tests.cast import BASE_URL, NUMBER, TOKEN, telephony

HISTORIES = 10_000
# The first part always, the others with the long tests.
PARTS = 4
SHARE = [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, PARTS))]
MOST_STEPS = 8


@dataclass(frozen=True)
class Delivery:
    """One signed webhook, ready to be delivered any number of times."""

    path: str
    query: str
    body: bytes
    signature: str


def delivery(address: str, form: dict[str, str]) -> Delivery:
    parts = urlsplit(address)
    query = f"?{parts.query}" if parts.query else ""
    signature = sign(f"{BASE_URL}{parts.path}{query}", list(form.items()), TOKEN)
    return Delivery(parts.path, parts.query, urlencode(form).encode(), signature)


async def deliver(door: Telephony, sent: Delivery) -> str:
    """The document that the webhook answers with."""
    told: list[bytes] = []
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": sent.path,
        "query_string": sent.query.encode(),
        "headers": [(b"x-twilio-signature", sent.signature.encode())],
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": sent.body}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        else:
            body = message["body"]
            assert isinstance(body, bytes)
            told.append(body)

    receiving: Receive = receive
    sending: Send = send  # type: ignore[assignment]  # The door sends plain dictionaries.
    await voice_app(door)(scope, receiving, sending)
    return b"".join(told).decode()


def chance(name: str) -> Random:
    """The same name gives the same history."""
    return Random(name)  # noqa: S311  Chance, not secrecy.


def caller_input(random: Random) -> dict[str, str]:
    """Mostly a key of a menu, sometimes a postal code, words, a reserved key, nothing at all."""
    return random.choice(
        (
            {"Digits": random.choice("12345")},
            {"Digits": random.choice("12345")},
            {"Digits": random.choice(("04109", "14715", "10115", "99999", "0", "*", "#", "9"))},
            {"SpeechResult": random.choice(("money", "Hilfe", "xyz"))},
            {},
        )
    )


async def in_order(door: Telephony, random: Random) -> list[tuple[Delivery, str]]:
    """A call of up to eight steps as the caller holds it, each webhook with its document."""
    call = {"CallSid": f"CA{random.getrandbits(128):032x}", "From": NUMBER, "CallStatus": "in-progress"}
    history: list[tuple[Delivery, str]] = []
    address, form = f"{BASE_URL}/voice/incoming", call
    for _ in range(random.randrange(2, MOST_STEPS + 1)):
        sent = delivery(address, form)
        document = await deliver(door, sent)
        history.append((sent, document))
        gather = ET.fromstring(document).find("Gather")  # noqa: S314  The document is our own.
        if gather is None:
            break
        address, form = gather.attrib["action"].partition("#")[0], {**call, **caller_input(random)}
    return history


def troubled(history: list[tuple[Delivery, str]], random: Random) -> Iterator[tuple[Delivery, str]]:
    """Each webhook up to three times, in any order; a tenth does not come again at all."""
    again = [pair for pair in history for _ in range(random.randrange(1, 4)) if random.random() > 0.1]
    random.shuffle(again)
    yield from again


@pytest.mark.parametrize("part", SHARE)
async def test_ten_thousand_troubled_histories_get_the_documents_of_the_calls_in_order(part: int) -> None:
    door = telephony()
    repeated = 0
    for number in range(part, HISTORIES, PARTS):
        random = chance(f"history {number}")
        history = await in_order(door, random)
        for sent, document in troubled(history, random):
            assert await deliver(door, sent) == document, f"history {number}"
            repeated += 1
    assert repeated > HISTORIES // PARTS


async def test_deliveries_at_the_same_time_get_the_documents_of_the_calls_in_order() -> None:
    door = telephony()
    histories = [await in_order(door, chance(f"history {number}")) for number in range(100)]
    pairs = list(troubled([pair for history in histories for pair in history], chance("all at once")))
    documents = await asyncio.gather(*(deliver(door, sent) for sent, _ in pairs))
    assert documents == [document for _, document in pairs]


async def test_troubled_histories_count_as_the_calls_in_order(pool: asyncpg.Pool) -> None:
    door, seen = telephony(pool), set()
    for number in range(150):
        random = chance(f"counted {number}")
        history = await in_order(door, random)
        expected = await counted(pool)
        # Each arrives at least once after all, some of them more often and none in order.
        arriving = history + list(troubled(history, random))
        random.shuffle(arriving)
        for sent, document in arriving:
            assert await deliver(door, sent) == document
        assert await counted(pool) == expected, f"history {number}"
        seen.add(tuple(expected))
    assert len(seen) > 12


async def counted(pool: asyncpg.Pool) -> list[tuple[object, ...]]:
    """What the call counts as; its row is gone afterwards."""
    rows = await pool.fetch("DELETE FROM live_call RETURNING language, topic, land, outcome")
    return [tuple(row) for row in rows]
