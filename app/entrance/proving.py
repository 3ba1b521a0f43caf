"""Proving once more who one is, before something that must not happen at an unattended desk."""

from typing import ClassVar

from pydantic import SecretStr

from app.accounts import service
from app.accounts.models import SignIn
from app.accounts.refusals import LoginRefused, LoginThrottled
from app.entrance.door import Entrance, router, session_cookies, session_token
from app.entrance.logging_in import too_many
from app.shell.access import SIGNED_IN, STEP_UP_PAGE
from app.shell.answers import Answer, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import Form, FormModel, blank

_TOO_MANY = 429


class Proof(FormModel):
    """Password and code together."""

    words: ClassVar[str] = "step_up"
    password: SecretStr
    code: SecretStr


@router.page(STEP_UP_PAGE, access=SIGNED_IN, title="step_up.title")
async def step_up_page(ask: Ask) -> Answer:
    return _page(ask, blank(Proof), status=200)


@router.deed(STEP_UP_PAGE, access=SIGNED_IN, back=STEP_UP_PAGE)
async def prove(ask: Ask) -> Answer:
    form = ask.read(Proof)
    if form.value is None:
        return _page(ask, form, status=422)
    password, code = form.value.password.get_secret_value(), form.value.code.get_secret_value()
    try:
        signed_in = await service.step_up(ask.accounts, session_token(ask), password=password, code=code)
    except LoginRefused:
        return _page(ask, form.refused("", "step_up.refused"), status=422)
    except LoginThrottled as throttled:
        return _page(ask, too_many(form, throttled), status=_TOO_MANY)
    return Redirect(ask.next_page(), cookies=session_cookies(signed_in))


def _page(ask: Ask, form: Form[Proof], *, status: int) -> Page:
    provider = ask.given(Entrance).provider
    by_provider = provider.name if provider and ask.person().sign_in is SignIn.OIDC else None
    return Page("step_up.html", {"provider": by_provider, "onward": ask.next_page()}, form=form, status=status)
