"""The guide on one page for the first day: the desk, a call step by step, keys, what never to do, and who helps."""

from typing import Final

from app.accounts import service as accounts_service
from app.accounts.models import Role, State
from app.console.door import find_knowledge, router
from app.console.line_door import HOTLINE, LINE, line_of
from app.console.tool_contacts import Number, list_numbers
from app.kit.reach import EVERYTHING
from app.knowledge.flags_rules import hidden
from app.knowledge.library import Library
from app.queue import service
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.registry import Menu

STEPS: Final = ("ready", "accept", "greet", "listen", "search", "agree", "end", "wrap_up")
NEVER: Final = ("promise", "push", "write_down", "decide")
# Whom agents name first when somebody is in danger; each stands with the day of its source.
NUMBERS: Final = ("emergency", "police", "telefonseelsorge", "violence-women", "children", "medical-on-call")
_MOST_NAMES: Final = 4


@router.page(f"{LINE}/guide", access=HOTLINE, title="guide.title", menu=Menu("line", 90), parent=LINE)
async def guide_page(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    numbers: tuple[Number, ...] = ()
    if knowledge is not None:
        numbers = list_numbers(ask, knowledge, NUMBERS, None, hidden(knowledge, ask.given(Library).withdrawn))
    return Page(
        "guide.html",
        {
            "steps": STEPS,
            "never": NEVER,
            "keys": await service.get_keys(line_of(ask), ask.person().person_id),
            "numbers": numbers,
            "read_on": knowledge.lines_retrieved_on if knowledge else None,
            "supervisors": await _list_supervisors(ask),
        },
    )


async def _list_supervisors(ask: Ask) -> list[str]:
    """Some by name, so that the page stays one."""
    people = await accounts_service.list_people(ask.accounts, EVERYTHING)
    named = sorted(one.display_name for one in people if one.role is Role.SUPERVISOR and one.state is State.ACTIVE)
    return named[:_MOST_NAMES]
