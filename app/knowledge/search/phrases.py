"""Keeps the vectors of phrases in a file, for encoding all of them takes far longer than a start may."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from app.knowledge.search.vectors import Embedder, Vector

_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


# So much work is kept when the process ends in between; at most this many phrases are encoded twice.
_WRITTEN_EVERY = 200


def learn_phrases(
    path: Path, phrases: Sequence[str], embedder: Embedder, go_on: Callable[[], bool]
) -> dict[str, Vector] | None:
    """The vectors of all phrases, those that the file has from there; None where it was not to go on."""
    kept = read_phrases(path, embedder.name)
    known = {phrase: kept[phrase] for phrase in phrases if phrase in kept}
    missing = [phrase for phrase in phrases if phrase not in known]
    for number, phrase in enumerate(missing, 1):
        if not go_on():
            return None
        known[phrase] = embedder.encode_query(phrase)
        if number % _WRITTEN_EVERY == 0:
            write_phrases(path, embedder.name, known)
    if missing or len(kept) > len(known):
        write_phrases(path, embedder.name, known)
    return known


def write_phrases(path: Path, encoder: str, phrases: Mapping[str, Vector]) -> None:
    """Write all phrases with their vectors; others that read the file at the same time see the old or the new one."""
    import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.npz")
    texts, matrix = list(phrases), np.array(list(phrases.values()), dtype=np.float32)
    np.savez(unfinished, encoder=np.array(encoder), texts=np.array(texts, dtype=np.str_), matrix=matrix)
    unfinished.replace(path)


def read_phrases(path: Path, encoder: str) -> dict[str, Vector]:
    """The phrases that this encoder has encoded before; none where the file is missing, broken or of another one."""
    import numpy as np  # noqa: PLC0415

    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["encoder"]) != encoder:
                return {}
            return {str(text): vector for text, vector in zip(kept["texts"], kept["matrix"], strict=True)}
    except _BROKEN:
        return {}
