"""Why a page cannot be shown: what a page's function may raise, and which error page that leads to.

PageFault
├── Missing         there is no such thing (404)
├── Forbidden       not for this person (403)
├── FormTooOld      the form was not made for this visit (403)
├── TooLateToUndo   the time for undoing is over (409)
└── TooMany         too many tries, with the seconds to wait (429)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.accounts.refusals import AccountRefused, LoginThrottled, PersonUnknown
from app.kit.errors import DatabaseUnreachable, HotlineError


class PageFault(HotlineError):
    """Each has a status and a name; `fault.<name>.title` and `fault.<name>.text` are its words."""

    status: ClassVar[int]
    name: ClassVar[str]
    retry_after_seconds: int | None = None


class Missing(PageFault):
    """There is no such page, or not for this reader."""

    status, name = 404, "missing"


class Forbidden(PageFault):
    """The page is there, but not for this person's role."""

    status, name = 403, "forbidden"


class FormTooOld(PageFault):
    """The form does not belong to this visit; nothing was done. `back` is where a fresh one is."""

    status, name = 403, "form-too-old"

    def __init__(self, back: str) -> None:
        self.back = back
        super().__init__("The form was open too long: open it again.")


class TooLateToUndo(PageFault):
    """The undo button was pressed when its time was over."""

    status, name = 409, "too-late"


class TooMany(PageFault):
    """Too many tries in a short time."""

    status, name = 429, "too-many"

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"There were too many tries: try again in {retry_after_seconds} seconds.")


@dataclass(frozen=True, slots=True)
class Told:
    """An error page: its status, its words, where it leads, and the number under which the log tells more."""

    status: int
    name: str
    back: str = "/"
    incident: str | None = None
    retry_after_seconds: int | None = None


_BY_STATUS: Final[Mapping[int, str]] = {
    401: "forbidden",
    403: "forbidden",
    404: "missing",
    405: "method",
    409: "refused",
    413: "too-large",
    429: "too-many",
    503: "unavailable",
}
_SERVER_FAULTS: Final = 500


def told_status(status: int) -> Told:
    """The error page for a bare status."""
    return Told(status, _BY_STATUS.get(status, "broken" if status >= _SERVER_FAULTS else "unreadable"))


def find_told(error: Exception) -> Told | None:
    """The error page for what was raised; None where only an incident can be told."""
    told = None
    match error:
        case FormTooOld():
            told = Told(error.status, error.name, error.back)
        case PageFault():
            told = Told(error.status, error.name, retry_after_seconds=error.retry_after_seconds)
        case LoginThrottled():
            told = Told(429, "too-many", retry_after_seconds=error.retry_after_seconds)
        case PersonUnknown():
            told = Told(404, "missing")
        case AccountRefused():
            told = Told(409, "refused")
        case DatabaseUnreachable() | OperationalError() | InterfaceError() | PoolTimeout() | OSError():
            told = Told(503, "unavailable")
    return told
