"""The softphone's page for those who take calls: what it may do that no other page may, and what it gives out."""

import re
from pathlib import Path
from uuid import uuid4

import httpx
import jwt
import pytest

from app.accounts.models import Role
from app.calls import meeting, meeting_store
from app.calls.desk import SUPERVISOR, Presence, agent_label
from app.calls.legs import AGENT
from app.console.phone_window import PhoneWindow, find_seat, softphone_window
from app.console.watch import Watch
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings
from app.main import TokenSigner
from app.manner import Manner
from app.pages import build_pages
from app.queue import service
from app.queue.models import Interpreter, Skills
from app.shell.opening import provide
from tests.cast import NUMBER, TOKEN, demo_playbook
from tests.console.line_house import LineHouse, agent, line_house, supervisor
from tests.console.phone_site import SOFTPHONES
from tests.console.test_line_desk import me, take
from tests.entrance.house import Visit
from tests.shell.toy import SETTING

__all__ = ["agent", "line_house", "supervisor"]

SDK = PROJECT_ROOT / "app/shell/static/vendor/twilio-voice-sdk-2.18.5/twilio.min.js"


@pytest.fixture
def set_up(line_house: LineHouse) -> LineHouse:
    """The house with softphones in the region of Ireland."""
    provide(line_house.app, softphone_window(SOFTPHONES))
    return line_house


def seat(browser: Visit) -> dict[str, str]:
    """Where the window is told to be."""
    tag = re.findall(r'<div id="phone-seat"[^>]*>', browser.page.text)[0]
    return dict(re.findall(r'data-(\w+)="([^"]*)"', tag))


def directives(browser: Visit) -> dict[str, str]:
    policy = browser.page.headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (one.partition(" ") for one in policy)}


@pytest.mark.usefixtures("set_up")
async def test_only_this_page_may_use_the_microphone_and_reach_twilio(agent: Visit) -> None:
    await agent.open("/line/phone")
    assert "microphone=(self)" in agent.page.headers["permissions-policy"]
    assert "camera=()" in agent.page.headers["permissions-policy"]
    own = directives(agent)
    assert own["connect-src"] == "'self' wss://voice-js.dublin.twilio.com"
    assert own["media-src"] == "'self' mediastream:"
    others = {"/line", "/line/people", "/line/phone/token", "/line/phone/now", "/referrals", "/account"}
    for path in others:
        await agent.open(path)
        assert "microphone=()" in agent.page.headers["permissions-policy"], path
        closed = directives(agent)
        assert closed["connect-src"] == closed["media-src"] == "'self'", path
        assert {name: own[name] for name in own.keys() - {"connect-src", "media-src"}} == {
            name: closed[name] for name in closed.keys() - {"connect-src", "media-src"}
        }
    assert own["script-src"] == "'self'"


def test_the_sdk_names_no_host_that_the_window_would_need_besides() -> None:
    """What it would contact by itself is replaced (sounds) or switched off (reports)."""
    named = set(re.findall(r"[\w.-]*twilio\.com", SDK.read_text("utf-8")))
    assert named == {".twilio.com", "eventgw.twilio.com", "sdk.twilio.com", "www.twilio.com", "twilio.com"}
    window = (PROJECT_ROOT / "app/console/static/phone.js").read_text("utf-8")
    assert "publishEvents: false" in window
    assert "sounds: Object.fromEntries" in window


async def test_the_token_is_that_of_whoever_asks_and_holds_no_secret(
    set_up: LineHouse, agent: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    await agent.open("/line/phone/token")
    told = agent.page.json()
    claims = jwt.decode(told["token"], SOFTPHONES.key_secret, algorithms=["HS256"], options={"verify_sub": False})
    assert claims["grants"]["identity"] == told["identity"] == (await me(set_up)).hex
    assert (told["edges"], told["seconds"]) == (["dublin"], 3600)
    assert set(told) == {"token", "identity", "edges", "seconds"}
    assert agent.page.headers["cache-control"] == "no-store"
    assert SOFTPHONES.key_secret not in agent.page.text
    written = capsys.readouterr()
    assert told["token"] not in written.out + written.err


async def test_without_settings_the_page_says_so_and_gives_no_token(agent: Visit) -> None:
    await agent.open("/line/phone")
    assert "Hier ist kein Softphone eingerichtet" in agent.text
    assert "twilio" not in agent.page.text
    assert "microphone=()" in agent.page.headers["permissions-policy"]
    await agent.open("/line/phone/token")
    assert agent.page.status_code == 204


async def test_who_has_a_telephone_of_their_own_is_told_so(set_up: LineHouse, agent: Visit) -> None:
    await agent.open("/line/phone")
    assert "klingeln an Ihrem eigenen Telefon" not in agent.text
    await service.set_skills(set_up.line, await me(set_up), Skills({"ar": 3}, telephone="+493023125011"))
    await agent.open("/line/phone")
    assert "klingeln an Ihrem eigenen Telefon" in agent.text
    assert 'data-telephone="true"' in agent.page.text


async def test_the_window_is_told_where_to_be_and_nothing_of_the_caller(set_up: LineHouse, agent: Visit) -> None:
    await agent.open("/line/phone/now")
    assert seat(agent) == {"seat": "", "role": "", "held": "false", "joins": "false"}
    await take(set_up, agent)
    reserved = await service.find_reservation(set_up.line, await me(set_up))
    assert reserved is not None
    await agent.open("/line/phone/now")
    assert seat(agent) == {"seat": str(reserved.id), "role": "agent", "held": "false", "joins": "true"}
    mark = re.findall(r'name="seen-seat" value="([^"]+)"', agent.page.text)[0]
    assert "ar" not in re.findall(r'data-\w+="([^"]*)"', agent.page.text)
    await agent.open(f"/line/phone/now?seen-seat={mark}")
    assert agent.page.status_code == 204
    await meeting.hold(set_up.desk, await me(set_up))
    await agent.open("/line/phone")
    assert "Gehalten" in agent.text
    await meeting.hang_up(set_up.desk, await me(set_up))
    await agent.open("/line/phone/now")
    assert seat(agent)["seat"] == ""


async def test_a_guest_has_a_place_until_they_leave_it(set_up: LineHouse, agent: Visit, supervisor: Visit) -> None:
    await take(set_up, agent)
    reserved = await service.find_reservation(set_up.line, await me(set_up))
    assert reserved is not None
    _, guest = await set_up.enter(Role.SUPERVISOR)
    pool, moment, watch = set_up.line.pool, set_up.clock(), Watch(set_up.desk, set_up.accounts)
    for label, role, shown in ((agent_label(guest), AGENT, "colleague"), (SUPERVISOR, SUPERVISOR, "supervisor")):
        await meeting_store.invite(pool, reserved.id, label, role, guest, Presence.ASKED, moment)
        assert find_seat(await watch.look(), guest).id == ""
        for state, joins in ((Presence.COMING, True), (Presence.HERE, True), (Presence.GONE, False)):
            await meeting_store.move(pool, reserved.id, label, list(Presence), state, moment)
            found = find_seat(await watch.look(), guest)
            assert (found.id, found.role, found.joins) == (str(reserved.id), shown, joins)
        await supervisor.send("/line/call/leave", next="/line/people")
        assert supervisor.at == "/line/people"
        assert find_seat(await watch.look(), guest).id == ""
    await supervisor.send("/line/call/leave")
    assert supervisor.at == "/line"
    assert "Das war zu spät" in supervisor.text


async def test_an_interpreter_who_talks_is_marked_for_the_others(line_house: LineHouse, agent: Visit) -> None:
    bureau, free = (Interpreter(uuid4(), name, ("ar",), NUMBER) for name in ("Amal Amt", "Zora Zoll"))
    for one in (bureau, free):
        await service.save_interpreter(line_house.line, one)
    await take(line_house, agent)
    pool, moment, other = line_house.line.pool, line_house.clock(), uuid4()
    await meeting_store.open_room(pool, other, uuid4(), "ar", None, moment)
    await meeting_store.invite(pool, other, "interpreter", "interpreter", bureau.id, Presence.HERE, moment)
    await agent.open("/line")
    names = re.findall(r"<option[^>]*>([^<]+)</option>", agent.page.text.partition('id="line-hands"')[2])
    assert names == ["Zora Zoll", "Amal Amt (im Gespräch)"]
    await meeting_store.end_room(pool, other, moment)
    await agent.open("/line")
    assert "im Gespräch)" not in agent.page.text.partition('id="line-hands"')[2]


@pytest.mark.parametrize(("demo", "key", "works"), [(False, True, True), (False, False, False), (True, True, False)])
async def test_softphones_are_those_of_the_settings_and_never_the_demos(*, demo: bool, key: bool, works: bool) -> None:
    settings = Settings(
        public_base_url="https://hotline.example",
        session_keys=SETTING,
        twilio_account_sid=SOFTPHONES.account_sid,
        twilio_api_key_sid=SOFTPHONES.key_sid if key else "",
        twilio_api_key_secret=SOFTPHONES.key_secret,
        twilio_twiml_app_sid=SOFTPHONES.app_sid,
        twilio_region="ie1",
    )
    async with httpx.AsyncClient() as client:
        manner, signer = Manner(demo=demo, phone=False), TokenSigner(TOKEN)
        pages = build_pages(settings, demo_playbook(), manner, client, signer)
    window = pages.state.provided.get(PhoneWindow)
    assert window.works is works
    assert window.softphones == (SOFTPHONES if works else None)


def test_every_sound_of_the_window_is_our_own() -> None:
    folder = Path(PROJECT_ROOT, "app/console/static")
    assert (folder / "ended.wav").read_bytes()[:4] == b"RIFF"
    for script in folder.glob("phone*.js"):
        assert not re.search(r"https?://", script.read_text("utf-8")), script.name
