"""Lets agents' softphones in at Twilio: who they are there, by which edge they come, and the token that proves it.

Twilio's library is loaded with the first token: calls never need it.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.kit.protocols import SoftphoneToken
from app.telephony.places import PLACES

TOKEN_SECONDS: Final = 60 * 60
_SCHEME: Final = "client:"
_UNITED_STATES: Final = "us1"
# A region elsewhere is reached at its own place. The United States are reached by the nearest of all, and who came in
# by one returns to that one after a break (https://www.twilio.com/docs/global-infrastructure/edge-locations).
_NEAREST: Final = ("roaming",)
_ALL: Final = (*_NEAREST, "ashburn", "umatilla", *PLACES.values())


def identity_of(person_id: UUID) -> str:
    """Who a person is at Twilio, whose identities have letters, digits and underscores alone."""
    return person_id.hex


def find_person(caller: str) -> UUID | None:
    """Whose softphone calls: `From` of its call is `client:` and the identity; None where it is none."""
    identity = caller.removeprefix(_SCHEME)
    try:
        return UUID(identity) if caller.startswith(_SCHEME) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class TwilioSoftphones:
    """Softphones of an account, by an API key that was made in the same region."""

    account_sid: str
    key_sid: str
    key_secret: str = field(repr=False)
    app_sid: str
    region: str = _UNITED_STATES

    @property
    def edges(self) -> tuple[str, ...]:
        return (PLACES[self.region],) if self.region in PLACES else _NEAREST

    @property
    def origins(self) -> tuple[str, ...]:
        """Signalling alone: sounds are our own, reports are switched off, and speech goes by WebRTC."""
        edges = _ALL if self.edges == _NEAREST else self.edges
        return tuple(f"wss://voice-js.{edge}.twilio.com" for edge in edges)

    def token(self, person_id: UUID) -> SoftphoneToken:
        from twilio.jwt.access_token import AccessToken  # noqa: PLC0415  See above.
        from twilio.jwt.access_token.grants import VoiceGrant  # noqa: PLC0415

        identity = identity_of(person_id)
        # Whoever may not be called cannot register, and only by that a softphone knows early that it is let in.
        grant = VoiceGrant(incoming_allow=True, outgoing_application_sid=self.app_sid)
        region = None if self.region == _UNITED_STATES else self.region
        made = AccessToken(
            self.account_sid,
            self.key_sid,
            self.key_secret,
            grants=[grant],
            identity=identity,
            ttl=TOKEN_SECONDS,
            region=region,
        )
        return SoftphoneToken(made.to_jwt(), identity, self.edges, TOKEN_SECONDS)
