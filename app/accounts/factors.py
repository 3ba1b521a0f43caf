"""The second factor of a person: enrolling an authenticator application, and the recovery codes beside it."""

from uuid import UUID

from app.accounts import store
from app.accounts.audit import record
from app.accounts.means import Accounts
from app.accounts.models import Action, Enrolled, Enrolment, SignIn, Stage
from app.accounts.proofs import (
    enrolment_of,
    find_step,
    hash_recovery_code,
    new_enrolment,
    new_recovery_codes,
    open_secret,
    seal_secret,
)
from app.accounts.refusals import LoginRefused, NotAllowed, WrongStage
from app.accounts.rules import Factor
from app.accounts.sessions import open_session, rotate
from app.accounts.tables import PersonRow, SessionRow
from app.accounts.throttle import charge, charges_of_step_up
from app.kit.reach import EVERYTHING, NOTHING, AsyncSession, transaction


async def begin_enrolment(accounts: Accounts, token: str) -> Enrolment:
    """A secret for the authenticator application, the same until the session ends or a code has confirmed it.

    Raises SessionOver, WrongStage, StepUpNeeded, or NotAllowed for who signs in by a provider.
    """
    async with transaction(accounts.database, EVERYTHING) as session:
        row, person = await _open(session, accounts, token)
        if row.enrolment_sealed is not None:
            return enrolment_of(_pending_secret(accounts, row, person), person.login)
        enrolment = new_enrolment(person.login)
        row.enrolment_sealed = seal_secret(accounts.keys, enrolment.secret, _pending(person))
        return enrolment


async def confirm_enrolment(accounts: Accounts, token: str, *, code: str) -> Enrolled:
    """Makes the secret the person's second factor and ends their other sessions; raises LoginRefused for a wrong code.

    Recovery codes from before no longer work.
    """
    async with transaction(accounts.database, EVERYTHING) as session:
        _, person = await _open(session, accounts, token)
    await charge(accounts, charges_of_step_up(person.login))
    async with transaction(accounts.database, EVERYTHING) as session:
        row, person = await _open(session, accounts, token)
        if row.enrolment_sealed is None:
            raise WrongStage
        secret = _pending_secret(accounts, row, person)
        step = find_step(secret, code, accounts.clock(), None)
        if step is not None:
            person.totp_sealed = seal_secret(accounts.keys, secret, person.id.bytes)
            person.totp_confirmed_at, person.last_totp_step = accounts.clock(), step
            row.enrolment_sealed = None
            codes = await _replace_codes(session, person.id)
            await store.end_sessions_of(session, person.id, but=row.token_hash)
            await record(session, accounts, person.id, Action.FACTOR_ENROLLED, person.id)
            return Enrolled(await rotate(session, accounts, row, person, Stage.FULL), codes)
        await record(session, accounts, None, Action.FACTOR_REFUSED, person.id, factor=Factor.TOTP)
    raise LoginRefused


async def renew_recovery_codes(accounts: Accounts, token: str) -> tuple[str, ...]:
    """Ten new codes, shown once; the old ones no longer work. Raises SessionOver, WrongStage or StepUpNeeded."""
    async with transaction(accounts.database, EVERYTHING) as session:
        _, person = await open_session(session, accounts, token, Stage.FULL, fresh=True)
        if person.totp_sealed is None:
            raise NotAllowed("signs-in-by-provider", "This account has no second factor here.")
        codes = await _replace_codes(session, person.id)
        await record(session, accounts, person.id, Action.RECOVERY_CODES_RENEWED, person.id)
        return codes


async def count_recovery_codes(accounts: Accounts, person_id: UUID) -> int:
    """How many of a person's recovery codes are left."""
    async with transaction(accounts.database, NOTHING) as session:
        return await store.count_recovery_codes(session, person_id)


async def _open(session: AsyncSession, accounts: Accounts, token: str) -> tuple[SessionRow, PersonRow]:
    row, person = await open_session(session, accounts, token, Stage.ENROL, Stage.FULL, fresh=True)
    if person.sign_in != SignIn.PASSWORD or person.demo:
        raise NotAllowed("signs-in-by-provider", "This account has no second factor here.")
    return row, person


async def _replace_codes(session: AsyncSession, person_id: UUID) -> tuple[str, ...]:
    codes = new_recovery_codes()
    await store.replace_recovery_codes(session, person_id, [hash_recovery_code(person_id, code) for code in codes])
    return codes


def _pending_secret(accounts: Accounts, row: SessionRow, person: PersonRow) -> str:
    assert row.enrolment_sealed is not None  # noqa: S101 - the callers have asked
    return open_secret(accounts.keys, row.enrolment_sealed, _pending(person))


def _pending(person: PersonRow) -> bytes:
    """What a secret is bound to before a code has confirmed it."""
    return b"pending:" + person.id.bytes
