"""The second step of logging in: a code of the authenticator, or one of the recovery codes."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

from pydantic import SecretStr

from app.accounts import service
from app.accounts.models import SignedIn, Stage
from app.accounts.refusals import LoginRefused, LoginThrottled
from app.entrance.door import carry_on, router, session_token
from app.entrance.logging_in import too_many
from app.shell.access import at_stage
from app.shell.answers import Answer, Flash, Page
from app.shell.ask import Ask
from app.shell.cookies import DEVICE_COOKIE
from app.shell.forms import Form, FormModel, blank

_HALF_WAY = at_stage(Stage.SECOND_FACTOR)
_TOO_MANY = 429


class Coded(FormModel):
    """A code of some kind."""

    code: SecretStr


class Code(Coded):
    """A code of six digits."""

    words: ClassVar[str] = "second_factor"


class RecoveryCode(Coded):
    """A code from the list that was shown once."""

    words: ClassVar[str] = "recovery"


Kind = TypeVar("Kind", bound=Coded)


@router.page("/login/second-factor", access=_HALF_WAY, title="second_factor.title")
async def code_page(_ask: Ask) -> Answer:
    return Page("second_factor.html", form=blank(Code))


@router.deed("/login/second-factor", access=_HALF_WAY, back="/login/second-factor")
async def pass_code(ask: Ask) -> Answer:
    form = ask.read(Code)
    return await _pass(ask, form, "second_factor.html", _by_code, None)


@router.page("/login/recovery", access=_HALF_WAY, title="recovery.title", parent="/login/second-factor")
async def recovery_page(_ask: Ask) -> Answer:
    return Page("recovery.html", form=blank(RecoveryCode))


@router.deed("/login/recovery", access=_HALF_WAY, back="/login/recovery")
async def pass_recovery_code(ask: Ask) -> Answer:
    form = ask.read(RecoveryCode)
    return await _pass(ask, form, "recovery.html", _by_recovery_code, Flash("recovery.used", mood="warning"))


async def _by_code(ask: Ask, code: str) -> SignedIn:
    device = ask.cookie(DEVICE_COOKIE)
    return await service.pass_second_factor(ask.accounts, session_token(ask), code=code, device=device)


async def _by_recovery_code(ask: Ask, code: str) -> SignedIn:
    device = ask.cookie(DEVICE_COOKIE)
    return await service.use_recovery_code(ask.accounts, session_token(ask), code=code, device=device)


async def _pass(
    ask: Ask,
    form: Form[Kind],
    template: str,
    prove: Callable[[Ask, str], Awaitable[SignedIn]],
    flash: Flash | None,
) -> Answer:
    if form.value is None:
        return Page(template, form=form)
    try:
        signed_in = await prove(ask, form.value.code.get_secret_value())
    except LoginRefused:
        return Page(template, form=form.refused("code", "second_factor.refused"))
    except LoginThrottled as throttled:
        return Page(template, form=too_many(form, throttled), status=_TOO_MANY)
    return carry_on(ask, signed_in, flash=flash)
