"""Administering people: adding, changing and disabling them, with four eyes wherever somebody becomes administrator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from app.accounts import store
from app.accounts.audit import record
from app.accounts.means import Accounts
from app.accounts.models import CLI, Action, Actor, FirstPassword, Language, Person, Role, SignIn, State
from app.accounts.passwords import first_password, hash_password
from app.accounts.refusals import NotAllowed, PersonRefused, PersonUnknown
from app.accounts.rules import (
    check_administrator,
    check_centre,
    check_login,
    check_name,
    check_not_last,
    check_other,
    check_other_eyes,
)
from app.accounts.tables import PersonRow, ProposalRow
from app.kit.reach import EVERYTHING, AsyncSession, Reach, transaction


async def list_people(accounts: Accounts, reach: Reach) -> list[Person]:
    """The people within reach, by login."""
    async with transaction(accounts.database, reach) as session:
        return await store.list_people(session)


async def get_person(accounts: Accounts, reach: Reach, person_id: UUID) -> Person:
    """Raises PersonUnknown."""
    async with transaction(accounts.database, reach) as session:
        return await store.see(session, await _get(session, person_id))


async def add_person(  # noqa: PLR0913  All that is known of a new person.
    accounts: Accounts,
    *,
    by: Actor,
    login: str,
    display_name: str,
    role: Role,
    centre_id: str | None = None,
    language: Language = "de",
    sign_in: SignIn = SignIn.PASSWORD,
) -> FirstPassword:
    """Adds somebody with a first password, to be changed; raises PersonRefused or NotAllowed.

    An administrator added by another one is proposed until a second confirms; the command line adds active ones.
    """
    password = first_password() if sign_in is SignIn.PASSWORD else None
    needs_confirming = role is Role.ADMINISTRATOR and by != CLI
    row = PersonRow(
        id=uuid4(),
        login=check_login(login),
        display_name=check_name(display_name),
        role=role.value,
        centre_id=check_centre(role, centre_id),
        language=language,
        password_hash=await hash_password(password) if password else None,
        password_set_at=accounts.clock() if password else None,
        must_change_password=password is not None,
        sign_in=sign_in.value,
        state=(State.PROPOSED if needs_confirming else State.ACTIVE).value,
        created_at=accounts.clock(),
        created_by=str(by),
        confirmed_by=CLI if role is Role.ADMINISTRATOR and by == CLI else None,
    )
    return FirstPassword(await _add(accounts, by, row), password)


async def _add(accounts: Accounts, by: Actor, row: PersonRow) -> Person:
    async with transaction(accounts.database, EVERYTHING) as session:
        check_administrator(by, await store.lock_administrators(session, demo=accounts.demo))
        if not await store.add_person(session, row):
            raise PersonRefused("login-taken", "Somebody else has this login.", field="login")
        if row.state == State.PROPOSED:
            await _propose(session, accounts, by, row.id)
        await record(
            session, accounts, by, Action.PERSON_ADDED, row.id, role=Role(row.role), sign_in=SignIn(row.sign_in)
        )
        return await store.see(session, row)


async def change_role(
    accounts: Accounts, *, by: Actor, person_id: UUID, role: Role, centre_id: str | None = None
) -> Person:
    """Changes role and centre and ends the person's sessions; raises NotAllowed, PersonRefused or PersonUnknown."""
    centre_id = check_centre(role, centre_id)
    async with _changing(accounts, by, person_id) as change:
        check_other(by, person_id)
        person = change.person
        if role is Role.ADMINISTRATOR and person.role != Role.ADMINISTRATOR:
            raise NotAllowed("four-eyes-needed", "An administrator is proposed by one and confirmed by another.")
        if person.role == Role.ADMINISTRATOR and role is not Role.ADMINISTRATOR:
            check_not_last(person_id, change.administrators)
            await change.withdraw_proposal()
        before, person.role, person.centre_id = Role(person.role), role.value, centre_id
        if person.state == State.PROPOSED and role is not Role.ADMINISTRATOR:
            person.state = State.DISABLED.value
        await store.end_sessions_of(change.session, person_id)
        await change.record(Action.ROLE_CHANGED, before=before, after=role)
        return await change.seen()


async def disable(accounts: Accounts, *, by: Actor, person_id: UUID) -> Person:
    """Keeps a person out and ends their sessions; raises NotAllowed for oneself and for the last administrator."""
    async with _changing(accounts, by, person_id) as change:
        check_other(by, person_id)
        check_not_last(person_id, change.administrators)
        await change.withdraw_proposal()
        change.person.state = State.DISABLED.value
        await store.end_sessions_of(change.session, person_id)
        await change.record(Action.PERSON_DISABLED)
        return await change.seen()


async def enable(accounts: Accounts, *, by: Actor, person_id: UUID) -> Person:
    """Lets a disabled person in again; an administrator needs a second one's confirmation as when new."""
    async with _changing(accounts, by, person_id) as change:
        if change.person.state != State.DISABLED:
            raise NotAllowed("not-disabled", "Only somebody who is disabled can be enabled.")
        await change.record(Action.PERSON_ENABLED)
        if change.person.role == Role.ADMINISTRATOR and by != CLI:
            change.person.state = State.PROPOSED.value
            await _propose(change.session, accounts, by, person_id)
        else:
            change.person.state = State.ACTIVE.value
        return await change.seen()


async def propose_administrator(accounts: Accounts, *, by: Actor, person_id: UUID) -> Person:
    """Proposes an active person, who keeps the present role until somebody else confirms."""
    async with _changing(accounts, by, person_id) as change:
        if change.person.role == Role.ADMINISTRATOR or change.person.state != State.ACTIVE:
            raise NotAllowed("not-proposable", "Only an active person who is no administrator can be proposed.")
        if await store.find_proposal(change.session, person_id):
            raise NotAllowed("already-proposed", "This person is already proposed as an administrator.")
        await _propose(change.session, accounts, by, person_id)
        return await change.seen()


async def confirm_administrator(accounts: Accounts, *, by: Actor, person_id: UUID) -> Person:
    """Makes a proposed person an administrator; raises NotAllowed for the one who proposed and for the person."""
    async with _changing(accounts, by, person_id) as change:
        proposal = await store.find_proposal(change.session, person_id)
        if proposal is None:
            raise NotAllowed("not-proposed", "This person is not proposed as an administrator.")
        check_other(by, person_id)
        check_other_eyes(by, proposal.proposed_by)
        await change.withdraw_proposal()
        person = change.person
        person.role, person.centre_id = Role.ADMINISTRATOR.value, None
        person.state, person.confirmed_by = State.ACTIVE.value, str(by)
        await store.end_sessions_of(change.session, person_id)
        await change.record(Action.ADMINISTRATOR_CONFIRMED)
        return await change.seen()


async def decline_administrator(accounts: Accounts, *, by: Actor, person_id: UUID) -> Person:
    """Withdraws a proposal; whoever was added or enabled by it stays out."""
    async with _changing(accounts, by, person_id) as change:
        if not await change.withdraw_proposal():
            raise NotAllowed("not-proposed", "This person is not proposed as an administrator.")
        if change.person.state == State.PROPOSED:
            change.person.state = State.DISABLED.value
        await change.record(Action.ADMINISTRATOR_DECLINED)
        return await change.seen()


async def reset_password(accounts: Accounts, *, by: Actor, person_id: UUID) -> FirstPassword:
    """Gives a first password again and ends the sessions; the command line alone does so for administrators.

    As administrators count those who are proposed, too.
    """
    password = first_password()
    password_hash = await hash_password(password)
    async with _changing(accounts, by, person_id) as change:
        await change.check_resettable()
        change.person.password_hash, change.person.password_set_at = password_hash, accounts.clock()
        change.person.must_change_password = True
        await store.end_sessions_of(change.session, person_id)
        await change.record(Action.PASSWORD_RESET)
        return FirstPassword(await change.seen(), password)


async def reset_second_factor(accounts: Accounts, *, by: Actor, person_id: UUID) -> Person:
    """Forgets second factor and recovery codes and ends the sessions, for the same people as `reset_password`."""
    async with _changing(accounts, by, person_id) as change:
        await change.check_resettable()
        person = change.person
        person.totp_sealed = person.totp_confirmed_at = person.last_totp_step = None
        await store.replace_recovery_codes(change.session, person_id, [])
        await store.end_sessions_of(change.session, person_id)
        await change.record(Action.FACTOR_RESET)
        return await change.seen()


async def rename(accounts: Accounts, *, by: Actor, person_id: UUID, display_name: str) -> Person:
    """Changes the name that others see; everybody may change their own."""
    name = check_name(display_name)
    async with _changing(accounts, by, person_id, self_too=True) as change:
        change.person.display_name = name
        await change.record(Action.PERSON_RENAMED)
        return await change.seen()


async def change_language(accounts: Accounts, *, person_id: UUID, language: Language) -> Person:
    """Changes the language that a person reads."""
    async with transaction(accounts.database, EVERYTHING) as session:
        person = await _get(session, person_id, lock=True)
        person.language = language
        return await store.see(session, person)


@dataclass(frozen=True, slots=True)
class _Change:
    """A person being changed by somebody who may, with the administrators of this moment."""

    session: AsyncSession
    accounts: Accounts
    by: Actor
    person: PersonRow
    administrators: set[UUID]

    async def record(self, action: Action, **details: Role) -> None:
        await self.session.flush()
        await record(self.session, self.accounts, self.by, action, self.person.id, **details)

    async def withdraw_proposal(self) -> bool:
        proposal = await store.find_proposal(self.session, self.person.id)
        if proposal is not None:
            await self.session.delete(proposal)
            await self.session.flush()
        return proposal is not None

    async def check_resettable(self) -> None:
        """Raises NotAllowed: one administrator who could reset another would have two pairs of eyes."""
        if self.person.sign_in != SignIn.PASSWORD or self.person.demo:
            raise NotAllowed("signs-in-by-provider", "This account has no password and no second factor here.")
        proposal = await store.find_proposal(self.session, self.person.id)
        if (self.person.role == Role.ADMINISTRATOR or proposal) and self.by != CLI:
            raise NotAllowed("command-line-only", "An administrator's proofs are reset at the command line only.")

    async def seen(self) -> Person:
        return await store.see(self.session, self.person)


@asynccontextmanager
async def _changing(
    accounts: Accounts, by: Actor, person_id: UUID, *, self_too: bool = False
) -> AsyncIterator[_Change]:
    """Locks the person; raises NotAllowed for who is no administrator, PersonUnknown for no person."""
    async with transaction(accounts.database, EVERYTHING) as session:
        administrators = await store.lock_administrators(session, demo=accounts.demo)
        if not (self_too and by == person_id):
            check_administrator(by, administrators)
        yield _Change(session, accounts, by, await _get(session, person_id, lock=True), administrators)


async def _propose(session: AsyncSession, accounts: Accounts, by: Actor, person_id: UUID) -> None:
    session.add(ProposalRow(person_id=person_id, proposed_by=str(by), proposed_at=accounts.clock()))
    await session.flush()
    await record(session, accounts, by, Action.ADMINISTRATOR_PROPOSED, person_id)


async def _get(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> PersonRow:
    person = await store.find_person(session, person_id, lock=lock)
    if person is None:
        raise PersonUnknown
    return person
