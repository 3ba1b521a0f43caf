"""The agents' page of the waiting line: being ready, taking calls, wrapping up; and what nobody sees of a caller."""

import re
from uuid import UUID

from app.accounts.models import Role
from app.calls import meeting
from app.calls.desk import Presence
from app.console.line_views import CHOSEN
from app.queue import service
from app.queue.models import Interpreter, Skills, Status
from tests.cast import NUMBER
from tests.console.line_house import LineHouse, agent, line_house, supervisor
from tests.entrance.house import Visit

__all__ = ["agent", "line_house", "supervisor"]


def own(browser: Visit) -> str:
    """What stands in the part about oneself."""
    return browser.page.text.partition('id="line-own"')[2].partition("</section>")[0]


def field(browser: Visit, name: str) -> str:
    """What a form of the page carries along."""
    return str(re.findall(rf'name="{name}" value="([^"]+)"', browser.page.text)[0])


def seen(browser: Visit) -> dict[str, str]:
    """The marks of the parts that the page has."""
    return dict(re.findall(r'name="(seen-\w+)" value="([^"]+)"', browser.page.text))


async def take(house: LineHouse, browser: Visit) -> None:
    """From being ready to the call that is accepted."""
    await browser.open("/line")
    await browser.send("/line/status", status="ready")
    await house.wait()
    (offered,) = await house.offer()
    await browser.open("/line")
    await browser.send("/line/offer/accept", reservation=str(offered.id))


async def me(house: LineHouse) -> UUID:
    """The demo's agent."""
    return (await house.enter(Role.AGENT))[1]


async def talk(house: LineHouse, browser: Visit) -> None:
    """A call that is taken and in which the caller has come."""
    await take(house, browser)
    reserved = await service.find_reservation(house.line, await me(house))
    assert reserved
    await service.joined(house.line, reserved.id, "caller")


async def test_who_enters_is_away_and_says_when_they_are_ready(agent: Visit) -> None:
    await agent.open("/line")
    assert "Abwesend" in own(agent)
    assert "Ihre Sprachen: Arabisch, Deutsch" in agent.text
    assert "Gerade wartet niemand." in agent.text
    for status, words in ((Status.READY, "Sie sind bereit."), (Status.BREAK, "Sie haben Pause.")):
        await agent.send("/line/status", status=status.value)
        assert words in agent.page.text
    await agent.send("/line/status", status="in-call")
    assert "Sie haben Pause." in agent.page.text
    assert len(CHOSEN) == own(agent).count("aria-pressed")


async def test_who_has_no_languages_is_told_so(supervisor: Visit) -> None:
    await supervisor.open("/line")
    assert "Für Sie sind noch keine Sprachen eingetragen." in supervisor.text


async def test_a_call_is_offered_taken_held_ended_and_wrapped_up(line_house: LineHouse, agent: Visit) -> None:
    await agent.open("/line")
    await agent.send("/line/status", status="ready")
    await line_house.wait(woman=True)
    line_house.clock.go_on(seconds=75)
    await service.see(line_house.line, (await service.list_agents(line_house.line))[0].agent_id)
    (offered,) = await line_house.offer()
    await agent.open("/line")
    for words in ("Anruf: Arabisch", "Geld und Programme", "Bayern", "1:15", "Frau gewünscht"):
        assert words in agent.text, words
    assert 'data-deed="accept"' in own(agent)
    assert 'data-deed="refuse"' in own(agent)
    assert 'lang="ar">العربية</bdi>' in own(agent)
    await agent.send("/line/offer/accept", reservation=field(agent, "reservation"))
    assert "Wird verbunden: Arabisch" in agent.text
    assert "wird verbunden" in agent.text.partition("Wer wartet")[2]
    await service.joined(line_house.line, offered.id, "caller")
    await agent.send("/line/call/hold")
    assert "Weiter sprechen" in own(agent)
    await agent.send("/line/call/resume")
    assert "Halten" in own(agent)
    await agent.send("/line/call/end")
    assert "1. Worum ging es?" in agent.text
    assert re.search(r'value="money_and_offers"[^>]* checked', agent.page.text)
    await agent.send("/line/wrap-up", outcome="advised_by_person")
    assert "Bitte wählen Sie Thema und Ergebnis." in agent.text
    await agent.send("/line/wrap-up", topic="money_and_offers", outcome="advised_by_person")
    assert "Sie sind bereit." in agent.page.text
    assert "Gerade wartet niemand." in agent.text


async def test_a_break_may_follow_the_wrap_up(line_house: LineHouse, agent: Visit) -> None:
    await talk(line_house, agent)
    await agent.send("/line/call/end")
    await agent.send("/line/wrap-up", topic="other", outcome="informed", rest="true")
    assert "Sie haben Pause." in agent.page.text


async def test_what_is_refused_waits_at_its_place_and_the_agent_has_a_break(
    line_house: LineHouse, agent: Visit
) -> None:
    await agent.open("/line")
    await agent.send("/line/status", status="ready")
    await line_house.wait()
    await line_house.offer()
    await agent.open("/line")
    await agent.send("/line/offer/refuse", reservation=field(agent, "reservation"))
    assert "Abgelehnt. Die Person behält ihren Platz." in agent.text
    assert "Sie haben Pause." in agent.page.text
    (waiting,) = await service.list_waiting(line_house.line)
    assert waiting.state == "waiting"


async def test_an_offer_that_is_over_is_told(line_house: LineHouse, agent: Visit) -> None:
    await agent.open("/line")
    await agent.send("/line/status", status="ready")
    await line_house.wait()
    (offered,) = await line_house.offer()
    line_house.clock.go_on(seconds=26)
    await service.expire(line_house.line)
    await agent.send("/line/offer/accept", reservation=str(offered.id))
    assert "Das war zu spät" in agent.text
    await agent.send("/line/offer/accept", reservation="nonsense")
    assert "Das geht gerade nicht." in agent.text


async def test_no_page_shows_who_calls(line_house: LineHouse, agent: Visit) -> None:
    await take(line_house, agent)
    await line_house.wait("tr")
    await agent.open("/line")
    assert "Türkisch" in agent.text
    for secret in ("CA0000", "/voice/", "token", NUMBER):
        assert secret not in agent.page.text


async def test_an_interpreter_and_a_colleague_can_be_brought_in(line_house: LineHouse, agent: Visit) -> None:
    interpreter = Interpreter(await line_house.hire(Role.EDITOR, "Edith", None), "Dienst", ("ar",), NUMBER)
    await service.save_interpreter(line_house.line, interpreter)
    colleague = await line_house.hire(Role.AGENT, "Bela", Skills({"ar": 2}))
    await talk(line_house, agent)
    assert "Gerade ist sonst niemand bereit." in agent.text
    await service.set_status(line_house.line, colleague, Status.READY)
    await agent.open("/line")
    assert "Bela (Arabisch: fließend)" in agent.text
    await agent.send("/line/call/interpreter", id=str(interpreter.id))
    assert "Dolmetschen: Dienst" in agent.text
    await agent.send("/line/call/consult", id=str(colleague))
    assert "Kollegin oder Kollege: Bela" in agent.text
    assert "Übergeben" not in own(agent)
    (invitation,) = await meeting.list_invitations(line_house.desk, colleague)
    await meeting.join(line_house.desk, colleague, invitation.reservation_id)
    met = await meeting.find_meeting(line_house.desk, await me(line_house))
    assert met
    assert {guest.state for guest in met.guests} == {Presence.COMING, Presence.RINGING}


async def test_a_colleague_is_asked_in_and_may_decline(line_house: LineHouse, agent: Visit, supervisor: Visit) -> None:
    await supervisor.open("/line")
    asked = (await line_house.enter(Role.SUPERVISOR))[1]
    await service.set_skills(line_house.line, asked, Skills({"ar": 1}))
    await talk(line_house, agent)
    await supervisor.send("/line/status", status="ready")
    await agent.send("/line/call/consult", id=str(asked))
    await supervisor.open("/line")
    assert "Amina Beispiel bittet Sie in ein Gespräch: Arabisch" in supervisor.text
    await supervisor.send("/line/asked/decline", reservation=field(supervisor, "reservation"))
    assert "Sie sind bereit." in supervisor.page.text
    await agent.open("/line")
    assert "kann gerade nicht" in agent.text


async def test_the_page_asks_again_and_gets_only_what_changed(line_house: LineHouse, agent: Visit) -> None:
    await agent.open("/line")
    known = seen(agent)
    assert known.keys() == {"seen-own", "seen-note", "seen-waiting", "seen-hands", "seen-due"}
    again = await agent.client.get("/line/now", params=known)
    assert (again.status_code, again.content) == (204, b"")
    line_house.clock.go_on(seconds=2)
    assert (await agent.client.get("/line/now", params=known)).status_code == 204
    await line_house.wait()
    changed = await agent.client.get("/line/now", params=known)
    assert changed.status_code == 200
    assert re.findall(r'<hx-partial hx-target="#line-(\w+)"', changed.text) == ["waiting"]
    assert "Arabisch" in changed.text
    assert "<html" not in changed.text


async def test_a_deed_by_script_gets_what_changed_and_what_was_done(line_house: LineHouse, agent: Visit) -> None:
    await talk(line_house, agent)
    await agent.open("/line")
    fields = {"csrf": field(agent, "csrf"), **seen(agent)}
    headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    held = await agent.client.post("/line/call/hold", data=fields, headers=headers)
    assert held.status_code == 200
    assert re.findall(r'<hx-partial hx-target="#line-(\w+)"', held.text) == ["own", "flash"]
    assert "Weiter sprechen" in held.text
    await agent.client.post("/line/call/end", data=fields, headers=headers)
    wrapped = {**fields, "topic": "other", "outcome": "informed"}
    done = await agent.client.post("/line/wrap-up", data=wrapped, headers=headers)
    assert "Notiert: Anderes · informiert" in done.text
    assert "Sie sind bereit." in done.text


async def test_who_is_ready_stays_logged_in_without_touching_anything(line_house: LineHouse, agent: Visit) -> None:
    await agent.open("/line")
    await agent.send("/line/status", status="ready")
    for _ in range(3):
        line_house.clock.go_on(minutes=10)
        assert (await agent.client.get("/line/now")).status_code == 200
    await agent.send("/line/status", status="break")
    line_house.clock.go_on(minutes=10)
    assert (await agent.client.get("/line/now")).status_code == 200
    line_house.clock.go_on(minutes=10)
    gone = await agent.client.get("/line/now", headers={"HX-Request": "true"})
    assert gone.headers["HX-Redirect"].startswith("/login?")
