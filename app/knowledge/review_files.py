"""Writes reviews into the files of the texts, where they stay for good."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.kit.yamlfile import line_of
from app.knowledge.faults import FOLDER
from app.knowledge.flags_models import Review
from app.knowledge.models import Knowledge, TextEntry
from app.knowledge.reviews import Reviews, counting_review, find_text
from app.knowledge.rules import fingerprint

_FIELDS = ("state", "reviewed_by", "reviewed_on", "of")


def write_reviews(knowledge: Knowledge, reviews: Reviews) -> list[str]:
    """Write each review that still counts and that its file does not have; returns `language: id` for each.

    Nothing else of a file changes. `knowledge` is what the files said just now.
    """
    written: list[str] = []
    for file, wanted in _by_file(knowledge, reviews).items():
        _write(knowledge.root / FOLDER / file, wanted)
        written += [f"{review.language}: {id_}" for id_, (review, _) in wanted.items()]
    return sorted(written)


def _by_file(knowledge: Knowledge, reviews: Reviews) -> Mapping[str, dict[str, tuple[Review, str]]]:
    """The reviews to write and the stamps of the originals, by file and then by text."""
    files: dict[str, dict[str, tuple[Review, str]]] = {}
    for review in _unwritten(knowledge, reviews):
        names = knowledge.text_files if review.kind == "answer" else knowledge.offer_text_files
        original, text = (find_text(knowledge, review.kind, code, review.text_id) for code in ("de", review.language))
        if original is not None and text is not None:
            file = names[review.language][review.text_id]
            files.setdefault(file, {})[review.text_id] = review, fingerprint(original, text)
    return files


def _unwritten(knowledge: Knowledge, reviews: Reviews) -> Iterator[Review]:
    for kind, language, id_ in reviews:
        review = counting_review(knowledge, reviews, kind, language, id_)
        text = find_text(knowledge, kind, language, id_)
        if review is not None and text is not None and not _has(text, review):
            yield review


def _has(text: TextEntry, review: Review) -> bool:
    there = (text.state, text.reviewed_by, text.reviewed_on)
    return there == ("reviewed", review.capacity.value, review.reviewed_on)


def _write(path: Path, wanted: Mapping[str, tuple[Review, str]]) -> None:
    """Put the state where the old one stands, from the end of the file on, so that the lines above keep their place."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    places = {id_: _lines_of_state(path, id_) for id_ in wanted}
    for id_, old in sorted(places.items(), key=lambda item: item[1][0], reverse=True):
        review, of = wanted[id_]
        for number in sorted(old[1:], reverse=True):
            del lines[number - 1]
        lines[old[0] - 1 : old[0]] = [
            "  state: reviewed\n",
            f"  reviewed_by: {review.capacity.value}\n",
            f"  reviewed_on: {review.reviewed_on.isoformat()}\n",
            f'  of: "{of}"\n',
        ]
    path.write_text("".join(lines), encoding="utf-8")


def _lines_of_state(path: Path, id_: str) -> list[int]:
    """The lines of a text's state and of what belongs to it, the state's first; each is one line."""
    entry = line_of(path, (id_,))
    found = [line_of(path, (id_, name)) for name in _FIELDS]
    return [line for line in found if line is not None and line != entry]
