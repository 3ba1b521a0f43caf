"""Reads the knowledge files into memory."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import BaseModel, TypeAdapter

from app.kit.errors import ContentError
from app.knowledge.conditions import ConditionsFile
from app.knowledge.contacts import AdviceContact, AdviceFile, SupportLineFile
from app.knowledge.dates import parse_as_of, review_due_on
from app.knowledge.entry import Text
from app.knowledge.faults import FOLDER, place
from app.knowledge.models import (
    CONTENT_LANGUAGES,
    Answer,
    Confidence,
    CountryRule,
    Fact,
    FactEntry,
    Knowledge,
    Offer,
    TextEntry,
)
from app.knowledge.reading import read_file, read_folder, yaml_files
from app.knowledge.wording import Obligation, SentenceKind, Wording

CONDITIONS: Final = "conditions"
OBLIGATORY: Final = "obligatory"
EXONYMS: Final = "thesaurus/countries.yaml"

Texts = dict[str, dict[str, TextEntry]]
TextFiles = dict[str, dict[str, str]]

_ADVICE_CONFIDENCE: Final[Mapping[str, Confidence]] = {
    "active_at_as_of": "seen",
    "uncertain": "secondary",
    "ended": "expired",
}
_TEXTS: Final = TypeAdapter(dict[str, TextEntry])
_RINGS: Final = TypeAdapter(dict[str, Mapping[str, tuple[Text, ...]]])
_OBLIGATIONS: Final = TypeAdapter(dict[SentenceKind, Obligation])


class _Rest(BaseModel):
    """The files that stand alone."""

    lines: SupportLineFile
    advice: AdviceFile
    conditions: ConditionsFile
    obligations: dict[SentenceKind, Obligation]


def read_knowledge(root: Path, languages: Collection[str] = CONTENT_LANGUAGES) -> Knowledge:
    """What this room owns below the project's `knowledge_base/`; raises ContentError with all faults of shape."""
    faults: list[str] = []
    offers = read_folder(root, "offers", Offer, "id", faults, without=(CONDITIONS,))
    answers = read_folder(root, "answers", Answer, "id", faults)
    countries = read_folder(root, "countries", CountryRule, "iso", faults)
    texts, text_files = read_answer_texts(root, faults, languages)
    offer_texts, offer_text_files = read_offer_texts(root, faults, languages)
    wording = _wording(root, faults)
    exonyms = read_file(root, EXONYMS, _RINGS, faults) or {}
    rest = _rest(root, faults)
    if faults or rest is None:
        raise ContentError(faults)
    return Knowledge(
        root=root,
        offers=offers,
        facts=_facts(offers, rest.advice),
        answers=answers,
        texts=texts,
        text_files=text_files,
        offer_texts=offer_texts,
        offer_text_files=offer_text_files,
        countries=countries,
        lines={line.id: line for line in rest.lines.lines},
        advice={contact.id: contact for contact in rest.advice.advice},
        wording=wording,
        obligations=rest.obligations,
        conditions=rest.conditions,
        exonyms=exonyms,
        lines_retrieved_on=rest.lines.retrieved_on,
    )


def read_answer_texts(
    root: Path, faults: list[str], languages: Collection[str] = CONTENT_LANGUAGES
) -> tuple[Texts, TextFiles]:
    """The texts of answers by language and id, and the file of each below the knowledge folder."""
    found = _find_texts(root, "answers/texts/*/*.yaml", lambda path: path.parent.name, languages)
    return _read_texts(root, found, faults)


def read_offer_texts(
    root: Path, faults: list[str], languages: Collection[str] = CONTENT_LANGUAGES
) -> tuple[Texts, TextFiles]:
    """The texts of offers by language and id, and the file of each; `de.part.yaml` is a part of the German ones."""
    found = _find_texts(root, "offers/texts/*.yaml", lambda path: path.name.partition(".")[0], languages)
    return _read_texts(root, found, faults)


def _find_texts(
    root: Path, pattern: str, language_of: Callable[[Path], str], languages: Collection[str]
) -> list[tuple[str, Path]]:
    """The files of texts with their languages; one of a language that nobody knows is read too, and so is named."""
    found = [(language_of(path), path) for path in sorted((root / FOLDER).glob(pattern))]
    return [(tag, path) for tag, path in found if tag in languages or tag not in CONTENT_LANGUAGES]


def _read_texts(root: Path, found: Iterable[tuple[str, Path]], faults: list[str]) -> tuple[Texts, TextFiles]:
    texts: Texts = {}
    files: TextFiles = {}
    folder = root / FOLDER
    for language, path in found:
        file = path.relative_to(folder).as_posix()
        own, names = texts.setdefault(language, {}), files.setdefault(language, {})
        for id_, entry in (read_file(root, file, _TEXTS, faults) or {}).items():
            if id_ in own:
                faults.append(f"{place(root, file, (id_,))}“{id_}” stands in {names[id_]} too.")
            own[id_], names[id_] = entry, file
    return texts, files


def _wording(root: Path, faults: list[str]) -> dict[str, Wording]:
    shape = TypeAdapter(Wording)
    paths = [path for path in yaml_files(root / FOLDER / "answers" / "wording") if path.stem != OBLIGATORY]
    read = {path.stem: read_file(root, f"answers/wording/{path.name}", shape, faults) for path in paths}
    return {language: wording for language, wording in read.items() if wording is not None}


def _rest(root: Path, faults: list[str]) -> _Rest | None:
    lines = read_file(root, "support_lines/lines.yaml", TypeAdapter(SupportLineFile), faults)
    advice = read_file(root, "advice/advice.yaml", TypeAdapter(AdviceFile), faults)
    conditions = read_file(root, f"offers/{CONDITIONS}.yaml", TypeAdapter(ConditionsFile), faults)
    obligations = read_file(root, f"answers/wording/{OBLIGATORY}.yaml", _OBLIGATIONS, faults)
    if lines is None or advice is None or conditions is None or obligations is None:
        return None
    return _Rest(lines=lines, advice=advice, conditions=conditions, obligations=obligations)


def _facts(offers: Mapping[str, Offer], advice: AdviceFile) -> dict[str, Fact]:
    facts = [_fact(offer, entry) for offer in offers.values() for entry in offer.facts]
    facts += [_advice_fact(contact, advice.retrieved_on) for contact in advice.advice]
    return {fact.ref: fact for fact in facts}


def _fact(offer: Offer, entry: FactEntry) -> Fact:
    as_of = None if entry.as_of is None else parse_as_of(entry.as_of)
    return Fact(
        ref=f"{offer.id}/{entry.id}",
        kind=entry.kind,
        text=entry.text,
        source=entry.source,
        confidence=entry.confidence,
        as_of=as_of,
        retrieved_on=offer.retrieved_on,
        review_by=entry.review_by or review_due_on(entry.kind, as_of, offer.retrieved_on),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        amount=entry.amount,
        countries=entry.countries,
        conflicts_with=tuple(f"{offer.id}/{other}" for other in entry.conflicts_with),
    )


def _advice_fact(contact: AdviceContact, retrieved_on: date) -> Fact:
    """That an advice contact exists is a fact like those of a programme."""
    as_of = None if contact.as_of is None else parse_as_of(contact.as_of)
    return Fact(
        ref=f"advice/{contact.id}",
        kind="programme",
        text=contact.name,
        source=contact.source,
        confidence=_ADVICE_CONFIDENCE[contact.status],
        as_of=as_of,
        retrieved_on=retrieved_on,
        review_by=review_due_on("programme", as_of, retrieved_on),
    )
