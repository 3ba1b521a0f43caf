"""Gathers the wallboard: what the line looks like, how the day went, where everybody is."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.accounts.models import Role
from app.calls.desk import Desk
from app.calls.scene import Scene
from app.console.board_alarms import gather_alarms
from app.console.board_hours import picture_of
from app.console.board_views import AgentRow, Agents, Day, LanguageRow, Level, Now, Stand
from app.console.line_door import MOODS, Part, language_name, line_of
from app.console.watch import Watch
from app.kit.clock import GERMANY
from app.queue.board import count_callers
from app.queue.models import Queued, Reservation, Status
from app.queue.overview import Present
from app.queue.plan import read_plan
from app.queue.plan_models import Plan
from app.queue.plan_rules import is_open
from app.queue.today import read_today
from app.queue.today_rules import LONG_SECONDS, SHORT_SECONDS, TARGETS, Figures, Today
from app.queue.voicemails import VoicemailState
from app.shell.answers import Mood
from app.shell.ask import Ask

# Who speaks a language fluently serves in it.
_FLUENT: Final = 2
# What the field asks for: four of five within 20 s, and the German 115 three of four within 30 s, in percent.
_ASKED_FOR: Final[Mapping[int, int]] = {SHORT_SECONDS: 80, LONG_SECONDS: 75}
_LONG_WRAP_UP: Final = timedelta(minutes=3)
_LONG_OFFER: Final = timedelta(seconds=15)
_LONG_WAIT: Final = timedelta(seconds=SHORT_SECONDS)
_STAND_SECONDS: Final = 10
# In this order the states stand below each other.
_ORDER: Final = (Status.RESERVED, Status.IN_CALL, Status.WRAP_UP, Status.READY, Status.BREAK)
_SETTABLE: Final[Mapping[Status, tuple[Status, ...]]] = {
    Status.READY: (Status.BREAK, Status.AWAY),
    Status.RESERVED: (Status.BREAK, Status.AWAY),
    Status.WRAP_UP: (Status.BREAK, Status.AWAY),
    Status.BREAK: (Status.AWAY,),
}


async def gather_board(ask: Ask) -> tuple[Part, ...]:
    """The parts of the board, in the order in which they are read."""
    line = line_of(ask)
    scene, plan = await ask.given(Watch).look(), await read_plan(line)
    now = _now(ask, scene, plan, await count_callers(line))
    views = {
        "now": now,
        "day": _day(ask, await read_today(line), plan),
        "alarms": await gather_alarms(ask, scene, now, plan),
        "agents": _agents(ask, scene),
        "stand": _stand(ask),
    }
    return tuple(Part(name, view, ask.language) for name, view in views.items())


def is_wall(ask: Ask) -> bool:
    """Whether the board is shown to a room, without navigation and deeds."""
    return ask.query.get("wall") == "1"


def _now(ask: Ask, scene: Scene, plan: Plan, queued: tuple[Queued, ...]) -> Now:
    line, moment = scene.line, ask.clock()
    agents = [agent for agent in line.agents if agent.is_present]
    waiting, since = sum(one.waiting for one in queued), min((one.since for one in queued), default=None)
    return Now(
        waiting=waiting,
        since=since,
        talking=sum(one.talking_at is not None and one.ended_at is None for one in line.offers),
        on_duty=len(agents),
        ready=sum(agent.status is Status.READY for agent in agents),
        callbacks_due=sum(one.due_at <= moment for one in line.callbacks),
        callbacks_later=sum(one.due_at > moment for one in line.callbacks),
        voicemails=sum(one.state is VoicemailState.KEPT for one in line.voicemails),
        is_open=is_open(plan, moment),
        languages=_languages(ask, queued, agents),
        mood="success" if since is None else "warning" if moment - since > _LONG_WAIT else "info",
    )


def _languages(ask: Ask, queued: tuple[Queued, ...], agents: Iterable[Present]) -> tuple[LanguageRow, ...]:
    waiting = {one.language: one for one in queued}
    on_duty, ready = _speakers(agents), _speakers(agent for agent in agents if agent.status is Status.READY)
    rows = [
        LanguageRow(
            language_name(ask, code),
            waiting[code].waiting if code in waiting else 0,
            waiting[code].since if code in waiting else None,
            on_duty.get(code, 0),
            ready.get(code, 0),
            "warning" if code in waiting and not on_duty.get(code) else "info",
        )
        for code in {*waiting, *on_duty}
    ]
    return tuple(sorted(rows, key=lambda row: (-row.waiting, row.name)))


def _speakers(agents: Iterable[Present]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for agent in agents:
        for code, level in agent.languages or ():
            counted[code] = counted.get(code, 0) + (level >= _FLUENT)
    return {code: count for code, count in counted.items() if count}


def _day(ask: Ask, today: Today, plan: Plan) -> Day:
    total, target = today.total, plan.settings.service_level_seconds
    levels = (_level(total, seconds) for seconds in sorted(TARGETS, key=lambda seconds: (seconds != target, seconds)))
    return Day(
        levels=tuple(levels),
        answered=total.answered,
        abandoned=total.abandoned,
        timed_out=total.timed_out,
        diverted=total.diverted,
        callbacks=total.callbacks,
        mean_wait=None if total.mean_wait is None else round(total.mean_wait),
        picture=picture_of(today.hours, ask.clock().astimezone(GERMANY).hour),
    )


def _level(total: Figures, seconds: int) -> Level:
    level, asked_for = total.service_level(seconds), _ASKED_FOR[seconds]
    # Rounded down: nothing looks reached that is not.
    share = None if level is None else int(level * 100)
    return Level(seconds, share, total.within(seconds), total.counted(seconds), asked_for, _mood_of(share, asked_for))


def _mood_of(share: int | None, asked_for: int) -> Mood:
    if share is None:
        return "info"
    return "success" if share >= asked_for else "warning"


def _agents(ask: Ask, scene: Scene) -> Agents:
    offers = {offer.id: offer for offer in scene.line.offers}
    rows = [
        _agent(ask, scene, agent, _talk_of(scene, agent, offers))
        for agent in sorted(scene.line.agents, key=lambda agent: (_rank(agent), agent.since))
        if agent.status is not Status.AWAY
    ]
    supervises = ask.person().role is Role.SUPERVISOR and not is_wall(ask)
    return Agents(
        tuple(rows),
        sum(agent.status is Status.AWAY for agent in scene.line.agents),
        may_set=supervises,
        may_listen=supervises and ask.given(Desk).listening,
    )


def _rank(agent: Present) -> int:
    return _ORDER.index(agent.status) if agent.status in _ORDER else len(_ORDER)


def _talk_of(scene: Scene, agent: Present, offers: Mapping[UUID, Reservation]) -> Reservation | None:
    """The agent's own call, or the one that they were called into."""
    own = scene.find_offer(agent.agent_id)
    if own is not None and own.ended_at is None:
        return own
    talks = (talk for talk in scene.talks if any(one.person_id == agent.agent_id for one in talk.people))
    return next((offers[talk.reservation_id] for talk in talks if talk.reservation_id in offers), None)


def _agent(ask: Ask, scene: Scene, agent: Present, talk: Reservation | None) -> AgentRow:
    in_call = agent.status in {Status.IN_CALL, Status.RESERVED} and talk is not None
    return AgentRow(
        id=str(agent.agent_id),
        name=scene.names.get(agent.agent_id, "–"),
        status=agent.status.value,
        mood=MOODS[agent.status],
        since=agent.since,
        languages=", ".join(language_name(ask, code) for code, level in agent.languages or () if level >= _FLUENT),
        call=language_name(ask, talk.language) if in_call and talk is not None else "",
        note=_note(ask, agent, talk),
        settable=tuple(status.value for status in _SETTABLE.get(agent.status, ())),
    )


def _note(ask: Ask, agent: Present, talk: Reservation | None) -> str:
    """What a supervisor would look after."""
    lasted = ask.clock() - agent.since
    if agent.status is Status.WRAP_UP and lasted > _LONG_WRAP_UP:
        return "long_wrap_up"
    if agent.status is Status.RESERVED and lasted > _LONG_OFFER:
        return "unanswered"
    if agent.status is Status.IN_CALL and talk is not None and talk.agent_left_at is not None:
        return "lost"
    return "unseen" if agent.status is Status.READY and not agent.is_present else ""


def _stand(ask: Ask) -> Stand:
    """It moves every few seconds, so that a board without news still shows that it lives."""
    at = ask.clock()
    at = at.replace(second=at.second - at.second % _STAND_SECONDS, microsecond=0)
    return Stand(at, ask.person().ends_at if is_wall(ask) else None)
