"""The callers of the shift for practice: each comes to where its scene says, and they talk by text when answered."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from app.calls import meeting
from app.kit.errors import ContentError
from app.kit.reach import Database
from app.phone.exchange.models import Call
from app.phone.exchange.talk import find_room, list_lines, speak
from app.phone.shift.caller import Stage, live_through
from app.phone.shift.scenes import SCENES_FILE, Scene, load_scenes
from app.queue import service as queue
from app.queue.callbacks import list_callbacks
from app.queue.models import Via, Waiting
from app.queue.voicemails import list_voicemails
from tests.cast import BASE_URL, NUMBER
from tests.telephony.agents_town import AgentsTown, Ground, open_agents_town
from tests.telephony.line_town import LineTown, be_patient, open_town, said

SCENES = {scene.id: scene for scene in load_scenes()}
CALLER = "+4917604069042"


def stage_of(town: LineTown, sleep: Callable[[float], Awaitable[None]]) -> Stage:
    return Stage(town.exchange, town.account, BASE_URL, NUMBER, sleep)


@pytest.fixture
def ground(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    be_patient(monkeypatch)
    return Ground(pool, database, tmp_path)


def test_the_scenes_hold_together(tmp_path: Path) -> None:
    assert 6 <= len(SCENES) <= 8
    assert {scene.language for scene in SCENES.values()} == {"de", "en", "tr", "ar", "ru"}
    assert {scene.then for scene in SCENES.values()} == {"line", "callback", "message"}
    wrong = tmp_path / "scenes.yaml"
    wrong.write_text(SCENES_FILE.read_text("utf-8").replace("then: line", "then: nowhere", 1), "utf-8")
    with pytest.raises(ContentError, match="then"):
        load_scenes(wrong)


@pytest.mark.parametrize("scene", [scene for scene in SCENES.values() if scene.then == "line"], ids=lambda one: one.id)
async def test_who_wants_to_talk_comes_into_the_line_in_their_language(ground: Ground, scene: Scene) -> None:
    town = open_town(ground.pool, ground.database, ground.folder)
    await town.hire("de", "en", "tr", "ar")
    waiting: list[Waiting] = []

    async def sleep(seconds: float) -> None:
        await town.pass_time(seconds)
        waiting.extend(await queue.list_waiting(town.line))

    # Nobody answers, so the caller hangs up.
    impatient = scene.model_copy(update={"patience_seconds": 2.0})
    await live_through(stage_of(town, sleep), impatient, CALLER)
    [call] = town.exchange.calls.values()
    assert call.faults == []
    assert waiting, said(call)
    known = {"money": ("money_and_offers", None), "fear": ("stay_or_fear", None), "centre": (None, "DE-BE")}
    assert waiting[-1].language == scene.language
    assert (waiting[-1].topic, waiting[-1].land) == known.get(scene.id, (None, None))
    assert call.ended
    assert await queue.list_waiting(town.line) == ()


async def test_who_leaves_a_message_leaves_one(ground: Ground) -> None:
    town = open_town(ground.pool, ground.database, ground.folder)
    await town.hire("de", "ar")
    await live_through(stage_of(town, town.pass_time), SCENES["message"], CALLER)
    await town.pass_time(3)
    [kept] = await list_voicemails(town.safe)
    assert (kept.language, kept.seconds) == ("ar", SCENES["message"].speaks_seconds)


async def test_who_needs_an_interpreter_is_called_back_and_says_it_all(ground: Ground) -> None:
    """The agent brings the interpreter in, answers each line, and hears its meaning from the interpreter alone."""
    town = open_agents_town(ground)
    agent_id = await town.hire("de", "ar")
    interpreter_id = await town.add_interpreter("ru", pin="")
    scene, told, told_by = SCENES["interpreter"], set[str](), set[tuple[str, str]]()
    legs: list[Call] = []

    async def sleep(seconds: float) -> None:
        await town.pass_time(seconds)
        offer = await queue.find_reservation(town.town.line, agent_id)
        if offer is not None and offer.accepted_at is None:
            assert (offer.via, offer.callback_id is not None) == (Via.INTERPRETER, True)
            await meeting.answer(town.desk, agent_id, offer.id)
            legs.append(await town.softphone(agent_id))
        for leg in _with_caller(town, legs):
            await meeting.add_interpreter(town.desk, agent_id, interpreter_id)
            lines = list_lines(town.town.exchange, leg)
            told_by.update((line.heard.by, line.heard.text) for line in lines)
            asked = {line.heard.text for line in lines if line.heard.by == "caller"} - told
            if asked:
                told.update(asked)
                speak(town.town.exchange, leg, "Ja.", "de")

    await live_through(stage_of(town.town, sleep), scene, CALLER)
    assert await list_callbacks(town.town.safe) == ()
    assert told == {line.text for line in scene.lines}
    assert {text for by, text in told_by if by == "interpreter"} >= {line.de for line in scene.lines[1:]}
    assert town.town.exchange.talks == {}


def _with_caller(town: AgentsTown, legs: list[Call]) -> list[Call]:
    """The agent's telephone once the caller is in the room, too."""
    rooms = [(leg, find_room(town.town.exchange, leg)) for leg in legs]
    return [
        leg
        for leg, room in rooms
        if room is not None and any(person.label == "caller" for person in room.participants.values())
    ]
