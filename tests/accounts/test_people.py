"""Who may do what to whom: one cannot make an administrator alone, and nobody changes their own rights."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.accounts import service
from app.accounts.models import CLI, Person, Role, SignIn, Stage, State
from app.accounts.refusals import AccountRefused, LoginRefused, NotAllowed, PersonRefused, PersonUnknown
from app.accounts.service import Accounts
from app.kit.reach import EVERYTHING, NOTHING, only
from tests.accounts.conftest import ISSUER, MovableClock, add, demo, enrol


async def refused(deed: Awaitable[Any]) -> str:
    """The code with which a deed is refused."""
    with pytest.raises(AccountRefused) as caught:
        await deed
    return caught.value.code


@pytest.fixture
async def administrators(accounts: Accounts) -> list[Person]:
    return [(await add(accounts, login, Role.ADMINISTRATOR))[0] for login in ("ada", "bela", "carla")]


async def test_the_command_line_adds_an_active_administrator_who_must_change_the_password(accounts: Accounts) -> None:
    person, first = await add(accounts, "ada", Role.ADMINISTRATOR)
    assert (person.state, person.confirmed_by, person.must_change_password) == (State.ACTIVE, "cli", True)
    signed_in = await service.log_in(accounts, login="ada", password=first, address="192.0.2.1", device=None)
    assert signed_in.stage is Stage.CHANGE_PASSWORD


async def test_an_administrator_added_by_one_waits_for_another(
    accounts: Accounts, administrators: list[Person]
) -> None:
    ada, bela, _ = administrators
    added = await service.add_person(accounts, by=ada.id, login="new", display_name="New", role=Role.ADMINISTRATOR)
    new = added.person
    assert (new.state, new.proposed_by) == (State.PROPOSED, str(ada.id))
    with pytest.raises(LoginRefused):
        await service.log_in(accounts, login="new", password=added.password or "", address="192.0.2.1", device=None)
    assert await refused(service.confirm_administrator(accounts, by=ada.id, person_id=new.id)) == "same-eyes"
    assert await refused(service.confirm_administrator(accounts, by=new.id, person_id=new.id)) == "not-an-administrator"
    confirmed = await service.confirm_administrator(accounts, by=bela.id, person_id=new.id)
    assert (confirmed.state, confirmed.confirmed_by, confirmed.proposed_by) == (State.ACTIVE, str(bela.id), None)
    assert await refused(service.confirm_administrator(accounts, by=bela.id, person_id=new.id)) == "not-proposed"


async def test_somebody_proposed_keeps_role_and_session_until_confirmed(
    accounts: Accounts, clock: MovableClock, administrators: list[Person]
) -> None:
    ada, bela, _ = administrators
    mehmet = await enrol(accounts, clock, "mehmet", Role.SUPERVISOR)
    person_id = mehmet.person.id
    change = service.change_role(accounts, by=ada.id, person_id=person_id, role=Role.ADMINISTRATOR)
    assert await refused(change) == "four-eyes-needed"
    proposed = await service.propose_administrator(accounts, by=ada.id, person_id=person_id)
    assert (proposed.role, proposed.state, proposed.proposed_by) == (Role.SUPERVISOR, State.ACTIVE, str(ada.id))
    assert await refused(service.propose_administrator(accounts, by=bela.id, person_id=person_id)) == "already-proposed"
    assert await refused(
        service.add_person(accounts, by=person_id, login="xyz", display_name="X", role=Role.AGENT)
    ) == ("not-an-administrator")
    assert await service.find_visitor(accounts, mehmet.token) is not None
    confirmed = await service.confirm_administrator(accounts, by=bela.id, person_id=person_id)
    assert confirmed.role is Role.ADMINISTRATOR
    assert await service.find_visitor(accounts, mehmet.token) is None


async def test_centre_staff_who_become_administrators_leave_their_centre(
    accounts: Accounts, administrators: list[Person]
) -> None:
    person, _ = await add(accounts, "staff", Role.CENTRE_STAFF, centre_id="centre-a")
    await service.propose_administrator(accounts, by=administrators[0].id, person_id=person.id)
    confirmed = await service.confirm_administrator(accounts, by=CLI, person_id=person.id)
    assert (confirmed.role, confirmed.centre_id) == (Role.ADMINISTRATOR, None)


async def test_a_declined_proposal_leaves_everything_or_keeps_the_newcomer_out(
    accounts: Accounts, administrators: list[Person]
) -> None:
    ada, bela, _ = administrators
    agent, _ = await add(accounts, "agent")
    await service.propose_administrator(accounts, by=ada.id, person_id=agent.id)
    declined = await service.decline_administrator(accounts, by=bela.id, person_id=agent.id)
    assert (declined.role, declined.state, declined.proposed_by) == (Role.AGENT, State.ACTIVE, None)
    new = (await service.add_person(accounts, by=ada.id, login="new", display_name="N", role=Role.ADMINISTRATOR)).person
    declined = await service.decline_administrator(accounts, by=ada.id, person_id=new.id)
    assert (declined.state, declined.proposed_by) == (State.DISABLED, None)
    assert await refused(service.confirm_administrator(accounts, by=bela.id, person_id=new.id)) == "not-proposed"


async def test_a_disabled_administrator_needs_four_eyes_to_return(
    accounts: Accounts, administrators: list[Person]
) -> None:
    ada, bela, carla = administrators
    assert await refused(service.enable(accounts, by=ada.id, person_id=carla.id)) == "not-disabled"
    await service.disable(accounts, by=ada.id, person_id=carla.id)
    back = await service.enable(accounts, by=ada.id, person_id=carla.id)
    assert (back.state, back.proposed_by) == (State.PROPOSED, str(ada.id))
    assert await refused(service.confirm_administrator(accounts, by=ada.id, person_id=carla.id)) == "same-eyes"
    assert (await service.confirm_administrator(accounts, by=bela.id, person_id=carla.id)).state is State.ACTIVE


async def test_a_proposed_administrator_who_gets_another_role_stays_out_until_enabled(
    accounts: Accounts, administrators: list[Person]
) -> None:
    ada, bela, _ = administrators
    new = (await service.add_person(accounts, by=ada.id, login="new", display_name="N", role=Role.ADMINISTRATOR)).person
    changed = await service.change_role(accounts, by=bela.id, person_id=new.id, role=Role.AGENT)
    assert (changed.role, changed.state, changed.proposed_by) == (Role.AGENT, State.DISABLED, None)
    assert (await service.enable(accounts, by=bela.id, person_id=new.id)).state is State.ACTIVE


async def test_nobody_changes_their_own_rights(accounts: Accounts, administrators: list[Person]) -> None:
    ada = administrators[0].id
    assert await refused(service.change_role(accounts, by=ada, person_id=ada, role=Role.AGENT)) == "not-yourself"
    assert await refused(service.disable(accounts, by=ada, person_id=ada)) == "not-yourself"


async def test_the_last_administrator_stays(accounts: Accounts, administrators: list[Person]) -> None:
    ada, bela, carla = administrators
    await service.disable(accounts, by=ada.id, person_id=carla.id)
    await service.change_role(accounts, by=ada.id, person_id=bela.id, role=Role.EDITOR)
    for deed in (
        service.disable(accounts, by=CLI, person_id=ada.id),
        service.change_role(accounts, by=CLI, person_id=ada.id, role=Role.AGENT),
    ):
        assert await refused(deed) == "last-administrator"


async def test_administrators_who_disable_each_other_at_once_leave_one(
    accounts: Accounts, administrators: list[Person]
) -> None:
    ids = [person.id for person in administrators]
    deeds = [service.disable(accounts, by=one, person_id=other) for one in ids for other in ids if one != other]
    done = await asyncio.gather(*deeds, return_exceptions=True)
    assert sum(isinstance(result, Person) for result in done) >= 2
    assert all(isinstance(result, Person | NotAllowed) for result in done)
    people = await service.list_people(accounts, EVERYTHING)
    assert sum(person.state is State.ACTIVE for person in people) == 1


async def test_demo_administrators_count_only_in_the_demo(accounts: Accounts) -> None:
    people = await service.seed_demo_people(demo(accounts))
    boss = next(person for person in people if person.role is Role.ADMINISTRATOR)
    other = next(person for person in people if person.role is Role.AGENT)
    assert await refused(service.disable(accounts, by=boss.id, person_id=other.id)) == "not-an-administrator"
    await add(accounts, "ada", Role.ADMINISTRATOR)
    only_real = next(person for person in await service.list_people(accounts, EVERYTHING) if person.login == "ada")
    assert await refused(service.disable(accounts, by=CLI, person_id=only_real.id)) == "last-administrator"
    assert (await service.disable(demo(accounts), by=boss.id, person_id=other.id)).state is State.DISABLED


DEEDS: dict[str, Callable[[Accounts, Person, Person], Awaitable[Any]]] = {
    "add": lambda a, by, _: service.add_person(a, by=by.id, login="added", display_name="A", role=Role.AGENT),
    "change role": lambda a, by, who: service.change_role(a, by=by.id, person_id=who.id, role=Role.REVIEWER),
    "propose": lambda a, by, who: service.propose_administrator(a, by=by.id, person_id=who.id),
    "confirm": lambda a, by, who: service.confirm_administrator(a, by=by.id, person_id=who.id),
    "decline": lambda a, by, who: service.decline_administrator(a, by=by.id, person_id=who.id),
    "disable": lambda a, by, who: service.disable(a, by=by.id, person_id=who.id),
    "enable": lambda a, by, who: service.enable(a, by=by.id, person_id=who.id),
    "reset password": lambda a, by, who: service.reset_password(a, by=by.id, person_id=who.id),
    "reset factor": lambda a, by, who: service.reset_second_factor(a, by=by.id, person_id=who.id),
    "rename": lambda a, by, who: service.rename(a, by=by.id, person_id=who.id, display_name="Other"),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_only_an_active_administrator_administers(
    accounts: Accounts, administrators: list[Person], deed: str
) -> None:
    target, _ = await add(accounts, "target")
    ada, _, carla = administrators
    await service.disable(accounts, by=ada.id, person_id=carla.id)
    for role in Role:
        if role is Role.ADMINISTRATOR:
            continue
        centre = "centre-a" if role is Role.CENTRE_STAFF else None
        by, _ = await add(accounts, f"by-{role}", role, centre_id=centre)
        assert await refused(DEEDS[deed](accounts, by, target)) == "not-an-administrator"
    assert await refused(DEEDS[deed](accounts, carla, target)) == "not-an-administrator"


async def test_a_reset_ends_sessions_and_begins_anew(
    accounts: Accounts, clock: MovableClock, administrators: list[Person]
) -> None:
    ada = administrators[0]
    mehmet = await enrol(accounts, clock, "mehmet")
    reset = await service.reset_password(accounts, by=ada.id, person_id=mehmet.person.id)
    assert await service.find_visitor(accounts, mehmet.token) is None
    with pytest.raises(LoginRefused):
        await mehmet.log_in()
    half = await mehmet.log_in(password=reset.password or "")
    assert half.stage is Stage.SECOND_FACTOR
    changing = await service.pass_second_factor(accounts, half.token, code=mehmet.code(), device=None)
    assert changing.stage is Stage.CHANGE_PASSWORD
    person = await service.reset_second_factor(accounts, by=ada.id, person_id=mehmet.person.id)
    assert not person.has_second_factor
    assert await service.count_recovery_codes(accounts, person.id) == 0
    assert await service.find_visitor(accounts, changing.token) is None
    clock.go_on(minutes=15)
    assert (await mehmet.log_in(password=reset.password or "")).stage is Stage.CHANGE_PASSWORD


async def test_one_administrator_cannot_take_over_another(accounts: Accounts, administrators: list[Person]) -> None:
    ada, bela, _ = administrators
    for reset in (service.reset_password, service.reset_second_factor):
        assert await refused(reset(accounts, by=ada.id, person_id=bela.id)) == "command-line-only"
        await reset(accounts, by=CLI, person_id=bela.id)


async def test_nobody_s_proofs_are_reset_while_they_are_proposed(
    accounts: Accounts, administrators: list[Person]
) -> None:
    agent, _ = await add(accounts, "agent")
    await service.propose_administrator(accounts, by=administrators[0].id, person_id=agent.id)
    for reset in (service.reset_password, service.reset_second_factor):
        assert await refused(reset(accounts, by=administrators[0].id, person_id=agent.id)) == "command-line-only"


async def test_who_signs_in_by_a_provider_has_nothing_to_reset(
    accounts: Accounts, administrators: list[Person]
) -> None:
    person, _ = await add(accounts, "gul", sign_in=SignIn.OIDC)
    for reset in (service.reset_password, service.reset_second_factor):
        code = await refused(reset(accounts, by=administrators[0].id, person_id=person.id))
        assert code == "signs-in-by-provider"
    signed_in = await service.sign_in_by_provider(accounts, issuer=ISSUER, subject="s", login="gul")
    assert await refused(service.begin_enrolment(accounts, signed_in.token)) == "signs-in-by-provider"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"login": "ab"}, "login-malformed"),
        ({"login": "ayşe"}, "login-malformed"),
        ({"login": "a b c"}, "login-malformed"),
        ({"login": "a" * 101}, "login-malformed"),
        ({"login": "TAKEN"}, "login-taken"),
        ({"display_name": " "}, "name-malformed"),
        ({"display_name": "a\nb"}, "name-malformed"),
        ({"display_name": "a" * 101}, "name-malformed"),
        ({"role": Role.CENTRE_STAFF}, "centre-missing"),
        ({"role": Role.CENTRE_STAFF, "centre_id": "Centre A"}, "centre-malformed"),
        ({"role": Role.CENTRE_STAFF, "centre_id": "a,b"}, "centre-malformed"),
        ({"centre_id": "centre-a"}, "centre-not-for-role"),
    ],
)
async def test_a_person_is_refused_with_the_field_that_is_wrong(
    accounts: Accounts, given: dict[str, Any], code: str
) -> None:
    await add(accounts, "taken")
    standard: dict[str, Any] = {"login": "login", "display_name": "Name", "role": Role.AGENT}
    with pytest.raises(PersonRefused) as caught:
        await service.add_person(accounts, by=CLI, **(standard | given))
    assert caught.value.code == code
    assert (
        caught.value.field == {"login": "login", "name": "display_name", "centre": "centre_id"}[code.partition("-")[0]]
    )


async def test_people_are_seen_within_reach_alone(accounts: Accounts) -> None:
    agent, _ = await add(accounts, "agent")
    one, _ = await add(accounts, "one", Role.CENTRE_STAFF, centre_id="centre-a")
    other, _ = await add(accounts, "other", Role.CENTRE_STAFF, centre_id="operator:o")
    assert await service.list_people(accounts, EVERYTHING) == [agent, one, other]
    assert await service.list_people(accounts, only("centre-a")) == [one]
    assert await service.list_people(accounts, NOTHING) == []
    assert await service.get_person(accounts, only("operator:o"), other.id) == other
    with pytest.raises(PersonUnknown):
        await service.get_person(accounts, only("operator:o"), one.id)


async def test_everybody_chooses_their_own_name_and_language(accounts: Accounts, clock: MovableClock) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    await service.rename(accounts, by=mehmet.person.id, person_id=mehmet.person.id, display_name=" Mehmet Ö. ")
    await service.change_language(accounts, person_id=mehmet.person.id, language="en")
    visitor = await service.find_visitor(accounts, mehmet.token)
    assert visitor is not None
    assert (visitor.display_name, visitor.language) == ("Mehmet Ö.", "en")
