"""Voicemails are fetched once, sealed, deleted at the provider, heard on the record, and destroyed in time."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.accounts.audit import list_audit
from app.accounts.means import Accounts
from app.accounts.models import Action
from app.kit.reach import Database
from app.phone.exchange.deeds import call_in
from app.phone.exchange.messages import keep_recording
from app.phone.exchange.models import Ends, Hook
from app.phone.exchange.unsteady import Faults
from app.queue import voicemails
from app.queue.by_hand import VoicemailGone, handle_voicemail, open_voicemail
from app.queue.safe import Safe
from app.queue.sweeping import overdue, sweep
from app.queue.voicemails import Voicemail, VoicemailState, fetch_voicemails, keep_voicemail, list_voicemails
from tests.cast import keys
from tests.fake_twilio.town import BYE, CALLER, Town, build_town
from tests.moving import MovableClock
from tests.phone.toy import NUMBER
from tests.queue.kept import keys_in, open_safe

AGENT = UUID("6a1d4c2e-90c9-4a5f-8a58-7c6c7b5c4b11")
SECONDS = 7


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def safe(pool: asyncpg.Pool, tmp_path: Path, clock: MovableClock) -> Safe:
    return open_safe(pool, tmp_path / "keys", clock)


@pytest.fixture
def accounts(database: Database, clock: MovableClock) -> Accounts:
    return Accounts(database, keys(), clock)


async def record(town: Town, *, ready: bool = True) -> str:
    """A caller leaves a recording at the provider."""
    call = await call_in(town.exchange, town.account, Ends(CALLER, NUMBER))
    sid = keep_recording(town.exchange, call, SECONDS, Hook("")).sid
    if ready:
        await town.pass_time(60)
    return sid


async def go_on(town: Town, clock: MovableClock, **duration: float) -> None:
    clock.go_on(**duration)
    await town.pass_time(timedelta(**duration).total_seconds())


async def the_only(safe: Safe) -> Voicemail:
    (voicemail,) = await list_voicemails(safe)
    return voicemail


async def test_a_voicemail_is_kept_heard_and_destroyed(safe: Safe, accounts: Accounts) -> None:
    town = build_town({"/voice/incoming": BYE})
    sid = await record(town)
    for seconds in (None, SECONDS, SECONDS):
        await keep_voicemail(safe, sid, language="ar", topic="money", seconds=seconds)
    voicemail = await the_only(safe)
    assert (voicemail.state, voicemail.language, voicemail.topic) == (VoicemailState.AWAITED, "ar", "money")
    with pytest.raises(VoicemailGone):
        await open_voicemail(safe, accounts, voicemail.id, by=AGENT)
    assert await fetch_voicemails(safe, town.rest) == 1
    assert await fetch_voicemails(safe, town.rest) == 0
    assert town.exchange.recordings == {}
    voicemail = await the_only(safe)
    assert (voicemail.state, voicemail.seconds) == (VoicemailState.KEPT, SECONDS)
    sound = await open_voicemail(safe, accounts, voicemail.id, by=AGENT)
    assert sound.startswith(b"RIFF")
    assert len(sound) > SECONDS * 8000
    assert await handle_voicemail(safe, accounts, voicemail.id, by=AGENT)
    assert not await handle_voicemail(safe, accounts, voicemail.id, by=AGENT)
    assert await list_voicemails(safe) == ()
    assert keys_in(safe) == []
    with pytest.raises(VoicemailGone):
        await open_voicemail(safe, accounts, voicemail.id, by=AGENT)
    told = [(entry.action, entry.actor, entry.subject) for entry in (await list_audit(accounts)).entries]
    assert told == [
        (action, str(AGENT), str(voicemail.id)) for action in (Action.VOICEMAIL_HANDLED, Action.VOICEMAIL_OPENED)
    ]
    # The webhook that comes late brings nothing back.
    await keep_voicemail(safe, sid, language="ar")
    assert await list_voicemails(safe) == ()


async def test_one_that_is_not_stored_yet_is_fetched_later(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": BYE})
    sid = await record(town, ready=False)
    await keep_voicemail(safe, sid, language="de")
    assert await fetch_voicemails(safe, town.rest) == 1
    assert (await the_only(safe)).state is VoicemailState.AWAITED
    await go_on(town, clock, seconds=10)
    # The provider says that it is ready.
    await keep_voicemail(safe, sid, language="de", seconds=SECONDS)
    assert await fetch_voicemails(safe, town.rest) == 1
    assert (await the_only(safe)).state is VoicemailState.KEPT


async def test_one_that_never_was_fails_and_is_told(safe: Safe, clock: MovableClock, accounts: Accounts) -> None:
    town = build_town({"/voice/incoming": BYE})
    await keep_voicemail(safe, "RE" + "0" * 32, language="de")
    for _ in range(4):
        await fetch_voicemails(safe, town.rest)
        await go_on(town, clock, minutes=3)
    await fetch_voicemails(safe, town.rest)
    voicemail = await the_only(safe)
    assert voicemail.state is VoicemailState.FAILED
    with pytest.raises(VoicemailGone):
        await open_voicemail(safe, accounts, voicemail.id, by=AGENT)
    assert await handle_voicemail(safe, accounts, voicemail.id, by=AGENT)
    assert await list_voicemails(safe) == ()


async def test_it_expires_after_seven_days(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": BYE})
    await keep_voicemail(safe, await record(town), language="de")
    await fetch_voicemails(safe, town.rest)
    clock.go_on(days=7, seconds=-1)
    await sweep(safe)
    assert len(await list_voicemails(safe)) == 1
    clock.go_on(seconds=1)
    assert (await overdue(safe))["voicemails"] == 1
    await sweep(safe)
    assert await list_voicemails(safe) == ()
    assert keys_in(safe) == []
    assert not any((await overdue(safe)).values())
    clock.go_on(days=1, seconds=1)
    await sweep(safe)
    assert await safe.pool.fetchval("SELECT count(*) FROM voicemail") == 0


@pytest.mark.parametrize("seed", range(3))
async def test_a_faulty_provider_delays_and_loses_nothing(safe: Safe, clock: MovableClock, seed: int) -> None:
    faults = Faults(refused=0.05, overloaded=0.05, broken=0.1, silent=0.05, swallowed=0.05)
    town = build_town({"/voice/incoming": BYE}, rest_faults=faults, seed=seed)
    for _ in range(12):
        await keep_voicemail(safe, await record(town), language="de")
    for _ in range(20):
        # Two nodes at once.
        await asyncio.gather(*(fetch_voicemails(safe, town.rest) for _ in range(2)))
        await go_on(town, clock, minutes=3)
    states = [voicemail.state for voicemail in await list_voicemails(safe)]
    assert states == [VoicemailState.KEPT] * 12
    assert town.exchange.recordings == {}
    assert len(keys_in(safe)) == 12


async def test_what_cannot_be_fetched_for_six_hours_has_failed(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": BYE}, rest_faults=Faults(broken=1.0))
    await keep_voicemail(safe, await record(town), language="de")
    await go_on(town, clock, hours=5, minutes=59)
    await fetch_voicemails(safe, town.rest)
    assert (await the_only(safe)).state is VoicemailState.AWAITED
    await go_on(town, clock, minutes=3)
    await fetch_voicemails(safe, town.rest)
    assert (await the_only(safe)).state is VoicemailState.FAILED


async def test_webhooks_at_once_note_it_once(safe: Safe) -> None:
    await asyncio.gather(*(keep_voicemail(safe, "RE1", language="de") for _ in range(5)))
    assert len(await list_voicemails(safe)) == 1
    assert await voicemails.end(safe, [uuid4()], VoicemailState.HANDLED) == []
