"""What agents do with voicemails and callbacks by hand: each deed stands in the audit."""

from uuid import UUID

from app.accounts.audit import record
from app.accounts.means import Accounts
from app.accounts.models import Action
from app.kit.crypto import SealBroken
from app.kit.errors import HotlineError
from app.kit.reach import EVERYTHING, transaction
from app.kit.vault import KeyMissing
from app.queue import callbacks, voicemail_store, voicemails
from app.queue.safe import Safe
from app.queue.sealing import open_sealed, read_key
from app.queue.voicemails import VoicemailState


class VoicemailGone(HotlineError):
    """The voicemail was handled, has expired, or is not there yet."""

    def __init__(self) -> None:
        super().__init__("This voice message is not there: it was handled, has expired or is still on its way.")


async def open_voicemail(safe: Safe, accounts: Accounts, voicemail_id: UUID, *, by: UUID) -> bytes:
    """What was said, as a WAV file; raises VoicemailGone. Nobody hears it before the audit has it."""
    row = await voicemail_store.find_kept(safe.pool, voicemail_id)
    if row is None:
        raise VoicemailGone
    try:
        sound = open_sealed(await read_key(safe.vault, voicemail_id, row["key_id"]), voicemail_id, row["sealed"])
    except (KeyMissing, SealBroken):
        raise VoicemailGone from None
    await _tell_audit(accounts, by, Action.VOICEMAIL_OPENED, voicemail_id)
    return sound


async def handle_voicemail(safe: Safe, accounts: Accounts, voicemail_id: UUID, *, by: UUID) -> bool:
    """Done with it: it is destroyed at once, and a failed one leaves the list. False where it had ended before."""
    ended = await voicemails.end(safe, [voicemail_id], VoicemailState.HANDLED)
    if ended:
        await _tell_audit(accounts, by, Action.VOICEMAIL_HANDLED, voicemail_id)
    return bool(ended)


async def withdraw_callback(safe: Safe, accounts: Accounts, callback_id: UUID, *, by: UUID) -> bool:
    """The caller wishes no call any more, and said so to an agent; False where the callback is not open."""
    withdrawn = await callbacks.withdraw(safe, callback_id)
    if withdrawn:
        await _tell_audit(accounts, by, Action.CALLBACK_WITHDRAWN, callback_id)
    return withdrawn


async def _tell_audit(accounts: Accounts, by: UUID, action: Action, subject: UUID) -> None:
    async with transaction(accounts.database, EVERYTHING) as session:
        await record(session, accounts, by, action, subject)
