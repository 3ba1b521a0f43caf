"""Sign-in by an OpenID provider: the way there, the way back with what it confirms, and the way out.

It is the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636) and the issuer's name in the answer
(RFC 9207). Everything here raises SignInFailed, whose code says what a page should tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import compare_digest, token_urlsafe
from typing import Annotated, Final

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import (
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.entrance.provider_discovery import Metadata, Provider, get_keys, get_metadata, open_provider
from app.entrance.provider_errors import SignInCode, SignInFailed
from app.entrance.provider_token import (
    FRESH_FOR,
    LEEWAY,
    Expected,
    IdToken,
    UnknownKey,
    check_token,
    find_login,
    find_name,
    open_token,
)
from app.entrance.provider_wire import ask

__all__ = [
    "KEPT_FOR",
    "Claims",
    "Departure",
    "Provider",
    "SignInCode",
    "SignInFailed",
    "begin",
    "finish",
    "get_log_out_address",
    "open_provider",
]

KEPT_FOR: Final = timedelta(minutes=10)
_SCOPES: Final = "openid profile email"
_REFUSED_FROM: Final = 400
# The answers of RFC 6749, sections 4.1.2.1 and 5.2, OpenID Connect Core 1.0, 3.1.2.6, and of Unmet Authentication
# Requirements 1.0; what is not named here counts as refused.
_ERRORS: Final[Mapping[str, SignInCode]] = {
    "access_denied": SignInCode.DECLINED,
    "login_required": SignInCode.DECLINED,
    "consent_required": SignInCode.DECLINED,
    "interaction_required": SignInCode.DECLINED,
    "account_selection_required": SignInCode.DECLINED,
    "server_error": SignInCode.UNAVAILABLE,
    "temporarily_unavailable": SignInCode.UNAVAILABLE,
    "unmet_authentication_requirements": SignInCode.TOO_WEAK,
    "invalid_grant": SignInCode.STALE,
    "invalid_client": SignInCode.MISCONFIGURED,
    "invalid_request": SignInCode.MISCONFIGURED,
    "invalid_scope": SignInCode.MISCONFIGURED,
    "unauthorized_client": SignInCode.MISCONFIGURED,
    "unsupported_grant_type": SignInCode.MISCONFIGURED,
    "unsupported_response_type": SignInCode.MISCONFIGURED,
}


class _Kept(BaseModel):
    """What must come back unchanged from the browser: it holds secrets, so it is to be sealed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    state: Annotated[str, Field(repr=False)]
    nonce: Annotated[str, Field(repr=False)]
    verifier: Annotated[str, Field(repr=False)]
    return_address: str
    fresh: bool
    began_at: int


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and what is kept for its return: a small mapping that JSON can carry, to be sealed."""

    url: str
    kept: Mapping[str, object]

    def __repr__(self) -> str:
        return "Departure()"


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider confirms of a person; `authenticated_at` and `acr` are None where it does not say."""

    issuer: str
    subject: str
    login: str
    name: str
    authenticated_at: datetime | None
    acr: str | None

    def __repr__(self) -> str:
        return "Claims()"


async def begin(provider: Provider, return_address: str, *, fresh: bool) -> Departure:
    """Prepares a sign-in that comes back to `return_address`; a fresh one has the person prove anew who they are."""
    metadata = await get_metadata(provider)
    kept = _Kept(
        state=token_urlsafe(32),
        nonce=token_urlsafe(32),
        verifier=token_urlsafe(48),
        return_address=return_address,
        fresh=fresh,
        began_at=int(provider.clock().timestamp()),
    )
    url: str = prepare_grant_uri(
        metadata.authorization_endpoint,
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=return_address,
        scope=_SCOPES,
        state=kept.state,
        nonce=kept.nonce,
        code_challenge=create_s256_code_challenge(kept.verifier),
        code_challenge_method="S256",
        acr_values=provider.acr or None,
        # The age makes the provider say when the person signed in; zero would have some providers ask without end.
        **({"prompt": "login", "max_age": str(FRESH_FOR.seconds)} if fresh else {}),
    )
    return Departure(url, kept.model_dump())


async def finish(provider: Provider, kept: Mapping[str, object] | None, query: Mapping[str, str]) -> Claims:
    """What the provider confirms, after the browser came back with `query` to what was kept at the departure."""
    known = _own(provider, kept, query)
    metadata = await get_metadata(provider)
    _check_answer(provider, metadata, query)
    tokens = await _exchange(provider, metadata, known, query["code"])
    access_token, id_token = tokens.get("access_token"), tokens.get("id_token")
    if not isinstance(access_token, str) or not isinstance(id_token, str):
        raise SignInFailed(SignInCode.REFUSED, "tokens")
    claims, told = await _read(provider, known, id_token, access_token)
    if find_login(told) is None and metadata.userinfo_endpoint:
        told = await _ask_who(provider, metadata.userinfo_endpoint, claims, access_token)
    login = find_login(told)
    if login is None:
        raise SignInFailed(SignInCode.NAMELESS, "login")
    name = find_name(told) or login
    return Claims(claims.iss, claims.sub, login, name, claims.authenticated_at, claims.acr)


async def get_log_out_address(provider: Provider, return_address: str) -> str | None:
    """Where the browser ends the session at the provider (RP-Initiated Logout 1.0), or None where it has no such page.

    No token of the person is kept here that could be sent along, so the provider may ask whether they mean it.
    """
    metadata = await get_metadata(provider)
    if metadata.end_session_endpoint is None:
        return None
    sent = {"client_id": provider.client_id, "post_logout_redirect_uri": return_address}
    address: str = add_params_to_uri(metadata.end_session_endpoint, sent.items())
    return address


def _own(provider: Provider, kept: Mapping[str, object] | None, query: Mapping[str, str]) -> _Kept:
    """What was kept, if this browser began the sign-in that comes back, and not too long ago."""
    try:
        known = _Kept.model_validate(kept)
    except ValidationError:
        raise SignInFailed(SignInCode.STALE, "kept") from None
    age_seconds = provider.clock().timestamp() - known.began_at
    if not -LEEWAY.seconds <= age_seconds <= KEPT_FOR.seconds:
        raise SignInFailed(SignInCode.STALE, "age")
    if not compare_digest(known.state.encode(), query.get("state", "").encode("utf-8", "replace")):
        raise SignInFailed(SignInCode.STALE, "state")
    return known


def _check_answer(provider: Provider, metadata: Metadata, query: Mapping[str, str]) -> None:
    issuer = query.get("iss")
    promised = metadata.authorization_response_iss_parameter_supported
    if (issuer is None and promised) or (issuer is not None and issuer != provider.issuer):
        raise SignInFailed(SignInCode.REFUSED, "answer-issuer")
    if "error" in query:
        raise SignInFailed(_ERRORS.get(query["error"], SignInCode.REFUSED), "answer-error")
    if not query.get("code"):
        raise SignInFailed(SignInCode.REFUSED, "answer-code")


async def _exchange(provider: Provider, metadata: Metadata, known: _Kept, code: str) -> Mapping[str, object]:
    """The tokens for the code; the hotline shows its secret in a way that the provider knows, at best the header."""
    known_ways = metadata.token_endpoint_auth_methods_supported or ["client_secret_basic"]
    way = "client_secret_basic" if "client_secret_basic" in known_ways else "client_secret_post"
    asked = prepare_token_request(
        "authorization_code", redirect_uri=known.return_address, code=code, code_verifier=known.verifier
    )
    _, headers, form = ClientAuth(provider.client_id, provider.client_secret, way).prepare(
        "POST", metadata.token_endpoint, {}, asked
    )
    answer = await ask(
        provider.client, metadata.token_endpoint, headers=headers, form=form, seconds=provider.answer_seconds
    )
    if answer.status >= _REFUSED_FROM:
        error = answer.content.get("error")
        raise SignInFailed(_ERRORS.get(str(error), SignInCode.REFUSED), "token-error")
    return answer.content


async def _read(
    provider: Provider, known: _Kept, id_token: str, access_token: str
) -> tuple[IdToken, Mapping[str, object]]:
    """The checked claims and all that the token says; a key that is not known has the keys fetched anew, once."""
    try:
        token = open_token(id_token, await get_keys(provider))
    except UnknownKey:
        try:
            token = open_token(id_token, await get_keys(provider, again=True))
        except UnknownKey:
            raise SignInFailed(SignInCode.REFUSED, "key") from None
    expected = Expected(
        issuer=provider.issuer,
        client_id=provider.client_id,
        nonce=known.nonce,
        acr=provider.acr,
        fresh=known.fresh,
    )
    return check_token(token, expected, access_token, provider.clock()), token.claims


async def _ask_who(provider: Provider, address: str, claims: IdToken, access_token: str) -> Mapping[str, object]:
    """What the provider says of the person beyond the token; it must be the same person (Core 1.0, 5.3.2)."""
    headers = {"Authorization": f"Bearer {access_token}"}
    answer = await ask(provider.client, address, headers=headers, seconds=provider.answer_seconds)
    if answer.status >= _REFUSED_FROM:
        raise SignInFailed(SignInCode.REFUSED, "userinfo-error")
    if answer.content.get("sub") != claims.sub:
        raise SignInFailed(SignInCode.REFUSED, "userinfo-sub")
    return answer.content
