"""Checks the OpenID provider's ID token: who signed it, for whom, when, and that it answers this very sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import KeySet
from joserfc.jwt import Token
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.entrance.provider_errors import SignInCode, SignInFailed

ALGORITHMS: Final = ("RS256", "ES256", "PS256")
LEEWAY: Final = timedelta(seconds=60)
FRESH_FOR: Final = timedelta(minutes=5)
_Instant = Annotated[float, Field(ge=0, le=253_402_300_799, allow_inf_nan=False)]


class IdToken(BaseModel):
    """The claims that are used here (OpenID Connect Core 1.0, sections 2 and 5.1), by their shapes."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)

    iss: str
    sub: Annotated[str, Field(min_length=1, max_length=255)]
    aud: str | list[str]
    exp: _Instant
    iat: _Instant
    nonce: str
    azp: str | None = None
    at_hash: str | None = None
    acr: str | None = None
    auth_time: _Instant | None = None

    @property
    def authenticated_at(self) -> datetime | None:
        return None if self.auth_time is None else datetime.fromtimestamp(self.auth_time, UTC)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say; the acr is not asked for where it is empty."""

    issuer: str
    client_id: str
    nonce: str
    acr: str
    fresh: bool


class UnknownKey(Exception):
    """The token names a key that is not among those known: the provider may have changed its keys."""


def open_token(value: str, keys: KeySet) -> Token:
    """The token, whose signature is one of these keys'; raises UnknownKey and SignInFailed."""
    try:
        return jwt.decode(value, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        raise UnknownKey from None
    except UnsupportedAlgorithmError:
        raise SignInFailed(SignInCode.REFUSED, "algorithm") from None
    except (JoseError, ValueError, TypeError, RecursionError):
        raise SignInFailed(SignInCode.REFUSED, "signature") from None


def check_token(token: Token, expected: Expected, access_token: str, at: datetime) -> IdToken:
    """The claims of a token that is valid, for us, in time and an answer to this sign-in; raises SignInFailed."""
    try:
        claims = IdToken.model_validate(token.claims)
    except ValidationError as error:
        raise SignInFailed(SignInCode.REFUSED, f"claim-{error.errors(include_input=False)[0]['loc'][0]}") from None
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": access_token}
    try:
        CodeIDToken(token.claims, token.header, options, params).validate(int(at.timestamp()), LEEWAY.seconds)
    except ClaimError as error:
        raise SignInFailed(SignInCode.REFUSED, f"claim-{error.claim}") from None
    _check_strength(claims, expected, at)
    return claims


def _check_strength(claims: IdToken, expected: Expected, at: datetime) -> None:
    if expected.acr and claims.acr != expected.acr:
        raise SignInFailed(SignInCode.TOO_WEAK, "claim-acr")
    authenticated_at = claims.authenticated_at
    if authenticated_at and authenticated_at > at + LEEWAY:
        raise SignInFailed(SignInCode.REFUSED, "claim-auth_time")
    if expected.fresh and (authenticated_at is None or authenticated_at < at - FRESH_FOR):
        raise SignInFailed(SignInCode.NOT_FRESH, "claim-auth_time")


def find_login(claims: Mapping[str, object]) -> str | None:
    """The name under which the provider knows the person: a user name, or an e-mail address that it has confirmed."""
    username, address = claims.get("preferred_username"), claims.get("email")
    if found := _line(username):
        return found
    return _line(address) if claims.get("email_verified") is True else None


def find_name(claims: Mapping[str, object]) -> str | None:
    return _line(claims.get("name"))


def _line(value: object) -> str | None:
    """A text of one line that can be shown and is not too long to be a name."""
    most = 200
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= most and text.isprintable() else None
