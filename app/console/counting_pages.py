"""What is counted, told to callers in simple words: open to everybody, without a login."""

from typing import Final

from app.console.door import router
from app.shell.access import PUBLIC
from app.shell.answers import Answer, Page
from app.shell.ask import Ask

# What a conversation is counted by, and what it never is, each a message of its own.
COUNTED: Final = ("language", "topic", "land", "outcome", "time", "waiting", "kind")
NOT_COUNTED: Final = ("name", "number", "origin", "words", "keys", "conversation")


@router.page("/counting", access=PUBLIC, title="counting.title")
async def counting_page(_ask: Ask) -> Answer:
    return Page("counting.html", {"counted": COUNTED, "not_counted": NOT_COUNTED})
