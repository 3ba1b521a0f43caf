"""The desk's tools in the console's house: the knowledge, the directory and the line's words are there, and a call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.knowledge.library import Library
from app.phone.exchange.models import Call
from app.queue import service
from app.queue.models import Arrival, Reservation, Skills, Status
from app.queue.text_messages import send_texts
from app.referrals.means import Referrals
from app.shell.opening import provide
from tests.cast import demo_playbook
from tests.console.conftest import library
from tests.console.line_house import PATH, LineHouse, line_house
from tests.entrance.house import Visit
from tests.fake_twilio.town import MENU, Town, build_town
from tests.phone.toy import NUMBER

__all__ = ["line_house"]

HTMX = {"HX-Request": "true"}
MOBILE = "+4915112345678"


@dataclass
class ToolHouse:
    """An agent in front of the desk, and a stand-in for the provider that knows who calls."""

    line: LineHouse
    town: Town
    browser: Visit
    me: UUID

    async def call(self, language: str = "ar", number: str = MOBILE, topic: str | None = "money_and_offers") -> Call:
        """Somebody calls; the agent, who speaks the language, is offered the call."""
        line = self.line.line
        call = await self.town.dial(number)
        await service.set_skills(line, self.me, Skills({language: 3, "de": 3}))
        await service.set_status(line, self.me, Status.READY)
        keys = line.keys.keyed_hashes("call", call.sid)
        await service.enter(line, Arrival(keys, call.sid, PATH, language, line.clock(), topic, "DE-BY"))
        assert await service.match(line)
        return call

    async def talk(self, language: str = "ar", number: str = MOBILE) -> Call:
        """The two talk."""
        call = await self.call(language, number)
        offer = await self.reservation()
        assert await service.accept(self.line.line, self.me, offer.id)
        await service.joined(self.line.line, offer.id, "caller")
        return call

    async def reservation(self) -> Reservation:
        found = await service.find_reservation(self.line.line, self.me)
        assert found is not None
        return found

    async def part(self, path: str) -> str:
        """What a script gets."""
        answer = await self.browser.client.get(path, headers=HTMX)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, fields: Mapping[str, str], status: int = 200) -> str:
        """What a script gets for a form of the panel."""
        page = await self.browser.client.get("/line/tool/eligibility")
        token = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
        headers = {**HTMX, "Sec-Fetch-Site": "same-origin"}
        answer = await self.browser.client.post(path, data={"csrf": token, **fields}, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.text

    async def messages(self) -> list[tuple[str, str]]:
        """To whom what was sent by now."""
        await send_texts(self.line.safe, self.town.rest, NUMBER)
        return [(message.to_number, message.body) for message in self.town.exchange.messages.values()]


def furnish(house: LineHouse, shelves: Library | None = None) -> Referrals:
    """Everything that the tools read from."""
    playbook = demo_playbook()
    referrals = Referrals(house.accounts, house.safe.vault, playbook.directory)
    for thing in (shelves or library(), playbook, playbook.directory, referrals):
        provide(house.app, thing)
    return referrals


@pytest.fixture
async def tools(line_house: LineHouse) -> ToolHouse:
    """The agent has no call yet."""
    furnish(line_house)
    town = build_town({"/voice/incoming": MENU})
    desk = replace(line_house.desk, telephony=town.rest)
    provide(line_house.app, desk)
    browser, me = await line_house.enter(Role.AGENT)
    return ToolHouse(line_house, town, browser, me)
