"""What editors decide about content beside its files: withdrawals, reports of wrong answers, reviews, reloads."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from app.kit.errors import HotlineError

TextKind = Literal["answer", "offer"]


class FlagState(StrEnum):
    """How far a withdrawal has come; the first four are open."""

    PROPOSED = "proposed"
    AT_ONCE = "at-once"
    IN_FORCE = "in-force"
    LIFT_PROPOSED = "lift-proposed"
    DECLINED = "declined"
    LIFTED = "lifted"
    DONE_BY_FILE = "done-by-file"


class FlagReason(StrEnum):
    """Why something is withdrawn."""

    WRONG = "wrong"
    OUTDATED = "outdated"
    DANGEROUS = "dangerous"
    CONTRADICTED = "contradicted"
    SOURCE_GONE = "source-gone"
    OTHER = "other"


class Capacity(StrEnum):
    """In which capacity somebody reviewed a translation."""

    EDITOR = "editor"
    TRANSLATOR = "translator"
    NATIVE_SPEAKER = "native-speaker"
    COUNSELLOR = "counsellor"
    LAWYER = "lawyer"


@dataclass(frozen=True, slots=True)
class Flag:
    """A withdrawal of one answer, offer, fact, country, contact or line, in all languages.

    `content_hash` is what was withdrawn: once the files say something else, the flag has done its work.
    """

    id: UUID
    ref: str
    reason: FlagReason
    note: str
    state: FlagState
    content_hash: str
    proposed_by: UUID
    proposed_at: datetime
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    lift_by: UUID | None = None
    lift_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody's word that a text is wrong; `words` never hold a caller's data."""

    id: UUID
    ref: str
    language: str
    words: str
    reported_by: UUID
    reported_at: datetime
    done_by: UUID | None = None
    done_at: datetime | None = None
    done_note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A translation that was compared with its original, word for word as `text_hash` has both."""

    kind: TextKind
    text_id: str
    language: str
    text_hash: str
    capacity: Capacity
    reviewed_by: UUID
    reviewed_on: date


@dataclass(frozen=True, slots=True)
class News:
    """What a node must know: what is withdrawn, and the number of the last reload that was asked for."""

    withdrawn: frozenset[str] = frozenset()
    reload: int = 0


@dataclass(frozen=True, slots=True)
class NodeState:
    """What a running node serves: the digest of its files, and why it refused newer ones."""

    node: UUID
    pages: bool
    serves: str
    withdrawn: int
    reload: int
    faults: tuple[str, ...]
    seen_at: datetime


class FlagRefused(HotlineError):
    """A deed with content that a rule stands against; `code` names the text that a page shows."""

    code: str

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)
