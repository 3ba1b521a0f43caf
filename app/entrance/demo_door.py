"""Ways into the demonstration without an account; this router is added in the demo alone."""

from pathlib import Path
from typing import ClassVar

from app.accounts import service
from app.accounts.models import Role
from app.entrance.door import carry_on
from app.shell.access import LOGIN_PAGE, PUBLIC
from app.shell.answers import Answer, Redirect
from app.shell.ask import Ask
from app.shell.forms import FormModel
from app.shell.registry import PageRouter

router = PageRouter("demo_door", templates=Path(__file__).parent / "templates")


class Entry(FormModel):
    """In whose place somebody wants to look around."""

    words: ClassVar[str] = "demo_door"
    role: Role


@router.deed("/demo/enter", access=PUBLIC, back=LOGIN_PAGE)
async def enter(ask: Ask) -> Answer:
    form = ask.read(Entry)
    if form.value is None:
        return Redirect(LOGIN_PAGE)
    return carry_on(ask, await service.enter_as_demo(ask.accounts, form.value.role), onward=ask.next_page())
