"""What a page's function may answer: a page, a part of one, a question, another address, a file, or plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.shell.forms import Form

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
    `direction` is for a page in another script than the reader's language.
    """

    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    form: Form[Any] | None = None
    heading: str | None = None
    trail: tuple[Crumb, ...] | None = None
    status: int = 200
    direction: Literal["ltr", "rtl"] | None = None
    cookies: tuple[Cookie, ...] = ()


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


Answer = Page | Fragment | Question | Redirect | Download | Data | Unchanged
