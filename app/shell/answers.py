"""What a page's function may answer: a page, a part of one, a question, another address, a file, data, or a stream."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.shell.forms import Form
from app.shell.headers import NO_POWERS, Powers

Mood = Literal["success", "info", "warning", "danger"]


@dataclass(frozen=True, slots=True)
class Undo:
    """A button beside the flash that takes a deed back: posts the fields to a deed, for half a minute."""

    deed: str
    fields: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 30


@dataclass(frozen=True, slots=True)
class Flash:
    """A message shown once, on the next page; `words` is a message id, its slots are filled from `slots`."""

    words: str
    slots: Mapping[str, str | int] = field(default_factory=dict)
    mood: Mood = "success"
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie `__Host-<name>`: Secure, HttpOnly, SameSite=Lax; without `seconds` it ends with the browser.

    An empty value takes the cookie away.
    """

    name: str
    value: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to a page, as text that is already in the reader's language."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A template of the router's own folder, filled in; a form with faults makes the status 422.

    `heading` replaces the registered title (text, not a message id); `trail` replaces the way given by `parent=`;
    `direction` is for a page in another script than the reader's language; `powers` are this page's alone.
    """

    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    form: Form[Any] | None = None
    heading: str | None = None
    trail: tuple[Crumb, ...] | None = None
    status: int = 200
    direction: Literal["ltr", "rtl"] | None = None
    cookies: tuple[Cookie, ...] = ()
    powers: Powers = NO_POWERS


@dataclass(frozen=True, slots=True)
class Fragment:
    """A template without the shell around it, for htmx to put into a page."""

    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    form: Form[Any] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A page that asks before a deed; with script the same question opens in a dialog.

    All words are message ids; `slots` fills them. The button posts `fields` to `deed`, the other leads `back`.
    """

    words: str
    deed: str
    back: str
    slots: Mapping[str, str | int] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """Sends on with 303; `to` is a local path, or the address of an identity provider with `outside=True`."""

    to: str
    flash: Flash | None = None
    cookies: tuple[Cookie, ...] = ()
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A file for the reader to keep; `name` is its file name."""

    content: bytes
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Data:
    """JSON for a script of our own."""

    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What the reader sees is still so: nothing is sent (204), and the page stays as it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an event: a template without the shell around it.

    What is `shared` under a key is drawn once for all readers of a language: such a template uses nothing of the
    reader, so it holds no form.
    """

    template: str
    context: Mapping[str, object]
    shared: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What a stream sends: pieces drawn anew, and the mark by which the reader goes on after a cut."""

    pieces: tuple[Piece, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Stream:
    """Events for as long as the reader looks on (server-sent events of the HTML standard).

    `events` gives None where nothing is new, at least once a second: between two of them the session is looked at, and
    whether the program stops.
    While `is_active` says so, holding the stream counts as activity.
    """

    events: AsyncGenerator[Event | None]
    is_active: Callable[[], bool]


Answer = Page | Fragment | Question | Redirect | Download | Data | Unchanged | Stream
