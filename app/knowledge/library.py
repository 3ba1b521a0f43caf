"""The knowledge with its index, as pages and commands ask it: read once, found at once, replaced as a whole."""

from datetime import date
from pathlib import Path

from app.kit.errors import HotlineError
from app.knowledge.models import Knowledge
from app.knowledge.search.index import Index
from app.knowledge.search.models import Found, Mask


class StillLoading(HotlineError):
    """The index is being built."""

    def __init__(self) -> None:
        super().__init__("The knowledge is still being read: try again in a few seconds.")


class Library:
    """The texts of all languages and the index over them; `load` takes seconds and is meant for a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._shelves: tuple[Knowledge, Index] | None = None

    @property
    def ready(self) -> bool:
        return self._shelves is not None

    @property
    def knowledge(self) -> Knowledge:
        """Raises StillLoading."""
        return self._opened()[0]

    def load(self) -> None:
        """Read everything and put it in place; until then the former state answers. Raises ContentError."""
        # Numbers and stemmers are loaded only where something is searched.
        from app.knowledge.search.building import build_index  # noqa: PLC0415
        from app.knowledge.search.entries import concept_rings, entries_of  # noqa: PLC0415
        from app.knowledge.search.stemming import snowball_stemmers  # noqa: PLC0415
        from app.knowledge.service import load_knowledge  # noqa: PLC0415

        knowledge = load_knowledge(self._root)
        self._shelves = knowledge, build_index(entries_of(knowledge), concept_rings(knowledge), snowball_stemmers())

    def search(self, text: str, language: str | None, today: date, limit: int = 10) -> Found:
        """What fits the words, in the language where it is known; raises StillLoading."""
        return self._opened()[1].search(text, language, limit, Mask(today=today))

    def index(self) -> Index:
        """Raises StillLoading."""
        return self._opened()[1]

    def _opened(self) -> tuple[Knowledge, Index]:
        if self._shelves is None:
            raise StillLoading
        return self._shelves
