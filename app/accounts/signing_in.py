"""How somebody proves who they are: password, second factor, recovery code, provider, and once more for a step-up."""

from app.accounts import store
from app.accounts.audit import record
from app.accounts.means import Accounts
from app.accounts.models import Action, SignedIn, SignIn, Stage, State
from app.accounts.passwords import check_password, hash_password, password_matches
from app.accounts.proofs import find_step, hash_recovery_code, open_device, open_secret
from app.accounts.refusals import LoginRefused, NotAllowed, PasswordRefused, SessionOver
from app.accounts.rules import Factor, Refused, has_lapsed, may_be_in, normal_login, stage_after_password
from app.accounts.sessions import begin_session, open_session, rotate
from app.accounts.tables import PersonRow
from app.accounts.throttle import charge, charges_of_factor, charges_of_login, charges_of_step_up
from app.kit.crypto import SealBroken
from app.kit.log import get_logger
from app.kit.reach import EVERYTHING, transaction

log = get_logger(__name__)

_SAME_PERSONS: tuple[Stage, ...] = (Stage.CHANGE_PASSWORD, Stage.FULL)


async def log_in(accounts: Accounts, *, login: str, password: str, address: str, device: str | None) -> SignedIn:
    """A session at the stage that comes after the password; raises LoginRefused or LoginThrottled.

    An unknown login, a wrong password and a disabled account give the same answer after the same time.
    """
    login = normal_login(login)
    async with transaction(accounts.database, EVERYTHING) as session:
        person = await store.find_person_by_login(session, login)
    known = open_device(accounts.keys, device, accounts.clock())
    known = known if known and person and known.person_id == person.id else None
    await charge(accounts, charges_of_login(login, address, known))
    password_hash = person.password_hash if person else None
    right = await password_matches(password, password_hash)
    async with transaction(accounts.database, EVERYTHING) as session:
        # Only a right password changes anything, so wrong ones do not wait for each other.
        current = await store.find_person(session, person.id, lock=right) if person else None
        right = right and current is not None and current.password_hash == password_hash
        if right and current and _may_use_password(accounts, current):
            stage = stage_after_password(
                enrolled=current.totp_sealed is not None, factor_passed=False, must_change=current.must_change_password
            )
            return await begin_session(session, accounts, current, stage)
        reason = Refused.STATE if right else Refused.PROOF
        await record(session, accounts, None, Action.LOGIN_REFUSED, current.id if current else "", reason=reason)
    raise LoginRefused


async def pass_second_factor(accounts: Accounts, token: str, *, code: str, device: str | None) -> SignedIn:
    """The session at its next stage; raises LoginRefused, LoginThrottled, SessionOver or WrongStage."""
    await _charge_factor(accounts, token, device)
    async with transaction(accounts.database, EVERYTHING) as session:
        row, person = await open_session(session, accounts, token, Stage.SECOND_FACTOR)
        if use_code(accounts, person, code):
            return await rotate(session, accounts, row, person, _stage_after_factor(person))
        await record(session, accounts, None, Action.FACTOR_REFUSED, person.id, factor=Factor.TOTP)
    raise LoginRefused


async def use_recovery_code(accounts: Accounts, token: str, *, code: str, device: str | None) -> SignedIn:
    """As `pass_second_factor`, with one of the codes that were shown once and work once."""
    await _charge_factor(accounts, token, device)
    async with transaction(accounts.database, EVERYTHING) as session:
        row, person = await open_session(session, accounts, token, Stage.SECOND_FACTOR)
        code_hash = hash_recovery_code(person.id, code)
        if await store.use_recovery_code(session, person.id, code_hash, accounts.clock()):
            left = await store.count_recovery_codes(session, person.id)
            await record(session, accounts, person.id, Action.RECOVERY_CODE_USED, person.id, left=left)
            return await rotate(session, accounts, row, person, _stage_after_factor(person))
        await record(session, accounts, None, Action.FACTOR_REFUSED, person.id, factor=Factor.RECOVERY_CODE)
    raise LoginRefused


async def change_password(accounts: Accounts, token: str, *, current: str, new: str) -> SignedIn:
    """Replaces the password and ends the person's other sessions; the session goes on at its next stage.

    Raises PasswordRefused for the new one, LoginRefused for a wrong current one, LoginThrottled, SessionOver,
    WrongStage, or NotAllowed for who signs in by a provider.
    """
    person = await _prove_password(accounts, token, current, *_SAME_PERSONS)
    if new == current:
        raise PasswordRefused("password-unchanged", "The new password must be another one.")
    await check_password(new, known=[person.login, *person.display_name.split()])
    new_hash = await hash_password(new)
    async with transaction(accounts.database, EVERYTHING) as session:
        row, changed = await open_session(session, accounts, token, *_SAME_PERSONS)
        if changed.password_hash != person.password_hash:
            raise SessionOver
        changed.password_hash, changed.password_set_at = new_hash, accounts.clock()
        changed.must_change_password = False
        await store.end_sessions_of(session, changed.id, but=row.token_hash)
        await record(session, accounts, changed.id, Action.PASSWORD_CHANGED, changed.id)
        return await rotate(session, accounts, row, changed, _stage_after_factor(changed))


async def step_up(accounts: Accounts, token: str, *, password: str, code: str) -> SignedIn:
    """Proves the person behind a full session once more; raises LoginRefused, LoginThrottled or SessionOver."""
    proved = await _prove_password(accounts, token, password, Stage.FULL)
    async with transaction(accounts.database, EVERYTHING) as session:
        row, person = await open_session(session, accounts, token, Stage.FULL)
        if person.password_hash == proved.password_hash and use_code(accounts, person, code):
            await record(session, accounts, person.id, Action.STEPPED_UP, person.id)
            return await rotate(session, accounts, row, person, Stage.FULL)
        await record(session, accounts, None, Action.FACTOR_REFUSED, person.id, factor=Factor.TOTP)
    raise LoginRefused


async def step_up_by_provider(accounts: Accounts, token: str, *, issuer: str, subject: str) -> SignedIn:
    """As `step_up`, for who has just proved themself at the provider again; raises LoginRefused for somebody else."""
    async with transaction(accounts.database, EVERYTHING) as session:
        row, person = await open_session(session, accounts, token, Stage.FULL)
        if person.oidc_subject and (person.oidc_issuer, person.oidc_subject) == (issuer, subject):
            await record(session, accounts, person.id, Action.STEPPED_UP, person.id)
            return await rotate(session, accounts, row, person, Stage.FULL)
        await record(session, accounts, None, Action.LOGIN_REFUSED, person.id, reason=Refused.PROOF)
    raise LoginRefused


async def sign_in_by_provider(accounts: Accounts, *, issuer: str, subject: str, login: str) -> SignedIn:
    """A full session for whom the provider vouches; its factors are the provider's responsibility.

    The first time the login says who it is, from then on only issuer and subject do; raises LoginRefused.
    """
    if not (issuer and subject) or "\x00" in issuer + subject:
        raise LoginRefused
    async with transaction(accounts.database, EVERYTHING) as session:
        person = await store.find_person_by_subject(session, issuer, subject)
        linked = person is None
        person = person or await store.find_unpinned(session, normal_login(login))
        allowed = person and may_be_in(State(person.state), demo_person=person.demo, demo=accounts.demo)
        if person and allowed:
            if linked:
                person.oidc_issuer, person.oidc_subject = issuer, subject
                await session.flush()
                await record(session, accounts, person.id, Action.PROVIDER_LINKED, person.id)
            return await begin_session(session, accounts, person, Stage.FULL)
        reason = Refused.STATE if person else Refused.PROOF
        await record(session, accounts, None, Action.LOGIN_REFUSED, person.id if person else "", reason=reason)
    raise LoginRefused


def use_code(accounts: Accounts, person: PersonRow, code: str) -> bool:
    """Whether it is a code of the person's second factor that was not used before; it is now."""
    if person.totp_sealed is None:
        return False
    try:
        secret = open_secret(accounts.keys, person.totp_sealed, person.id.bytes)
    except SealBroken:
        log.error("a second factor does not open: it was sealed for another person or under a key that is gone")  # noqa: TRY400  The reason is known.
        return False
    step = find_step(secret, code, accounts.clock(), person.last_totp_step)
    person.last_totp_step = step or person.last_totp_step
    return step is not None


def _may_use_password(accounts: Accounts, person: PersonRow) -> bool:
    lapsed = has_lapsed(person.password_set_at, accounts.clock(), must_change=person.must_change_password)
    return not lapsed and may_be_in(State(person.state), demo_person=person.demo, demo=accounts.demo)


async def _prove_password(accounts: Accounts, token: str, password: str, *stages: Stage) -> PersonRow:
    """The person behind the token, whose password it is; raises LoginRefused after counting and recording the try."""
    person = await _person_at(accounts, token, *stages)
    if person.sign_in != SignIn.PASSWORD:
        raise NotAllowed("signs-in-by-provider", "This account has no password here: the provider keeps it.")
    await charge(accounts, charges_of_step_up(person.login))
    if await password_matches(password, person.password_hash):
        return person
    async with transaction(accounts.database, EVERYTHING) as session:
        await record(session, accounts, None, Action.LOGIN_REFUSED, person.id, reason=Refused.PROOF)
    raise LoginRefused


async def _charge_factor(accounts: Accounts, token: str, device: str | None) -> None:
    person = await _person_at(accounts, token, Stage.SECOND_FACTOR)
    known = open_device(accounts.keys, device, accounts.clock())
    await charge(accounts, charges_of_factor(person.login, known if known and known.person_id == person.id else None))


async def _person_at(accounts: Accounts, token: str, *stages: Stage) -> PersonRow:
    async with transaction(accounts.database, EVERYTHING) as session:
        return (await open_session(session, accounts, token, *stages))[1]


def _stage_after_factor(person: PersonRow) -> Stage:
    return stage_after_password(
        enrolled=person.totp_sealed is not None, factor_passed=True, must_change=person.must_change_password
    )
