"""Reads the knowledge files into memory, and writes the stamps of translations."""

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.kit.errors import ContentError
from app.kit.yamlfile import read_yaml
from app.knowledge.dates import parse_as_of, review_due_on
from app.knowledge.models import (
    ORIGINAL_LANGUAGE,
    AdviceContact,
    AdviceFile,
    Answer,
    Confidence,
    CountryRule,
    Fact,
    FactEntry,
    Knowledge,
    Offer,
    SpokenText,
    SupportLineFile,
    WordingFile,
)
from app.knowledge.rules import fingerprint

FOLDER: Final = "knowledge_base"

_WIDTH = 116
_ADVICE_CONFIDENCE: Final[Mapping[str, Confidence]] = {
    "active_at_as_of": "seen",
    "uncertain": "secondary",
    "ended": "expired",
}
_TEXT_FILE: Final = TypeAdapter(dict[str, SpokenText])
_T = TypeVar("_T", bound=BaseModel)
_Shape = TypeVar("_Shape")


def read_knowledge(root: Path) -> Knowledge:
    """What this room owns below the project's `knowledge_base/`; raises ContentError with all faults of shape."""
    faults: list[str] = []
    root = root / FOLDER
    offers = _folder(root / "offers", Offer, "id", faults)
    answers = _folder(root / "answers", Answer, "id", faults)
    countries = _folder(root / "countries", CountryRule, "iso", faults)
    lines = _file(root / "support_lines" / "lines.yaml", SupportLineFile, faults)
    advice = _file(root / "advice" / "advice.yaml", AdviceFile, faults)
    texts = {path.stem: _texts(path, faults) for path in _yaml_files(root / "answers" / "texts")}
    wording = {path.stem: _file(path, WordingFile, faults) for path in _yaml_files(root / "answers" / "wording")}
    if faults or lines is None or advice is None:
        raise ContentError(faults)
    return Knowledge(
        offers=offers,
        facts=_facts(offers, advice),
        answers=answers,
        texts=texts,
        countries=countries,
        lines={line.id: line for line in lines.lines},
        advice={contact.id: contact for contact in advice.advice},
        wording={language: entry.avoid for language, entry in wording.items() if entry is not None},
        lines_retrieved_on=lines.retrieved_on,
    )


def stamp(root: Path, renew: Collection[str] = ()) -> list[str]:
    """Mark each translation that has no stamp with the German text it was made from; `root` is the project's folder.

    `renew` names answers whose translations were brought up to date and are marked anew. Returns `language: answer` for
    each stamp written; the comments that open a file are kept.
    """
    faults: list[str] = []
    folder = root / FOLDER / "answers" / "texts"
    texts = {path.stem: _texts(path, faults) for path in _yaml_files(folder)}
    if faults:
        raise ContentError(faults)
    originals = texts.pop(ORIGINAL_LANGUAGE)
    written: list[str] = []
    for language, entries in texts.items():
        stamped = {
            id_: _stamped(entries[id_], originals[id_], renew=id_ in renew) for id_ in originals if id_ in entries
        }
        changed = [id_ for id_, entry in stamped.items() if entry != entries[id_]]
        if changed:
            _write_texts(folder / f"{language}.yaml", stamped | {i: e for i, e in entries.items() if i not in stamped})
            written += [f"{language}: {id_}" for id_ in changed]
    return written


def _stamped(entry: SpokenText, original: SpokenText, *, renew: bool) -> SpokenText:
    if entry.of is not None and not renew:
        return entry
    return entry.model_copy(update={"of": fingerprint(original)})


def _write_texts(path: Path, entries: Mapping[str, SpokenText]) -> None:
    head = path.read_text(encoding="utf-8").splitlines()
    blocks = ["\n".join(_leading_comments(head)), *(_as_yaml(id_, entry) for id_, entry in entries.items())]
    path.write_text("\n\n".join(block for block in blocks if block) + "\n", encoding="utf-8")


def _leading_comments(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line


def _as_yaml(id_: str, entry: SpokenText) -> str:
    lines = [f"{id_}:"]
    for name, text in (("spoken", entry.spoken), ("spoken_without_amount", entry.spoken_without_amount)):
        if text is not None:
            folded = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
            lines += [f"  {name}: >-", *(f"    {line}" for line in folded)]
    lines.append(f"  state: {entry.state}")
    if entry.of is not None:
        lines.append(f'  of: "{entry.of}"')
    return "\n".join(lines)


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


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _folder(folder: Path, model: type[_T], key: str, faults: list[str]) -> dict[str, _T]:
    """The entries of a folder by their key; each file is named like the key of its entry."""
    entries: dict[str, _T] = {}
    for path in _yaml_files(folder):
        entry = _file(path, model, faults)
        if entry is None:
            continue
        if getattr(entry, key) != path.stem:
            faults.append(f"{_name(path)}: the file must be named like its {key}, “{getattr(entry, key)}”.")
        entries[path.stem] = entry
    return entries


def _file(path: Path, model: type[_T], faults: list[str]) -> _T | None:
    return _validated(path, TypeAdapter(model), faults)


def _texts(path: Path, faults: list[str]) -> dict[str, SpokenText]:
    return _validated(path, _TEXT_FILE, faults) or {}


def _validated(path: Path, shape: TypeAdapter[_Shape], faults: list[str]) -> _Shape | None:
    try:
        raw = read_yaml(path)
    except ContentError as error:
        faults += error.faults
        return None
    try:
        return shape.validate_python(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults += [f"{_name(path)}: {_place(raw, fault['loc'])}: {_lower(fault['msg'])}." for fault in found]
        return None


def _place(raw: object, location: Sequence[int | str]) -> str:
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


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
