"""What a caller who asks for a person hears of when one is there, in the words of the flows."""

import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.calls.playbook import Playbook
from app.calls.speech import spoken
from app.kit.clock import GERMANY
from app.queue.models import Duty

NOW: Final = "now"
LATER: Final = "later"
NEVER: Final = "never"


def outlook(duty: Duty) -> str:
    """NOW, LATER or NEVER, as the flow of the person has it."""
    if duty.now:
        return NOW
    return NEVER if duty.next_at is None else LATER


def opening_of(at: datetime) -> str:
    """As German clocks show it: 2026-11-23T09:00."""
    return at.astimezone(GERMANY).replace(tzinfo=None).isoformat(timespec="minutes")


def foretold(playbook: Playbook, language: str, duty: Duty, moment: datetime, *, callbacks: bool) -> str:
    """What is said at a moment, before the menu, to a caller of the language."""
    there = replace(playbook, today=lambda: moment.astimezone(GERMANY).date())
    kind = outlook(duty)
    if kind == NOW:
        return playbook.wording[language]["person.on_duty"]
    if kind == LATER and duty.next_at is not None:
        return "".join(_filled(there, language, "person.later", opening_of(duty.next_at)))
    return playbook.wording[language]["person.never" if callbacks else "person.never_alone"]


def _filled(playbook: Playbook, language: str, message: str, opening: str) -> Iterator[str]:
    for literal, slot, _, _ in string.Formatter().parse(playbook.wording[language][message]):
        yield literal
        if slot:
            yield spoken(playbook, "opening", slot.partition(".")[2], opening, language)
