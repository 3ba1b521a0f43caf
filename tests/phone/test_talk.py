"""Both sides of the demonstration's calls: what is typed in one window stands in the other, unless on hold or muted."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.calls import meeting
from app.kit.reach import Database
from app.phone.exchange.agent_phones import AgentPhones
from app.phone.exchange.talk import LONGEST_LINE, MOST_LINES, Hearing, speak
from app.queue import service as queue
from tests.phone.test_rooms import Telephone
from tests.telephony.agents_town import AgentsTown, Ground, open_agents_town
from tests.telephony.line_town import be_patient


class Two:
    """A caller at the browser telephone and an agent at the demonstration's window."""

    def __init__(self, town: AgentsTown, agent_id: UUID) -> None:
        self.town = town
        self.agent_id = agent_id
        self.telephone = Telephone(town.town)
        self.phones = AgentPhones(town.town.exchange)

    async def meet(self) -> None:
        await self.telephone.into_line()
        await self.town.answer(self.agent_id)
        await self.telephone.settle()
        await self.telephone.do("look")
        assert self.telephone.awaiting() == "meeting"

    async def heard_by_caller(self) -> Sequence[tuple[str, str, str]]:
        """Who said what in which language since the caller looked last."""
        news = await self.telephone.do("look")
        return [(item["by"], item["language"], item["text"]) for item in news["heard"]]  # type: ignore[attr-defined]

    def seen_by_agent(self, agent_id: UUID | None = None) -> list[tuple[str, str]]:
        talk = self.phones.find_talk(agent_id or self.agent_id)
        return [(line.who, line.text) for line in talk.lines] if talk else []


@pytest.fixture
async def two(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Two:
    be_patient(monkeypatch)
    town = open_agents_town(Ground(pool, database, tmp_path))
    two = Two(town, await town.hire("de"))
    await two.meet()
    return two


async def test_what_each_says_is_seen_by_the_other_in_its_language(two: Two) -> None:
    await two.telephone.do("say", words="Guten  Tag,\nich habe eine Frage.")
    assert two.phones.speak(two.agent_id, "Gern, fragen Sie.", "de-DE") == Hearing.HEARD
    assert await two.heard_by_caller() == [("agent", "de-DE", "Gern, fragen Sie.")]
    assert await two.heard_by_caller() == []
    assert two.seen_by_agent() == [("caller", "Guten Tag, ich habe eine Frage."), ("agent", "Gern, fragen Sie.")]
    talk = two.phones.find_talk(two.agent_id)
    assert talk is not None
    assert (talk.language, talk.lines[0].own, talk.lines[1].own) == ("de-DE", False, True)


async def test_a_caller_on_hold_neither_hears_nor_is_heard(two: Two) -> None:
    await meeting.hold(two.town.desk, two.agent_id)
    await two.town.pass_time(2)
    await two.telephone.settle()
    await two.telephone.do("look")
    assert two.telephone.news["awaiting"] == {"kind": "meeting", "held": True}
    assert two.phones.speak(two.agent_id, "Unter uns gesagt.", "de") == Hearing.ALONE
    await two.telephone.do("say", words="Hört mich jemand?")
    await meeting.resume(two.town.desk, two.agent_id)
    await two.town.pass_time(2)
    await two.telephone.settle()
    assert "Unter uns gesagt." not in [text for _, _, text in await two.heard_by_caller()]
    assert two.telephone.news["awaiting"] == {"kind": "meeting", "held": False}
    assert two.seen_by_agent() == [("agent", "Unter uns gesagt.")]


async def test_who_is_muted_says_nothing_and_still_hears(two: Two) -> None:
    two.phones.mute(two.agent_id, muted=True)
    assert two.phones.speak(two.agent_id, "Nur ein Gedanke.", "de") == Hearing.MUTED
    await two.telephone.do("say", words="Sind Sie noch da?")
    assert await two.heard_by_caller() == []
    two.phones.mute(two.agent_id, muted=False)
    assert two.phones.speak(two.agent_id, "Ja.", "de") == Hearing.HEARD
    assert two.seen_by_agent() == [("caller", "Sind Sie noch da?"), ("agent", "Ja.")]


async def test_an_interpreter_and_a_colleague_see_both_and_nothing_of_what_was_before(two: Two) -> None:
    two.phones.speak(two.agent_id, "Ich hole jemanden dazu.", "de")
    interpreter_id, colleague = await two.town.add_interpreter("de"), await two.town.hire("de")
    await meeting.add_interpreter(two.town.desk, two.agent_id, interpreter_id)
    await meeting.consult(two.town.desk, two.agent_id, colleague)
    reservation = await queue.find_reservation(two.town.town.line, two.agent_id)
    assert reservation is not None
    await meeting.join(two.town.desk, colleague, reservation.id)
    await two.town.softphone(colleague)
    await two.town.pass_time(5)
    exchange = two.town.town.exchange
    [room] = two.town.rooms()
    interpreter = next(one.call_sid for one in room.participants.values() if one.label == "interpreter")
    await two.telephone.do("say", words="Wer ist da?")
    speak(exchange, exchange.calls[interpreter], "Die Dolmetscherin.", "de")
    expected = [("caller", "Wer ist da?"), ("interpreter", "Die Dolmetscherin.")]
    assert two.seen_by_agent(colleague) == expected
    assert [line.heard.text for line in exchange.talks[room.sid] if interpreter in line.heard_by] == ["Wer ist da?"]
    assert two.seen_by_agent() == [("agent", "Ich hole jemanden dazu."), *expected]


async def test_talk_is_bounded_and_gone_with_its_room(two: Two) -> None:
    for number in range(MOST_LINES + 5):
        two.phones.speak(two.agent_id, f"{number} {'x' * 600}", "de")
    seen = two.seen_by_agent()
    assert len(seen) == MOST_LINES
    assert seen[0][1].startswith("5 ")
    assert max(len(text) for _, text in seen) == LONGEST_LINE
    await two.telephone.do("hangup")
    assert two.phones.find_talk(two.agent_id) is None
    assert two.phones.speak(two.agent_id, "Hallo?", "de") == Hearing.AWAY
    assert two.town.town.exchange.talks == {}
