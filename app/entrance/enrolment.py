"""Setting up the second factor with an authenticator, and the recovery codes that go with it."""

from typing import ClassVar

import segno
from pydantic import SecretStr

from app.accounts import service
from app.accounts.models import Enrolled, SignIn, Stage
from app.accounts.refusals import LoginRefused, LoginThrottled
from app.entrance.door import ONWARD_COOKIE, router, session_cookies, session_token
from app.entrance.logging_in import too_many
from app.shell.access import SIGNED_IN, at_stage
from app.shell.answers import Answer, Cookie, Page, Question
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.paths import local_path

_ENROLLING = at_stage(Stage.ENROL)
_TOO_MANY = 429


class FirstCode(FormModel):
    """The code that proves that the authenticator has the secret."""

    words: ClassVar[str] = "enrol"
    code: SecretStr


@router.page("/login/enrol", access=_ENROLLING, title="enrol.title")
async def enrol_page(ask: Ask) -> Answer:
    return await _show(ask, blank(FirstCode), status=200)


@router.deed("/login/enrol", access=_ENROLLING, back="/login/enrol")
async def enrol(ask: Ask) -> Answer:
    return await _confirm(ask, local_path(ask.cookie(ONWARD_COOKIE), "/"))


@router.page("/account/factor", access=SIGNED_IN, title="enrol.again.title", parent="/account", step_up=True)
async def new_factor_page(ask: Ask) -> Answer:
    _needs_factor(ask)
    return await _show(ask, blank(FirstCode), status=200)


@router.deed("/account/factor", access=SIGNED_IN, step_up=True, back="/account/factor")
async def change_factor(ask: Ask) -> Answer:
    _needs_factor(ask)
    return await _confirm(ask, "/account")


@router.page("/account/recovery", access=SIGNED_IN, title="recovery.renew.title", parent="/account", step_up=True)
async def ask_to_renew_codes(ask: Ask) -> Answer:
    _needs_factor(ask)
    return Question("recovery.renew", deed="/account/recovery", back="/account")


@router.deed("/account/recovery", access=SIGNED_IN, step_up=True, back="/account/recovery")
async def renew_codes(ask: Ask) -> Answer:
    _needs_factor(ask)
    codes = await service.renew_recovery_codes(ask.accounts, session_token(ask))
    return _codes_page(ask, codes, "/account", ())


def _needs_factor(ask: Ask) -> None:
    """Who signs in by the provider has the second factor there."""
    if ask.person().sign_in is not SignIn.PASSWORD:
        raise Missing


async def _show(ask: Ask, form: Form[FirstCode], *, status: int) -> Page:
    enrolment = await service.begin_enrolment(ask.accounts, session_token(ask))
    picture = segno.make(enrolment.uri, error="m").svg_data_uri(scale=5, border=2, dark="#000", light="#fff")
    groups = " ".join(enrolment.secret[place : place + 4] for place in range(0, len(enrolment.secret), 4))
    context = {"action": ask.here, "picture": picture, "secret": groups, "uri": enrolment.uri}
    return Page("enrol.html", context, form=form, status=status)


async def _confirm(ask: Ask, onward: str) -> Answer:
    form = ask.read(FirstCode)
    if form.value is None:
        return await _show(ask, form, status=422)
    try:
        enrolled: Enrolled = await service.confirm_enrolment(
            ask.accounts, session_token(ask), code=form.value.code.get_secret_value()
        )
    except LoginRefused:
        return await _show(ask, form.refused("code", "enrol.refused"), status=422)
    except LoginThrottled as throttled:
        return await _show(ask, too_many(form, throttled), status=_TOO_MANY)
    cookies = (*session_cookies(enrolled.signed_in), Cookie(ONWARD_COOKIE, ""))
    return _codes_page(ask, enrolled.recovery_codes, onward, cookies)


def _codes_page(ask: Ask, codes: tuple[str, ...], onward: str, cookies: tuple[Cookie, ...]) -> Page:
    heading = ask.translate("recovery.codes.title")
    return Page("recovery_codes.html", {"codes": codes, "onward": onward}, heading=heading, cookies=cookies)
