"""What an agent reads out before a referral, in the caller's language and in German, and who has looked at it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from app.kit.yamlfile import read_yaml

ORIGINAL: Final = "de"
# Those who work at the hotline understand these, so that a mistake in them is noticed before it is read out.
UNDERSTOOD: Final = frozenset({ORIGINAL, "en"})
_FILE: Final = Path(__file__).parent / "consent_texts.yaml"


class ConsentText(BaseModel):
    """The parts in the order in which they are read; `forwarding` asks about another centre, apart from the rest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["original", "draft", "reviewed"]
    what: str
    readers: str
    withdrawal: str
    voluntary: str
    question: str
    forwarding: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What comes before the two questions."""
        return self.what, self.readers, self.withdrawal, self.voluntary


_TEXTS: Final = TypeAdapter(dict[str, ConsentText])


@cache
def load_consent_texts() -> Mapping[str, ConsentText]:
    """The texts by language, read once."""
    return _TEXTS.validate_python(read_yaml(_FILE))


def may_read_out(language: str, *, demo: bool) -> bool:
    """Whether the text in this language may be read to callers: a draft only in the demonstration."""
    text = load_consent_texts().get(language)
    return text is not None and (demo or text.state != "draft" or language in UNDERSTOOD)
