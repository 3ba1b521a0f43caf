"""What the wallboard calls attention to, each with the page on which it is put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.accounts.models import Role
from app.calls.desk import Desk
from app.calls.errands import count_stuck
from app.calls.scene import Scene
from app.console.board_views import Alarm, Alarms, Now, PlanNote
from app.console.door import find_knowledge
from app.console.editing_due import list_due
from app.console.line_door import LINE, PEOPLE, language_name, line_of
from app.kit.clock import today_in_germany
from app.queue.board import count_unsent_texts
from app.queue.plan_models import Plan
from app.queue.voicemails import VoicemailState
from app.referrals.delivery import count_dead_letters
from app.referrals.service import Referrals
from app.shell.ask import Ask

HOURS: Final = f"{LINE}/hours"
ANNOUNCEMENT: Final = f"{LINE}/announcement"
_UNDELIVERED: Final = "/referrals/undelivered"
_OVERDUE_CONTENT: Final = "/editing/due?when=overdue"
# An offer that nobody answered is taken back by the second.
_KEEPER_PATIENCE: Final = timedelta(seconds=10)
_CALLBACK_PATIENCE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What others have left undone, as counts."""

    undelivered: int
    content: int
    texts: int
    errands: int


async def gather_alarms(ask: Ask, scene: Scene, now: Now, plan: Plan) -> Alarms:
    backlog = Backlog(
        undelivered=await count_dead_letters(ask.given(Referrals).database),
        content=_count_overdue_content(ask),
        texts=await count_unsent_texts(line_of(ask)),
        errands=await count_stuck(ask.given(Desk)),
    )
    supervises = ask.person().role is Role.SUPERVISOR
    alarms = [*_in_line(now), *_of_work(ask, scene), *_of_backlog(backlog)]
    if not supervises:
        alarms = [alarm for alarm in alarms if alarm.address in {"", LINE} or alarm.mood == "danger"]
    shown = (alarm if supervises or alarm.address == LINE else _without_address(alarm) for alarm in alarms)
    return Alarms(tuple(sorted(shown, key=lambda alarm: alarm.mood != "danger")), _notes(ask, plan), supervises)


def _without_address(alarm: Alarm) -> Alarm:
    return Alarm(alarm.kind, alarm.count, alarm.mood, "", alarm.name)


def _in_line(now: Now) -> Iterator[Alarm]:
    if now.is_open and not now.on_duty:
        yield Alarm("nobody", None, "danger" if now.waiting else "warning", PEOPLE)
        return
    for row in now.languages:
        if row.waiting and not row.on_duty:
            yield Alarm("language", row.waiting, "danger", PEOPLE, row.name)


def _of_work(ask: Ask, scene: Scene) -> Iterator[Alarm]:
    moment, line = ask.clock(), scene.line
    stuck = [one for one in line.offers if one.accepted_at is None and one.expires_at < moment - _KEEPER_PATIENCE]
    if stuck:
        yield Alarm("keeper", len(stuck), "danger")
    late = [one for one in line.callbacks if not one.dialling and one.due_at < moment - _CALLBACK_PATIENCE]
    if late:
        yield Alarm("callbacks", len(late), "warning", LINE)
    failed = [one for one in line.voicemails if one.state is VoicemailState.FAILED]
    if failed:
        yield Alarm("voicemails", len(failed), "warning", LINE)


def _of_backlog(backlog: Backlog) -> Iterator[Alarm]:
    if backlog.errands:
        yield Alarm("errands", backlog.errands, "danger")
    if backlog.texts:
        yield Alarm("texts", backlog.texts, "warning")
    if backlog.undelivered:
        yield Alarm("undelivered", backlog.undelivered, "danger", _UNDELIVERED)
    if backlog.content:
        yield Alarm("content", backlog.content, "warning", _OVERDUE_CONTENT)


def _count_overdue_content(ask: Ask) -> int:
    """Nothing is known of it while the content is still being read."""
    knowledge, today = find_knowledge(ask), today_in_germany(ask.clock)
    return sum(due.when(today) == "overdue" for due in list_due(knowledge)) if knowledge else 0


def _notes(ask: Ask, plan: Plan) -> tuple[PlanNote, ...]:
    """What callers are told, the closure that runs, else the next one to come."""
    moment, notes = ask.clock(), []
    if plan.announcement:
        told = ", ".join(language_name(ask, code) for code in plan.announcement.texts)
        notes.append(PlanNote("announcement", plan.announcement.set_at, plan.announcement.ends_at, told))
    for closure in plan.closures[:1]:
        kind = "closed" if closure.begins_at <= moment else "closing"
        notes.append(PlanNote(kind, closure.begins_at, closure.ends_at))
    return tuple(notes)
