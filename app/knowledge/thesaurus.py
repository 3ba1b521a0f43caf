"""The rings of words that mean the same, in all languages: the concepts of the content and the names of countries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from app.kit.errors import ContentError
from app.knowledge.entry import Text
from app.knowledge.faults import FOLDER, Fault, place
from app.knowledge.filling import locale_of
from app.knowledge.models import CONTENT_LANGUAGES, Knowledge
from app.knowledge.reading import read_file, yaml_files
from app.knowledge.store import EXONYMS

_RINGS: Final = TypeAdapter(dict[str, Mapping[str, tuple[Text, ...]]])

Rings = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Concept -> language -> forms; `files` names the file of each concept."""

    concepts: Rings
    files: Mapping[str, str]


def concept_rings(knowledge: Knowledge) -> Rings:
    """Concept -> language -> forms; countries of return as `country-TR`, by CLDR and by other names people use.

    Reads the files of the thesaurus; raises ContentError where they are not in their format.
    """
    countries = {
        f"country-{iso}": {language: _names(knowledge, iso, language) for language in CONTENT_LANGUAGES}
        for iso in knowledge.countries
    }
    return {**read_thesaurus(knowledge.root).concepts, **countries}


def read_thesaurus(root: Path) -> Thesaurus:
    """The thesaurus below the project's folder `root`; raises ContentError with all faults of shape."""
    faults: list[str] = []
    concepts: dict[str, Mapping[str, tuple[str, ...]]] = {}
    files: dict[str, str] = {}
    for path in yaml_files(root / FOLDER / "thesaurus"):
        file = f"thesaurus/{path.name}"
        if file == EXONYMS:
            continue
        rings = read_file(root, file, _RINGS, faults) or {}
        faults += [f"{place(root, file, (id_,))}“{id_}” stands in {files[id_]} too." for id_ in rings if id_ in files]
        files |= dict.fromkeys(rings, file)
        concepts |= rings
    if faults:
        raise ContentError(faults)
    return Thesaurus(concepts, files)


def thesaurus_faults(knowledge: Knowledge, thesaurus: Thesaurus) -> list[Fault]:
    """Languages that the content does not have, words that stand twice, and countries that have no file."""
    unknown = [
        Fault(EXONYMS, (iso,), f"“{iso}” is not a country of return.")
        for iso in knowledge.exonyms
        if iso not in knowledge.countries
    ]
    return unknown + [
        Fault(thesaurus.files.get(id_, EXONYMS), (id_, language), f"“{id_}”: {sentence}")
        for id_, ring in {**thesaurus.concepts, **knowledge.exonyms}.items()
        for language, forms in ring.items()
        for sentence in _ring_faults(language, forms)
    ]


def _ring_faults(language: str, forms: tuple[str, ...]) -> Iterator[str]:
    if language not in CONTENT_LANGUAGES:
        yield f"“{language}” is not a language of the content."
    folded = [form.casefold() for form in forms]
    yield from (f"“{form}” stands twice." for form in sorted({form for form in folded if folded.count(form) > 1}))


def _names(knowledge: Knowledge, iso: str, language: str) -> tuple[str, ...]:
    known = locale_of(language).territories.get(iso)
    others = knowledge.exonyms.get(iso, {}).get(language, ())
    return tuple(dict.fromkeys((*(() if known is None else (str(known),)), *others)))
