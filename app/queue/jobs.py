"""What a node does again and again for callbacks, voicemails and text messages, beside the keeper of the line."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from app.kit.protocols import Telephony
from app.queue.removal import remove_records
from app.queue.safe import Safe
from app.queue.text_messages import send_texts
from app.queue.voicemails import fetch_voicemails

VOICEMAIL_SECONDS: Final = 5.0
TEXT_SECONDS: Final = 1.0
# So often a node asks whether the hourly removal is due.
REMOVAL_SECONDS: Final = 60.0

Job = tuple[str, Callable[[], Awaitable[int]], float]


def line_jobs(safe: Safe, telephony: Telephony, sender: str) -> tuple[Job, ...]:
    """Each job's name, its deed, and the pause between two times; without a sender no text message leaves."""
    jobs: tuple[Job, ...] = (
        ("voicemails", partial(fetch_voicemails, safe, telephony), VOICEMAIL_SECONDS),
        ("removal", partial(remove_records, safe, telephony), REMOVAL_SECONDS),
    )
    return (*jobs, ("texts", partial(send_texts, safe, telephony, sender), TEXT_SECONDS)) if sender else jobs
