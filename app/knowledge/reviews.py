"""Reviews of translations, kept in the database until they are written into the files: each counts for its wording."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from app.kit.reach import AsyncSession
from app.knowledge import flag_store
from app.knowledge.flag_tables import ReviewRow
from app.knowledge.flags_models import FlagRefused, Review, TextKind
from app.knowledge.models import ORIGINAL_LANGUAGE, Knowledge, TextEntry, TextState
from app.knowledge.showing import state_of_text

# The latest review of each text, by kind, language and id.
Reviews = Mapping[tuple[str, str, str], Review]


async def review(session: AsyncSession, knowledge: Knowledge, wanted: Review) -> None:
    """Note that a translation says what the original says; `text_hash` is of what the reviewer had on the screen.

    Raises FlagRefused for an original, for a text that does not exist, and where one of the two changed meanwhile.
    """
    place = wanted.kind, wanted.language, wanted.text_id
    if wanted.language == ORIGINAL_LANGUAGE or find_text(knowledge, *place) is None:
        raise FlagRefused("no-translation", "There is no such translation.")
    if wanted.text_hash != hash_of(knowledge, *place):
        raise FlagRefused("changed-meanwhile", "The text has changed since it was shown: read it again.")
    row = {**asdict(wanted), "capacity": wanted.capacity.value}
    await flag_store.put_review(session, ReviewRow(**row))


async def take_back(session: AsyncSession, kind: TextKind, text_id: str, language: str) -> bool:
    """Forget a review; False where there is none."""
    return await flag_store.forget_review(session, kind, text_id, language)


async def list_reviews(session: AsyncSession) -> Reviews:
    return by_text(await flag_store.list_reviews(session))


def by_text(found: Iterable[Review]) -> Reviews:
    return {(review.kind, review.language, review.text_id): review for review in found}


def find_text(knowledge: Knowledge, kind: str, language: str, text_id: str) -> TextEntry | None:
    texts = knowledge.texts if kind == "answer" else knowledge.offer_texts
    return texts.get(language, {}).get(text_id)


def hash_of(knowledge: Knowledge, kind: str, language: str, text_id: str) -> str:
    """Sixteen hexadecimal digits over a translation and its original, everything that is read or heard."""
    both = (find_text(knowledge, kind, code, text_id) for code in (ORIGINAL_LANGUAGE, language))
    parts = [f"{name}\0{text}\0" for entry in both if entry is not None for name, text in entry.parts().items()]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def counting_review(knowledge: Knowledge, reviews: Reviews, kind: str, language: str, text_id: str) -> Review | None:
    """The review of a text, if neither it nor its original has changed since."""
    found = reviews.get((kind, language, text_id))
    return found if found is not None and found.text_hash == hash_of(knowledge, kind, language, text_id) else None


def state_with(knowledge: Knowledge, reviews: Reviews, kind: str, language: str, text_id: str) -> TextState | None:
    """The state of a text by its file and its review; None where there is no text."""
    text = find_text(knowledge, kind, language, text_id)
    if text is None:
        return None
    if counting_review(knowledge, reviews, kind, language, text_id) is not None:
        return "reviewed"
    return state_of_text(find_text(knowledge, kind, ORIGINAL_LANGUAGE, text_id), text)
