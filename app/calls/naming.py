"""What the line itself says of a centre, sentence by sentence, for an agent who says it instead."""

import re
from collections.abc import Mapping
from typing import Final

from app.calls.effects import centre_facts
from app.calls.playbook import Playbook
from app.calls.speech import spoken
from app.centres.models import Choice

# In the order in which the flow of the centres reads them.
_READ: Final = (
    "centre.reason.{reason}",
    "centre.name",
    "centre.contact.{contact}",
    "centre.kind.{kind}",
    "centre.freshness.{freshness}",
)
_PART: Final = re.compile(r"\{centre\.(\w+)\}")


def say_centre(playbook: Playbook, offers: tuple[Choice, ...], chosen: int, language: str) -> tuple[str, ...]:
    """The sentences on one of the centres that are offered; none where the line does not speak the language."""
    texts = playbook.wording.get(language)
    if texts is None:
        return ()
    facts = centre_facts(playbook, offers, chosen)
    return tuple(_filled(playbook, texts, name.format(**facts), facts, language) for name in _READ)


def _filled(playbook: Playbook, texts: Mapping[str, str], id_: str, facts: Mapping[str, str], language: str) -> str:
    return _PART.sub(lambda slot: spoken(playbook, "centre", slot[1], facts["centre"], language), texts[id_])
