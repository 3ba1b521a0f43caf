"""A program that makes, dials and settles callbacks and keeps voicemails until it is killed; each line starts it anew.

What it was told to be done it notes in a journal, one whole line at a time. The provider is a folder of recordings,
which outlives it. It is run by its path and imports no other test.
"""

import asyncio
import os
import random
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.db import open_pool
from app.kit.protocols import ProviderRefused
from app.kit.vault import open_vault
from app.queue import callbacks, service, voicemails
from app.queue.callback_models import CallbackGone, Result, Window, Wish
from app.queue.models import Line
from app.queue.safe import Safe
from app.queue.sweeping import sweep

Note = Callable[[str], None]
CHANCE = random.SystemRandom()
RING = b64encode(bytes(range(32))).decode()


class Provider:
    """Keeps recordings as files; `list_…` and all else is asked of it nowhere here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def record(self) -> str:
        sid = f"RE{uuid4().hex}"
        (self.folder / sid).write_bytes(sound_of(sid))
        return sid

    async def fetch_recording(self, sid: str) -> bytes:
        try:
            return (self.folder / sid).read_bytes()
        except FileNotFoundError:
            raise ProviderRefused("There is no such recording.", status=404) from None

    async def delete_recording(self, sid: str) -> None:
        (self.folder / sid).unlink(missing_ok=True)


def sound_of(sid: str) -> bytes:
    return b"RIFF" + sid.encode() * 50


def open_safe(pool: object, folder: Path, clock: Callable[[], datetime] = now) -> Safe:
    return Safe(Line(pool, KeyRing.from_setting(RING), clock), open_vault(folder / "keys"))  # type: ignore[arg-type]


async def make(safe: Safe, note: Note) -> None:
    """Each is asked for once or twice by the same step, as a webhook that comes again."""
    while True:
        number, origin, moment = f"+4915{CHANCE.randrange(10**8, 10**9)}", uuid4().bytes, safe.clock()
        wish = Wish(language="tr", window=Window.SOON, show_number=True, others_may_answer=True, entered_at=moment)
        for _ in range(CHANCE.choice((1, 2))):
            made = await callbacks.make_callback(safe, origin, number, "word1", wish)
            if made is not None:
                note(f"made {made.id} {number}")


async def call(safe: Safe, note: Note) -> None:
    """Puts callbacks in line and dials some that are there, as after a match."""
    while True:
        await callbacks.put_due_in_line(safe)
        for callback in (await callbacks.list_callbacks(safe))[:3]:
            try:
                dialling = await callbacks.get_dialling(safe, callback.id)
            except CallbackGone:
                continue
            note(f"dialled {callback.id} {dialling.attempt} {dialling.number}")
            if await callbacks.settle(safe, callback.id, dialling.attempt, Result.REACHED):
                note(f"reached {callback.id}")
            await service.leave(safe.line, service.callback_keys(safe.line, callback.id))
        await asyncio.sleep(0.02)


async def leave(safe: Safe, provider: Provider, note: Note) -> None:
    while True:
        sid = provider.record()
        for _ in range(CHANCE.choice((1, 2))):
            await voicemails.keep_voicemail(safe, sid, language="tr")
        note(f"left {sid}")
        await asyncio.sleep(0.01)


async def fetch(safe: Safe, provider: Provider) -> None:
    while True:
        await voicemails.fetch_voicemails(safe, provider)  # type: ignore[arg-type]  # It has all that is asked for.
        await asyncio.sleep(0.01)


async def clean(safe: Safe) -> None:
    while True:
        await sweep(safe)
        await asyncio.sleep(0.05)


async def live(url: str, folder: Path) -> None:
    """What was in a killed node's hands is taken up again sooner than in real life."""
    vars(callbacks)["STALE"] = timedelta(seconds=2)
    vars(voicemails)["LEASE"] = timedelta(seconds=1)
    journal = os.open(folder / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(line: str) -> None:
        os.write(journal, f"{line}\n".encode())

    async with await open_pool(url, most=5) as pool:
        safe, provider = open_safe(pool, folder), Provider(folder / "provider")
        await asyncio.gather(
            make(safe, note), call(safe, note), leave(safe, provider, note), fetch(safe, provider), clean(safe)
        )


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(live(url, folder))
            os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)


def read_journal(folder: Path) -> list[tuple[str, ...]]:
    """What was noted; nothing is half written."""
    path = folder / "journal"
    return [tuple(line.split()) for line in path.read_text().splitlines()] if path.exists() else []


def ids_of(journal: list[tuple[str, ...]], word: str) -> list[UUID]:
    return [UUID(line[1]) for line in journal if line[0] == word]


if __name__ == "__main__":
    main()
