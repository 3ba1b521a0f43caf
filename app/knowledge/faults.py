"""A fault of the content: the file, the keys that lead to the place in it, and one sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.kit.yamlfile import line_of

FOLDER = "knowledge_base"


@dataclass(frozen=True, slots=True)
class Fault:
    """`file` lies below the knowledge folder; a step is a key, a place in a list or the `id` of its entry."""

    file: str
    steps: tuple[str | int, ...]
    sentence: str


def told(root: Path, faults: Iterable[Fault]) -> list[str]:
    """The faults as a person reads them, each with file and line; `root` is the project's folder."""
    return [place(root, fault.file, fault.steps) + fault.sentence for fault in faults]


def place(root: Path, file: str, steps: Sequence[str | int]) -> str:
    line = line_of(root / FOLDER / file, steps)
    return f"{FOLDER}/{file}: " if line is None else f"{FOLDER}/{file}, line {line}: "


def fact_place(ref: str) -> tuple[str, tuple[str | int, ...]]:
    """The file of a fact `offer/fact` or `advice/contact`, and the steps to it."""
    owner, _, id_ = ref.partition("/")
    return ("advice/advice.yaml", ("advice", id_)) if owner == "advice" else (f"offers/{owner}.yaml", ("facts", id_))


def answer_file(answer_id: str) -> str:
    return f"answers/{answer_id}.yaml"


def country_file(iso: str) -> str:
    return f"countries/{iso}.yaml"
