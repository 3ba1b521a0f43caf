"""What agents do on their page: be ready or not, take calls, call somebody in, and wrap up."""

from collections.abc import Awaitable, Callable
from typing import ClassVar
from uuid import UUID

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from app.calls import meeting
from app.calls.codes import OUTCOMES, TOPICS
from app.calls.desk import Desk, Told
from app.console.door import router
from app.console.line_door import HOTLINE, LINE, line_of
from app.console.line_gathering import gather
from app.console.line_views import CHOSEN
from app.queue import service
from app.queue.models import Status
from app.shell.answers import Answer, Flash, Fragment, Redirect
from app.shell.ask import Ask
from app.shell.forms import FormModel

Verb = Callable[[Desk, UUID], Awaitable[Told]]
VerbWith = Callable[[Desk, UUID, UUID], Awaitable[Told]]


class Standing(FormModel):
    """Whether one takes calls."""

    words: ClassVar[str] = "line.status"
    status: Status

    @field_validator("status")
    @classmethod
    def _own_choice(cls, status: Status) -> Status:
        if status not in CHOSEN:
            raise PydanticCustomError("form.fault.enum", "")
        return status


class WrapUp(FormModel):
    """What the talk was about, what it came to, and whether a break follows."""

    words: ClassVar[str] = "line.wrap_up"
    topic: str
    outcome: str
    rest: bool = False

    @field_validator("topic")
    @classmethod
    def _topic(cls, topic: str) -> str:
        if topic not in TOPICS:
            raise PydanticCustomError("form.fault.enum", "")
        return topic

    @field_validator("outcome")
    @classmethod
    def _outcome(cls, outcome: str) -> str:
        if outcome not in OUTCOMES:
            raise PydanticCustomError("form.fault.enum", "")
        return outcome


@router.deed(f"{LINE}/status", access=HOTLINE, back=LINE)
async def set_status(ask: Ask) -> Answer:
    form = ask.read(Standing)
    if form.value is None:
        return await shown(ask)
    now = await service.set_status(line_of(ask), ask.person().person_id, form.value.status)
    return await shown(ask, None if now is form.value.status else Flash("line.status.refused", mood="warning"))


@router.deed(f"{LINE}/wrap-up", access=HOTLINE, back=LINE)
async def wrap_up(ask: Ask) -> Answer:
    form, me = ask.read(WrapUp), ask.person().person_id
    if form.value is None:
        return await shown(ask, Flash("line.wrap_up.missing", mood="warning"))
    told = await meeting.wrap_up(ask.given(Desk), me, form.value.topic, form.value.outcome)
    if told is Told.DONE and form.value.rest:
        await service.set_status(line_of(ask), me, Status.BREAK)
    return await _back(ask, told, _counted(ask, form.value))


def _counted(ask: Ask, said: WrapUp) -> Flash:
    topic, outcome = ask.translate(f"referral.topic.{said.topic}"), ask.translate(f"line.outcome.{said.outcome}")
    return Flash("line.wrap_up.done", {"topic": topic, "outcome": outcome})


@router.deed(f"{LINE}/offer/refuse", access=HOTLINE, back=LINE)
async def refuse(ask: Ask) -> Answer:
    named = _named(ask, "reservation")
    if named is None:
        return await _back(ask, Told.NOT_POSSIBLE)
    await meeting.refuse(ask.given(Desk), ask.person().person_id, named)
    return await shown(ask, Flash("line.refused", mood="info"))


async def shown(ask: Ask, flash: Flash | None = None) -> Answer:
    """The desk after a deed: what of it is another now, or without script the whole page."""
    if not ask.is_htmx:
        return Redirect(LINE, flash=flash)
    parts = [part for part in await gather(ask) if (part.mark,) != ask.posted.get(f"seen-{part.name}")]
    return Fragment("line_parts.html", {"parts": parts, "told": flash})


async def _back(ask: Ask, told: Told, done: Flash | None = None) -> Answer:
    """To the desk, which shows what was done; what was not done is told."""
    if told is Told.DONE:
        return await shown(ask, done)
    return await shown(ask, Flash(f"line.not.{told.value}", mood="info" if told is Told.UNDER_WAY else "warning"))


def _named(ask: Ask, field: str) -> UUID | None:
    """The id that a form's field has; None where it has none."""
    try:
        return UUID(next(iter(ask.posted.get(field, ())), ""))
    except ValueError:
        return None


def _register(deed: str, verb: Verb) -> None:
    """A deed that is about one's own call."""

    async def handle(ask: Ask) -> Answer:
        return await _back(ask, await verb(ask.given(Desk), ask.person().person_id))

    router.deed(f"{LINE}/{deed}", access=HOTLINE, back=LINE)(handle)


def _register_with(deed: str, field: str, verb: VerbWith) -> None:
    """A deed that names an offer or somebody."""

    async def handle(ask: Ask) -> Answer:
        named = _named(ask, field)
        if named is None:
            return await _back(ask, Told.NOT_POSSIBLE)
        return await _back(ask, await verb(ask.given(Desk), ask.person().person_id, named))

    router.deed(f"{LINE}/{deed}", access=HOTLINE, back=LINE)(handle)


async def _decline(desk: Desk, agent_id: UUID, reservation_id: UUID) -> Told:
    await meeting.decline(desk, agent_id, reservation_id)
    return Told.DONE


_register_with("offer/accept", "reservation", meeting.answer)
_register_with("asked/join", "reservation", meeting.join)
_register_with("asked/decline", "reservation", _decline)
_register_with("call/interpreter", "id", meeting.add_interpreter)
_register_with("call/consult", "id", meeting.consult)
_register("call/hold", meeting.hold)
_register("call/resume", meeting.resume)
_register("call/transfer", meeting.transfer)
_register("call/end", meeting.hang_up)
_register("call/rejoin", meeting.rejoin)
