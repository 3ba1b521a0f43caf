"""A form counts only in the session whose page it came from, and only from a page of ours, after any history."""

import asyncio
import re
from dataclasses import dataclass
from typing import ClassVar

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from app.accounts import service
from app.accounts.models import Role
from app.kit.extent import EVERYTHING
from app.kit.reach import open_database
from app.shell.cookies import PREFIX, SESSION_COOKIE
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.entrance.house import BASE, house
from tests.moving import MovableClock

OURS = {"Sec-Fetch-Site": "same-origin"}
STRANGERS: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {},
)


@dataclass
class Seen:
    """A form that was on a page: its token, and the session that the page was drawn for."""

    token: str
    session: str | None


class Forms(RuleBasedStateMachine):
    """One browser whose user logs in and out, lets time pass, and sends whatever forms were ever seen."""

    urls: ClassVar[DatabaseUrls]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = MovableClock()
        self.forms: list[Seen] = []
        self.names = 0
        self.runner.run(self.begin())

    async def begin(self) -> None:
        await empty_all_tables(self.urls)
        self.database = await open_database(self.urls.app, most=2)
        app, self.accounts = house(self.database, self.clock, demo=True)
        await service.seed_demo_people(self.accounts)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)

    def teardown(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.run(self.database.close())
        self.runner.close()

    @property
    def session(self) -> str | None:
        return self.client.cookies.get(PREFIX + SESSION_COOKIE)

    def is_in(self) -> bool:
        token = self.session
        return token is not None and self.runner.run(service.find_visitor(self.accounts, token)) is not None

    def see(self, path: str) -> None:
        page = self.runner.run(self.client.get(path, follow_redirects=True))
        session = self.session if self.is_in() else None
        self.forms += [Seen(token, session) for token in re.findall(r'name="csrf" value="([^"]+)"', page.text)[:1]]

    @rule(path=st.sampled_from(["/account", "/login"]))
    def open_a_page(self, path: str) -> None:
        self.see(path)

    @rule(role=st.sampled_from(list(Role)))
    def enter(self, role: Role) -> None:
        """Another session begins in this browser."""
        entered = self.runner.run(service.enter_as_demo(self.accounts, role))
        self.client.cookies.set(PREFIX + SESSION_COOKIE, entered.token, domain="hotline.example", path="/")
        self.see("/account")

    @rule(minutes=st.sampled_from([1, 16]))
    def let_time_pass(self, minutes: int) -> None:
        self.clock.go_on(minutes=minutes)

    @precondition(lambda self: self.forms)
    @rule(data=st.data())
    def send_a_form(self, data: st.DataObject) -> None:
        form = data.draw(st.sampled_from(self.forms))
        self.rename(form.token, OURS, counts=self.is_in() and form.session == self.session)

    @precondition(lambda self: self.forms)
    @rule(data=st.data(), headers=st.sampled_from(STRANGERS))
    def send_it_from_elsewhere(self, data: st.DataObject, headers: dict[str, str]) -> None:
        self.rename(data.draw(st.sampled_from(self.forms)).token, headers, counts=False)

    @rule(token=st.sampled_from(["", "0" * 64, "x"]))
    def send_an_invented_form(self, token: str) -> None:
        self.rename(token, OURS, counts=False)

    @rule()
    def log_out(self) -> None:
        if self.is_in():
            self.see("/account")
            self.runner.run(self.client.post("/logout", data={"csrf": self.forms[-1].token}, headers=OURS))
            assert not self.is_in()

    def rename(self, token: str, headers: dict[str, str], *, counts: bool) -> None:
        """The form of the own account gives oneself a new name, which either happens or does not."""
        self.names += 1
        name = f"Name {self.names}"
        fields = {"csrf": token, "display_name": name, "language": "de"}
        self.runner.run(self.client.post("/account", data=fields, headers=headers))
        assert self.runner.run(self.is_there(name)) == counts

    async def is_there(self, name: str) -> bool:
        return any(person.display_name == name for person in await service.list_people(self.accounts, EVERYTHING))


def test_only_the_forms_of_the_present_session_count(database_urls: DatabaseUrls) -> None:
    thorough = settings().max_examples > 100

    class FormsHere(Forms):
        urls = database_urls

    chosen = settings(max_examples=60 if thorough else 5, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(FormsHere, settings=chosen)
