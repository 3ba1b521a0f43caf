"""Messages between a centre and the hotline about one referral, sealed like what was passed on."""

from uuid import UUID, uuid4

from app.accounts.audit import record
from app.accounts.models import Action
from app.kit.reach import Reach, transaction
from app.referrals import outbox, store
from app.referrals.erasure import find_record_key
from app.referrals.means import Referrals
from app.referrals.models import Message, Notice, Side
from app.referrals.refusals import Erased, PayloadRefused
from app.referrals.sealing import open_text, seal_text
from app.referrals.tables import MessageRow

LONGEST_TEXT = 2_000
_NOTICES = {Side.CENTRE: Notice.MESSAGE_TO_HOTLINE, Side.HOTLINE: Notice.MESSAGE_TO_CENTRE}


async def write_message(  # noqa: PLR0913  Who writes what about which.
    referrals: Referrals, reach: Reach, referral_id: UUID, *, side: Side, by: UUID, text: str
) -> Message:
    """Raises ReferralUnknown, Erased, or PayloadRefused for a text that is empty or too long."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST_TEXT:
        raise PayloadRefused("text")
    at, message_id = referrals.clock(), uuid4()
    async with transaction(referrals.database, reach) as session:
        row = await store.get_referral(session, referral_id, lock=True)
        key = await find_record_key(session, referrals, referral_id)
        if key is None:
            raise Erased
        message = MessageRow(
            id=message_id,
            referral_id=referral_id,
            centre_id=row.centre_id,
            side=side.value,
            written_by=str(by),
            at=at,
            sealed=seal_text(key, message_id, text),
        )
        await store.add_message(session, message)
        await store.change(session, row, {"messages": row.messages + 1, "last_message_from": side.value})
        notice = _NOTICES[side]
        await outbox.put(session, notice, referral_id, centre_id=row.centre_id, at=at, message_id=message_id)
    return Message(message_id, referral_id, side, str(by), at, text)


async def list_messages(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: UUID) -> list[Message]:
    """The messages about a referral in their order, none where it was erased; the audit notes who read them."""
    async with transaction(referrals.database, reach) as session:
        await store.get_referral(session, referral_id)
        rows = await store.list_messages(session, referral_id)
        key = await find_record_key(session, referrals, referral_id) if rows else None
        if key is None:
            return []
        await record(session, referrals.accounts, by, Action.REFERRAL_MESSAGES_READ, referral_id)
    return [
        Message(row.id, referral_id, Side(row.side), row.written_by, row.at, open_text(key, row.id, row.sealed))
        for row in rows
    ]
