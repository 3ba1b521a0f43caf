"""What the OpenID provider says of itself: its addresses and its keys, fetched when needed and kept for an hour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from pydantic import BaseModel, ConfigDict, ValidationError

from app.entrance.provider_errors import SignInCode, SignInFailed
from app.entrance.provider_wire import ANSWER_SECONDS, ask
from app.kit.clock import Clock, now
from app.kit.errors import SettingError
from app.kit.settings import Settings, provider_faults
from app.kit.written import is_safe_address

KEPT_FOR: Final = timedelta(hours=1)
_KINDS: Final[Mapping[str, type[RSAKey] | type[ECKey]]] = {"RSA": RSAKey, "EC": ECKey}
# RFC 7518, sections 3.3 and 3.5.
_LEAST_RSA_BITS: Final = 2048


class Metadata(BaseModel):
    """The part of the provider's metadata that is used here (OpenID Connect Discovery 1.0, section 3)."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool | None = None

    def addresses(self) -> list[str]:
        """Every address to which something is sent."""
        needed = [self.authorization_endpoint, self.token_endpoint, self.jwks_uri]
        return needed + [address for address in (self.userinfo_endpoint, self.end_session_endpoint) if address]


@dataclass(slots=True)
class Knowledge:
    """What was last heard of the provider, and when."""

    metadata: Metadata | None = None
    keys: KeySet | None = None
    heard_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider by which people sign in: how the settings describe it, and what is known of it so far."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    acr: str
    client: httpx.AsyncClient = field(repr=False)
    clock: Clock = field(default=now, repr=False)
    answer_seconds: float = ANSWER_SECONDS
    knowledge: Knowledge = field(default_factory=Knowledge, repr=False, compare=False)


def open_provider(settings: Settings, client: httpx.AsyncClient, clock: Clock = now) -> Provider | None:
    """The provider of the settings, or None where they name none; nothing is asked of it before somebody signs in.

    Raises SettingError where a part of its settings is missing.
    """
    for fault in provider_faults(settings):
        raise SettingError(fault)
    if not settings.oidc_issuer:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        name=settings.oidc_name,
        acr=settings.oidc_acr,
        client=client,
        clock=clock,
    )


async def get_metadata(provider: Provider) -> Metadata:
    """The provider's metadata; raises SignInFailed where it cannot be had or is not this provider's."""
    knowledge = provider.knowledge
    if knowledge.metadata is None or provider.clock() - knowledge.heard_at > KEPT_FOR:
        address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = await ask(provider.client, address, seconds=provider.answer_seconds)
        knowledge.metadata, knowledge.keys = _metadata(provider, answer.content), None
        knowledge.heard_at = provider.clock()
    return knowledge.metadata


def _metadata(provider: Provider, content: object) -> Metadata:
    try:
        metadata = Metadata.model_validate(content)
    except ValidationError:
        raise SignInFailed(SignInCode.UNAVAILABLE, "metadata") from None
    if metadata.issuer != provider.issuer:
        raise SignInFailed(SignInCode.MISCONFIGURED, "metadata-issuer")
    # A provider on the same machine may name addresses there; one that is reached by https must stay with it.
    local = not provider.issuer.lower().startswith("https://")
    if not all(
        is_safe_address(address) and (local or address.startswith("https://")) for address in metadata.addresses()
    ):
        raise SignInFailed(SignInCode.MISCONFIGURED, "metadata-address")
    return metadata


async def get_keys(provider: Provider, *, again: bool = False) -> KeySet:
    """The keys with which the provider signs, fetched anew where `again` is true."""
    metadata = await get_metadata(provider)
    keys = provider.knowledge.keys
    if keys is None or again:
        answer = await ask(provider.client, metadata.jwks_uri, seconds=provider.answer_seconds)
        provider.knowledge.keys = keys = _signing_keys(answer.content.get("keys"))
    return keys


def _signing_keys(listed: object) -> KeySet:
    """The public RSA and EC keys that are long enough; others are passed over, as RFC 7517, section 5 wants it."""
    keys = [key for entry in (listed if isinstance(listed, list) else ()) if (key := _find_key(entry))]
    if not keys:
        raise SignInFailed(SignInCode.UNAVAILABLE, "keys")
    return KeySet([*keys])


def _find_key(entry: object) -> RSAKey | ECKey | None:
    if not isinstance(entry, dict) or (kind := _KINDS.get(str(entry.get("kty")))) is None:
        return None
    try:
        key = kind.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if isinstance(key, RSAKey) and key.public_key.key_size < _LEAST_RSA_BITS else key
