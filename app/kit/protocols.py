"""What a room or a door needs from another door; the application fills it in when it is built."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.kit.errors import HotlineError


class Signer(Protocol):
    """Signs a webhook as the telephone provider does."""

    def sign(self, url: str, params: list[tuple[str, str]]) -> str:
        """The value of the signature header for a form posted to the full public URL."""
        ...


@dataclass(frozen=True, slots=True)
class SoftphoneToken:
    """With which a browser is let in as somebody's softphone, for so long, at one of these edges of the provider."""

    value: str = field(repr=False)
    identity: str
    edges: tuple[str, ...]
    seconds: int


class Softphones(Protocol):
    """Lets people in who telephone with their browser."""

    @property
    def origins(self) -> tuple[str, ...]:
        """What their page must be able to reach besides its own host."""
        ...

    def token(self, person_id: UUID) -> SoftphoneToken: ...


class ProviderBusy(HotlineError):
    """The telephone provider did not do what it was asked, or did not say so; a later try may succeed.

    `maybe_done` is true where the request may have been carried out although no answer came: whoever creates a call
    or sends a message then looks before asking again.
    """

    def __init__(self, message: str, *, maybe_done: bool) -> None:
        super().__init__(message)
        self.maybe_done = maybe_done


class ProviderRefused(HotlineError):
    """The telephone provider refuses, and would again; `status` is its answer's, `code` its own error number."""

    def __init__(self, message: str, *, status: int, code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class CallOver(ProviderRefused):
    """The call has ended or its record is gone, so it cannot be sent anywhere."""


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call to be placed: `url` gives its first document, `status_url` hears of every step of its progress.

    `send_keys` are pressed when it is answered, a `w` among them waits half a second.
    """

    to_number: str
    from_number: str
    url: str
    status_url: str = ""
    fallback_url: str = ""
    ring_seconds: int = 30
    limit_seconds: int = 60 * 60
    send_keys: str = ""


@dataclass(frozen=True, slots=True)
class Participation:
    """What shall be so for somebody in a conference; None leaves it as it is.

    While they are `held` they hear the document at `words_url`; without a change of that they hear it once.
    `ends`: the conference is over when they leave.
    """

    held: bool | None = None
    muted: bool | None = None
    ends: bool | None = None
    words_url: str = ""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """An SMS to be sent."""

    to_number: str
    from_number: str
    text: str
    status_url: str = ""


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """What the provider keeps of a call, a message or a recording; `at` is when that ended, left or was made."""

    sid: str
    status: str
    at: datetime


class Telephony(Protocol):
    """The telephone provider's verbs; each raises ProviderBusy, ProviderRefused, and CallOver where a call is over.

    Ending and deleting are done also where there is nothing left to end or to delete. A record that the provider
    does not let go yet raises ProviderBusy.
    """

    async def create_call(self, call: OutgoingCall) -> str:
        """Place a call and give its Sid; the provider lets one a second leave and queues the others."""
        ...

    async def redirect_call(self, call_sid: str, url: str) -> None:
        """Take a connected call to another document, wherever it is."""
        ...

    async def end_call(self, call_sid: str) -> None: ...

    async def is_over(self, call_sid: str) -> bool:
        """Whether the call has ended; one whose record is gone has."""
        ...

    async def get_number(self, call_sid: str) -> str:
        """The number of whoever is on the line of a live call with the hotline, or what stands for a withheld one.

        Raises CallOver where the call has ended. The number is for the moment alone: nobody keeps or shows it.
        """
        ...

    async def list_calls_to(self, to_number: str) -> list[str]:
        """The Sids of calls to a number that wait for their turn, ring or are connected."""
        ...

    async def list_people(self, room: str) -> dict[str, str]:
        """The Sid of each call in the conference of this name by its label; nobody where there is none."""
        ...

    async def change_person(self, room: str, label: str, change: Participation) -> None:
        """Raises CallOver where nobody of this label is in the conference."""
        ...

    async def remove_person(self, room: str, label: str) -> None:
        """Hang up on somebody in a conference."""
        ...

    async def send_message(self, message: TextMessage) -> str:
        """Send an SMS and give its Sid."""
        ...

    async def find_message(self, to_number: str, words: str) -> str | None:
        """The Sid of an SMS to this number that contains these words, however it fared; None where there is none."""
        ...

    async def fetch_recording(self, recording_sid: str) -> bytes:
        """The recording as a WAV file."""
        ...

    async def list_calls(self, ended_before: datetime) -> list[ProviderRecord]:
        """All calls that have ended by then, also those that the application never saw."""
        ...

    async def list_messages(self, sent_before: datetime) -> list[ProviderRecord]: ...

    async def list_recordings(self, made_before: datetime) -> list[ProviderRecord]: ...

    async def delete_call(self, call_sid: str) -> None: ...

    async def delete_message(self, message_sid: str) -> None: ...

    async def delete_recording(self, recording_sid: str) -> None: ...
