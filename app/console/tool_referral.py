"""A referral beside the call: the same steps as among the referrals, with the call's language and topic filled in."""

from collections.abc import Sequence
from dataclasses import replace

from app.calls.codes import TOPICS
from app.console.door import router
from app.console.line_door import HOTLINE, LINE
from app.console.referral_making import Details, asked_offer, asking, go_on
from app.console.referral_new import BESIDE_CALL, asked_language, new_referral
from app.console.tool_door import find_call, in_panel
from app.knowledge.models import CONTENT_LANGUAGES
from app.referrals.demo import INDEPENDENT, prepare_demo
from app.referrals.service import Referrals
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import blank
from app.shell.provided import Provided

_NAME = "referral"


@router.page(BESIDE_CALL, access=HOTLINE, title="referral.new.title", parent=LINE)
async def referral_tool(ask: Ask) -> Answer:
    """Which centre; the caller's language stands in the address from the first step on."""
    call = await find_call(ask)
    if "language" not in ask.query and call and call.language in CONTENT_LANGUAGES:
        answer = await new_referral(_asked_in(ask, call.language))
    else:
        answer = await new_referral(ask)
    return _beside(ask, answer, follows_call=True)


async def _some_offer(given: Provided) -> Sequence[str]:
    await prepare_demo(given.get(Referrals))
    return [f"{BESIDE_CALL}/{INDEPENDENT}?language=ar"]


@router.page(
    f"{BESIDE_CALL}/{{centre}}",
    access=HOTLINE,
    title="referral.details.title",
    parent=BESIDE_CALL,
    example=_some_offer,
)
async def details_tool(ask: Ask) -> Answer:
    offer, call = await asked_offer(ask), await find_call(ask)
    known = {"topic": call.topic} if call and call.topic in TOPICS else {}
    return _beside(ask, asking(ask, offer, blank(Details, language=asked_language(ask), **known)), follows_call=False)


# The page with the code is an answer to what was posted: no address leads to it, and nothing draws it anew.
@router.deed(f"{BESIDE_CALL}/{{centre}}", access=HOTLINE, back=BESIDE_CALL)
async def go_on_beside_call(ask: Ask) -> Answer:
    return _beside(ask, await go_on(ask), follows_call=False)


def _asked_in(ask: Ask, language: str) -> Ask:
    return replace(ask, query={**ask.query, "language": language})


def _beside(ask: Ask, answer: Answer, *, follows_call: bool) -> Answer:
    if isinstance(answer, Page):
        return in_panel(ask, _NAME, answer, follows_call=follows_call)
    if isinstance(answer, Redirect) and answer.flash is not None:
        return _refused(ask, answer.flash)
    return answer


def _refused(ask: Ask, flash: Flash) -> Answer:
    if not ask.is_htmx:
        return Redirect(BESIDE_CALL, flash=flash)
    return in_panel(ask, _NAME, Page("tool_refused.html", {"told": flash}), follows_call=False)
