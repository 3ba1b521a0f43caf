"""What other rooms and doors ask the knowledge: load it, check it, say it, look a country up."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path

from app.kit.errors import ContentError, HotlineError
from app.knowledge import (
    check,
    check_conditions,
    check_saying,
    check_spoken,
    check_translations,
    check_written,
    completeness,
    rules,
    store,
    thesaurus,
)
from app.knowledge.dates import parse_as_of
from app.knowledge.eligibility import Situation, point_to_offers
from app.knowledge.faults import told
from app.knowledge.filling import amount_facts, fill, locale_of, spoken_as_of
from app.knowledge.models import (
    CONTENT_LANGUAGES,
    ORIGINAL_LANGUAGE,
    STAND_IN,
    AnswerState,
    Knowledge,
    TextState,
)
from app.knowledge.rules import country_by_dialling_code, spoken_number
from app.knowledge.showing import Shown, show_answer, show_offer, state_of_text
from app.knowledge.spoken_names import spoken_amount, spoken_offers, spoken_titles
from app.knowledge.stamping import NothingToStamp, restamp, stamp
from app.knowledge.thesaurus import concept_rings

__all__ = [
    "CONTENT_LANGUAGES",
    "NothingToStamp",
    "Shown",
    "Situation",
    "UnknownAnswer",
    "answer_state",
    "check_all",
    "check_knowledge",
    "check_release",
    "concept_rings",
    "country_by_dialling_code",
    "country_rule",
    "list_countries",
    "load_knowledge",
    "missing_texts",
    "names_withdrawn_amount",
    "offered_languages",
    "point_to_offers",
    "restamp",
    "show_answer",
    "show_offer",
    "spoken_amount",
    "spoken_date",
    "spoken_number",
    "spoken_numbers",
    "spoken_offers",
    "spoken_texts",
    "spoken_titles",
    "stamp",
    "text_state",
]


class UnknownAnswer(HotlineError):
    """There is no answer of that name."""


def load_knowledge(root: Path, languages: Collection[str] = CONTENT_LANGUAGES) -> Knowledge:
    """The knowledge below the project's folder `root`, in `knowledge_base/`, with the texts in these languages.

    Raises ContentError, one sentence for each fault, where a file is not in its format, where a reference leads
    nowhere, where a telephone number is none and where an answer rests on a fact that must never become one.
    """
    knowledge = store.read_knowledge(root, languages)
    faults = (
        *check.reference_faults(knowledge),
        *check.line_faults(knowledge),
        *check_conditions.condition_faults(knowledge),
        *check_spoken.placeholder_faults(knowledge),
    )
    if faults:
        raise ContentError(told(root, faults))
    return knowledge


def check_knowledge(knowledge: Knowledge, languages: Collection[str], today: date) -> list[str]:
    """One sentence for each fault of what may be spoken in these languages; none means that it may be."""
    faults = (
        *check.reference_faults(knowledge),
        *check.line_faults(knowledge),
        *check_spoken.placeholder_faults(knowledge),
        *check_spoken.spoken_answer_faults(knowledge, languages, today),
        *check_translations.translation_faults(knowledge, languages),
    )
    return told(knowledge.root, faults)


def check_all(knowledge: Knowledge, today: date) -> list[str]:
    """One sentence for each fault of the whole content in all its languages, heard or read."""
    faults = (
        *check_conditions.condition_faults(knowledge),
        *check_spoken.spoken_offer_faults(knowledge, CONTENT_LANGUAGES, today),
        *check_written.order_faults(knowledge),
        *check_written.written_faults(knowledge, CONTENT_LANGUAGES),
        *check_saying.saying_faults(knowledge, CONTENT_LANGUAGES),
    )
    return [
        *check_knowledge(knowledge, CONTENT_LANGUAGES, today),
        *told(knowledge.root, faults),
        *_thesaurus_faults(knowledge),
    ]


def _thesaurus_faults(knowledge: Knowledge) -> list[str]:
    try:
        return told(knowledge.root, thesaurus.thesaurus_faults(knowledge, thesaurus.read_thesaurus(knowledge.root)))
    except ContentError as error:
        return list(error.faults)


def missing_texts(knowledge: Knowledge, languages: Collection[str] = CONTENT_LANGUAGES) -> list[str]:
    """One sentence for each text that is still to be written before the languages are complete; no faults."""
    return told(knowledge.root, completeness.missing(knowledge, languages))


def offered_languages(knowledge: Knowledge) -> tuple[str, ...]:
    """The languages in which every answer and every offer can be shown."""
    return completeness.offered_languages(knowledge)


def check_release(knowledge: Knowledge, today: date) -> list[str]:
    """Emergency numbers that nobody confirmed in time: they are still spoken, but no release goes out with them."""
    return told(knowledge.root, check.overdue_numbers(knowledge, today))


def answer_state(
    knowledge: Knowledge, answer_id: str, today: date, withdrawn: AbstractSet[str] = frozenset()
) -> AnswerState:
    """Whether the answer may be given today and may name its amounts; raises UnknownAnswer.

    `withdrawn` holds answers by id and facts by `offer/fact`, here and below.
    """
    if answer_id not in knowledge.answers:
        raise UnknownAnswer(f"There is no answer “{answer_id}”.")
    if rules.is_withdrawn(knowledge.answers[answer_id], knowledge.facts, withdrawn):
        return "withdrawn"
    original = knowledge.texts.get(ORIGINAL_LANGUAGE, {}).get(answer_id)
    amounts = () if original is None else amount_facts(knowledge, original.spoken)
    return rules.state_for(amounts, today, withdrawn)


def spoken_texts(knowledge: Knowledge, language: str, withdrawn: AbstractSet[str] = frozenset()) -> dict[str, str]:
    """All answers of a language ready for a voice, under `answer.<id>` and `answer.<id>.without_amount`.

    An answer that is withdrawn or has no text in the language says where to ask instead.
    """
    spoken: dict[str, str] = {}
    texts = knowledge.texts.get(language, {})
    for answer_id, answer in knowledge.answers.items():
        masked = answer_id not in texts or rules.is_withdrawn(answer, knowledge.facts, withdrawn)
        said = knowledge.answers[STAND_IN] if masked else answer
        text = texts.get(said.id)
        if text is None:
            continue
        for name, form in text.spoken_forms().items():
            key = f"answer.{answer_id}{name.removeprefix('spoken').replace('_', '.', 1)}"
            spoken[key] = fill(knowledge, said.rests_on, form, language)
    return spoken


def text_state(knowledge: Knowledge, language: str, answer_id: str) -> TextState:
    """Whether a text is an original, a draft, reviewed, or stale because its German original changed.

    Raises UnknownAnswer.
    """
    text = knowledge.texts.get(language, {}).get(answer_id)
    if text is None:
        raise UnknownAnswer(f"There is no answer “{answer_id}” in “{language}”.")
    return state_of_text(knowledge.texts.get(ORIGINAL_LANGUAGE, {}).get(answer_id), text)


def country_rule(knowledge: Knowledge, iso: str, withdrawn: AbstractSet[str] = frozenset()) -> tuple[str, str]:
    """The answers for the rule of a country and for the help after arrival there; where withdrawn, as if unknown."""
    country = knowledge.countries.get(iso)
    if country is not None and not withdrawn.isdisjoint({f"country-{iso}", *country.rests_on}):
        country = None
    said = zip(rules.rule_of(country), rules.DEFAULT_RULE, strict=True)
    rule, follow_up = (
        other if rules.is_withdrawn(knowledge.answers[own], knowledge.facts, withdrawn) else own for own, other in said
    )
    return rule, follow_up


def names_withdrawn_amount(knowledge: Knowledge, language: str, answer_id: str, withdrawn: AbstractSet[str]) -> bool:
    """Whether the spoken text of an answer names an amount that is withdrawn."""
    text = knowledge.texts.get(language, {}).get(answer_id)
    return text is not None and any(fact.ref in withdrawn for fact in amount_facts(knowledge, text.spoken))


def list_countries(knowledge: Knowledge) -> tuple[str, ...]:
    """The countries of return that the knowledge names, as ISO 3166 codes in order."""
    return tuple(sorted(knowledge.countries))


def spoken_date(wording: str, language: str) -> str:
    """A source's date as a voice says it, `2024-04` as “April 2024”; empty for an undated source.

    Raises ValueError for a wording that is no date.
    """
    return spoken_as_of(parse_as_of(wording), locale_of(language)) if wording else ""


def spoken_numbers(knowledge: Knowledge) -> dict[str, str]:
    """The emergency numbers as a voice says them: `police`, `telefonseelsorge`, `telefonseelsorge_2`, …."""
    lines = [line for line in knowledge.lines.values() if line.kind == "emergency"]
    return {
        line.id.replace("-", "_") + (f"_{place}" if place > 1 else ""): spoken_number(number)
        for line in lines
        for place, number in enumerate(line.numbers, 1)
    }
