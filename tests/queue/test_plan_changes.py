"""What supervisors plan holds: settings in the offers, hours in who is on duty, seen by each node within a second."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from app.accounts.audit import list_audit
from app.accounts.means import Accounts
from app.accounts.models import LineSetting
from app.kit.reach import Database
from app.queue import plan, plan_changes, service
from app.queue.models import Interpreter, Line, Memo, Shift, Status
from app.queue.plan import find_changes, find_draft, forget_past, keep_draft, read_plan
from app.queue.plan_models import BOUNDS, Draft, PlanRefused
from app.queue.service_days import list_service_days
from tests.cast import keys
from tests.queue.cast import House

SUPERVISOR = UUID(int=5)
WEEK = [Shift(day, time(7), time(16)) for day in range(7)]


class Office:
    """The house of the line, and a supervisor who plans it."""

    def __init__(self, house: House, database: Database) -> None:
        self.house = house
        self.accounts = Accounts(database, keys(), lambda: house.moment)

    @property
    def line(self) -> Line:
        return self.house.line

    async def turn(self, setting: LineSetting, value: int) -> None:
        await plan_changes.turn(self.line, self.accounts, setting, value, by=SUPERVISOR)


@pytest.fixture
def office(house: House, database: Database) -> Office:
    return Office(house, database)


async def test_an_offer_rings_as_long_as_is_set(office: Office) -> None:
    house = office.house
    await office.turn(LineSetting.OFFER_SECONDS, 40)
    await house.agent("Amira", {"de": 3})
    await house.calls("Bruno")
    await house.offered()
    held = await house.held_by("Amira")
    assert held.expires_at - held.made_at == timedelta(seconds=40)
    house.passes(39)
    assert await service.expire(house.line) == ()
    house.passes(1)
    assert len(await service.expire(house.line)) == 1


@pytest.mark.parametrize("most", [1, 3])
async def test_who_leaves_so_many_offers_unanswered_is_away(office: Office, most: int) -> None:
    house = office.house
    await office.turn(LineSetting.UNANSWERED_OFFERS, most)
    await house.agent("Amira", {"de": 3})
    for number in range(most):
        await service.see(house.line, (await service.list_agents(house.line))[0].agent_id)
        await house.calls("Bruno")
        assert await house.offered(), number
        house.passes(25)
        await service.see(house.line, (await service.list_agents(house.line))[0].agent_id)
        await service.expire(house.line)
        expected = Status.AWAY if number == most - 1 else Status.READY
        assert await house.status_of("Amira") is expected


async def test_who_wraps_up_without_a_page_is_away_after_the_minutes_that_are_set(office: Office) -> None:
    house = office.house
    await office.turn(LineSetting.WRAP_UP_MINUTES, 5)
    await house.agent("Amira", {"de": 3})
    await house.calls("Bruno")
    await house.offered()
    held = await house.talk("Amira")
    await service.finish(house.line, held.id)
    house.passes(299)
    await service.expire(house.line)
    assert await house.status_of("Amira") is Status.WRAP_UP
    house.passes(2)
    await service.expire(house.line)
    assert await house.status_of("Amira") is Status.AWAY


async def test_another_language_and_an_interpreter_will_do_after_the_patience_that_is_set(office: Office) -> None:
    house = office.house
    await house.agent("Busy", {"ar": 3})
    await house.calls("First", "ar")
    await house.offered()
    await house.talk("Busy")
    await house.agent("Amira", {"de": 3})
    await house.calls("Second", "ar", also=("de",))
    assert await house.offered() == {}
    await office.turn(LineSetting.SECOND_LANGUAGE_SECONDS, 0)
    assert list(await house.offered()) == ["Second"]
    await house.agent("Carla", {"de": 3})
    await house.calls("Third", "ar")
    await service.save_interpreter(house.line, Interpreter(UUID(int=9), "Yusuf", ("ar",), "+493023125602"))
    assert await house.offered() == {}
    await office.turn(LineSetting.INTERPRETER_SECONDS, 0)
    assert list(await house.offered()) == ["Third"]


async def test_outside_of_its_hours_the_line_promises_nobody_and_names_the_next_opening_with_a_shift(
    office: Office,
) -> None:
    house = office.house
    agent = await house.agent("Amira", {"de": 3}, woman=True)
    await service.set_shifts(house.line, agent, WEEK)
    # It is Monday, ten o'clock in Germany.
    assert (await service.duty(house.line, "de")).now == 1
    afternoon = [Shift(day, time(14), time(18)) for day in (0, 1)]
    await plan_changes.set_hours(house.line, office.accounts, afternoon, None, by=SUPERVISOR)
    duty = await service.duty(house.line, "de")
    assert (duty.now, duty.women, duty.next_at) == (0, 0, datetime(2026, 11, 23, 13, tzinfo=UTC))
    assert await service.staff(house.line, "de") == 1
    closed_until = house.moment + timedelta(days=1, hours=5)
    await plan_changes.close(house.line, office.accounts, house.moment, closed_until, "", by=SUPERVISOR)
    assert (await service.duty(house.line, "de")).next_at == closed_until
    planned = await service.planned_duty(house.line, "de", closed_until)
    assert (planned.now, planned.next_at) == (1, datetime(2026, 11, 30, 13, tzinfo=UTC))
    assert [str(day) for day in sorted(await list_service_days(house.line, "de", house.moment))] == [
        "2026-11-24",
        "2026-11-30",
    ]


async def test_another_node_sees_a_change_within_a_second_and_ones_own_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(plan, "monotonic", lambda: now)
    other = replace(office.line, memo=Memo())
    assert (await read_plan(other)).settings.offer_seconds == 25
    await office.turn(LineSetting.OFFER_SECONDS, 30)
    assert (await read_plan(office.line)).settings.offer_seconds == 30
    now += 0.99
    assert (await read_plan(other)).settings.offer_seconds == 25
    now += 0.01
    assert (await read_plan(other)).settings.offer_seconds == 30


async def test_what_a_rule_forbids_is_neither_kept_nor_told_to_the_audit(office: Office) -> None:
    moment = office.house.moment
    with pytest.raises(PlanRefused):
        await office.turn(LineSetting.OFFER_SECONDS, 5)
    with pytest.raises(PlanRefused):
        await plan_changes.close(office.line, office.accounts, moment, moment, "", by=SUPERVISOR)
    with pytest.raises(PlanRefused):
        await plan_changes.set_hours(office.line, office.accounts, [*WEEK, WEEK[0]], None, by=SUPERVISOR)
    with pytest.raises(PlanRefused):
        await plan_changes.announce(office.line, office.accounts, {}, moment, languages=("de",), by=SUPERVISOR)
    assert (await list_audit(office.accounts)).entries == ()
    assert await plan_changes.reopen(office.line, office.accounts, UUID(int=1), by=SUPERVISOR) is None
    assert not await plan_changes.end_announcement(office.line, office.accounts, UUID(int=1), by=SUPERVISOR)


async def test_it_is_known_who_changed_what_last(office: Office) -> None:
    assert await find_changes(office.line) == ({}, None)
    await office.turn(LineSetting.VOICEMAIL, 0)
    await plan_changes.set_hours(office.line, office.accounts, WEEK, "DE-SN", by=SUPERVISOR)
    changes = await find_changes(office.line)
    assert list(changes.settings) == [LineSetting.VOICEMAIL]
    assert changes.hours
    assert (changes.hours.by, changes.hours.at) == (SUPERVISOR, office.house.moment)


async def test_what_is_long_over_is_forgotten(office: Office) -> None:
    line, house = office.line, office.house
    day = timedelta(days=1)
    await plan_changes.close(line, office.accounts, house.moment, house.moment + day, "Umzug", by=SUPERVISOR)
    await plan_changes.announce(
        line, office.accounts, {"de": "Heute zu."}, house.moment + day, languages=("de",), by=SUPERVISOR
    )
    await keep_draft(line, SUPERVISOR, Draft({"de": "Morgen zu."}, house.moment + day))
    count = "SELECT (SELECT count(*) FROM line_closure) + (SELECT count(*) FROM line_announcement)"
    house.passes(86_400)
    await forget_past(line)
    assert await find_draft(line, SUPERVISOR) is None
    assert await line.pool.fetchval(count) == 2
    house.passes(31 * 86_400)
    await forget_past(line)
    assert await line.pool.fetchval(count) == 0


def test_each_setting_has_its_bounds() -> None:
    assert set(BOUNDS) == set(LineSetting)
    for bounds in BOUNDS.values():
        assert all(bounds.allows(value) for value in (bounds.least, bounds.default, bounds.most))
        assert not any(bounds.allows(value) for value in (bounds.least - 1, bounds.most + 1))
