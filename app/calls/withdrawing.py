"""Takes what editors withdrew out of a playbook: its texts are replaced, whatever a flow asks for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.calls.opening import answers_spoken
from app.calls.playbook import Playbook
from app.knowledge.flags_rules import hidden
from app.knowledge.models import STAND_IN, Knowledge
from app.knowledge.service import names_withdrawn_amount

_OFFER: Final = "offer."
_STAND_IN: Final = f"answer.{STAND_IN}"


def without(playbook: Playbook, withdrawn: frozenset[str]) -> Playbook:
    """The playbook with this withdrawn and nothing else; `playbook` is one from which nothing was.

    The book stays the same, so every call goes on where it stands.
    """
    if not withdrawn:
        return playbook
    gone = hidden(playbook.knowledge, withdrawn)
    wording = {
        language: {
            **texts,
            **_answers(playbook, language, texts, withdrawn),
            **_offers(texts, gone),
        }
        for language, texts in playbook.wording.items()
    }
    return replace(playbook, wording=wording, withdrawn=gone)


def _offers(texts: Mapping[str, str], gone: frozenset[str]) -> dict[str, str]:
    """What was said about programmes that are not named any more: where to ask."""
    return {id_: texts[_STAND_IN] for id_ in texts if id_.startswith(_OFFER) and id_.removeprefix(_OFFER) in gone}


def _answers(playbook: Playbook, language: str, texts: Mapping[str, str], withdrawn: frozenset[str]) -> dict[str, str]:
    """The answers' messages as they are spoken now: those that the wording has, and no other."""
    spoken = answers_spoken(playbook.knowledge, language, withdrawn)
    return {
        id_: spoken[_form(playbook.knowledge, language, id_, spoken, withdrawn)]
        for id_ in texts
        if id_.startswith(("answer.", "answer_without_amount."))
    }


def _form(knowledge: Knowledge, language: str, id_: str, spoken: Mapping[str, str], withdrawn: frozenset[str]) -> str:
    """The message whose text is spoken under this name."""
    if id_ not in spoken:
        # What stands in has no form without amounts of its own.
        return id_.removesuffix(".without_amount")
    answer_id = id_.removeprefix("answer.")
    named = answer_id in knowledge.answers and names_withdrawn_amount(knowledge, language, answer_id, withdrawn)
    return f"answer_without_amount.{answer_id}" if named else id_
