"""Reviewing a translation: original and translation side by side, read and heard, and "reviewed" by role and date."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, cast
from uuid import UUID

from pydantic import Field

from app.accounts.models import Action
from app.console.door import (
    EDITING,
    LOADING,
    deciding,
    direction_of,
    find_knowledge,
    language_choices,
    list_names,
    reading,
    router,
    title_of,
)
from app.console.editing_translations import Text, is_text, list_texts
from app.kit.clock import today_in_germany
from app.knowledge import reviews
from app.knowledge.filling import fill
from app.knowledge.flags_models import Capacity, FlagRefused, Review, TextKind
from app.knowledge.located import offer_facts
from app.knowledge.models import ORIGINAL_LANGUAGE, Knowledge
from app.knowledge.reviews import Reviews, counting_review, find_text, hash_of, state_with
from app.shell.answers import Answer, Crumb, Flash, Page, Redirect, Undo
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.provided import Provided


class ReviewForm(FormModel):
    """In which capacity somebody reviewed the text; `seen` is the hash of what was on the screen."""

    words: ClassVar[str] = "editing.review"
    capacity: Capacity
    seen: str = Field(pattern=r"^[0-9a-f]{16}$")


@router.deed("/editing/translations/undo", access=EDITING, back="/editing/translations")
async def take_back(ask: Ask) -> Answer:
    fields = ask.undone("/editing/translations/undo")
    kind, language, id_ = fields["kind"], fields["language"], fields["id"]
    async with deciding(ask, Action.REVIEW_TAKEN_BACK) as decision:
        decision.subject = f"{language}:{id_}"
        await reviews.take_back(decision.session, cast("TextKind", kind), id_, language)
    return Redirect(f"/editing/translations/{kind}/{language}/{id_}", flash=Flash("editing.review.taken_back"))


async def _some_texts(_given: Provided) -> Sequence[str]:
    return ["/editing/translations/answer/ar/how-much-money", "/editing/translations/offer/tr/ura"]


@router.page(
    "/editing/translations/{kind}/{language}/{id}",
    access=EDITING,
    title="editing.review.title",
    parent="/editing/translations",
    example=_some_texts,
)
async def review_page(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    return LOADING if knowledge is None else await _page(ask, knowledge, None)


@router.deed("/editing/translations/{kind}/{language}/{id}", access=EDITING, back="/editing/translations")
async def review(ask: Ask) -> Answer:
    knowledge, form = find_knowledge(ask), ask.read(ReviewForm)
    if knowledge is None:
        return LOADING
    if form.value is None:
        return await _page(ask, knowledge, form)
    kind, language, id_ = _asked(ask, knowledge)
    wanted = Review(
        cast("TextKind", kind),
        id_,
        language,
        form.value.seen,
        form.value.capacity,
        ask.person().person_id,
        today_in_germany(),
    )
    try:
        async with deciding(ask, Action.TEXT_REVIEWED) as decision:
            decision.subject = f"{language}:{id_}"
            await reviews.review(decision.session, knowledge, wanted)
    except FlagRefused as refused:
        return Redirect(ask.here, flash=Flash(f"editing.refused.{refused.code}", mood="danger"))
    undo = Undo("/editing/translations/undo", {"kind": kind, "language": language, "id": id_})
    following = await _following(ask, knowledge, (kind, language, id_))
    slots = {"title": title_of(ask, knowledge, id_)}
    return Redirect(following or ask.here, flash=Flash("editing.review.noted", slots, undo=undo))


def _asked(ask: Ask, knowledge: Knowledge) -> tuple[str, str, str]:
    kind, language, id_ = ask.path["kind"], ask.path["language"], ask.path["id"]
    if not is_text(knowledge, kind, language, id_):
        raise Missing
    return kind, language, id_


async def _page(ask: Ask, knowledge: Knowledge, form: Form[ReviewForm] | None) -> Page:
    kind, language, id_ = _asked(ask, knowledge)
    async with reading(ask) as session:
        found = await reviews.list_reviews(session)
    noted, names = counting_review(knowledge, found, kind, language, id_), dict(language_choices(ask))
    seen = hash_of(knowledge, kind, language, id_)
    context = {
        "parts": _parts(knowledge, kind, language, id_),
        "language_read": language,
        "direction_read": direction_of(language),
        "names": names,
        "state": state_with(knowledge, found, kind, language, id_),
        "noted": noted,
        "noted_by": await _name(ask, noted),
        "seen": seen,
        "capacities": [(one.value, ask.translate(f"editing.capacity.{one.value}")) for one in Capacity],
        "following": await _following(ask, knowledge, (kind, language, id_), found),
        "address": f"/knowledge/{kind}/{id_}?language={language}",
        "ref": id_,
    }
    trail = (
        Crumb("/editing", ask.translate("editing.title")),
        Crumb("/editing/translations", ask.translate("editing.translations.title")),
        Crumb(f"/editing/translations?language={language}", names[language]),
    )
    shown = form or blank(ReviewForm, seen=seen, capacity=Capacity.EDITOR)
    return Page("review.html", context, form=shown, heading=title_of(ask, knowledge, id_), trail=trail)


async def _name(ask: Ask, noted: Review | None) -> str | None:
    names: Mapping[UUID, str] = {} if noted is None else await list_names(ask)
    return None if noted is None else names.get(noted.reviewed_by, "–")


def _parts(knowledge: Knowledge, kind: str, language: str, id_: str) -> list[tuple[str, str | None, str | None]]:
    """The name of each part, and the part in both languages as it is read or heard."""
    both = [find_text(knowledge, kind, code, id_) for code in (ORIGINAL_LANGUAGE, language)]
    original, text = ({} if entry is None else entry.parts() for entry in both)
    rests_on = knowledge.answers[id_].rests_on if kind == "answer" else offer_facts(knowledge, id_)

    def filled(name: str, code: str, parts: Mapping[str, str]) -> str | None:
        form = parts.get(name)
        written = not name.startswith("spoken")
        return None if form is None else fill(knowledge, rests_on, form, code, written=written)

    names = dict.fromkeys((*original, *text))
    return [(name, filled(name, ORIGINAL_LANGUAGE, original), filled(name, language, text)) for name in names]


async def _following(
    ask: Ask, knowledge: Knowledge, place: tuple[str, str, str], found: Reviews | None = None
) -> str | None:
    """The next text of the language that waits for a review."""
    if found is None:
        async with reading(ask) as session:
            found = await reviews.list_reviews(session)
    own = [text for text in list_texts(ask, knowledge, found) if text.language == place[1]]
    waiting = [text for text in own if text.state in {"stale", "draft"} and _place(text) != place]
    order = sorted(own, key=lambda text: (text.kind, text.id))
    after = [text for text in order if _place(text)[::2] > place[::2] and text in waiting]
    return next((text.address for text in (*after, *waiting)), None)


def _place(text: Text) -> tuple[str, str, str]:
    return text.kind, text.language, text.id
