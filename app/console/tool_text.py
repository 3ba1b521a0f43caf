"""Sends what an agent has told as SMS, once the caller said yes: an answer's words, or a centre's address."""

from typing import ClassVar, Final, Literal

from app.calls.desk import Desk
from app.calls.playbook import Playbook
from app.calls.texting import Refusal, Sent, answer_text, centre_text, refusal_of, send
from app.console.door import find_knowledge, router
from app.console.knowledge_pages import shown_texts
from app.console.line_door import HOTLINE, LINE
from app.kit.clock import today_in_germany
from app.knowledge.models import CONTENT_LANGUAGES
from app.shell.answers import Answer, Flash, Fragment, Mood, Redirect
from app.shell.ask import Ask
from app.shell.forms import FormModel

_NOT_AGREED: Final = "not-agreed"
_NOTHING: Final = "nothing"


class Wish(FormModel):
    """What is to be sent, in which language, and whether the caller agreed when asked."""

    words: ClassVar[str] = "tool.text"
    kind: Literal["answer", "centre"]
    id: str
    language: str
    agreed: bool = False


@router.deed(f"{LINE}/text", access=HOTLINE, back=LINE)
async def send_text(ask: Ask) -> Answer:
    wish = ask.read(Wish).value
    if wish is None or wish.language not in (*CONTENT_LANGUAGES, *ask.given(Playbook).wording):
        return _told(ask, _NOTHING)
    if not wish.agreed:
        return _told(ask, _NOT_AGREED)
    text = await (_answer if wish.kind == "answer" else _centre)(ask, wish)
    if text is None or isinstance(text, Refusal):
        return _told(ask, _NOTHING if text is None else f"refused.{text.value}")
    what = f"{wish.kind}:{wish.id}:{wish.language}"
    sent = await send(ask.given(Desk), ask.person().person_id, text, what)
    return _told(ask, sent.value, "success" if sent is Sent.SENT else "warning")


async def _answer(ask: Ask, wish: Wish) -> str | Refusal | None:
    knowledge = find_knowledge(ask)
    answer = knowledge.answers.get(wish.id) if knowledge else None
    if knowledge is None or answer is None or answer.kind != "topic":
        return None
    texts = await shown_texts(ask, knowledge, "answer", wish.id, (wish.language,))
    if not texts:
        return None
    refusal = refusal_of(answer, texts[0], demo=ask.accounts.demo)
    return refusal or answer_text(ask.given(Playbook), texts[0], today_in_germany(ask.clock))


async def _centre(ask: Ask, wish: Wish) -> str | None:
    playbook = ask.given(Playbook)
    centre = playbook.directory.centres.get(wish.id)
    return None if centre is None else centre_text(playbook, centre, wish.language)


def _told(ask: Ask, result: str, mood: Mood = "warning") -> Answer:
    """At the button, or without script on the page that one came from."""
    words = f"tool.text.{result}"
    if ask.is_htmx:
        return Fragment("tool_text_told.html", {"words": words, "mood": mood})
    return Redirect(ask.next_page(LINE), flash=Flash(words, mood=mood))
