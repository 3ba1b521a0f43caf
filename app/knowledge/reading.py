"""Reads content files into their shapes, and names what does not fit with file and line."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.kit.errors import ContentError
from app.kit.yamlfile import read_yaml
from app.knowledge.faults import FOLDER, place

_Model = TypeVar("_Model", bound=BaseModel)
_Shape = TypeVar("_Shape")


def yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def read_folder(  # noqa: PLR0913 - what is read and how
    root: Path, folder: str, model: type[_Model], key: str, faults: list[str], *, without: Sequence[str] = ()
) -> dict[str, _Model]:
    """The entries of a folder of the knowledge by their key; each file is named like the key of its entry."""
    entries: dict[str, _Model] = {}
    shape = TypeAdapter(model)
    for path in yaml_files(root / FOLDER / folder):
        if path.stem in without:
            continue
        entry = read_file(root, f"{folder}/{path.name}", shape, faults)
        if entry is None:
            continue
        if getattr(entry, key) != path.stem:
            named = place(root, f"{folder}/{path.name}", (key,))
            faults.append(f"{named}the file must be named like its {key}, “{getattr(entry, key)}”.")
        entries[path.stem] = entry
    return entries


def read_file(root: Path, file: str, shape: TypeAdapter[_Shape], faults: list[str]) -> _Shape | None:
    """One file below the knowledge folder; None where it has faults, which are added to the list."""
    try:
        raw = read_yaml(root / FOLDER / file)
    except ContentError as error:
        faults += error.faults
        return None
    try:
        return shape.validate_python(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults += [
            f"{place(root, file, fault['loc'])}{_place_in(raw, fault['loc'])}: {_lower(fault['msg'])}."
            for fault in found
        ]
        return None


def _place_in(raw: object, location: Sequence[int | str]) -> str:
    """Where in a file something is wrong; an entry of a list is named by its id where it has one."""
    names: list[str] = []
    for step in location:
        raw = _inside(raw, step)
        id_ = raw.get("id") if isinstance(raw, dict) and isinstance(step, int) else None
        names.append(str(id_ or step))
    return ".".join(names) or "the file"


def _inside(raw: object, step: int | str) -> object:
    if isinstance(raw, list) and isinstance(step, int):
        return raw[step]
    return raw.get(step) if isinstance(raw, dict) else None


def _lower(message: str) -> str:
    message = message.removeprefix("Value error, ").rstrip(".")
    return message[:1].lower() + message[1:]
