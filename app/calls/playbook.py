"""What every call is served from: flows, texts, directory and knowledge, loaded and proved once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.centres.models import Directory
from app.ivr.flow import Guards, Wording
from app.ivr.model import Book
from app.knowledge.library import Library
from app.knowledge.models import Knowledge


@dataclass(frozen=True, slots=True)
class Playbook:
    """Immutable and shared by all calls.

    `confirmed_only`: offer only centres that somebody confirmed (production).
    `trusted_languages`: languages whose sensitive answers may be spoken.
    `withdrawn`: what editors have withdrawn, by the names that app.knowledge uses; the wording speaks none of it.
    `library`: where spoken questions are searched; None where nobody may speak.
    """

    book: Book
    wording: Wording
    directory: Directory
    knowledge: Knowledge
    guards: Guards
    confirmed_only: bool
    trusted_languages: frozenset[str]
    today: Callable[[], date]
    withdrawn: frozenset[str] = frozenset()
    library: Library | None = None
