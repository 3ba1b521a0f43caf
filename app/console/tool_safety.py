"""Danger, beside the call: what to say first, which numbers and which independent advice to name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.console.door import find_knowledge, router
from app.console.line_door import HOTLINE, LINE
from app.console.tool_contacts import Advice, Number, list_advice, list_numbers
from app.console.tool_door import TOOL, PresentCall, drawn, find_call, loading
from app.console.tool_reading import Reading, reading_of, texts_for
from app.kit.clock import today_in_germany
from app.knowledge.flags_rules import hidden
from app.knowledge.library import Library
from app.knowledge.models import Knowledge
from app.knowledge.search.models import Emergency
from app.knowledge.service import Shown
from app.shell.answers import Answer
from app.shell.ask import Ask
from app.shell.provided import Provided

_NAME: Final = "safety"
# Which sensitive answer holds what is said in a situation.
SITUATIONS: Final[Mapping[str, str]] = {
    "violence": "women-violence",
    "crisis": "suicidal",
    "trafficking": "trafficking",
    "fear": "fear-of-return",
}
# In every situation, before anything else.
_AT_ONCE: Final = ("police", "emergency")
_OF_EMERGENCY: Final[Mapping[Emergency, str]] = {"violence": "violence", "suicide": "crisis"}


@dataclass(frozen=True, slots=True)
class Safety:
    """A situation: the texts in the caller's and the agent's language, and whom to name.

    Without a `situation` there are the numbers for danger to life alone.
    """

    situation: str
    at_once: tuple[Number, ...]
    texts: tuple[Shown, ...] = ()
    numbers: tuple[Number, ...] = ()
    advice: tuple[Advice, ...] = ()


async def _some_situations(_given: Provided) -> Sequence[str]:
    return [f"{TOOL}/{_NAME}", f"{TOOL}/{_NAME}?situation=fear&language=ar"]


@router.page(f"{TOOL}/{_NAME}", access=HOTLINE, title="tool.safety.title", parent=LINE, example=_some_situations)
async def safety_tool(ask: Ask) -> Answer:
    knowledge, call = find_knowledge(ask), await find_call(ask)
    if knowledge is None:
        return loading(ask, _NAME)
    asked = ask.query.get("situation", "")
    situation = asked if asked in SITUATIONS else next(iter(SITUATIONS))
    reading = reading_of(ask, call)
    order = tuple(SITUATIONS)
    context = {
        "safety": await find_safety(ask, knowledge, situation, reading, call),
        "reading": reading,
        "situations": order,
        "next_situation": order[(order.index(situation) + 1) % len(order)],
        "today": today_in_germany(),
    }
    return drawn(ask, _NAME, call, context)


async def find_safety(
    ask: Ask, knowledge: Knowledge, situation: str, reading: Reading, call: PresentCall | None
) -> Safety:
    """All of it out of what is held in memory; `situation` may be empty."""
    gone, today = hidden(knowledge, ask.given(Library).withdrawn), today_in_germany()
    at_once = list_numbers(ask, knowledge, _AT_ONCE, reading.wanted, gone)
    if situation not in SITUATIONS:
        return Safety("", at_once)
    answer = knowledge.answers[SITUATIONS[situation]]
    further = tuple(id_ for id_ in answer.links.lines if id_ not in _AT_ONCE)
    return Safety(
        situation,
        at_once,
        await texts_for(ask, knowledge, "answer", answer.id, reading),
        list_numbers(ask, knowledge, further, reading.wanted, gone),
        list_advice(ask, knowledge, answer, reading.wanted, call.land if call else None, gone, today),
    )


def situation_of(emergency: Emergency | None) -> str:
    """What is shown for what the search heard; nothing for an emergency of the body, where only numbers help."""
    return "" if emergency is None else _OF_EMERGENCY.get(emergency, "")
