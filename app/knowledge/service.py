"""What other rooms and doors ask the knowledge: load it, check it, say it, look a country up."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from app.kit.errors import ContentError, HotlineError
from app.knowledge import check, check_texts, rules, store
from app.knowledge.dates import parse_as_of
from app.knowledge.filling import fill, locale_of, spoken_amounts, spoken_as_of
from app.knowledge.models import ORIGINAL_LANGUAGE, Answer, AnswerState, Knowledge, SupportLine, TextState
from app.knowledge.rules import country_by_dialling_code, spoken_number
from app.knowledge.store import stamp

__all__ = [
    "UnknownAnswer",
    "answer_state",
    "check_knowledge",
    "check_release",
    "country_by_dialling_code",
    "country_rule",
    "list_countries",
    "load_knowledge",
    "spoken_date",
    "spoken_number",
    "spoken_numbers",
    "spoken_texts",
    "stamp",
    "text_state",
]


class UnknownAnswer(HotlineError):
    """There is no answer of that name."""


def load_knowledge(root: Path) -> Knowledge:
    """The knowledge below the project's folder `root`, in `knowledge_base/`.

    Raises ContentError, one sentence for each fault, where a file is not in its format, where a reference leads nowhere
    and where an answer rests on a fact that must never become one.
    """
    knowledge = store.read_knowledge(root)
    if faults := [*check.reference_faults(knowledge), *check_texts.placeholder_faults(knowledge)]:
        raise ContentError(faults)
    return knowledge


def check_knowledge(knowledge: Knowledge, languages: Collection[str], today: date) -> list[str]:
    """One sentence for each fault of the content in these languages; none means that it may be spoken."""
    return [
        *check.reference_faults(knowledge),
        *check.line_faults(knowledge),
        *check_texts.placeholder_faults(knowledge),
        *check_texts.text_faults(knowledge, languages, today),
    ]


def check_release(knowledge: Knowledge, today: date) -> list[str]:
    """Emergency numbers that nobody confirmed in time: they are still spoken, but no release goes out with them."""
    return check.overdue_numbers(knowledge, today)


def answer_state(knowledge: Knowledge, answer_id: str, today: date) -> AnswerState:
    """Whether the answer may name its amounts today; raises UnknownAnswer."""
    if answer_id not in knowledge.answers:
        raise UnknownAnswer(f"There is no answer “{answer_id}”.")
    original = knowledge.texts[ORIGINAL_LANGUAGE][answer_id]
    return rules.state_for(spoken_amounts(knowledge, original), today)


def spoken_texts(knowledge: Knowledge, language: str) -> dict[str, str]:
    """All answers of a language ready for a voice, under `answer.<id>` and `answer.<id>.without_amount`."""
    spoken: dict[str, str] = {}
    for answer_id, text in knowledge.texts.get(language, {}).items():
        answer: Answer = knowledge.answers[answer_id]
        spoken[f"answer.{answer_id}"] = fill(knowledge, answer, text.spoken, language)
        if text.spoken_without_amount is not None:
            without = fill(knowledge, answer, text.spoken_without_amount, language)
            spoken[f"answer.{answer_id}.without_amount"] = without
    return spoken


def text_state(knowledge: Knowledge, language: str, answer_id: str) -> TextState:
    """Whether a text is an original, a draft, or stale because its German original changed; raises UnknownAnswer."""
    text = knowledge.texts.get(language, {}).get(answer_id)
    if text is None:
        raise UnknownAnswer(f"There is no answer “{answer_id}” in “{language}”.")
    return "stale" if check_texts.is_stale(knowledge, language, answer_id) else text.state


def country_rule(knowledge: Knowledge, iso: str) -> tuple[str, str]:
    """The answers for the rule of a country and for the help after arrival there."""
    return rules.rule_of(knowledge.countries.get(iso))


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
    lines: list[SupportLine] = [line for line in knowledge.lines.values() if line.kind == "emergency"]
    return {
        line.id.replace("-", "_") + (f"_{place}" if place > 1 else ""): spoken_number(number)
        for line in lines
        for place, number in enumerate(line.numbers, 1)
    }
