"""The wire to Twilio: our HTTP client with its time-outs, and which fault each answer is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from app.kit.protocols import ProviderBusy, ProviderRefused

if TYPE_CHECKING:
    from twilio.http.response import Response

ANSWER_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 3.0
NOT_FOUND: Final = 404
_TOO_MANY, _CONFLICT = 429, 409
_SERVER_FAULTS: Final = 500


@dataclass(frozen=True, slots=True)
class Wire:
    """What Twilio's library sends its requests through: our HTTP client, with time-outs, and our errors.

    `base_url` replaces Twilio's host where it is given. Nothing is logged: the addresses carry numbers.
    """

    http: httpx.AsyncClient
    base_url: str = ""
    is_async: bool = True

    async def request(  # noqa: PLR0913, PLR0917  The names and their order are those of Twilio's library.
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  Twilio's library passes it.
        allow_redirects: bool = False,  # noqa: FBT001, FBT002  Twilio's library passes it.
    ) -> "Response":
        """Raises ProviderBusy and ProviderRefused for every answer that is no success."""
        from twilio.http.response import Response  # noqa: PLC0415

        answer = await send(
            self.http,
            method,
            self.address(uri),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=httpx.Timeout(timeout or ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)

    def address(self, uri: str) -> str:
        """The address with the host that is used instead of Twilio's, if there is one."""
        if not self.base_url:
            return uri
        base = httpx.URL(self.base_url)
        return str(httpx.URL(uri).copy_with(scheme=base.scheme, host=base.host, port=base.port))


async def send(http: httpx.AsyncClient, method: str, url: str, **options: Any) -> httpx.Response:  # noqa: ANN401  They are httpx's.
    """Raises ProviderBusy where a later try may help, ProviderRefused where it would not."""
    try:
        answer = await http.request(method, url, **options)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as fault:
        raise ProviderBusy("The telephone provider cannot be reached.", maybe_done=False) from fault
    except httpx.TransportError as fault:
        raise ProviderBusy("The telephone provider did not answer.", maybe_done=True) from fault
    if answer.is_success:
        return answer
    raise _fault_of(answer)


def _fault_of(answer: httpx.Response) -> ProviderBusy | ProviderRefused:
    status = answer.status_code
    if status >= _SERVER_FAULTS:
        return ProviderBusy(f"The telephone provider failed with status {status}.", maybe_done=True)
    if status in {_TOO_MANY, _CONFLICT}:
        return ProviderBusy(f"The telephone provider put the request off with status {status}.", maybe_done=False)
    code = _code_of(answer)
    named = f", error {code}" if code is not None else ""
    return ProviderRefused(f"The telephone provider refused with status {status}{named}.", status=status, code=code)


def _code_of(answer: httpx.Response) -> int | None:
    """Twilio's own number for what was wrong; its sentence is left out, for it may name a telephone number."""
    try:
        body = answer.json()
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None
