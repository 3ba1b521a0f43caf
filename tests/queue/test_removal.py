"""What the provider keeps of calls, messages and recordings is asked to go within a day, whatever fails meanwhile."""

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random

import asyncpg
import pytest

from app.kit.protocols import ProviderRecord, Telephony
from app.phone.exchange.deeds import call_in, hang_up
from app.phone.exchange.messages import keep_recording, send
from app.phone.exchange.models import Call, Ends, Hook
from app.phone.exchange.unsteady import Faults
from app.queue.removal import remove_records
from app.queue.safe import Safe
from app.queue.voicemails import PATIENCE, fetch_voicemails, keep_voicemail
from tests.fake_twilio.town import BYE, Town, build_town
from tests.moving import MovableClock
from tests.phone.toy import NUMBER
from tests.queue.kept import MOBILE, open_safe

RANDOM = Random(5)  # noqa: S311  Moments to interrupt at, not secrets.


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def safe(pool: asyncpg.Pool, tmp_path: Path, clock: MovableClock) -> Safe:
    return open_safe(pool, tmp_path / "keys", clock)


async def go_on(town: Town, clock: MovableClock, **duration: float) -> None:
    clock.go_on(**duration)
    await town.pass_time(timedelta(**duration).total_seconds())


async def a_call(town: Town, number: str = MOBILE) -> Call:
    return await call_in(town.exchange, town.account, Ends(number, NUMBER))


def left_at(town: Town) -> int:
    exchange = town.exchange
    return len(exchange.calls) + len(exchange.messages) + len(exchange.recordings)


async def test_ended_calls_and_messages_go_after_an_hour(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": BYE})
    for _ in range(3):
        await a_call(town)
    send(town.exchange, town.account, Ends(NUMBER, MOBILE), "Adresse", Hook(""))
    await go_on(town, clock, minutes=50)
    assert await remove_records(safe, town.rest) == 0
    await go_on(town, clock, minutes=59)
    assert await remove_records(safe, town.rest) == 0, "an hour has not passed since the last time"
    await go_on(town, clock, minutes=2)
    assert await remove_records(safe, town.rest) == 4
    assert left_at(town) == 0


async def test_one_node_does_it_for_all(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": BYE})
    await a_call(town)
    await go_on(town, clock, hours=2)
    assert sorted(await asyncio.gather(*(remove_records(safe, town.rest) for _ in range(3)))) == [0, 0, 1]


async def test_a_call_in_progress_stays(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": '<Response><Pause length="7200"/></Response>'})
    call = await a_call(town)
    await go_on(town, clock, minutes=90)
    assert await remove_records(safe, town.rest) == 0
    await hang_up(town.exchange, call)
    await go_on(town, clock, hours=2)
    assert await remove_records(safe, town.rest) == 1


async def test_a_recording_is_spared_until_it_was_fetched_but_not_for_ever(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": BYE})
    known, unseen = [keep_recording(town.exchange, await a_call(town), 3, Hook("")).sid for _ in range(2)]
    await keep_voicemail(safe, known, language="de")
    await go_on(town, clock, seconds=PATIENCE.total_seconds() - 60)
    await remove_records(safe, town.rest)
    assert set(town.exchange.recordings) == {known, unseen}
    await go_on(town, clock, hours=1, minutes=1)
    await remove_records(safe, town.rest)
    assert set(town.exchange.recordings) == {known}, "nobody will ask for one that the application never saw"
    # After an outage it is fetched first.
    await fetch_voicemails(safe, town.rest)
    assert town.exchange.recordings == {}
    lost = keep_recording(town.exchange, await a_call(town), 3, Hook("")).sid
    await keep_voicemail(safe, lost, language="de")
    await go_on(town, clock, hours=21)
    await remove_records(safe, town.rest)
    assert town.exchange.recordings == {}


class Killed(BaseException):
    """The node dies in the middle of its work."""


class Dying:
    """A way to the provider in a process that is killed after so many requests; what it asked for is noted."""

    def __init__(self, inner: Telephony, asked: set[str]) -> None:
        self.inner, self.asked, self.left = inner, asked, 10**9

    def _live(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    async def list_calls(self, ended_before: object) -> list[ProviderRecord]:
        self._live()
        return await self.inner.list_calls(ended_before)  # type: ignore[arg-type]  # Passed on as it is.

    async def list_messages(self, sent_before: object) -> list[ProviderRecord]:
        self._live()
        return await self.inner.list_messages(sent_before)  # type: ignore[arg-type]

    async def list_recordings(self, made_before: object) -> list[ProviderRecord]:
        self._live()
        return await self.inner.list_recordings(made_before)  # type: ignore[arg-type]

    async def delete_call(self, sid: str) -> None:
        self._live()
        self.asked.add(sid)
        await self.inner.delete_call(sid)

    async def delete_message(self, sid: str) -> None:
        self._live()
        self.asked.add(sid)
        await self.inner.delete_message(sid)

    async def delete_recording(self, sid: str) -> None:
        self._live()
        self.asked.add(sid)
        await self.inner.delete_recording(sid)


@pytest.mark.parametrize("seed", range(2))
async def test_everything_is_asked_to_go_within_a_day(safe: Safe, clock: MovableClock, seed: int) -> None:
    """Three tenths of the requests fail, every second round is killed, and the records cannot be deleted at first."""
    faults = Faults(refused=0.06, overloaded=0.08, broken=0.08, silent=0.04, swallowed=0.04)
    town = build_town({"/voice/incoming": BYE}, rest_faults=faults, seed=seed)
    asked: set[str] = set()
    dying = Dying(town.rest, asked)
    made: dict[str, int] = {}
    for hour in range(48):
        if hour < 24:
            call = await a_call(town, f"+4915112345{hour:03}")
            made[call.sid] = hour
            made[send(town.exchange, town.account, Ends(NUMBER, MOBILE), "Adresse", Hook("")).sid] = hour
            made[keep_recording(town.exchange, call, 3, Hook("")).sid] = hour
        for _ in range(12):
            await go_on(town, clock, minutes=5)
            dying.left = RANDOM.randrange(12) if hour % 2 else 10**9
            try:
                await remove_records(safe, dying)  # type: ignore[arg-type]  # It has what the removal asks for.
            except Killed:
                continue
        late = [sid for sid, since in made.items() if sid not in asked and hour - since >= 23]
        assert late == []
    assert set(made) <= asked
    assert left_at(town) == 0
