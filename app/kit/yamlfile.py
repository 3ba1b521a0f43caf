"""Reads content files in YAML in which every scalar is text and no key stands twice."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.kit.errors import ContentError
from app.kit.paths import PROJECT_ROOT


class _TextLoader(yaml.CSafeLoader):
    """Leaves every scalar as the text that was written, so that “no” is a word and “01099” keeps its zero."""

    # No pattern turns a plain scalar into a number, a date or a truth value.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the base class declares it as a variable of the class

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the base class's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is not a plain word", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key “{key.value}” stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _construct_text(loader: _TextLoader, node: yaml.ScalarNode) -> str:
    return loader.construct_scalar(node)


def _refuse(_loader: _TextLoader, node: yaml.Node) -> object:
    raise yaml.MarkedYAMLError(problem=f"the tag “{node.tag}” is not allowed", problem_mark=node.start_mark)


# A scalar is text whatever its tag was guessed or said to be, and only lists and mappings stand beside it.
_TextLoader.yaml_constructors = {
    "tag:yaml.org,2002:str": _construct_text,
    "tag:yaml.org,2002:map": yaml.CSafeLoader.construct_yaml_map,
    "tag:yaml.org,2002:seq": yaml.CSafeLoader.construct_yaml_seq,
    None: _refuse,
}


def read_yaml(path: Path) -> object:
    """The file's content as text, lists and mappings; raises ContentError naming file and line in one sentence.

    An empty file or an empty value is the empty text.
    """
    try:
        with path.open("rb") as file:
            content: object = yaml.load(file, Loader=_TextLoader)  # noqa: S506 - the loader builds text, lists and mappings only
    except FileNotFoundError:
        raise ContentError([f"{_short(path)}: the file is missing."]) from None
    except OSError as error:
        raise ContentError([f"{_short(path)}: the file cannot be read ({error.strerror})."]) from error
    except yaml.YAMLError as error:
        raise ContentError([f"{_short(path)}{_explain(error)}."]) from error
    return "" if content is None else content


def line_of(path: Path, steps: Sequence[str | int]) -> int | None:
    """The line, counted from one, on which the value at the end of the steps begins, or the last one on the way to it.

    A step is a key, a place in a list, or the `id` of an entry in a list. None where the file cannot be read.
    """
    try:
        node, line = _composed(path, path.stat().st_mtime_ns), 0
    except (OSError, yaml.YAMLError):
        return None
    for step in steps:
        found = _inside(node, step)
        if found is None:
            break
        line, node = found
    return line + 1


@lru_cache(maxsize=64)
def _composed(path: Path, _changed_ns: int) -> yaml.Node | None:
    with path.open("rb") as file:
        node: yaml.Node | None = yaml.compose(file, Loader=_TextLoader)
    return node


def _inside(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == step), None)
    if not isinstance(node, yaml.SequenceNode):
        return None
    if isinstance(step, int):
        entries = node.value[step : step + 1]
    else:
        entries = [entry for entry in node.value if _id_of(entry) == step]
    return (entries[0].start_mark.line, entries[0]) if entries else None


def _id_of(entry: yaml.Node) -> str | None:
    pairs = entry.value if isinstance(entry, yaml.MappingNode) else ()
    return next((value.value for key, value in pairs if key.value == "id"), None)


def _explain(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = "" if mark is None else f", line {mark.line + 1}"
        return f"{line}: {error.problem or error.context}"
    return f": {' '.join(str(error).split())}"


def _short(path: Path) -> str:
    return str(path.relative_to(PROJECT_ROOT) if path.is_relative_to(PROJECT_ROOT) else path)
