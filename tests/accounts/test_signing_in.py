"""From the first password to a full session, and every proof on the way."""

from uuid import UUID

import pyotp
import pytest
from sqlalchemy import text

from app.accounts import service
from app.accounts.models import CLI, Role, SignIn, Stage, State
from app.accounts.refusals import (
    AccountRefused,
    LoginRefused,
    NotAllowed,
    PasswordRefused,
    SessionOver,
    StepUpNeeded,
    WrongStage,
)
from app.accounts.service import Accounts
from app.kit.reach import EVERYTHING, transaction
from tests.accounts.conftest import ISSUER, PASSWORD, MovableClock, add, enrol


async def try_to_log_in(accounts: Accounts, login: str, password: str) -> object:
    return await service.log_in(accounts, login=login, password=password, address="192.0.2.9", device=None)


async def test_the_first_login_leads_from_the_password_to_the_second_factor_to_the_pages(
    accounts: Accounts, clock: MovableClock
) -> None:
    _, first = await add(accounts, "Ayse.K")
    start = await service.log_in(accounts, login=" AYSE.k ", password=first, address="192.0.2.1", device=None)
    assert (start.stage, start.device) == (Stage.CHANGE_PASSWORD, None)
    changed = await service.change_password(accounts, start.token, current=first, new=PASSWORD)
    assert changed.stage is Stage.ENROL
    enrolment = await service.begin_enrolment(accounts, changed.token)
    assert await service.begin_enrolment(accounts, changed.token) == enrolment
    assert enrolment.uri.startswith("otpauth://totp/Hotline:ayse.k?secret=" + enrolment.secret)
    done = await service.confirm_enrolment(accounts, changed.token, code=pyotp.TOTP(enrolment.secret).at(clock.at))
    assert done.signed_in.stage is Stage.FULL
    assert done.signed_in.device
    assert len(set(done.recovery_codes)) == 10
    for old in (start, changed):
        assert await service.find_visitor(accounts, old.token) is None
    visitor = await service.find_visitor(accounts, done.signed_in.token)
    assert visitor is not None
    assert (visitor.login, visitor.stage, visitor.role) == ("ayse.k", Stage.FULL, Role.AGENT)


async def test_a_first_password_lapses_after_a_week_and_an_own_one_does_not(
    accounts: Accounts, clock: MovableClock
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    _, first = await add(accounts, "late")
    clock.go_on(days=7, seconds=-1)
    assert await try_to_log_in(accounts, "late", first)
    clock.go_on(seconds=1)
    with pytest.raises(LoginRefused):
        await try_to_log_in(accounts, "late", first)
    assert (await mehmet.log_in()).stage is Stage.SECOND_FACTOR


async def test_a_later_login_asks_for_the_second_factor_and_then_opens_the_pages(
    accounts: Accounts, clock: MovableClock
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    half = await mehmet.log_in()
    assert (half.stage, half.device) == (Stage.SECOND_FACTOR, None)
    full = await service.pass_second_factor(accounts, half.token, code=mehmet.code(), device=None)
    assert full.stage is Stage.FULL
    assert await service.find_visitor(accounts, half.token) is None


async def test_every_wrong_way_in_gets_the_same_answer(accounts: Accounts, clock: MovableClock) -> None:
    await enrol(accounts, clock, "mehmet")
    gone = await enrol(accounts, clock, "gone")
    await service.disable(accounts, by=CLI, person_id=gone.person.id)
    await add(accounts, "elsewhere", sign_in=SignIn.OIDC)
    ways = [("mehmet", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("elsewhere", PASSWORD), ("", ""),
            ("mehmet", PASSWORD * 200), ("mehmet", ""), ("mehmet\x00", PASSWORD), ("elsewhere", "")]  # fmt: skip
    said = []
    for login, password in ways:
        with pytest.raises(AccountRefused) as caught:
            await try_to_log_in(accounts, login, password)
        said.append((type(caught.value), str(caught.value), caught.value.code))
    assert set(said) == {(LoginRefused, str(LoginRefused()), "login-refused")}


async def test_a_code_of_the_second_factor_works_once(accounts: Accounts, clock: MovableClock) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    code = mehmet.code()
    for expected in (True, False):
        half = await mehmet.log_in()
        if expected:
            await service.pass_second_factor(accounts, half.token, code=code, device=None)
            continue
        with pytest.raises(LoginRefused):
            await service.pass_second_factor(accounts, half.token, code=code, device=None)


async def test_the_code_that_enrolled_does_not_log_in(accounts: Accounts, clock: MovableClock) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    half = await mehmet.log_in()
    with pytest.raises(LoginRefused):
        await service.pass_second_factor(accounts, half.token, code=pyotp.TOTP(mehmet.secret).at(clock.at), device=None)


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_code_is_taken_from_the_neighbouring_time_steps_alone(
    accounts: Accounts, clock: MovableClock, steps: int, *, right: bool
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    clock.go_on(minutes=5)
    half = await mehmet.log_in()
    code = pyotp.TOTP(mehmet.secret).at(clock.at, counter_offset=steps)
    if right:
        assert (await service.pass_second_factor(accounts, half.token, code=code, device=None)).stage is Stage.FULL
        return
    with pytest.raises(LoginRefused):
        await service.pass_second_factor(accounts, half.token, code=code, device=None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "٠٠٠٠٠٠", "000000 000000"])
async def test_what_is_no_code_is_refused(accounts: Accounts, clock: MovableClock, code: str) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    half = await mehmet.log_in()
    with pytest.raises(LoginRefused):
        await service.pass_second_factor(accounts, half.token, code=code, device=None)


async def test_each_recovery_code_works_once_however_it_is_typed(accounts: Accounts, clock: MovableClock) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    typed = mehmet.codes[3].lower().replace("-", " ")
    half = await mehmet.log_in()
    full = await service.use_recovery_code(accounts, half.token, code=typed, device=None)
    assert full.stage is Stage.FULL
    assert await service.count_recovery_codes(accounts, mehmet.person.id) == 9
    half = await mehmet.log_in()
    for used in (mehmet.codes[3], "", "AAAA-AAAA-AAAA-AAAA"):
        with pytest.raises(LoginRefused):
            await service.use_recovery_code(accounts, half.token, code=used, device=None)
    assert (
        await service.use_recovery_code(accounts, half.token, code=mehmet.codes[4], device=None)
    ).stage is Stage.FULL


async def test_a_recovery_code_is_its_owners_alone(accounts: Accounts, clock: MovableClock) -> None:
    mehmet, other = await enrol(accounts, clock, "mehmet"), await enrol(accounts, clock, "other")
    half = await other.log_in()
    with pytest.raises(LoginRefused):
        await service.use_recovery_code(accounts, half.token, code=mehmet.codes[0], device=None)


async def test_new_recovery_codes_need_a_recent_proof_and_end_the_old_ones(
    accounts: Accounts, clock: MovableClock
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    fresh = await service.renew_recovery_codes(accounts, mehmet.token)
    assert not set(fresh) & set(mehmet.codes)
    clock.go_on(minutes=5)
    with pytest.raises(StepUpNeeded):
        await service.renew_recovery_codes(accounts, mehmet.token)
    half = await mehmet.log_in()
    with pytest.raises(LoginRefused):
        await service.use_recovery_code(accounts, half.token, code=mehmet.codes[0], device=None)
    await service.use_recovery_code(accounts, half.token, code=fresh[0], device=None)


async def test_a_step_up_needs_password_and_code_and_replaces_the_token(
    accounts: Accounts, clock: MovableClock
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    clock.go_on(minutes=10)
    proofs = [("wrong", mehmet.code()), (PASSWORD, "000000"), (PASSWORD, "")]
    for password, code in proofs:
        with pytest.raises(LoginRefused):
            await service.step_up(accounts, mehmet.token, password=password, code=code)
    stepped = await service.step_up(accounts, mehmet.token, password=PASSWORD, code=mehmet.code())
    assert stepped.stage is Stage.FULL
    assert await service.find_visitor(accounts, mehmet.token) is None
    visitor = await service.find_visitor(accounts, stepped.token)
    assert visitor is not None
    assert visitor.authenticated_at == clock.at
    await service.renew_recovery_codes(accounts, stepped.token)


async def test_another_authenticator_replaces_the_first_and_ends_other_sessions(
    accounts: Accounts, clock: MovableClock
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    elsewhere = await mehmet.log_in_fully()
    here = await mehmet.log_in_fully()
    enrolment = await service.begin_enrolment(accounts, here.token)
    assert enrolment.secret != mehmet.secret
    with pytest.raises(LoginRefused):
        await service.confirm_enrolment(accounts, here.token, code="000000")
    half = await mehmet.log_in()
    await service.pass_second_factor(accounts, half.token, code=mehmet.code(), device=None)
    code = pyotp.TOTP(enrolment.secret).at(clock.at)
    done = await service.confirm_enrolment(accounts, here.token, code=code)
    assert await service.find_visitor(accounts, elsewhere.token) is None
    assert await service.find_visitor(accounts, done.signed_in.token) is not None
    half = await mehmet.log_in()
    with pytest.raises(LoginRefused):
        await service.pass_second_factor(accounts, half.token, code=mehmet.code(), device=None)


async def test_a_changed_password_ends_other_sessions_and_the_old_one_opens_nothing(
    accounts: Accounts, clock: MovableClock
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    elsewhere = await mehmet.log_in_fully()
    for current, new, kind in (
        ("wrong", "Another-Tapir-Nebelhorn-9", LoginRefused),
        (PASSWORD, PASSWORD, PasswordRefused),
        (PASSWORD, "short", PasswordRefused),
    ):
        with pytest.raises(kind):
            await service.change_password(accounts, mehmet.token, current=current, new=new)
    changed = await service.change_password(accounts, mehmet.token, current=PASSWORD, new="Another-Tapir-Nebelhorn-9")
    assert changed.stage is Stage.FULL
    for token in (mehmet.token, elsewhere.token):
        assert await service.find_visitor(accounts, token) is None
    with pytest.raises(LoginRefused):
        await mehmet.log_in()
    assert (await mehmet.log_in(password="Another-Tapir-Nebelhorn-9")).stage is Stage.SECOND_FACTOR


async def test_no_stage_does_the_deeds_of_another(accounts: Accounts, clock: MovableClock) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    half = (await mehmet.log_in()).token
    _, first = await add(accounts, "fresh")
    start = (await service.log_in(accounts, login="fresh", password=first, address="192.0.2.1", device=None)).token
    wrong = [
        service.pass_second_factor(accounts, mehmet.token, code=mehmet.code(), device=None),
        service.use_recovery_code(accounts, mehmet.token, code=mehmet.codes[0], device=None),
        service.confirm_enrolment(accounts, mehmet.token, code=mehmet.code()),
        service.change_password(accounts, half, current=PASSWORD, new="Another-Tapir-Nebelhorn-9"),
        service.step_up(accounts, half, password=PASSWORD, code=mehmet.code()),
        service.begin_enrolment(accounts, half),
        service.renew_recovery_codes(accounts, half),
        service.begin_enrolment(accounts, start),
        service.step_up(accounts, start, password=first, code=""),
    ]
    for deed in wrong:
        with pytest.raises(WrongStage):
            await deed
    with pytest.raises(SessionOver):
        await service.begin_enrolment(accounts, "no-such-token")


async def test_the_provider_opens_an_account_first_by_login_and_then_by_subject_alone(accounts: Accounts) -> None:
    person, password = await add(accounts, "gül@example.org".replace("ü", "u"), sign_in=SignIn.OIDC)
    assert password == ""
    first = await service.sign_in_by_provider(accounts, issuer=ISSUER, subject="s1", login="GUL@example.org")
    assert (first.stage, first.person.id) == (Stage.FULL, person.id)
    assert first.device
    again = await service.sign_in_by_provider(accounts, issuer=ISSUER, subject="s1", login="renamed@example.org")
    assert again.person.id == person.id
    for issuer, subject in ((ISSUER, "s2"), ("https://other.example", "s1"), ("", "s1"), (ISSUER, "s\x001")):
        with pytest.raises(LoginRefused):
            await service.sign_in_by_provider(accounts, issuer=issuer, subject=subject, login="gul@example.org")


async def test_the_provider_opens_no_account_that_is_not_meant_for_it(accounts: Accounts, clock: MovableClock) -> None:
    await enrol(accounts, clock, "mehmet")
    gone, _ = await add(accounts, "gone", sign_in=SignIn.OIDC)
    await service.disable(accounts, by=CLI, person_id=gone.id)
    for login in ("mehmet", "gone", "unknown", ""):
        with pytest.raises(LoginRefused):
            await service.sign_in_by_provider(accounts, issuer=ISSUER, subject=f"s-{login}", login=login)


async def test_a_step_up_by_the_provider_is_for_the_same_person(accounts: Accounts, clock: MovableClock) -> None:
    await add(accounts, "gul", sign_in=SignIn.OIDC)
    first = await service.sign_in_by_provider(accounts, issuer=ISSUER, subject="s1", login="gul")
    clock.go_on(minutes=9)
    with pytest.raises(LoginRefused):
        await service.step_up_by_provider(accounts, first.token, issuer=ISSUER, subject="s2")
    stepped = await service.step_up_by_provider(accounts, first.token, issuer=ISSUER, subject="s1")
    assert await service.find_visitor(accounts, first.token) is None
    visitor = await service.find_visitor(accounts, stepped.token)
    assert visitor is not None
    assert visitor.authenticated_at == clock.at
    with pytest.raises(NotAllowed, match="provider"):
        await service.change_password(accounts, stepped.token, current="", new=PASSWORD)
    mehmet = await enrol(accounts, clock, "mehmet")
    with pytest.raises(LoginRefused):
        await service.step_up_by_provider(accounts, mehmet.token, issuer="", subject="")


async def test_secrets_lie_sealed_and_bound_to_their_person(accounts: Accounts, clock: MovableClock) -> None:
    mehmet, other = await enrol(accounts, clock, "mehmet"), await enrol(accounts, clock, "other")
    person = await service.get_person(accounts, EVERYTHING, mehmet.person.id)
    assert person.state is State.ACTIVE
    assert mehmet.secret not in repr(person)
    await swap_secrets(accounts, mehmet.person.id, other.person.id)
    half = await mehmet.log_in()
    with pytest.raises(LoginRefused):
        await service.pass_second_factor(accounts, half.token, code=other.code(), device=None)


async def swap_secrets(accounts: Accounts, one: UUID, other: UUID) -> None:
    swap = text("UPDATE person SET totp_sealed = (SELECT totp_sealed FROM person WHERE id = :other) WHERE id = :one")
    async with transaction(accounts.database, EVERYTHING) as session:
        await session.execute(swap, {"one": one, "other": other})
