"""The outbox itself: written with the deed, claimed by one, taken up after a death, tried ever more rarely, told of."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from app.kit.reach import EVERYTHING, Database, only, transaction
from app.referrals import outbox
from app.referrals.delivery_models import Outcome, Parcel, Way
from app.referrals.delivery_rules import LEASE, LONGEST_PAUSE, LOOK_BACK, MOST_TRIES, NEEDED_WHILE, next_try_at
from app.referrals.models import Notice, Referral, ReferralState
from tests.conftest import DatabaseUrls
from tests.demonstration import hotline
from tests.referrals.delivery_house import CENTRE, OTHER, House, open_house

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, tmp_path / "keys") as opened:
        yield opened


@pytest.fixture
async def referral(house: House) -> Referral:
    await house.agree()
    return await house.refer()


async def claim(house: House) -> Parcel | None:
    async with transaction(house.referrals.database, EVERYTHING) as session:
        return await outbox.claim(session, house.clock(), LEASE)


async def test_what_is_put_twice_is_there_once(house: House, referral: Referral) -> None:
    message = uuid4()
    for message_id in (None, None, message, message):
        async with transaction(house.referrals.database, EVERYTHING) as session:
            await outbox.put(
                session,
                Notice.MESSAGE_TO_CENTRE,
                referral.id,
                centre_id=CENTRE,
                at=house.clock(),
                message_id=message_id,
            )
    kinds = sorted((row.kind, row.way) for row in await house.rows())
    assert kinds == sorted(
        [("message-to-centre", "email"), ("message-to-centre", "webhook")] * 2
        + [("requested", "email"), ("requested", "webhook")]
    )


async def test_what_is_put_goes_with_the_deed_that_failed(house: House, referral: Referral) -> None:
    before = len(await house.rows())

    async def fail() -> None:
        async with transaction(house.referrals.database, EVERYTHING) as session:
            await outbox.put(session, Notice.EXPIRED, referral.id, centre_id=CENTRE, at=house.clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert len(await house.rows()) == before


async def test_a_centre_neither_sees_nor_puts_what_is_anothers(house: House, referral: Referral) -> None:
    async with transaction(house.referrals.database, only(OTHER)) as session:
        assert await outbox.claim(session, house.clock(), LEASE) is None
        assert await outbox.count_dead(session) == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(house.referrals.database, only(OTHER)) as session:
            await outbox.put(session, Notice.EXPIRED, referral.id, centre_id=CENTRE, at=house.clock())


async def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(house: House, referral: Referral) -> None:
    first, second = await claim(house), await claim(house)
    assert first is not None
    assert second is not None
    assert (first.referral_id, {first.way, second.way}) == (referral.id, {Way.EMAIL, Way.WEBHOOK})
    assert await claim(house) is None
    house.clock.go_on(seconds=LEASE.total_seconds() - 1)
    assert await claim(house) is None
    house.clock.go_on(seconds=1)
    again = await claim(house)
    assert again is not None
    assert again.tries == 2


async def test_two_who_claim_at_once_get_different_rows(house: House, referral: Referral) -> None:
    async with transaction(house.referrals.database, EVERYTHING) as one:
        first = await outbox.claim(one, house.clock(), LEASE)
        second = await claim(house)
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert first.referral_id == referral.id


async def test_whoever_comes_late_changes_nothing_but_can_still_say_that_it_arrived(
    house: House, referral: Referral
) -> None:
    late = await claim(house)
    assert late is not None
    house.clock.go_on(hours=1)
    while (parcel := await claim(house)) is not None:
        new = parcel if parcel.id == late.id else None
    assert new is not None
    async with transaction(house.referrals.database, EVERYTHING) as session:
        assert not await outbox.put_off(session, late, house.clock(), reason="time-out", maybe_sent=True)
        assert not await outbox.give_up(session, late, house.clock(), reason="gone")
        assert await outbox.settle(session, late.id, Outcome.SENT, house.clock())
        assert not await outbox.settle(session, new.id, Outcome.FOUND, house.clock())
        assert not await outbox.give_up(session, new, house.clock(), reason="gone")
    [settled] = [row for row in await house.rows() if row.id == late.id]
    assert (settled.state, settled.outcome, settled.referral_id) == ("done", "sent", referral.id)


async def test_rows_go_with_their_referral(house: House, referral: Referral, plain: asyncpg.Connection) -> None:
    await plain.execute("DELETE FROM referral_secret WHERE referral_id = $1", referral.id)
    await plain.execute("DELETE FROM referral WHERE id = $1", referral.id)
    assert await house.rows() == []


@given(st.sampled_from(list(Way)), st.integers(1, 20), st.floats(0, 1))
def test_pauses_double_up_to_the_longest_and_then_it_is_given_up(way: Way, tries: int, chance: float) -> None:
    next_at = next_try_at(way, tries, AT, chance)
    if tries >= MOST_TRIES[way]:
        assert next_at is None
        return
    assert next_at is not None
    full = min(timedelta(seconds=30) * 2 ** (tries - 1), LONGEST_PAUSE[way])
    assert 0.8 * full <= next_at - AT <= 1.2 * full


def test_a_text_message_can_be_looked_for_after_every_pause() -> None:
    assert LONGEST_PAUSE[Way.SMS] * 1.2 + LEASE < LOOK_BACK


def test_every_notice_that_is_put_says_in_which_states_it_is_true() -> None:
    assert set(outbox.WAYS) == set(NEEDED_WHILE)
    ended = {ReferralState.WITHDRAWN, ReferralState.EXPIRED, ReferralState.FORWARDED}
    for kind in (Notice.REQUESTED, Notice.REMIND_RECEIVE, Notice.REMIND_ANSWER, Notice.ACCEPTED):
        assert not NEEDED_WHILE[kind] & ended


async def test_an_operator_lists_dead_letters_and_has_them_tried_anew(
    house: House, referral: Referral, database_urls: DatabaseUrls
) -> None:
    house.mail.mood = lambda: "refuse-recipient"
    await house.run()
    listed = hotline("outbox", "list", DATABASE_URL=database_urls.app)
    assert listed.returncode == 1, listed.stderr
    assert f"email  requested  {CENTRE}  1 tries  mail-recipient-550\nNot delivered: 1\n" in listed.stdout
    assert str(referral.id) not in listed.stdout
    retried = hotline("outbox", "retry", listed.stdout.split()[0], DATABASE_URL=database_urls.app)
    assert (retried.returncode, retried.stdout) == (0, "Tried anew: 1\n")
    house.mail.mood = lambda: "ok"
    house.clock.at = datetime.now(UTC) + timedelta(minutes=1)
    await house.run()
    done = hotline("outbox", "list", DATABASE_URL=database_urls.app)
    assert (done.returncode, done.stdout) == (0, "Everything was delivered.\n")
    assert len(house.mail.taken) == 1


def test_without_a_database_the_command_says_so_in_one_sentence() -> None:
    unset = hotline("outbox", "list")
    assert (unset.returncode, unset.stderr) == (1, "DATABASE_URL must be set.\n")
