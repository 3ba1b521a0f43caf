"""The scenes of the shift for practice, read from their file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.kit.errors import ContentError
from app.kit.yamlfile import read_yaml

SCENES_FILE: Final = Path(__file__).parent / "scenes.yaml"


class Line(BaseModel):
    """Something that a caller says, and what it means."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str = Field(min_length=1, max_length=300)
    de: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def meaning(self) -> Mapping[str, str]:
        return {"de": self.de, "en": self.en}


class Scene(BaseModel):
    """A caller: who `stays` waits for the agent to end the call, others hang up after their last line.

    What is `interpreted` is understood by the agent only where an interpreter is in the call.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"[a-z_]+")
    language: Literal["de", "en", "tr", "ar", "ru"]
    practises: Mapping[Literal["de", "en"], str]
    keys: tuple[str, ...] = Field(min_length=1)
    then: Literal["line", "callback", "message"]
    lines: tuple[Line, ...]
    beside: bool = False
    stays: bool = False
    interpreted: bool = False
    patience_seconds: float = Field(default=300.0, gt=0)
    speaks_seconds: int = Field(default=10, gt=0, le=120)


@cache
def load_scenes(path: Path = SCENES_FILE) -> tuple[Scene, ...]:
    """Raises ContentError where the file does not fit together."""
    try:
        scenes = TypeAdapter(tuple[Scene, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        faults = [f"{path.name}, {'.'.join(map(str, fault['loc']))}: {fault['msg']}." for fault in error.errors()]
        raise ContentError(faults) from error
    if not scenes or scenes[0].beside or len({scene.id for scene in scenes}) < len(scenes):
        raise ContentError([f"{path.name}: the first caller calls alone, and each has an id of its own."])
    return scenes
