"""Keeps the vectors of phrases in a file, for encoding all of them takes far longer than a start may."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.knowledge.search.vectors import Vector, Vectors

_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def write_phrases(path: Path, vectors: Vectors) -> None:
    """Write all phrases with their vectors; others that read the file at the same time see the old or the new one."""
    import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished.npz")
    texts, matrix = list(vectors.phrases), np.array(list(vectors.phrases.values()), dtype=np.float32)
    np.savez(unfinished, encoder=np.array(vectors.encoder), texts=np.array(texts, dtype=np.str_), matrix=matrix)
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
