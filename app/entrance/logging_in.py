"""Logging in with a password, and logging out."""

from typing import ClassVar

from pydantic import SecretStr

from app.accounts import service
from app.accounts.models import SignIn, Stage
from app.accounts.refusals import LoginRefused, LoginThrottled
from app.entrance import provider as openid
from app.entrance.door import Entrance, carry_on, router, session_token
from app.shell.access import LOGIN_PAGE, PUBLIC
from app.shell.answers import Answer, Cookie, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.cookies import DEVICE_COOKIE, SESSION_COOKIE
from app.shell.forms import Form, FormModel, Model, blank

_TOO_MANY = 429
_UNPROCESSABLE = 422


class Login(FormModel):
    """Who somebody says they are, and the proof."""

    words: ClassVar[str] = "login"
    login: str
    password: SecretStr


@router.page("/login", access=PUBLIC, title="login.title")
async def login_page(ask: Ask) -> Answer:
    if ask.visitor is not None and ask.visitor.stage is Stage.FULL:
        return Redirect(ask.next_page())
    return _page(ask, blank(Login), status=200)


@router.deed("/login", access=PUBLIC, back=LOGIN_PAGE)
async def log_in(ask: Ask) -> Answer:
    form = ask.read(Login)
    if form.value is None:
        return _page(ask, form, status=_UNPROCESSABLE)
    try:
        signed_in = await service.log_in(
            ask.accounts,
            login=form.value.login,
            password=form.value.password.get_secret_value(),
            address=ask.address,
            device=ask.cookie(DEVICE_COOKIE),
        )
    except LoginRefused:
        return _page(ask, form.refused("", "login.refused"), status=_UNPROCESSABLE)
    except LoginThrottled as throttled:
        return _page(ask, too_many(form, throttled), status=_TOO_MANY)
    return carry_on(ask, signed_in, onward=ask.next_page())


def too_many(form: Form[Model], throttled: LoginThrottled) -> Form[Model]:
    """The form with a fault that says when to try again."""
    return form.refused("", "login.throttled", count=max(1, -(-throttled.retry_after_seconds // 60)))


def _page(ask: Ask, form: Form[Login], *, status: int) -> Page:
    entrance = ask.given(Entrance)
    context = {
        "provider": entrance.provider.name if entrance.provider else None,
        "phone": entrance.phone,
        "ended": ask.query.get("ended", ""),
        "onward": ask.next_page(),
    }
    return Page("login.html", context, form=form, status=status)


@router.deed("/logout", access=PUBLIC, back="/")
async def log_out(ask: Ask) -> Answer:
    """Ends the session here, and at the provider for whoever came from there."""
    await service.log_out(ask.accounts, session_token(ask))
    over = (Cookie(SESSION_COOKIE, ""),)
    provider = ask.given(Entrance).provider
    if provider is not None and ask.visitor is not None and ask.visitor.sign_in is SignIn.OIDC:
        address = await _leave(provider, f"{ask.given(Entrance).base_url}{LOGIN_PAGE}")
        if address:
            return Redirect(address, cookies=over, outside=True)
    return Redirect(LOGIN_PAGE, flash=Flash("login.logged_out"), cookies=over)


async def _leave(provider: openid.Provider, back: str) -> str | None:
    """A provider that does not answer must not keep anybody from logging out here."""
    try:
        return await openid.get_log_out_address(provider, back)
    except openid.SignInFailed:
        return None
