"""The answer to a search as a line of JSON, and many searches in one process."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.kit.errors import HotlineError
from app.knowledge.search.index import Index
from app.knowledge.search.models import Found, Mask, Result
from app.knowledge.search.vectors import Embedder


class BrokenBatchLine(HotlineError):
    """A line of a file of questions is not as it has to be; the message says which and why."""


def search_line(found: Found) -> dict[str, object]:
    """The answer as the command line and the interface give it."""
    return {
        "query": found.query,
        "language": found.language,
        "results": [_result(result) for result in found.results],
        "confident": found.confident,
        "advice": found.advice,
    }


def _result(result: Result) -> dict[str, object]:
    entry = result.entry
    return {
        "id": entry.id,
        "kind": entry.kind,
        "topics": list(entry.topics),
        "title": entry.title,
        "language": entry.language,
        "score": result.score,
        "valid_until": None if entry.valid_until is None else entry.valid_until.isoformat(),
        "source": entry.source,
    }


def search_text(  # noqa: PLR0913, PLR0917 - a question and all that narrows it
    index: Index, text: str, language: str | None, limit: int, mask: Mask, embedder: Embedder | None = None
) -> Found:
    """Search by words and, where there is an encoder that knows the language and the index has vectors, by meaning."""
    encodes = embedder is not None and index.vectors is not None and (language is None or embedder.knows(language))
    vector = embedder.encode_query(text) if embedder is not None and encodes and text.strip() else None
    return index.search(text, language, limit, mask, vector=vector)


def search_batch(
    index: Index, lines: Iterable[str], limit: int, mask: Mask, embedder: Embedder | None = None
) -> Iterator[str]:
    """A line of JSON with the `id` for each line with `id`, `text` and, if known, `lang`; empty lines are left out.

    Raises BrokenBatchLine.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            question = _question(line, number)
            found = search_text(index, question["text"], question.get("lang"), limit, mask, embedder)
            yield json.dumps({"id": question["id"], **search_line(found)}, ensure_ascii=False)


def _question(line: str, number: int) -> Mapping[str, Any]:
    try:
        question = json.loads(line)
    except ValueError as error:
        raise BrokenBatchLine(f"Line {number} is not JSON ({error}).") from error
    if not isinstance(question, dict) or "id" not in question or not isinstance(question.get("text"), str):
        raise BrokenBatchLine(f"Line {number} needs an “id” and a “text”.")
    if not isinstance(question.get("lang"), str | None):
        raise BrokenBatchLine(f"Line {number} has a “lang” that is not a language code.")
    return question
