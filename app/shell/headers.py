"""The headers of every answer, errors included, that let nothing foreign in and nothing out."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POWERS: Final = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)

Rescue = Callable[[Request, Exception], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Powers:
    """What one page may do that no other may: use powers of the browser, and talk to or hear from these origins."""

    allowed: tuple[str, ...] = ()
    connect: tuple[str, ...] = ()
    media: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if unknown := set(self.allowed) - set(_POWERS):
            raise ValueError(f"No page is kept from these powers: {', '.join(sorted(unknown))}.")


NO_POWERS: Final = Powers()


def policy(form_targets: Sequence[str] = (), powers: Powers = NO_POWERS) -> str:
    """The content security policy: files of this host alone, nothing inline.

    `form_targets` are the origins that a posted form may be sent on to: browsers hold redirects to form-action too.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            " ".join(("media-src 'self'", *powers.media)),
            " ".join(("connect-src 'self'", *powers.connect)),
            " ".join(("form-action 'self'", *form_targets)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def permissions(powers: Powers = NO_POWERS) -> str:
    """The permissions policy: what the page was not given, nobody may use there."""
    return ", ".join(f"{power}=({'self' if power in powers.allowed else ''})" for power in _POWERS)


def page_headers(form_targets: Sequence[str], *, encrypted: bool) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": policy(form_targets),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": permissions(),
        "Cache-Control": "no-store",
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000"} if encrypted else {})


class Guardrail:
    """Adds the headers to each answer that does not set them itself, and turns what nobody caught into a page."""

    def __init__(self, app: ASGIApp, *, headers: MutableMapping[str, str], rescue: Rescue) -> None:
        self.app = app
        self.headers = headers
        self.rescue = rescue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._complete(message)
            await send(message)

        try:
            await self.app(scope, receive, send_guarded)
        except Exception as error:
            if begun:
                raise
            response = await self.rescue(Request(scope), error)
            await response(scope, receive, send_guarded)

    def _complete(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
