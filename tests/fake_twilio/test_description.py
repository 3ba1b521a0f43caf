"""Our client and the stand-in exchange against Twilio's own description of its API: Prism stands between the two."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.kit.protocols import OutgoingCall, ProviderRefused, TextMessage
from app.phone.exchange.deeds import hang_up, leave_message
from app.phone.exchange.rest import exchange_router
from app.telephony.client import TwilioTelephony, Wire
from tests.fake_twilio.prism import install, our_part, prism_before, served
from tests.fake_twilio.town import ACCOUNT_SID, BYE, ENQUEUE, MENU, MUSIC, TOKEN, Town, build_town, conference
from tests.phone.toy import BASE_URL, NUMBER, response

pytestmark = pytest.mark.long

FRIEND = "+493023125002"
FAR = datetime(2027, 1, 1, tzinfo=UTC)
ACCOUNT = f"/2010-04-01/Accounts/{ACCOUNT_SID}"


@pytest.fixture(scope="module")
def town() -> Town:
    answers = {"/voice/incoming": response('<Record action="/voice/step"/>'), "/voice/step": BYE, "/voice/wait": MUSIC}
    rooms = {"/voice/room": conference(), "/voice/queue": ENQUEUE, "/voice/left": BYE, "/voice/after": BYE}
    return build_town({**answers, **rooms, "/voice/out": MENU})


@pytest.fixture(scope="module")
def checked(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the exchange behind Prism, which answers 401 and 422 for wrong requests, 500 for wrong answers."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so Twilio's description cannot be fetched; on Debian: apt-get install npm")
    install(npm)
    app = FastAPI()
    app.include_router(exchange_router(town.exchange))
    folder: Path = tmp_path_factory.mktemp("description")
    with served(app) as upstream, prism_before(upstream, our_part(folder)) as address:
        yield address


@pytest.fixture
async def client(checked: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=checked, auth=(ACCOUNT_SID, TOKEN)) as opened:
        yield opened


async def test_every_verb_of_the_client_keeps_to_the_description(town: Town, checked: str) -> None:
    async with httpx.AsyncClient() as http:
        rest = TwilioTelephony(ACCOUNT_SID, TOKEN, Wire(http, checked))
        order = OutgoingCall(
            FRIEND, NUMBER, f"{BASE_URL}/voice/out", f"{BASE_URL}/voice/status", f"{BASE_URL}/fallback"
        )
        sid = await rest.create_call(order)
        message = await rest.send_message(TextMessage(FRIEND, NUMBER, "Hallo", f"{BASE_URL}/voice/status"))
        await town.pass_time(5)
        await rest.redirect_call(sid, f"{BASE_URL}/voice/room")
        await town.pass_time(1)
        await rest.end_call(sid)
        caller = await town.dial()
        await leave_message(town.exchange, caller, 3)
        await hang_up(town.exchange, caller)
        await town.pass_time(5)
        assert {sid, caller.sid} <= {record.sid for record in await rest.list_calls(FAR)}
        assert message in {record.sid for record in await rest.list_messages(FAR)}
        [recording] = await rest.list_recordings(FAR)
        await rest.delete_call(sid)
        await rest.delete_message(message)
        await rest.delete_recording(recording.sid)
        with pytest.raises(ProviderRefused):
            await rest.create_call(OutgoingCall("115", NUMBER, BASE_URL))
    assert sid not in town.exchange.calls


async def test_every_answer_of_the_exchange_keeps_to_the_description(town: Town, client: httpx.AsyncClient) -> None:
    for path in ("/voice/queue", "/voice/room", "/voice/room"):
        form = {"To": FRIEND, "From": NUMBER, "Url": f"{BASE_URL}{path}"}
        assert (await client.post(f"{ACCOUNT}/Calls.json", data=form)).status_code == 201
    await town.pass_time(10)

    async def answer(path: str, **form: str) -> dict[str, object]:
        url = f"{ACCOUNT}/{path}"
        got = await (client.post(url, data=form) if form else client.get(url))
        assert got.is_success, got.text
        found: dict[str, object] = got.json()
        return found

    def first(found: dict[str, object], key: str, sid: str = "sid") -> str:
        records = found[key]
        assert isinstance(records, list)
        return str(records[0][sid])

    for resource in ("Calls", "Queues", "Conferences"):
        await answer(f"{resource}/{first(await answer(f'{resource}.json'), resource.lower())}.json")
    queue = first(await answer("Queues.json"), "queues")
    waiting = first(await answer(f"Queues/{queue}/Members.json"), "queue_members", "call_sid")
    await answer(f"Queues/{queue}/Members/{waiting}.json", Url=f"{BASE_URL}/voice/room")
    room = first(await answer("Conferences.json"), "conferences")
    people = f"Conferences/{room}/Participants"
    person = first(await answer(f"{people}.json"), "participants", "call_sid")
    await answer(f"{people}/{person}.json", Hold="true")
    await answer(f"{people}.json", From=NUMBER, To="+493023125003", Label="interpreter")
    assert (await client.delete(f"{ACCOUNT}/{people}/{person}.json")).status_code == 204
    await answer(f"Conferences/{room}.json", Status="completed")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("Calls.json", {"To": FRIEND, "Url": BASE_URL}),
        ("Calls.json", {"To": FRIEND, "From": NUMBER, "Url": BASE_URL, "Timeout": "soon"}),
        ("Calls.json", {"To": FRIEND, "From": NUMBER, "Url": BASE_URL, "Method": "SHOUT"}),
        ("Messages.json", {"From": NUMBER, "Body": "Hallo"}),
    ],
)
async def test_the_description_finds_what_is_wrong(path: str, form: dict[str, str], client: httpx.AsyncClient) -> None:
    assert (await client.post(f"{ACCOUNT}/{path}", data=form)).status_code == 422


async def test_the_description_wants_credentials(checked: str) -> None:
    async with httpx.AsyncClient(base_url=checked) as stranger:
        assert (await stranger.get(f"{ACCOUNT}/Calls.json")).status_code == 401
