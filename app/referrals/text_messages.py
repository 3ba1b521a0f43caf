"""Text messages to callers: to whom one may go, how many, and in words that tell a stranger nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType
from sqlalchemy import CursorResult, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.kit.crypto import KeyRing
from app.kit.reach import AsyncSession
from app.referrals.models import Notice
from app.referrals.outbox_tables import TextMessageRow

MOST_A_DAY: Final = 3
DAY: Final = timedelta(days=1)
# The member states of the European Union; a text message goes nowhere else.
COUNTRIES: Final = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
# The messages of `locales/*/LC_MESSAGES/ivr.po` that are written and not spoken.
MESSAGES: Final[Mapping[Notice, str]] = {
    Notice.ACCEPTED: "sms.answered",
    Notice.DECLINED: "sms.news",
    Notice.EXPIRED: "sms.news",
}
# Who reads none of the languages that there are texts in is most likely to have these explained.
_OTHERWISE: Final = ("en", "de")
_REFERENCES: Final = 100_000
_LOCK: Final = 7_246_512


def is_text_number(number: str) -> bool:
    """Whether a text message may go to this number: a mobile one of Germany or the European Union, as +49 and digits.

    Landlines take none, withheld numbers are none, and elsewhere or at a premium none is paid for.
    """
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return False
    return (
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
        and phonenumbers.is_valid_number(parsed)
        and phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE
        and phonenumbers.region_code_for_number(parsed) in COUNTRIES
    )


def reference_of(outbox_id: UUID) -> str:
    """Five digits by which a message is found again at the provider."""
    return f"{outbox_id.int % _REFERENCES:05}"


def words_of(texts: Mapping[str, Mapping[str, str]], kind: Notice, language: str, outbox_id: UUID) -> str | None:
    """What is sent, in the caller's language where there is a text in it; None where there is none at all."""
    name = MESSAGES[kind]
    spoken = (language, language.partition("-")[0], *_OTHERWISE)
    found = next((texts[each][name] for each in spoken if name in texts.get(each, {})), None)
    return None if found is None else f"{found} ({reference_of(outbox_id)})"


async def charge(session: AsyncSession, keys: KeyRing, *, number: str, once: str, at: datetime) -> bool:
    """Counts a message that is about to leave; False where it must not.

    One for each `once` (a call, or an occasion of a referral) and three a day for each number, over all nodes.
    """
    number_hash = keys.keyed_hash("text message number", number)
    await session.execute(select(func.pg_advisory_xact_lock(literal(_LOCK), func.hashtext(number_hash.hex()))))
    recent = (col(TextMessageRow.number_hash) == number_hash) & (col(TextMessageRow.at) > at - DAY)
    sent = await session.scalar(select(func.count()).select_from(TextMessageRow).where(recent)) or 0
    if sent >= MOST_A_DAY:
        return False
    once_hash = keys.keyed_hash("text message occasion", once)
    fresh = insert(TextMessageRow).values(once_hash=once_hash, number_hash=number_hash, at=at)
    return _count(await session.execute(fresh.on_conflict_do_nothing())) == 1


async def was_charged(session: AsyncSession, keys: KeyRing, once: str) -> bool:
    """Whether it was counted already, so that trying again is not counted again."""
    return await session.get(TextMessageRow, keys.keyed_hash("text message occasion", once)) is not None


async def forget(session: AsyncSession, at: datetime) -> int:
    """Forgets what is older than a day; returns how many rows went."""
    return _count(await session.execute(delete(TextMessageRow).where(col(TextMessageRow.at) <= at - DAY)))


def _count(result: object) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - a statement that changes rows gives no other
    return int(result.rowcount)
