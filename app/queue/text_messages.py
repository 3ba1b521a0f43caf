"""Text messages to callers in their call: one a call, three a day, written down at once and sent beside the calls."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import phonenumbers

from app.kit.crypto import SealBroken
from app.kit.log import get_logger
from app.kit.protocols import ProviderBusy, ProviderRefused, Telephony, TextMessage
from app.queue import text_store as store
from app.queue.safe import Safe

log = get_logger(__name__)

MOST_A_DAY: Final = 3
DAY: Final = timedelta(days=1)
# Whoever is in a call waits for it; what could not leave by then would only be strange.
PATIENCE: Final = timedelta(hours=1)
LEASE: Final = timedelta(seconds=60)
PAUSE: Final = timedelta(seconds=5)
_BATCH: Final = 20
# A node that was off for some days still throws the keys of those days away.
_DAYS_LOOKED_AT: Final = 30
_REFERENCES: Final = 100_000
# The member states of the European Union; a text message goes nowhere else.
COUNTRIES: Final = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)


class Written(StrEnum):
    """What became of a wish for a text message."""

    SENT = "sent"
    # The call has its message.
    ALREADY = "already"
    # The number has had its messages of the day.
    CAPPED = "capped"


def takes_texts(number: str) -> bool:
    """Whether a text message may go to this E.164 number: a mobile one of Germany or the European Union."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
        and phonenumbers.is_valid_number(parsed)
        and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
        and phonenumbers.region_code_for_number(parsed) in COUNTRIES
    )


async def write_text(safe: Safe, *, number: str, text: str, call: bytes, origin: bytes) -> Written:
    """Write down what is to be sent to an E.164 number; a call may have one message, and the same step the same.

    Over all nodes: whoever counts the messages to a number has the number's lock meanwhile.
    """
    moment, id_ = safe.clock(), uuid4()
    day_keys = await asyncio.to_thread(_day_keys, safe, moment)
    numbers = [_hashed(key, b"number", number.encode()) for key in day_keys]
    calls = [_hashed(key, b"call", call) for key in day_keys]
    origin_hash = safe.keys.keyed_hash("text origin", origin.hex())
    sealed = safe.keys.seal(json.dumps([number, f"{text} ({reference_of(id_)})"]).encode(), bound_to=_bound(id_))
    async with safe.pool.acquire() as connection, connection.transaction():
        await store.lock_number(connection, numbers[0])
        earlier = await store.find_origin(connection, calls)
        if earlier is not None:
            return Written.SENT if earlier == origin_hash else Written.ALREADY
        if await store.count_since(connection, numbers, moment - DAY) >= MOST_A_DAY:
            return Written.CAPPED
        added = await store.add(connection, id_, calls[0], origin_hash, numbers[0], moment, sealed)
    return Written.SENT if added else Written.ALREADY


def reference_of(id_: UUID) -> str:
    """Five digits by which a message is found again at the provider."""
    return f"{id_.int % _REFERENCES:05}"


async def send_texts(safe: Safe, telephony: Telephony, sender: str) -> int:
    """Send what was written; returns how many were tried. Any number of nodes may do so."""
    for count in range(_BATCH):
        row = await store.claim(safe.pool, safe.clock(), LEASE)
        if row is None:
            return count
        await _send(safe, telephony, sender, row)
    return _BATCH


async def _send(safe: Safe, telephony: Telephony, sender: str, row: asyncpg.Record) -> None:
    """One try. Where an earlier one may have left, it is looked for first, so that nothing comes twice."""
    id_, moment = row["id"], safe.clock()
    try:
        number, words = json.loads(safe.keys.open(row["sealed"], bound_to=_bound(id_)))
    except SealBroken:
        await _give_up(safe, id_, "key")
        return
    try:
        if row["asked_at"] is not None and await telephony.find_message(number, f"({reference_of(id_)})"):
            await store.settle(safe.pool, id_)
            return
        if moment - row["at"] > PATIENCE:
            await _give_up(safe, id_, "late")
            return
        await store.note_asked(safe.pool, id_, moment)
        await telephony.send_message(TextMessage(number, sender, words))
        await store.settle(safe.pool, id_)
    except ProviderBusy as busy:
        asked_at = moment if busy.maybe_done or row["asked_at"] is not None else None
        await store.put_off(safe.pool, id_, moment + PAUSE * row["tries"], asked_at=asked_at)
    except ProviderRefused as refused:
        await _give_up(safe, id_, str(refused.status))


async def _give_up(safe: Safe, id_: UUID, reason: str) -> None:
    await store.settle(safe.pool, id_)
    log.error("a text message was given up", reason=reason)


async def forget(safe: Safe) -> int:
    """Forget what is older than a day, and the keys of the days before; returns how many rows went."""
    moment = safe.clock()
    for day in (_day(moment) - timedelta(days=count) for count in range(2, _DAYS_LOOKED_AT)):
        await asyncio.to_thread(safe.vault.forget, _name(day))
    return await store.forget(safe.pool, moment - DAY)


def _day_keys(safe: Safe, moment: datetime) -> list[bytes]:
    """Today's key and yesterday's: under one of them stands whatever was written within a day."""
    return [safe.vault.lasting(_name(day)) for day in (_day(moment), _day(moment) - timedelta(days=1))]


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _name(day: date) -> str:
    return f"texts-{day.isoformat()}"


def _hashed(key: bytes, person: bytes, value: bytes) -> bytes:
    return blake2b(value, key=key, person=person, digest_size=32).digest()


def _bound(id_: UUID) -> bytes:
    return b"line text:" + id_.bytes
