"""The tables of people, sessions, recovery codes and tries: the only SQL on them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts.models import Person, Role, SignIn, Stage, State
from app.accounts.tables import PersonRow, ProposalRow, RecoveryCodeRow, SessionRow, ThrottleRow
from app.kit.reach import AsyncSession


def person_of(row: PersonRow, proposal: ProposalRow | None) -> Person:
    """The person as others see them, without anything secret."""
    return Person(
        id=row.id,
        login=row.login,
        display_name=row.display_name,
        role=Role(row.role),
        centre_id=row.centre_id,
        language="en" if row.language == "en" else "de",
        sign_in=SignIn(row.sign_in),
        state=State(row.state),
        must_change_password=row.must_change_password,
        has_second_factor=row.totp_sealed is not None,
        demo=row.demo,
        created_at=row.created_at,
        created_by=row.created_by,
        confirmed_by=row.confirmed_by,
        proposed_by=proposal.proposed_by if proposal else None,
    )


async def see(session: AsyncSession, row: PersonRow) -> Person:
    return person_of(row, await session.get(ProposalRow, row.id))


async def list_people(session: AsyncSession) -> list[Person]:
    joined = select(PersonRow, ProposalRow).outerjoin(ProposalRow, col(ProposalRow.person_id) == col(PersonRow.id))
    rows = await session.execute(joined.order_by(col(PersonRow.login)))
    return [person_of(row, proposal) for row, proposal in rows]


async def find_person(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> PersonRow | None:
    """The person's row; `lock` keeps everybody else from changing it until the end of the transaction."""
    statement = select(PersonRow).where(col(PersonRow.id) == person_id)
    statement = statement.with_for_update() if lock else statement
    return await session.scalar(statement.execution_options(populate_existing=True))


async def find_person_by_login(session: AsyncSession, login: str) -> PersonRow | None:
    return await session.scalar(select(PersonRow).where(col(PersonRow.login) == login))


async def find_person_by_subject(session: AsyncSession, issuer: str, subject: str) -> PersonRow | None:
    pinned = (col(PersonRow.oidc_issuer) == issuer) & (col(PersonRow.oidc_subject) == subject)
    return await session.scalar(select(PersonRow).where(pinned).with_for_update())


async def find_unpinned(session: AsyncSession, login: str) -> PersonRow | None:
    """Who signs in by the provider under this login and has never done so."""
    waiting = (
        (col(PersonRow.login) == login)
        & (col(PersonRow.sign_in) == SignIn.OIDC.value)
        & col(PersonRow.oidc_subject).is_(None)
    )
    return await session.scalar(select(PersonRow).where(waiting).with_for_update())


async def find_demo_person(session: AsyncSession, role: Role) -> PersonRow | None:
    chosen = col(PersonRow.demo) & (col(PersonRow.role) == role.value)
    return await session.scalar(select(PersonRow).where(chosen).order_by(col(PersonRow.login)).limit(1))


async def add_person(session: AsyncSession, row: PersonRow) -> bool:
    """False where the login is taken."""
    statement = insert(PersonRow).values(**row.model_dump()).on_conflict_do_nothing(index_elements=["login"])
    return _count(await session.execute(statement)) == 1


async def lock_administrators(session: AsyncSession, *, demo: bool) -> set[UUID]:
    """The active administrators; whoever else would change people waits until the end of the transaction."""
    await session.execute(select(func.pg_advisory_xact_lock(literal(7_246_511_005))))
    active = (col(PersonRow.role) == Role.ADMINISTRATOR.value) & (col(PersonRow.state) == State.ACTIVE.value)
    counted = active if demo else active & ~col(PersonRow.demo)
    return set(await session.scalars(select(col(PersonRow.id)).where(counted)))


async def find_proposal(session: AsyncSession, person_id: UUID) -> ProposalRow | None:
    return await session.get(ProposalRow, person_id)


async def find_session(session: AsyncSession, token_hash: bytes) -> tuple[SessionRow, PersonRow] | None:
    """The session and its person; what they allow is for the rules to say."""
    statement = (
        select(SessionRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(SessionRow.person_id))
        .where(col(SessionRow.token_hash) == token_hash)
    )
    row = (await session.execute(statement)).first()
    return None if row is None else (row[0], row[1])


async def lock_session(session: AsyncSession, token_hash: bytes) -> tuple[SessionRow, PersonRow] | None:
    """As `find_session`, with the person's row locked first and the session's then, in this order everywhere."""
    person_id = await session.scalar(select(col(SessionRow.person_id)).where(col(SessionRow.token_hash) == token_hash))
    person = None if person_id is None else await find_person(session, person_id, lock=True)
    statement = select(SessionRow).where(col(SessionRow.token_hash) == token_hash).with_for_update()
    row = await session.scalar(statement)
    return None if row is None or person is None else (row, person)


async def touch_session(session: AsyncSession, token_hash: bytes, at: datetime) -> bool:
    """Renews a session; False where it was ended or got another token meanwhile."""
    later = func.greatest(col(SessionRow.active_at), at)
    chosen = update(SessionRow).where(col(SessionRow.token_hash) == token_hash).values(active_at=later)
    return _count(await session.execute(chosen)) == 1


async def touch_sessions_of(
    session: AsyncSession, person_id: UUID, at: datetime, *, active_after: datetime, began_after: datetime
) -> None:
    """Renews a person's full sessions that have not ended; one that has ended stays so."""
    living = (
        (col(SessionRow.person_id) == person_id)
        & (col(SessionRow.stage) == Stage.FULL.value)
        & (col(SessionRow.active_at) > active_after)
        & (col(SessionRow.began_at) > began_after)
    )
    later = func.greatest(col(SessionRow.active_at), at)
    await session.execute(update(SessionRow).where(living).values(active_at=later))


async def end_sessions_of(session: AsyncSession, person_id: UUID, *, but: bytes = b"") -> None:
    """Ends all sessions of a person, but for the one whose token's hash is given."""
    theirs = (col(SessionRow.person_id) == person_id) & (col(SessionRow.token_hash) != but)
    await session.execute(delete(SessionRow).where(theirs))


async def sweep_sessions(session: AsyncSession, *, active_until: datetime, began_until: datetime) -> int:
    over = (col(SessionRow.active_at) <= active_until) | (col(SessionRow.began_at) <= began_until)
    return _count(await session.execute(delete(SessionRow).where(over)))


async def replace_recovery_codes(session: AsyncSession, person_id: UUID, hashes: Iterable[bytes]) -> None:
    await session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.person_id) == person_id))
    rows = [{"person_id": person_id, "code_hash": code_hash, "used_at": None} for code_hash in hashes]
    if rows:
        await session.execute(insert(RecoveryCodeRow), rows)


async def use_recovery_code(session: AsyncSession, person_id: UUID, code_hash: bytes, at: datetime) -> bool:
    """Whether the code was one of the person's and not yet used; it is now."""
    unused = (
        (col(RecoveryCodeRow.person_id) == person_id)
        & (col(RecoveryCodeRow.code_hash) == code_hash)
        & col(RecoveryCodeRow.used_at).is_(None)
    )
    return _count(await session.execute(update(RecoveryCodeRow).where(unused).values(used_at=at))) == 1


async def count_recovery_codes(session: AsyncSession, person_id: UUID) -> int:
    unused = (col(RecoveryCodeRow.person_id) == person_id) & col(RecoveryCodeRow.used_at).is_(None)
    return await session.scalar(select(func.count()).select_from(RecoveryCodeRow).where(unused)) or 0


async def add_tries(session: AsyncSession, key: str, amount: int, at: datetime, expires_at: datetime) -> int:
    """How many tries the key has made now; a window that has passed begins anew."""
    passed = col(ThrottleRow.expires_at) <= at
    fresh = insert(ThrottleRow).values(key=key, hits=amount, expires_at=expires_at)
    statement = fresh.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "hits": case((passed, amount), else_=col(ThrottleRow.hits) + amount),
            "expires_at": case((passed, expires_at), else_=col(ThrottleRow.expires_at)),
        },
    ).returning(col(ThrottleRow.hits))
    return int((await session.execute(statement)).scalar_one())


async def find_tries(session: AsyncSession, key: str, at: datetime) -> tuple[int, datetime] | None:
    """The tries of the present window and its end."""
    living = (col(ThrottleRow.key) == key) & (col(ThrottleRow.expires_at) > at)
    row = (await session.execute(select(col(ThrottleRow.hits), col(ThrottleRow.expires_at)).where(living))).first()
    return None if row is None else (row[0], row[1])


async def forget_tries(session: AsyncSession, *, key: str | None = None, until: datetime | None = None) -> int:
    """Forgets one key's tries, those whose window has passed, or all."""
    statement = delete(ThrottleRow)
    if key is not None:
        statement = statement.where(col(ThrottleRow.key) == key)
    if until is not None:
        statement = statement.where(col(ThrottleRow.expires_at) <= until)
    return _count(await session.execute(statement))


def _count(result: object) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - a statement that changes rows gives no other
    return int(result.rowcount)
