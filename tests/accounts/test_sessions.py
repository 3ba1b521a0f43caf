"""Who is in at any moment, after any history of logins, waiting, proofs and changes by others."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from app.accounts import service
from app.accounts.models import CLI, Role, SignedIn, SignIn, Stage
from app.accounts.refusals import AccountRefused, LoginRefused, LoginThrottled
from app.accounts.rules import is_fresh
from app.accounts.service import Accounts
from app.kit.reach import NOTHING, open_database, transaction
from tests.accounts.conftest import ISSUER, PASSWORD, Enrolled, MovableClock, add, demo, enrol, ring
from tests.conftest import DatabaseUrls, empty_all_tables

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
WAITS = st.sampled_from([1, 29, 200, 300, 301, 899, 900, 3600, 11 * 3600])
NUMBERS = st.integers(0, 30)


@dataclass
class Expected:
    """What the model knows of one session; its tokens are all it ever had, the last one being the living one."""

    login: str
    tokens: list[str]
    stage: Stage
    began_at: datetime
    active_at: datetime
    authenticated_at: datetime
    ended: bool = False


class Sessions(RuleBasedStateMachine):
    """Two people who sign in by a provider and one with password and second factor, and whoever changes them."""

    urls: ClassVar[DatabaseUrls]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = MovableClock()
        self.sessions: list[Expected] = []
        self.disabled: set[str] = set()
        self.runner.run(self.begin(self.urls))

    async def begin(self, urls: DatabaseUrls) -> None:
        await empty_all_tables(urls)
        self.accounts = Accounts(await open_database(urls.app, most=2), ring(b"a"), self.clock)
        self.ids: dict[str, UUID] = {}
        for login in ("ayse", "boris"):
            self.ids[login] = (await add(self.accounts, login, sign_in=SignIn.OIDC))[0].id
        self.mehmet: Enrolled = await enrol(self.accounts, self.clock, "mehmet")
        self.ids["mehmet"] = self.mehmet.person.id
        self.note("mehmet", self.mehmet.signed_in)

    def teardown(self) -> None:
        self.runner.run(self.accounts.database.close())
        self.runner.close()

    def note(self, login: str, signed_in: SignedIn) -> None:
        at = self.clock.at
        self.sessions.append(Expected(login, [signed_in.token], signed_in.stage, at, at, at))

    def is_in(self, session: Expected) -> bool:
        rested = self.clock.at >= session.active_at + IDLE
        old = self.clock.at >= session.began_at + ABSOLUTE
        return not (session.ended or rested or old or session.login in self.disabled)

    def end_all(self, login: str, *, but: Expected | None = None) -> None:
        for session in self.sessions:
            session.ended |= session.login == login and session is not but

    def proved(self, session: Expected, signed_in: SignedIn) -> None:
        assert signed_in.token not in session.tokens
        session.tokens.append(signed_in.token)
        session.stage = signed_in.stage
        session.active_at = session.authenticated_at = self.clock.at

    def attempt(self, session: Expected, deed: Any, stage: Stage) -> SignedIn | None:  # noqa: ANN401  A coroutine.
        """Runs a deed of a session's; it must be refused wherever the session is not in or at another stage."""
        try:
            done: SignedIn = self.runner.run(deed)
        except LoginThrottled:
            return None
        except AccountRefused:
            assert not (self.is_in(session) and session.stage is stage)
            return None
        assert self.is_in(session)
        assert session.stage is stage
        return done

    @rule(login=st.sampled_from(["ayse", "boris"]))
    def sign_in_by_provider(self, login: str) -> None:
        deed = service.sign_in_by_provider(self.accounts, issuer=ISSUER, subject=f"s-{login}", login=login)
        if login in self.disabled:
            with pytest.raises(LoginRefused):
                self.runner.run(deed)
            return
        self.note(login, self.runner.run(deed))

    @rule()
    def log_in(self) -> None:
        try:
            signed_in = self.runner.run(self.mehmet.log_in())
        except LoginThrottled:
            return
        except LoginRefused:
            assert "mehmet" in self.disabled
            return
        assert "mehmet" not in self.disabled
        self.note("mehmet", signed_in)

    @rule(seconds=WAITS)
    def wait(self, seconds: int) -> None:
        self.clock.go_on(seconds=seconds)

    @precondition(lambda self: self.sessions)
    @rule(number=NUMBERS)
    def renew(self, number: int) -> None:
        session = self.sessions[number % len(self.sessions)]
        visitor = self.runner.run(service.renew(self.accounts, session.tokens[-1]))
        assert (visitor is not None) == self.is_in(session)
        if visitor is not None:
            session.active_at = self.clock.at
            assert visitor.idle_ends_at == min(self.clock.at + IDLE, session.began_at + ABSOLUTE)

    @rule(login=st.sampled_from(["ayse", "mehmet"]))
    def be_ready(self, login: str) -> None:
        self.runner.run(service.count_as_active(self.accounts.database, self.ids[login], self.clock.at))
        for session in self.sessions:
            if session.login == login and session.stage is Stage.FULL and self.is_in(session):
                session.active_at = self.clock.at

    @precondition(lambda self: self.sessions)
    @rule(number=NUMBERS)
    def pass_second_factor(self, number: int) -> None:
        session = self.sessions[number % len(self.sessions)]
        code = self.mehmet.code()
        deed = service.pass_second_factor(self.accounts, session.tokens[-1], code=code, device=None)
        done = self.attempt(session, deed, Stage.SECOND_FACTOR)
        if done is not None:
            self.proved(session, done)

    @precondition(lambda self: self.sessions)
    @rule(number=NUMBERS)
    def step_up(self, number: int) -> None:
        session = self.sessions[number % len(self.sessions)]
        if session.login == "mehmet":
            code = self.mehmet.code()
            deed = service.step_up(self.accounts, session.tokens[-1], password=PASSWORD, code=code)
        else:
            subject = f"s-{session.login}"
            deed = service.step_up_by_provider(self.accounts, session.tokens[-1], issuer=ISSUER, subject=subject)
        done = self.attempt(session, deed, Stage.FULL)
        if done is not None:
            self.proved(session, done)

    @precondition(lambda self: self.sessions)
    @rule(number=NUMBERS)
    def log_out(self, number: int) -> None:
        session = self.sessions[number % len(self.sessions)]
        self.runner.run(service.log_out(self.accounts, session.tokens[-1]))
        session.ended = True

    @precondition(lambda self: self.sessions)
    @rule(number=NUMBERS)
    def log_out_everywhere(self, number: int) -> None:
        session = self.sessions[number % len(self.sessions)]
        deed = service.log_out_everywhere(self.accounts, session.tokens[-1])
        if self.is_in(session):
            self.runner.run(deed)
            self.end_all(session.login)
            return
        with pytest.raises(AccountRefused):
            self.runner.run(deed)

    @rule(login=st.sampled_from(["ayse", "boris", "mehmet"]), role=st.sampled_from([Role.AGENT, Role.EDITOR]))
    def change_role(self, login: str, role: Role) -> None:
        self.runner.run(service.change_role(self.accounts, by=CLI, person_id=self.ids[login], role=role))
        self.end_all(login)

    @rule(login=st.sampled_from(["boris", "mehmet"]))
    def disable_or_enable(self, login: str) -> None:
        if login in self.disabled:
            self.runner.run(service.enable(self.accounts, by=CLI, person_id=self.ids[login]))
            self.disabled.discard(login)
            return
        self.runner.run(service.disable(self.accounts, by=CLI, person_id=self.ids[login]))
        self.disabled.add(login)
        self.end_all(login)

    @rule()
    def sweep(self) -> None:
        self.runner.run(service.sweep(self.accounts))

    @invariant()
    def exactly_the_expected_tokens_open(self) -> None:
        self.runner.run(self.compare())

    async def compare(self) -> None:
        for session in self.sessions:
            for old in session.tokens[:-1]:
                assert await service.find_visitor(self.accounts, old) is None
            visitor = await service.find_visitor(self.accounts, session.tokens[-1])
            assert (visitor is not None) == self.is_in(session), session
            if visitor is not None:
                assert (visitor.login, visitor.stage) == (session.login, session.stage)
                assert visitor.authenticated_at == session.authenticated_at
                assert visitor.ends_at == session.began_at + ABSOLUTE
                assert visitor.idle_ends_at == min(session.active_at + IDLE, visitor.ends_at)
                fresh = self.clock.at < session.authenticated_at + timedelta(minutes=5)
                assert is_fresh(visitor, self.clock.at) == fresh


def test_who_is_in_after_any_history(database_urls: DatabaseUrls) -> None:
    thorough = settings().max_examples > 100
    chosen = settings(max_examples=100 if thorough else 6, stateful_step_count=25, deadline=None)

    class SessionsHere(Sessions):
        urls = database_urls

    run_state_machine_as_test(SessionsHere, settings=chosen)


async def test_a_session_ends_by_rest_and_by_age_to_the_second(accounts: Accounts, clock: MovableClock) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    clock.go_on(seconds=899)
    assert await service.renew(accounts, mehmet.token) is not None
    clock.go_on(seconds=899)
    assert await service.find_visitor(accounts, mehmet.token) is not None
    clock.go_on(seconds=1)
    assert await service.renew(accounts, mehmet.token) is None
    full = await mehmet.log_in_fully()
    for _ in range(71):
        clock.go_on(minutes=10)
        assert await service.renew(accounts, full.token) is not None
    clock.go_on(minutes=9)
    assert await service.find_visitor(accounts, full.token) is not None
    clock.go_on(minutes=1)
    assert await service.find_visitor(accounts, full.token) is None


async def test_what_is_kept_of_a_token_opens_nothing(accounts: Accounts, clock: MovableClock) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    async with transaction(accounts.database, NOTHING) as session:
        stolen = (await session.scalars(text("SELECT token_hash FROM web_session"))).all()
    for kept in stolen:
        for token in (kept.hex(), kept.decode("latin-1"), mehmet.token[:-1], mehmet.token + "=", "", "\x00", "\ud800"):
            assert await service.find_visitor(accounts, token) is None


async def test_two_proofs_at_once_leave_one_session(accounts: Accounts, clock: MovableClock) -> None:
    await add(accounts, "gul", sign_in=SignIn.OIDC)
    first = await service.sign_in_by_provider(accounts, issuer=ISSUER, subject="s1", login="gul")
    steps = (service.step_up_by_provider(accounts, first.token, issuer=ISSUER, subject="s1") for _ in range(8))
    done = await asyncio.gather(*steps, return_exceptions=True)
    assert sum(isinstance(result, SignedIn) for result in done) == 1
    assert await service.sweep(accounts) == 0
    clock.go_on(hours=1)
    assert await service.sweep(accounts) == 1


async def test_demo_people_are_in_only_in_the_demo(accounts: Accounts) -> None:
    people = await service.seed_demo_people(demo(accounts))
    assert {person.role for person in people} == set(Role)
    assert await service.seed_demo_people(demo(accounts)) == people
    assert await service.demo_people_exist(accounts)
    signed_in = await service.enter_as_demo(demo(accounts), Role.SUPERVISOR)
    assert signed_in.stage is Stage.FULL
    assert await service.find_visitor(demo(accounts), signed_in.token) is not None
    assert await service.find_visitor(accounts, signed_in.token) is None
    assert await service.renew(accounts, signed_in.token) is None
    for refused in (service.seed_demo_people(accounts), service.enter_as_demo(accounts, Role.AGENT)):
        with pytest.raises(AccountRefused):
            await refused
    with pytest.raises(LoginRefused):
        await service.log_in(demo(accounts), login=people[0].login, password="", address="192.0.2.1", device=None)


async def test_without_a_demo_there_are_no_demo_people(accounts: Accounts) -> None:
    assert not await service.demo_people_exist(accounts)
    with pytest.raises(AccountRefused):
        await service.enter_as_demo(demo(accounts), Role.AGENT)
