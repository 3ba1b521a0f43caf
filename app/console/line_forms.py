"""What supervisors enter about who takes calls: languages and topics, the way of being reached, and shifts."""

from datetime import time
from typing import ClassVar, Final

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from app.calls.codes import TOPICS
from app.calls.numbers import passable
from app.console.line_door import LANGUAGES
from app.shell.forms import FormModel

LEVELS: Final = (0, 1, 2, 3)
WEEK: Final = range(7)


def callable_number(number: str) -> str:
    """The number as E.164, nothing where none was entered; a fault of the form where nobody can be called there."""
    found = passable(number) if number else ""
    if found is None:
        raise PydanticCustomError("line.skills.number.unusable", "")
    return found


class Skilled(FormModel):
    """What an agent can do; `levels` are pairs like ar:2, of which 0 means not at all."""

    words: ClassVar[str] = "line.skills"
    levels: list[str] = Field(default=[])
    topics: list[str] = Field(default=[])
    woman: bool = False
    land: str = ""
    own_telephone: bool = False
    number: str = Field(default="", max_length=40)

    @field_validator("levels")
    @classmethod
    def _spoken(cls, levels: list[str]) -> list[str]:
        known = {f"{code}:{level}" for code in LANGUAGES for level in LEVELS}
        if not known.issuperset(levels):
            raise PydanticCustomError("form.fault.enum", "")
        if all(pair.endswith(":0") for pair in levels):
            raise PydanticCustomError("line.skills.levels.none", "")
        return levels

    @field_validator("topics")
    @classmethod
    def _known(cls, topics: list[str]) -> list[str]:
        if not set(TOPICS).issuperset(topics):
            raise PydanticCustomError("form.fault.enum", "")
        return topics

    _callable = field_validator("number")(callable_number)

    @property
    def languages(self) -> dict[str, int]:
        pairs = (pair.rpartition(":") for pair in self.levels)
        return {code: int(level) for code, _, level in pairs if level != "0"}


class NewShift(FormModel):
    """The same hours on some days of every week."""

    words: ClassVar[str] = "line.shift"
    days: list[int] = Field(min_length=1)
    begins: time
    ends: time

    @field_validator("days")
    @classmethod
    def _days(cls, days: list[int]) -> list[int]:
        if not set(WEEK).issuperset(days):
            raise PydanticCustomError("form.fault.enum", "")
        return days
