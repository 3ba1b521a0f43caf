"""Stamps translations with the German text that they were made from, in their files."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from app.kit.errors import ContentError, HotlineError
from app.kit.yamlfile import line_of
from app.knowledge.faults import FOLDER
from app.knowledge.models import CONTENT_LANGUAGES, ORIGINAL_LANGUAGE, TextEntry
from app.knowledge.rules import fingerprint
from app.knowledge.store import read_answer_texts, read_offer_texts

_Wanted = Callable[[str, TextEntry], bool]


class NothingToStamp(HotlineError):
    """The language or the text does not exist, or is the original."""


def stamp(root: Path) -> list[str]:
    """Mark each translation that has no stamp; returns `language: id` for each stamp written.

    `root` is the project's folder. Nothing else of a file changes.
    """
    return [
        f"{language}: {id_}"
        for language in CONTENT_LANGUAGES[1:]
        for id_ in _write(root, language, lambda _, entry: entry.of is None)
    ]


def restamp(root: Path, language: str, ids: Collection[str] = ()) -> list[str]:
    """Mark translations that somebody has compared with the German text: those named, or all of the language.

    Returns the ids whose stamp changed; raises NothingToStamp for the original and for an id without a text.
    """
    if language not in CONTENT_LANGUAGES[1:]:
        raise NothingToStamp(f"“{language}” is not a language that is translated into.")
    there = {id_ for entries in _by_file(root, language).values() for id_ in entries}
    if unknown := sorted(set(ids) - there):
        raise NothingToStamp(f"There is no text in “{language}” for: {', '.join(unknown)}.")
    return list(_write(root, language, lambda id_, _: not ids or id_ in ids))


def _by_file(root: Path, language: str) -> dict[str, dict[str, TextEntry]]:
    """The texts of a language by their file below the knowledge folder."""
    faults: list[str] = []
    found = (read_answer_texts(root, faults), read_offer_texts(root, faults))
    if faults:
        raise ContentError(faults)
    files: dict[str, dict[str, TextEntry]] = {}
    for texts, names in found:
        for id_, entry in texts.get(language, {}).items():
            files.setdefault(names[language][id_], {})[id_] = entry
    return files


def _write(root: Path, language: str, wanted: _Wanted) -> Iterator[str]:
    originals = {id_: text for texts in _by_file(root, ORIGINAL_LANGUAGE).values() for id_, text in texts.items()}
    for file, entries in _by_file(root, language).items():
        stamps = {
            id_: fingerprint(originals[id_], entry)
            for id_, entry in entries.items()
            if id_ in originals and wanted(id_, entry)
        }
        changed = {id_: of for id_, of in stamps.items() if of != entries[id_].of}
        _write_stamps(root / FOLDER / file, changed)
        yield from changed


def _write_stamps(path: Path, stamps: Mapping[str, str]) -> None:
    """Put each stamp in the place of the old one, or below the state of its text."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    places = {id_: (line_of(path, (id_,)), line_of(path, (id_, "state")), line_of(path, (id_, "of"))) for id_ in stamps}
    for id_, (entry, state, of) in sorted(places.items(), key=lambda item: item[1][0] or 0, reverse=True):
        written = f'  of: "{stamps[id_]}"\n'
        if of is not None and of != entry:
            lines[of - 1] = written
        elif state is not None:
            lines.insert(state, written)
    if stamps:
        path.write_text("".join(lines), encoding="utf-8")
