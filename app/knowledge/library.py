"""The knowledge with its index, as pages and commands ask it: read once, found at once, replaced as a whole."""

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path

from app.kit.errors import HotlineError
from app.knowledge.flags_rules import hidden
from app.knowledge.models import CONTENT_LANGUAGES, ORIGINAL_LANGUAGE, Knowledge
from app.knowledge.search.index import Index
from app.knowledge.search.models import Found, Mask
from app.knowledge.search.vectors import Embedder, encode_passages, encoded_phrases


class StillLoading(HotlineError):
    """The index is being built."""

    def __init__(self) -> None:
        super().__init__("The knowledge is still being read: try again in a few seconds.")


class Library:
    """The texts of all languages, or of these, and the index over them.

    `load` takes seconds and is meant for a thread.

    `withdrawn` says what editors have withdrawn by now.
    """

    def __init__(
        self,
        root: Path,
        withdrawn: Callable[[], frozenset[str]] = frozenset,
        languages: Collection[str] | None = None,
    ) -> None:
        self._root = root
        self._withdrawn = withdrawn
        self._languages = languages
        self._shelves: tuple[Knowledge, Index] | None = None
        self._embedder: Embedder | None = None

    @property
    def ready(self) -> bool:
        return self._shelves is not None

    @property
    def knowledge(self) -> Knowledge:
        """Raises StillLoading."""
        return self._opened()[0]

    def load(self) -> None:
        """Read everything and put it in place; until then the former state answers. Raises ContentError."""
        self.reread()()

    def reread(self) -> Callable[[], None]:
        """Read everything; the function that comes back puts it in place. Raises ContentError."""
        # Numbers and stemmers are loaded only where something is searched.
        from app.knowledge.search.building import build_index  # noqa: PLC0415
        from app.knowledge.search.entries import concept_rings, entries_of  # noqa: PLC0415
        from app.knowledge.search.forgetting import forget_words  # noqa: PLC0415
        from app.knowledge.search.stemming import snowball_stemmers  # noqa: PLC0415
        from app.knowledge.service import load_knowledge  # noqa: PLC0415

        languages = self._languages
        knowledge = load_knowledge(self._root, CONTENT_LANGUAGES if languages is None else languages)
        entries = (entry for entry in entries_of(knowledge) if languages is None or entry.language in languages)
        index = build_index(entries, concept_rings(knowledge), snowball_stemmers())
        # What only the first question needs is loaded now, so that nobody waits for it.
        index.search("?", ORIGINAL_LANGUAGE)
        forget_words(index)
        if self._embedder is not None:
            index = self._with_meaning(index, self._embedder)

        def put() -> None:
            self._shelves = knowledge, index

        return put

    @property
    def withdrawn(self) -> frozenset[str]:
        """What editors have withdrawn by now."""
        return self._withdrawn()

    def mask(self, today: date) -> Mask:
        """What may be found on a day: nothing that is withdrawn or rests on it; raises StillLoading."""
        return Mask(today=today, withdrawn=hidden(self.knowledge, self.withdrawn))

    def search(self, text: str, language: str | None, today: date, limit: int = 10) -> Found:
        """What fits the words, in the language where it is known, without what is withdrawn; raises StillLoading."""
        return self._opened()[1].search(text, language, limit, self.mask(today))

    def learn(self, kept: Path, go_on: Callable[[], bool] = lambda: True) -> None:
        """Search by meaning too, from when this is done, where an encoder is installed; `load` comes first.

        Encoding everything takes about a minute of one core, so the vectors are kept in this folder; meant for a
        thread. It stops where it is not to `go_on`.
        """
        # An encoder is loaded only where somebody searches by meaning.
        from app.knowledge.search.embedders import installed_embedder  # noqa: PLC0415
        from app.knowledge.search.phrases import learn_phrases  # noqa: PLC0415

        embedder = installed_embedder()
        if embedder is None:
            return
        index = self.index()
        phrases = learn_phrases(kept / "phrases.npz", encoded_phrases(index.passages), embedder, go_on)
        if phrases is None:
            return
        # The files may have been read anew meanwhile, and then a few phrases more are to be encoded.
        knowledge, index = self._opened()
        self._shelves = knowledge, index.with_vectors(encode_passages(index.passages, embedder, phrases))
        self._embedder = embedder

    def _with_meaning(self, index: Index, embedder: Embedder) -> Index:
        vectors = self.index().vectors
        known = {} if vectors is None else vectors.phrases
        return index.with_vectors(encode_passages(index.passages, embedder, known))

    def find(self, text: str, language: str | None, today: date, limit: int = 10) -> Found:
        """Like `search`, and by meaning where that is learnt, which takes longer: about 30 to 100 milliseconds."""
        from app.knowledge.search.lines import search_text  # noqa: PLC0415

        return search_text(self.index(), text, language, limit, self.mask(today), self._embedder)

    @property
    def embedder(self) -> Embedder | None:
        """The encoder of questions, from when meaning is learnt."""
        return self._embedder

    def index(self) -> Index:
        """Raises StillLoading."""
        return self._opened()[1]

    def _opened(self) -> tuple[Knowledge, Index]:
        if self._shelves is None:
            raise StillLoading
        return self._shelves
