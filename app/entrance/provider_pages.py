"""Signing in by the OpenID provider: the way there and the way back."""

import json
from collections.abc import Mapping
from typing import Final, cast

from app.accounts import service
from app.accounts.models import SignedIn
from app.accounts.refusals import AccountRefused
from app.entrance import provider as openid
from app.entrance.door import ONWARD_COOKIE, Entrance, carry_on, router, session_token
from app.kit.crypto import SealBroken
from app.kit.log import get_logger
from app.shell.access import LOGIN_PAGE, PUBLIC
from app.shell.answers import Answer, Cookie, Flash, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing

log = get_logger("entrance")

DEPARTURE_COOKIE: Final = "departure"
_RETURN: Final = "/login/provider/return"
_BOUND: Final = b"departure"


@router.deed("/login/provider", access=PUBLIC, back=LOGIN_PAGE)
async def depart(ask: Ask) -> Answer:
    """Whoever is signed in already proves anew who they are; everybody else signs in."""
    entrance = ask.given(Entrance)
    if entrance.provider is None:
        raise Missing
    try:
        departure = await openid.begin(
            entrance.provider, f"{entrance.base_url}{_RETURN}", fresh=ask.visitor is not None
        )
    except openid.SignInFailed as failed:
        return _failed(failed)
    sealed = ask.keys.seal(json.dumps(dict(departure.kept)).encode(), bound_to=_BOUND)
    seconds = int(openid.KEPT_FOR.total_seconds())
    cookies = (Cookie(DEPARTURE_COOKIE, sealed, seconds), Cookie(ONWARD_COOKIE, ask.next_page(), seconds))
    return Redirect(departure.url, cookies=cookies, outside=True)


@router.page(_RETURN, access=PUBLIC, title="login.title")
async def come_back(ask: Ask) -> Answer:
    provider, kept = ask.given(Entrance).provider, _kept(ask)
    if provider is None:
        return _failed(openid.SignInFailed(openid.SignInCode.STALE, "no-provider"))
    try:
        claims = await openid.finish(provider, kept, ask.query)
        signed_in = await _sign_in(ask, claims, fresh=bool(kept and kept.get("fresh")))
    except openid.SignInFailed as failed:
        return _failed(failed)
    except AccountRefused:
        return Redirect(LOGIN_PAGE, flash=Flash("login.no_account", mood="danger"), cookies=_over())
    onward = carry_on(ask, signed_in)
    return Redirect(onward.to, cookies=(*onward.cookies, *_over()))


async def _sign_in(ask: Ask, claims: openid.Claims, *, fresh: bool) -> SignedIn:
    issuer, subject = claims.issuer, claims.subject
    if fresh:
        return await service.step_up_by_provider(ask.accounts, session_token(ask), issuer=issuer, subject=subject)
    return await service.sign_in_by_provider(ask.accounts, issuer=issuer, subject=subject, login=claims.login)


def _kept(ask: Ask) -> Mapping[str, object] | None:
    """What was kept at the departure; None where the cookie is gone or is none of ours."""
    try:
        opened = ask.keys.open(ask.cookie(DEPARTURE_COOKIE) or "", bound_to=_BOUND)
    except SealBroken:
        return None
    return cast("Mapping[str, object]", json.loads(opened))


def _failed(failed: openid.SignInFailed) -> Redirect:
    log.warning("sign-in by the provider failed", code=str(failed.code), found=failed.found)
    flash = Flash(f"login.{failed.code}", mood="danger")
    return Redirect(LOGIN_PAGE, flash=flash, cookies=_over())


def _over() -> tuple[Cookie, ...]:
    return (Cookie(DEPARTURE_COOKIE, ""),)
