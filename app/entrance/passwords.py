"""Choosing a password: the first one while logging in, and later ones whenever somebody likes."""

from typing import ClassVar

from pydantic import SecretStr

from app.accounts import service
from app.accounts.models import SignIn, Stage
from app.accounts.refusals import LoginRefused, LoginThrottled, PasswordRefused
from app.entrance.door import carry_on, router, session_cookies, session_token
from app.entrance.logging_in import too_many
from app.shell.access import SIGNED_IN, at_stage
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank

_FIRST = at_stage(Stage.CHANGE_PASSWORD)
_TOO_MANY = 429


class NewPassword(FormModel):
    """The present password, and the new one twice."""

    words: ClassVar[str] = "password"
    current: SecretStr
    new: SecretStr
    again: SecretStr


@router.page("/login/password", access=_FIRST, title="password.first.title")
async def first_password_page(_ask: Ask) -> Answer:
    return Page("password.html", {"action": "/login/password", "first": True}, form=blank(NewPassword))


@router.deed("/login/password", access=_FIRST, back="/login/password")
async def choose_first_password(ask: Ask) -> Answer:
    return await _choose(ask, first=True)


@router.page("/account/password", access=SIGNED_IN, title="password.title", parent="/account")
async def password_page(ask: Ask) -> Answer:
    _needs_password(ask)
    return Page("password.html", {"action": "/account/password", "first": False}, form=blank(NewPassword))


@router.deed("/account/password", access=SIGNED_IN, back="/account/password")
async def choose_password(ask: Ask) -> Answer:
    _needs_password(ask)
    return await _choose(ask, first=False)


def _needs_password(ask: Ask) -> None:
    """Who signs in by the provider has no password here to change."""
    if ask.person().sign_in is not SignIn.PASSWORD:
        raise Missing


async def _choose(ask: Ask, *, first: bool) -> Answer:
    form = ask.read(NewPassword)
    value = form.value
    if value is not None and value.new.get_secret_value() != value.again.get_secret_value():
        form = form.refused("again", "password.differs")
    if form.value is None:
        return _again(ask, form, first=first)
    current, new = form.value.current.get_secret_value(), form.value.new.get_secret_value()
    try:
        signed_in = await service.change_password(ask.accounts, session_token(ask), current=current, new=new)
    except PasswordRefused as refused:
        return _again(ask, form.refused("new", f"password.{refused.code}"), first=first)
    except LoginRefused:
        return _again(ask, form.refused("current", "password.wrong"), first=first)
    except LoginThrottled as throttled:
        return _again(ask, too_many(form, throttled), first=first, status=_TOO_MANY)
    if first:
        return carry_on(ask, signed_in)
    return Redirect("/account", flash=Flash("password.changed"), cookies=session_cookies(signed_in))


def _again(ask: Ask, form: Form[NewPassword], *, first: bool, status: int = 422) -> Page:
    return Page("password.html", {"action": ask.here, "first": first}, form=form, status=status)
