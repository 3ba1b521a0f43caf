"""What a page's function is given: who asks, in which language, for what, with what typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.accounts.models import Visitor
from app.accounts.service import Accounts
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.shell import undo
from app.shell.forms import Form, Model, read
from app.shell.paths import local_path
from app.shell.provided import Provided
from app.shell.words import Words

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. `path`, `query` and `posted` hold text as it came; `address` is the reader's network address.

    `last_event` is the mark of the last event that the reader of a stream has.
    """

    visitor: Visitor | None
    words: Words
    path: Mapping[str, str]
    query: Mapping[str, str]
    posted: Mapping[str, tuple[str, ...]]
    cookies: Mapping[str, str]
    address: str
    here: str
    is_htmx: bool
    last_event: str = ""
    clock: Clock
    keys: KeyRing
    provided: Provided

    @property
    def language(self) -> str:
        """The reader's language: de or en."""
        return self.words.language

    @property
    def accounts(self) -> Accounts:
        return self.provided.get(Accounts)

    def person(self) -> Visitor:
        """The visitor of a page that is not public; raises RuntimeError on one that is."""
        if self.visitor is None:
            raise RuntimeError("Only a page that is not public may ask for the person.")
        return self.visitor

    def given(self, kind: type[Thing]) -> Thing:
        """What the program put in for all pages: `ask.given(Directory)`."""
        return self.provided.get(kind)

    def read(self, model: type[Model]) -> Form[Model]:
        """What was posted, as the model or with faults."""
        return read(model, self.posted)

    def read_query(self, model: type[Model]) -> Form[Model]:
        """What the address says after the question mark, for searches and filters."""
        return read(model, {name: (value,) for name, value in self.query.items()})

    def translate(self, words: str, **slots: object) -> str:
        return self.words.say(words, **slots)

    def cookie(self, name: str) -> str | None:
        """The value of our cookie `__Host-<name>`."""
        return self.cookies.get(name)

    def next_page(self, otherwise: str = "/") -> str:
        """Where the field `next`, or else `?next=`, leads, if it is a path of our own."""
        return local_path(next(iter(self.posted.get("next", ())), self.query.get("next")), otherwise)

    def undone(self, deed: str) -> Mapping[str, str]:
        """The fields of the undo button that was pressed; raises TooLateToUndo when its time is over."""
        sealed = next(iter(self.posted.get("undo", ())), "")
        key = self.visitor.session_key if self.visitor else ""
        return undo.unseal(self.keys, sealed, deed=deed, session_key=key, at=self.clock())
