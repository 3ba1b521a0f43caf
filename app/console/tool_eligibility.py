"""The pointer to programmes beside the call: the same questions, with what the call already tells."""

from app.console.door import LOADING, find_knowledge, router
from app.console.knowledge_eligibility import SituationForm, ask_situation, point
from app.console.line_door import HOTLINE, LINE
from app.console.tool_door import TOOL, find_call, in_panel, loading
from app.knowledge.models import CONTENT_LANGUAGES
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.forms import blank

_NAME = "eligibility"


@router.page(f"{TOOL}/{_NAME}", access=HOTLINE, title="eligibility.title", parent=LINE)
async def eligibility_tool(ask: Ask) -> Answer:
    knowledge, call = find_knowledge(ask), await find_call(ask)
    if knowledge is None:
        return loading(ask, _NAME)
    language = call.language if call and call.language in CONTENT_LANGUAGES else None
    form = blank(SituationForm, language=language, land=call.land if call else None)
    return in_panel(ask, _NAME, ask_situation(ask, knowledge, form, None), follows_call=True)


# Posted, so that nothing of what a caller said stands in an address; what was pointed to stays until it is left.
@router.deed(f"{TOOL}/{_NAME}", access=HOTLINE, back=LINE)
async def point_beside_call(ask: Ask) -> Answer:
    answer = await point(ask)
    if answer is LOADING or not isinstance(answer, Page):
        return loading(ask, _NAME)
    return in_panel(ask, _NAME, answer, follows_call=False)
