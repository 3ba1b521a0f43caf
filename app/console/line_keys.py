"""The page on which agents choose the keys of their desk, or switch them off."""

from typing import Any, ClassVar, Final

from pydantic import create_model

from app.console.door import router
from app.console.line_door import HOTLINE, LINE, line_of
from app.queue import service
from app.queue.keys import DEEDS, DEFAULT_KEYS, DeskSettings, KeyRefused, KeysShared, read_key
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import Form, FormModel, blank
from app.shell.registry import Menu

KEYS: Final = f"{LINE}/keys"


class _Desk(FormModel):
    """What is no key: whether there are keys when wrapping up, and a tone for an offer."""

    words: ClassVar[str] = "line.keys"
    wrap_up: bool = False
    sound: bool = False


# A field for each deed; an empty one switches its key off.
_FIELDS: Final[Any] = dict.fromkeys(DEEDS, (str, ""))
_Chosen: Final[type[_Desk]] = create_model("_Chosen", __base__=_Desk, **_FIELDS)


@router.page(KEYS, access=HOTLINE, title="line.keys.title", menu=Menu("account", 30), parent=LINE)
async def keys_page(ask: Ask) -> Answer:
    desk = await service.get_desk(line_of(ask), ask.person().person_id)
    return _page(blank(_Chosen, **desk.keys, wrap_up=desk.wrap_up, sound=desk.sound))


@router.deed(KEYS, access=HOTLINE, back=KEYS)
async def choose_keys(ask: Ask) -> Answer:
    form = ask.read(_Chosen)
    if form.value is None:
        return _page(form)
    typed = form.value.model_dump()
    desk = DeskSettings({deed: typed[deed] for deed in DEEDS}, form.value.wrap_up, form.value.sound)
    try:
        await service.set_desk(line_of(ask), ask.person().person_id, desk)
    except KeyRefused as refused:
        return _page(form.refused(str(refused), "line.keys.unusable"))
    except KeysShared as shared:
        return _page(_shared(ask, form, [str(deed) for deed in shared.args]))
    return Redirect(KEYS, flash=Flash("line.keys.kept"))


@router.deed(f"{KEYS}/usual", access=HOTLINE, back=KEYS)
async def back_to_usual(ask: Ask) -> Answer:
    await service.set_desk(line_of(ask), ask.person().person_id, DeskSettings())
    return Redirect(KEYS, flash=Flash("line.keys.usual.done"))


def _page(form: Form[Any]) -> Page:
    return Page("line_keys.html", {"usual": DEFAULT_KEYS}, form=form)


def _shared(ask: Ask, form: Form[Any], deeds: list[str]) -> Form[Any]:
    """Each of the deeds says with which others it shares its key."""
    keys = {deed: read_key(form.shown(deed)) for deed in deeds}
    for deed, key in keys.items():
        others = [ask.translate(f"line.keys.{other}") for other in deeds if other != deed and keys[other] == key]
        form = form.refused(deed, "line.keys.shared", others=", ".join(others))
    return form
