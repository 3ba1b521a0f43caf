"""An answer or an offer as a page shows it on a day: the forms that may be named, its age and its state."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from app.knowledge.filling import amount_facts, fill
from app.knowledge.located import offer_facts
from app.knowledge.models import ORIGINAL_LANGUAGE, STAND_IN, AnswerState, Fact, Knowledge, TextEntry, TextState
from app.knowledge.rules import is_contradicted, is_stale, is_withdrawn, state_for


@dataclass(frozen=True, slots=True)
class Shown:
    """One text for a page; `title` and `written` are None where the language has none yet.

    `facts` are those it rests on, `contradicted` those of them about which pages differ; `review_by` is the first day
    on which one is due.
    """

    id: str
    language: str
    title: str | None
    spoken: str
    written: str | None
    state: TextState
    answer_state: AnswerState
    facts: tuple[str, ...]
    contradicted: tuple[str, ...]
    review_by: date | None


def show_answer(
    knowledge: Knowledge, language: str, answer_id: str, today: date, withdrawn: AbstractSet[str] = frozenset()
) -> Shown | None:
    """The answer in a language, or where to ask instead if it is withdrawn; None where the language has no text."""
    answer = knowledge.answers[answer_id]
    if is_withdrawn(answer, knowledge.facts, withdrawn):
        answer = knowledge.answers[STAND_IN]
    shown = _shown(knowledge, knowledge.texts, language, answer.id, answer.rests_on, today=today, withdrawn=withdrawn)
    if shown is None or answer.id == answer_id:
        return shown
    return replace(shown, id=answer_id, answer_state="withdrawn")


def show_offer(
    knowledge: Knowledge, language: str, offer_id: str, today: date, withdrawn: AbstractSet[str] = frozenset()
) -> Shown | None:
    """The offer in a language without the facts that are withdrawn; None where it is withdrawn or has no text."""
    rests_on = offer_facts(knowledge, offer_id)
    if offer_id in withdrawn or any(ref in withdrawn for ref in rests_on if knowledge.facts[ref].amount is None):
        return None
    return _shown(knowledge, knowledge.offer_texts, language, offer_id, rests_on, today=today, withdrawn=withdrawn)


def state_of_text(original: TextEntry | None, text: TextEntry) -> TextState:
    return "stale" if is_stale(original, text) else text.state


def _shown(  # noqa: PLR0913 - a text, where it stands and the day
    knowledge: Knowledge,
    texts: Mapping[str, Mapping[str, TextEntry]],
    language: str,
    id_: str,
    rests_on: tuple[str, ...],
    *,
    today: date,
    withdrawn: AbstractSet[str],
) -> Shown | None:
    text = texts.get(language, {}).get(id_)
    if text is None:
        return None
    forms = {kind: _form(knowledge, text, kind, today, withdrawn) for kind in ("spoken", "written")}
    spoken, written = forms["spoken"], forms["written"]
    named = [amount for form in forms.values() if form is not None for amount in amount_facts(knowledge, form)]
    wanted = [amount for kind in forms for amount in amount_facts(knowledge, text.parts().get(kind, ""))]
    facts: list[Fact] = [knowledge.facts[ref] for ref in rests_on if ref not in withdrawn]
    return Shown(
        id=id_,
        language=language,
        title=text.title,
        spoken=fill(knowledge, rests_on, spoken or "", language),
        written=None if written is None else fill(knowledge, rests_on, written, language, written=True),
        state=state_of_text(texts.get(ORIGINAL_LANGUAGE, {}).get(id_), text),
        answer_state="current" if len(named) == len(wanted) else "without_amount",
        facts=tuple(fact.ref for fact in facts),
        contradicted=tuple(fact.ref for fact in facts if is_contradicted(fact)),
        review_by=min((fact.review_by for fact in facts), default=None),
    )


def _form(knowledge: Knowledge, text: TextEntry, kind: str, today: date, withdrawn: AbstractSet[str]) -> str | None:
    parts = text.parts()
    form = parts.get(kind)
    if form is None or state_for(amount_facts(knowledge, form), today, withdrawn) == "current":
        return form
    return parts.get(f"{kind}_without_amount")
