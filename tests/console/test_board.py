"""The wallboard: what it counts and shows, what it calls attention to, and what supervisors may do from it."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.accounts.models import Action, Role
from app.accounts.service import list_audit
from app.calls.desk import CALLER, Desk, Listening
from app.calls.rooms import answer_question, begin, note_presence
from app.console.board_hours import picture_of, rounded_up
from app.console.watch import Watch
from app.queue import service
from app.queue.models import Reservation, Skills, Status
from app.queue.plan_changes import announce
from app.queue.today_rules import Figures
from app.referrals.means import Referrals
from app.shell.opening import provide
from app.texts.languages import LAUNCH_LANGUAGES
from tests.cast import real_content
from tests.console.line_house import LineHouse, line_house, supervisor
from tests.entrance.house import Visit

__all__ = ["line_house", "supervisor"]

BOARD = "/line/board"
LISTEN = f"{BOARD}/listen"
ONE = Figures(answered=1)


@pytest.fixture
def house(line_house: LineHouse) -> LineHouse:
    provide(line_house.app, Referrals(line_house.accounts, line_house.safe.vault, real_content().directory))
    return line_house


async def work(house: LineHouse, name: str, languages: dict[str, int], status: Status = Status.READY) -> UUID:
    agent_id = await house.hire(Role.AGENT, name, Skills(languages))
    await service.set_status(house.line, agent_id, status)
    return agent_id


async def talk(house: LineHouse, agent_id: UUID) -> Reservation:
    """The agent answers who is offered next; the caller is in the room."""
    (offer,) = await house.offer()
    assert await service.accept(house.line, agent_id, offer.id)
    await service.joined(house.line, offer.id, "caller")
    found = await service.find_reservation(house.line, agent_id)
    assert found is not None
    await begin(house.desk, found)
    await note_presence(house.desk, found.id, CALLER, here=True)
    return found


def figure(browser: Visit, name: str) -> str:
    """The number that stands under a name."""
    found = re.search(rf"<dt>{re.escape(name)}</dt><dd>(.*?)</dd>", browser.page.text, re.DOTALL)
    assert found is not None, name
    return re.sub(r"<[^>]+>", "", found[1]).strip()


async def test_an_empty_line_says_what_to_do(house: LineHouse, supervisor: Visit) -> None:
    await supervisor.open(BOARD)
    assert figure(supervisor, "Wartende") == "0"
    assert "Es wartet niemand." in supervisor.text
    assert "Niemand ist im Dienst." in supervisor.text
    assert "Heute gab es noch keinen Anruf in der Warteschlange." in supervisor.text
    assert "Bereit wird, wer am Arbeitsplatz" in supervisor.text
    assert house.clock() is not None


async def test_the_board_shows_who_waits_by_language(house: LineHouse, supervisor: Visit) -> None:
    await work(house, "Amina", {"de": 3, "ar": 1})
    await house.wait("fa")
    house.clock.go_on(seconds=40)
    await house.wait("de")
    await house.wait("fa")
    await supervisor.open(BOARD)
    assert (figure(supervisor, "Wartende"), figure(supervisor, "Bereit"), figure(supervisor, "Im Dienst")) == (
        "3",
        "1",
        "1",
    )
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</tr>', supervisor.page.text, re.DOTALL)
    plain = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in rows]
    assert plain[0].startswith("Persisch Niemand im Dienst 2")
    assert plain[1].startswith("Deutsch 1")
    assert "Persisch: 2 warten, und niemand im Dienst spricht die Sprache." in supervisor.text
    # Whoever only gets along in a language does not serve in it.
    assert "Arabisch" not in supervisor.text


async def test_todays_figures_stand_with_the_numbers_they_come_from(house: LineHouse, supervisor: Visit) -> None:
    ends = [("answered", 12), ("answered", 25), ("answered", 90), ("abandoned", 3), ("abandoned", 45), ("diverted", 9)]
    for ended, waited in ends:
        await house.line.pool.execute("SELECT count_wait($1, $2, $3)", house.clock(), ended, waited)
    await supervisor.open(BOARD)
    assert "Angenommen in 20 Sekunden 25 % 1 von 4 · Maßstab 80 %" in supervisor.text
    assert "Angenommen in 30 Sekunden 50 % 2 von 4 · Maßstab 75 %" in supervisor.text
    assert [figure(supervisor, name) for name in ("Angenommen", "Aufgelegt", "Anderer Weg", "Mittlere Wartezeit")] == [
        "3",
        "2",
        "1",
        "42 s",
    ]
    assert "hours__answered" in supervisor.page.text
    assert "Nicht angenommen" in supervisor.text


async def test_agents_stand_with_their_state_and_what_deserves_a_look(house: LineHouse, supervisor: Visit) -> None:
    amina = await work(house, "Amina", {"ar": 3})
    await house.wait("ar")
    reservation = await talk(house, amina)
    await service.finish(house.line, reservation.id)
    house.clock.go_on(minutes=4)
    await work(house, "Bela", {"ar": 3})
    await house.wait("ar")
    await house.offer()
    house.clock.go_on(seconds=16)
    await work(house, "Cem", {"tr": 3}, Status.BREAK)
    await work(house, "Dana", {"tr": 3}, Status.AWAY)
    await supervisor.open(BOARD)
    # "ruft" before "wrap up" before "Pause".
    assert supervisor.text.index("Bela") < supervisor.text.index("Amina") < supervisor.text.index("Cem")
    assert "Antwortet nicht" in supervisor.text
    assert "Lange Nacharbeit" in supervisor.text
    assert "Dana" not in supervisor.text
    assert "1 abwesend" in supervisor.text


@pytest.mark.parametrize("status", [Status.BREAK, Status.AWAY])
async def test_a_supervisor_sends_away_who_forgot_to(house: LineHouse, supervisor: Visit, status: Status) -> None:
    amina = await work(house, "Amina", {"ar": 3})
    await house.wait("ar")
    await house.offer()
    await supervisor.open(BOARD)
    await supervisor.send(f"{BOARD}/status", agent=str(amina), status=status.value)
    assert supervisor.at == BOARD
    agents = {agent.agent_id: agent.status for agent in await service.list_agents(house.line)}
    assert agents[amina] is status
    assert await house.offer() == ()
    entries = (await list_audit(house.accounts)).entries
    assert [(entry.action, entry.subject) for entry in entries if entry.action == Action.STATUS_SET] == [
        (Action.STATUS_SET, str(amina))
    ]


async def test_nobody_is_taken_out_of_a_call_or_made_ready(house: LineHouse, supervisor: Visit) -> None:
    amina = await work(house, "Amina", {"ar": 3})
    await house.wait("ar")
    await talk(house, amina)
    await supervisor.open(BOARD)
    await supervisor.send(f"{BOARD}/status", agent=str(amina), status="away")
    assert "Das geht während eines Gesprächs nicht." in supervisor.text
    for agent, status in ((str(amina), "ready"), (str(amina), "in-call"), ("nobody", "away")):
        await supervisor.send(f"{BOARD}/status", agent=agent, status=status)
    await supervisor.send(f"{BOARD}/status", agent="3f0d2f5e-3d4f-4f5c-9a55-222222222222", status="away")
    assert "Diese Person nimmt keine Anrufe an." in supervisor.text
    agents = {agent.agent_id: agent.status for agent in await service.list_agents(house.line)}
    assert agents == {amina: Status.IN_CALL}
    assert all(entry.action != Action.STATUS_SET for entry in (await list_audit(house.accounts)).entries)


async def test_agents_look_and_do_nothing(house: LineHouse) -> None:
    browser, _ = await house.enter(Role.AGENT)
    await work(house, "Amina", {"ar": 3})
    await house.wait("fa")
    await browser.open(BOARD)
    assert "Amina" in browser.text
    assert "Persisch: 1 wartet" in browser.text
    assert 'action="/line/board' not in browser.page.text
    assert "/line/people" not in browser.page.text
    amina = next(agent.agent_id for agent in await service.list_agents(house.line))
    await browser.send(f"{BOARD}/status", agent=str(amina), status="away")
    assert browser.page.status_code == 403
    assert (await browser.open(LISTEN)).page.status_code == 403


async def test_the_wall_has_no_navigation_and_no_deeds_and_says_when_it_ends(
    house: LineHouse, supervisor: Visit
) -> None:
    await work(house, "Amina", {"ar": 3})
    await supervisor.open(f"{BOARD}?wall=1")
    assert "Amina" in supervisor.text
    assert 'action="/line/board/status"' not in supervisor.page.text
    assert "<nav" not in supervisor.page.text
    assert "Diese Anzeige bleibt angemeldet bis" in supervisor.text
    await supervisor.open(BOARD)
    assert "Diese Anzeige bleibt angemeldet bis" not in supervisor.text


async def test_who_polls_gets_what_has_changed_and_nothing_else(house: LineHouse, supervisor: Visit) -> None:
    await supervisor.open(BOARD)
    marks = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', supervisor.page.text))
    assert set(marks) == {"seen-now", "seen-day", "seen-alarms", "seen-agents", "seen-stand"}
    headers = {"HX-Request": "true"}
    same = await supervisor.client.get(f"{BOARD}/now", params=marks, headers=headers)
    assert same.status_code == 204
    await house.wait("de")
    news = await supervisor.client.get(f"{BOARD}/now", params=marks, headers=headers)
    assert set(re.findall(r'hx-target="#board-(\w+)"', news.text)) == {"now", "alarms"}


async def test_an_announcement_and_overdue_work_are_shown_with_their_pages(house: LineHouse, supervisor: Visit) -> None:
    texts, ends_at = {"de": "Die Stelle in Trier ist zu."}, house.clock() + timedelta(hours=2)
    lang = await house.hire(Role.SUPERVISOR, "Lang")
    await announce(house.line, house.accounts, texts, ends_at, languages=LAUNCH_LANGUAGES, by=lang)
    await house.line.pool.execute(
        "INSERT INTO line_text (id, call_hash, origin_hash, number_hash, at, due_at, sealed)"
        " VALUES (gen_random_uuid(), $1, $1, $1, $2, $2, 'x')",
        bytes(32),
        house.clock() - timedelta(minutes=3),
    )
    await supervisor.open(BOARD)
    assert "Ansage für alle Anrufenden bis" in supervisor.text
    assert 'href="/line/announcement"' in supervisor.page.text
    assert "1 SMS ist seit über zwei Minuten nicht verschickt." in supervisor.text


async def test_listening_is_off_unless_the_operator_allows_it(house: LineHouse, supervisor: Visit) -> None:
    amina = await work(house, "Amina", {"ar": 3})
    await house.wait("ar")
    reservation = await talk(house, amina)
    await supervisor.open(LISTEN)
    assert "Mithören ist ausgeschaltet." in supervisor.text
    assert "SUPERVISOR_LISTENING" in supervisor.text
    assert "Amina" not in supervisor.text
    await supervisor.send(f"{LISTEN}/ask", reservation=str(reservation.id))
    assert await listening(house, reservation) is Listening.NO


async def listening(house: LineHouse, reservation: Reservation) -> Listening:
    (talks,) = (await Watch(house.desk, house.accounts).look()).talks
    assert talks.reservation_id == reservation.id
    return talks.listening


async def test_a_supervisor_asks_and_listens_only_where_the_caller_allowed_it(
    house: LineHouse, supervisor: Visit
) -> None:
    desk: Desk = replace(house.desk, listening=True)
    provide(house.app, desk)
    provide(house.app, Watch(desk, house.accounts))
    amina = await work(house, "Amina", {"ar": 3})
    await house.wait("ar")
    reservation = await talk(house, amina)
    await supervisor.open(LISTEN)
    assert "Amina · Arabisch" in supervisor.text
    assert "Nicht gefragt" in supervisor.text
    await supervisor.send(f"{LISTEN}/join", reservation=str(reservation.id))
    assert "Zuhören ist nicht erlaubt" in supervisor.text
    await supervisor.send(f"{LISTEN}/ask", reservation=str(reservation.id))
    assert await listening(house, reservation) is Listening.ASKED
    assert f"{LISTEN}/join" not in supervisor.page.text
    assert await answer_question(desk, reservation.id, Listening.ALLOWED)
    await supervisor.open(LISTEN)
    assert "Erlaubt" in supervisor.text
    await supervisor.send(f"{LISTEN}/join", reservation=str(reservation.id))
    assert "hört zu" in supervisor.text
    assert "Nicht mehr zuhören" in supervisor.text
    told = {(entry.action, entry.subject) for entry in (await list_audit(house.accounts)).entries}
    assert told >= {(Action.LISTENING_ASKED, str(amina)), (Action.LISTENING_JOINED, str(amina))}
    other, _ = await house.enter(Role.SUPERVISOR)
    for field in ("", "not an id"):
        assert (await other.send(f"{LISTEN}/ask", reservation=field)).at == LISTEN


def test_a_picture_has_its_hours_in_order_and_nothing_outside_of_it() -> None:
    assert picture_of({}, 9) is None
    assert picture_of({8: Figures(diverted=3)}, 9) is None
    hours = {7: ONE, 8: Figures(answered=7, abandoned=2, timed_out=1), 23: Figures(abandoned=9)}
    picture = picture_of(hours, 22)
    assert picture is not None
    assert [column.hour for column in picture.columns] == list(range(7, 24))
    for column in picture.columns:
        assert 0 <= column.unanswered_y <= column.answered_y <= picture.floor
        assert picture.left <= column.x < column.x + column.wide <= picture.width
    assert [value for _, value in picture.lines] == [0, 5, 10]
    early = picture_of({0: ONE}, 0)
    assert early is not None
    assert [column.hour for column in early.columns] == list(range(8))


@pytest.mark.parametrize(("value", "upto"), [(1, 1), (3, 5), (5, 5), (6, 10), (11, 20), (499, 500)])
def test_scales_end_at_a_round_number(value: int, upto: int) -> None:
    assert rounded_up(value) == upto
