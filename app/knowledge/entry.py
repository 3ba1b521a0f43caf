"""The base of all shapes of knowledge files, and the words that they share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.knowledge.dates import parse_as_of

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Land = Annotated[str, Field(pattern=r"^DE(-[A-Z]{2})?$")]
Text = Annotated[str, Field(min_length=1)]
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


def _dated(wording: str) -> str:
    parse_as_of(wording)
    return wording


DateWording = Annotated[str, AfterValidator(_dated)]


class Entry(BaseModel):
    """One mapping in a content file: no unknown keys, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
