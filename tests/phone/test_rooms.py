"""The browser telephone's calls on the exchange: an agent takes one out of the line, and both hear what follows."""

import asyncio
from html import unescape
from pathlib import Path
from re import search

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.kit.reach import Database
from app.main import TokenSigner
from app.phone.exchange.deeds import call_in
from app.phone.exchange.handsets import ExchangeRooms
from app.phone.exchange.models import Ends, Instructions
from app.phone.exchange.shapes import API
from app.phone.routes import phone_router
from app.phone.switchboard import Switchboard
from app.queue import service as queue
from app.queue.voicemails import list_voicemails
from tests.cast import BASE_URL, NUMBER, TOKEN
from tests.fake_twilio.town import REST_URL
from tests.telephony.line_town import ACCOUNT_SID, LineTown, be_patient, open_town, text


class Telephone:
    """The page's side of the browser telephone, without its page."""

    def __init__(self, town: LineTown) -> None:
        self.town = town
        self.board = Switchboard(rooms=ExchangeRooms(town.exchange))
        app = FastAPI()
        app.include_router(
            phone_router(
                client=httpx.AsyncClient(transport=town.doors),
                signer=TokenSigner(TOKEN),
                base_url=BASE_URL,
                number=NUMBER,
                account_sid=ACCOUNT_SID,
                board=self.board,
            )
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://phone")
        self.news: dict[str, object] = {}
        self.heard = ""

    async def do(self, deed: str = "", **body: object) -> dict[str, object]:
        path = f"/phone/calls/{self.news['id']}/{deed}" if deed else "/phone/calls"
        answer = await self.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        self.news = answer.json()
        said = [item["text"] for item in self.news["heard"]]  # type: ignore[attr-defined]
        self.heard = " ".join([self.heard, *said])
        return self.news

    async def into_line(self) -> str:
        """The call's Sid."""
        await self.do()
        for keys in ("1", "0", "1"):
            await self.do("press", keys=keys)
        assert self.news["in_line"]
        [sid] = self.town.exchange.calls
        return sid

    async def settle(self) -> None:
        """What the exchange has begun with the call is done."""
        await self.town.pass_time(1)
        await asyncio.gather(*self.board.moves)

    def awaiting(self) -> object:
        return self.news["awaiting"]["kind"]  # type: ignore[index]


@pytest.fixture
def town(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LineTown:
    be_patient(monkeypatch)
    return open_town(pool, database, tmp_path)


async def test_an_agent_takes_a_call_of_the_browser_telephone_and_ends_it(town: LineTown) -> None:
    await town.hire("de")
    telephone = Telephone(town)
    sid = await telephone.into_line()
    assert text("wait.next") in telephone.heard
    await telephone.do("wait", moment=telephone.news["moment"])
    assert text("wait.comfort") in telephone.heard
    reservation = await town.accept()
    await town.connect(reservation)
    await telephone.settle()
    await telephone.do("look")
    assert (telephone.awaiting(), telephone.news["in_line"]) == ("meeting", True)
    [room] = town.exchange.conferences.values()
    assert [person.label for person in room.participants.values()] == ["caller"]
    # A silence that began before the agent came ends nothing.
    await telephone.do("wait", moment=0)
    assert telephone.awaiting() == "meeting"
    twiml = f"<Response><Dial><Conference>{room.name}</Conference></Dial></Response>"
    agent = await call_in(town.exchange, town.account, Ends("client:agent", NUMBER), Instructions(twiml=twiml))
    assert set(room.participants) == {sid, agent.sid}
    await queue.finish(town.line, reservation.id)
    address = search(r'action="([^"]+after=talk[^"]*)"', town.doors.last("/voice/meet"))
    assert address is not None
    await town.rest.redirect_call(sid, unescape(address[1]))
    await telephone.settle()
    assert room.status == "completed"
    await telephone.do("look")
    assert text("goodbye") in telephone.heard
    assert telephone.news["ended"]
    assert telephone.board.plugged == {}
    assert town.exchange.calls[sid].ended


async def test_who_hangs_up_in_the_conversation_ends_the_room(town: LineTown) -> None:
    await town.hire("de")
    telephone = Telephone(town)
    await telephone.into_line()
    await town.connect(await town.accept())
    await telephone.settle()
    await telephone.do("hangup")
    [room] = town.exchange.conferences.values()
    assert room.status == "completed"
    assert [kind for kind, _ in await town.counted()] == ["answered"]


async def test_what_an_agent_lets_the_caller_hear_on_hold_is_heard_on_the_page(town: LineTown) -> None:
    await town.hire("de")
    telephone = Telephone(town)
    sid = await telephone.into_line()
    await town.connect(await town.accept())
    await telephone.settle()
    played_by = town.exchange.calls[sid].played_by
    assert played_by is not None
    await telephone.do("look")
    moment = telephone.news["moment"]
    [conference] = town.exchange.conferences.values()
    url = f"{REST_URL}{API}/Accounts/{ACCOUNT_SID}/Conferences/{conference.sid}/Participants/{sid}.json"
    form = {"AnnounceUrl": f"{BASE_URL}/voice/wait?n=1&s=x", "AnnounceMethod": "POST"}
    answer = await town.rest.wire.http.post(url, data=form, auth=(ACCOUNT_SID, TOKEN))
    assert answer.status_code == 200
    await telephone.settle()
    await telephone.do("look")
    assert telephone.awaiting() == "meeting"
    assert telephone.news["moment"] != moment


async def test_a_message_left_on_the_browser_telephone_can_be_fetched(town: LineTown) -> None:
    await town.hire("de")
    telephone = Telephone(town)
    await telephone.into_line()
    await telephone.do("press", keys="2")
    await telephone.do("press", keys="1")
    assert telephone.awaiting() == "recording"
    await telephone.do("say", words="Bitte rufen Sie mich an.")
    assert text("message.thanks") in telephone.heard
    await town.pass_time(3)
    [kept] = await list_voicemails(town.safe)
    [record] = town.exchange.recordings.values()
    assert kept.seconds == record.seconds
    assert (await town.rest.fetch_recording(record.sid)).startswith(b"RIFF")


async def test_without_an_exchange_the_telephone_waits_all_the_same(town: LineTown) -> None:
    await town.hire("de")
    telephone = Telephone(town)
    telephone.board.rooms = None
    await telephone.do()
    for keys in ("1", "0", "1"):
        await telephone.do("press", keys=keys)
    assert telephone.news["in_line"]
    await telephone.do("press", keys="#")
    assert text("topic.question") in telephone.heard
    assert not telephone.news["in_line"]
