"""A centre sees its own referrals alone: by every verb, by the room's SQL without its checks, and by plain SQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import asyncpg
import pytest

from app.kit.reach import EVERYTHING, NOTHING, Reach, only, transaction
from app.referrals import key_store, service, store
from app.referrals.models import Capacity, DeclineReason, Made, ReferralState, Side, Tab
from app.referrals.refusals import ReferralUnknown
from app.referrals.rules import TRANSITIONS
from app.referrals.service import Referrals
from tests.conftest import DatabaseUrls
from tests.referrals.cast import AGENT, LEIPZIG, MUNICH, OFFICE, REACH, STAFF, refer

# The tables of this room that hold rows of centres.
TABLES = ("agreement", "centre_entry", "referral", "referral_secret", "referral_message", "referral_outbox")
STRANGER = STAFF[MUNICH]


@pytest.fixture
async def made(referrals: Referrals) -> dict[str, Made]:
    """A referral with a message for each centre, received, and each centre's entry."""
    found = {}
    for centre, reach in REACH.items():
        found[centre] = await refer(referrals, centre)
        id_ = found[centre].referral.id
        await service.receive(referrals, reach, id_, by=STAFF[centre])
        await service.write_message(referrals, reach, id_, side=Side.CENTRE, by=STAFF[centre], text=f"von {centre}")
        await service.save_entry(
            referrals, reach, centre, by=STAFF[centre], hours=None, capacity=Capacity.NOW, contact=centre
        )
    return found


VERBS: dict[str, Callable[[Referrals, Reach, Made], Awaitable[object]]] = {
    "get": lambda r, reach, m: service.get_referral(r, reach, m.referral.id),
    "open": lambda r, reach, m: service.open_payload(r, reach, m.referral.id, by=STRANGER),
    "receive": lambda r, reach, m: service.receive(r, reach, m.referral.id, by=STRANGER),
    "accept": lambda r, reach, m: service.accept(r, reach, m.referral.id, by=STRANGER),
    "decline": lambda r, reach, m: service.decline(
        r, reach, m.referral.id, by=STRANGER, reason=DeclineReason.NO_CAPACITY
    ),
    "forward": lambda r, reach, m: service.forward(r, reach, m.referral.id, by=STRANGER, to_centre_id=MUNICH),
    "contact": lambda r, reach, m: service.contact(r, reach, m.referral.id, by=STRANGER),
    "complete": lambda r, reach, m: service.complete(r, reach, m.referral.id, by=STRANGER),
    "withdraw": lambda r, reach, m: service.withdraw(r, reach, m.referral.id, by=STRANGER),
    "write": lambda r, reach, m: service.write_message(
        r, reach, m.referral.id, side=Side.CENTRE, by=STRANGER, text="x"
    ),
    "messages": lambda r, reach, m: service.list_messages(r, reach, m.referral.id, by=STRANGER),
}


async def test_no_verb_reaches_another_centres_referral(referrals: Referrals, made: dict[str, Made]) -> None:
    before = await service.get_referral(referrals, EVERYTHING, made[LEIPZIG].referral.id)
    for verb in VERBS.values():
        for reach in (REACH[MUNICH], only("operator:other"), NOTHING):
            with pytest.raises(ReferralUnknown):
                await verb(referrals, reach, made[LEIPZIG])
    assert await service.get_referral(referrals, EVERYTHING, made[LEIPZIG].referral.id) == before


async def test_lists_hold_the_own_centres_alone(referrals: Referrals, made: dict[str, Made]) -> None:
    for centre, reach in REACH.items():
        assert [one.centre_id for one in await service.list_inbox(referrals, reach, Tab.OPEN)] == [centre]
        assert (await service.count_inbox(referrals, reach))[Tab.OPEN] == 1
        assert sum((await service.figures(referrals, reach)).by_state.values()) == 1
        assert [one.centre_id for one in await service.list_agreements(referrals, reach)] == [centre]
        for other in REACH.keys() - {centre}:
            assert await service.list_inbox(referrals, reach, Tab.OPEN, centre_id=other) == []
            assert sum((await service.count_inbox(referrals, reach, centre_id=other)).values()) == 0
            assert await service.find_agreement(referrals, reach, other) is None
            assert await service.find_entry(referrals, reach, other) is None
            assert await service.find_by_code(referrals, reach, made[other].code, by=AGENT) is None


async def test_the_rooms_sql_shows_nothing_else_without_the_rooms_own_check(
    referrals: Referrals, made: dict[str, Made]
) -> None:
    for centre, reach in REACH.items():
        async with transaction(referrals.database, reach) as session:
            assert {row.centre_id for row in await store.list_tab(session, Tab.OPEN, None, 50, 0)} == {centre}
            assert sum((await store.count_states(session, None)).values()) == 1
            assert {row.centre_id for row in await store.list_agreements(session)} == {centre}
            for other in made.keys() - {centre}:
                id_ = made[other].referral.id
                assert await store.find_referral(session, id_, lock=True) is None
                assert await store.list_messages(session, id_) == []
                assert await key_store.find_secret(session, id_) is None
                assert await key_store.erase(session, [id_]) == 0


@pytest.fixture
async def as_munich(database_urls: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_urls.app)
    await connection.execute("SELECT set_config('hotline.reach', $1, false)", MUNICH)
    yield connection
    await connection.close()


@pytest.mark.usefixtures("made")
async def test_plain_sql_in_the_applications_role_sees_and_changes_its_reach_alone(
    plain: asyncpg.Connection, as_munich: asyncpg.Connection
) -> None:
    for table in TABLES:
        everybodys = await plain.fetchval(f"SELECT count(DISTINCT centre_id) FROM {table}")  # noqa: S608
        assert everybodys == len(REACH), table
        assert await as_munich.fetchval(f"SELECT array_agg(DISTINCT centre_id) FROM {table}") == [MUNICH]  # noqa: S608
    foreign = "UPDATE referral SET changed_at = now() WHERE centre_id <> 'munich'"
    assert await as_munich.execute(foreign) == "UPDATE 0"
    assert await as_munich.execute("DELETE FROM referral_message WHERE centre_id <> 'munich'") == "DELETE 0"
    for table in ("referral", "referral_secret"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await as_munich.execute(f"UPDATE {table} SET centre_id = 'leipzig'")  # noqa: S608
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await as_munich.execute(
            "INSERT INTO referral_message SELECT gen_random_uuid(), id, 'leipzig', 'centre', '', now(), ''"
            " FROM referral"
        )


@pytest.mark.usefixtures("made")
async def test_without_a_reach_there_is_nothing(database_urls: DatabaseUrls) -> None:
    connection = await asyncpg.connect(database_urls.app)
    for table in TABLES:
        assert await connection.fetch(f"SELECT FROM {table}") == []
    await connection.close()


async def test_the_staff_of_an_operator_see_its_sites(referrals: Referrals, made: dict[str, Made]) -> None:
    for centre in (LEIPZIG, OFFICE):
        await service.set_agreement(
            referrals,
            by="cli",
            centre_id=centre,
            agreed_on=date(2026, 1, 2),
            agreed_with="Leitung",
            operator_id="beispiel",
        )
    reach = await service.reach_of_staff(referrals, "operator:beispiel")
    seen = {one.centre_id for one in await service.list_inbox(referrals, reach, Tab.OPEN)}
    assert seen == {LEIPZIG, OFFICE}
    assert await service.list_sites(referrals, "operator:beispiel") == (LEIPZIG, OFFICE)
    assert await service.reach_of_staff(referrals, MUNICH) == REACH[MUNICH]
    assert (await service.receive(referrals, reach, made[OFFICE].referral.id, by=AGENT)).changed is False


async def test_the_database_itself_knows_what_may_follow_what(plain: asyncpg.Connection, made: dict[str, Made]) -> None:
    source = await plain.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'referral_moves_legally'")
    pairs = {f"'{state}>{to}'" for state, follow in TRANSITIONS.items() for to in follow}
    found = {f"'{state}>{to}'" for state in ReferralState for to in ReferralState if f"'{state}>{to}'" in source}
    assert found == pairs
    with pytest.raises(asyncpg.CheckViolationError, match="cannot go from received to completed"):
        await plain.execute("UPDATE referral SET state = 'completed' WHERE id = $1", made[LEIPZIG].referral.id)
