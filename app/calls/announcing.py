"""Puts the plan of the moment into a playbook: what every caller is told once, and which ways on are offered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from app.calls.playbook import Playbook
from app.ivr.check_texts import is_in_own_script
from app.ivr.flow import Wording
from app.queue.plan_models import Plan
from app.texts.catalogue import legal

_MESSAGE: Final = "notice.announcement"


@dataclass(frozen=True, slots=True)
class InForce:
    """Of the plan, what flows depend on: an announcement's texts by language, and what callers are offered."""

    texts: Mapping[str, str] = field(default_factory=dict)
    callbacks: bool = True
    voicemail: bool = True


_USUAL: Final = InForce()


def in_force(plan: Plan) -> InForce:
    texts = plan.announcement.texts if plan.announcement else {}
    return InForce(texts, plan.settings.callbacks, plan.settings.voicemail)


def following(playbook: Playbook, wanted: InForce) -> Playbook:
    """The playbook with this in force; `playbook` is one that follows no plan.

    The book stays the same, so every call goes on where it stands. Who chose a language without a text hears nothing.
    """
    if wanted == _USUAL:
        return playbook
    told = frozenset(wanted.texts) & playbook.wording.keys()
    guards = {
        **playbook.guards,
        "announcement": told,
        "callbacks_off": not wanted.callbacks,
        "messages_off": not wanted.voicemail,
    }
    wording = {
        language: {**texts, _MESSAGE: _escaped(announced(playbook.wording, language, wanted.texts[language]))}
        if language in told
        else texts
        for language, texts in playbook.wording.items()
    }
    return replace(playbook, wording=wording, guards=guards)


def announced(wording: Wording, language: str, text: str) -> str:
    """What a caller hears, word for word; `wording` is that of a playbook that follows no plan."""
    return legal(f"{wording[language][_MESSAGE]} {text}")


def can_be_read(language: str, text: str) -> bool:
    """Whether the language's voice can read the text, as far as its script tells."""
    return is_in_own_script(language, text)


def _escaped(text: str) -> str:
    """Nothing in it is a slot."""
    return text.replace("{", "{{").replace("}", "}}")
