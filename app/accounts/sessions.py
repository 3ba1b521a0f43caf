"""Sessions: who is behind a token, how long, and how a token is replaced and ended."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.accounts import store
from app.accounts.audit import record
from app.accounts.means import Accounts
from app.accounts.models import Action, Role, SignedIn, SignIn, Stage, State, Visitor
from app.accounts.proofs import hash_token, new_token, seal_device
from app.accounts.refusals import LoginRefused, SessionOver, StepUpNeeded, WrongStage
from app.accounts.rules import ABSOLUTE_LIFE, IDLE_LIFE, is_fresh, is_over, may_be_in
from app.accounts.tables import PersonRow, SessionRow
from app.kit.reach import EVERYTHING, NOTHING, AsyncSession, Database, transaction


async def find_visitor(accounts: Accounts, token: str) -> Visitor | None:
    """Who is behind the token, or None where its session has ended; asking does not renew it."""
    async with transaction(accounts.database, EVERYTHING) as session:
        found = await store.find_session(session, hash_token(token))
    return None if found is None else _visitor(accounts, token, *found)


async def renew(accounts: Accounts, token: str) -> Visitor | None:
    """As `find_visitor`, and the time of rest begins anew."""
    async with transaction(accounts.database, EVERYTHING) as session:
        found = await store.find_session(session, hash_token(token))
        visitor = None if found is None else _visitor(accounts, token, *found)
        at = accounts.clock()
        if visitor is None or not await store.touch_session(session, hash_token(token), at):
            return None
    return replace(visitor, idle_ends_at=max(visitor.idle_ends_at, min(at + IDLE_LIFE, visitor.ends_at)))


async def log_out(accounts: Accounts, token: str) -> None:
    """Ends the session, if there is one."""
    async with transaction(accounts.database, EVERYTHING) as session:
        found = await store.lock_session(session, hash_token(token))
        if found is not None:
            row, person = found
            await session.delete(row)
            await record(session, accounts, person.id, Action.LOGGED_OUT, person.id)


async def log_out_everywhere(accounts: Accounts, token: str) -> None:
    """Ends all sessions of the person behind the token; raises SessionOver."""
    async with transaction(accounts.database, EVERYTHING) as session:
        _, person = await open_session(session, accounts, token, *Stage)
        await store.end_sessions_of(session, person.id)
        await record(session, accounts, person.id, Action.LOGGED_OUT_EVERYWHERE, person.id)


async def count_as_active(database: Database, person_id: UUID, at: datetime) -> None:
    """Renews a person's sessions, as for an agent who is ready and waits for a call."""
    async with transaction(database, NOTHING) as session:
        await store.touch_sessions_of(
            session, person_id, at, active_after=at - IDLE_LIFE, began_after=at - ABSOLUTE_LIFE
        )


async def sweep(accounts: Accounts) -> int:
    """Wipes ended sessions and tries that no longer count; returns how many rows went."""
    at = accounts.clock()
    async with transaction(accounts.database, NOTHING) as session:
        ended = await store.sweep_sessions(session, active_until=at - IDLE_LIFE, began_until=at - ABSOLUTE_LIFE)
        return ended + await store.forget_tries(session, until=at)


async def open_session(
    session: AsyncSession, accounts: Accounts, token: str, *stages: Stage, fresh: bool = False
) -> tuple[SessionRow, PersonRow]:
    """The session and its person, locked; raises SessionOver, WrongStage, or StepUpNeeded for a full one."""
    found = await store.lock_session(session, hash_token(token))
    visitor = None if found is None else _visitor(accounts, token, *found)
    if found is None or visitor is None:
        raise SessionOver
    if visitor.stage not in stages:
        raise WrongStage
    if fresh and visitor.stage is Stage.FULL and not is_fresh(visitor, accounts.clock()):
        raise StepUpNeeded
    return found


async def begin_session(session: AsyncSession, accounts: Accounts, person: PersonRow, stage: Stage) -> SignedIn:
    """A session of somebody who has just proved who they are; raises LoginRefused where they may not be in."""
    if not may_be_in(State(person.state), demo_person=person.demo, demo=accounts.demo):
        raise LoginRefused
    token, at = new_token(), accounts.clock()
    session.add(
        SessionRow(
            token_hash=hash_token(token),
            person_id=person.id,
            stage=stage.value,
            began_at=at,
            active_at=at,
            authenticated_at=at,
        )
    )
    await session.flush()
    device = await _enter(session, accounts, person) if stage is Stage.FULL else None
    return SignedIn(token, stage, await store.see(session, person), device)


async def rotate(
    session: AsyncSession, accounts: Accounts, row: SessionRow, person: PersonRow, stage: Stage
) -> SignedIn:
    """Gives the session a new token after a proof; its age stays, and the old token opens nothing any more."""
    token, at = new_token(), accounts.clock()
    became_full = stage is Stage.FULL and row.stage != Stage.FULL
    row.token_hash, row.stage, row.active_at, row.authenticated_at = hash_token(token), stage.value, at, at
    await session.flush()
    device = await _enter(session, accounts, person) if became_full else None
    return SignedIn(token, stage, await store.see(session, person), device)


async def _enter(session: AsyncSession, accounts: Accounts, person: PersonRow) -> str:
    """Notes that somebody is in now; returns the device by which the browser is known from now on."""
    await record(session, accounts, person.id, Action.LOGGED_IN, person.id, sign_in=SignIn(person.sign_in))
    return seal_device(accounts.keys, person.id, accounts.clock())


def _visitor(accounts: Accounts, token: str, row: SessionRow, person: PersonRow) -> Visitor | None:
    """The visitor, or None where the session has ended or its person may not be in."""
    if is_over(row.began_at, row.active_at, accounts.clock()):
        return None
    if not may_be_in(State(person.state), demo_person=person.demo, demo=accounts.demo):
        return None
    ends_at = row.began_at + ABSOLUTE_LIFE
    return Visitor(
        session_key=accounts.keys.keyed_hash("accounts: session", token).hex(),
        person_id=person.id,
        login=person.login,
        display_name=person.display_name,
        role=Role(person.role),
        centre_id=person.centre_id,
        stage=Stage(row.stage),
        language="en" if person.language == "en" else "de",
        authenticated_at=row.authenticated_at,
        idle_ends_at=min(row.active_at + IDLE_LIFE, ends_at),
        ends_at=ends_at,
        demo=person.demo,
        sign_in=SignIn(person.sign_in),
    )
