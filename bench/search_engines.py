"""The search beside general engines, each set up as its own documentation does for German text."""

import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from app.knowledge.search.building import build_index
from app.knowledge.search.models import Entry
from app.knowledge.search.stemming import snowball_stemmers

# The ids of what fits a text best, the best first.
Search = Callable[[str], list[str]]

_WORD = re.compile(r"\w+")
# Between the id of a passage and the number of a sentence of it.
SENTENCE_OF = "#"
_TANTIVY_TOKENIZER = "folded_german"


def engines(texts: Mapping[str, str], limit: int) -> dict[str, Search]:
    """Each engine over the same texts, by name."""
    return {
        "hotline": hotline(texts, limit),
        "tantivy": tantivy(texts, limit),
        "SQLite FTS5": fts5(texts, limit),
        "Whoosh": whoosh(texts, limit),
    }


def hotline(texts: Mapping[str, str], limit: int) -> Search:
    entries = [Entry(id_, "answer", (id_,), "de", "", "", text=text) for id_, text in texts.items()]
    index = build_index(entries, {}, snowball_stemmers())
    return lambda query: [result.entry.id for result in index.search(query, "de", limit).results]


def tantivy(texts: Mapping[str, str], limit: int) -> Search:
    """Lower case, accents folded, German stemmer; any of the words may match."""
    import tantivy as engine  # noqa: PLC0415 - only for benchmarks

    analyzer = (
        engine.TextAnalyzerBuilder(engine.Tokenizer.simple())
        .filter(engine.Filter.lowercase())
        .filter(engine.Filter.ascii_fold())
        .filter(engine.Filter.stemmer("german"))
        .build()
    )
    schema = engine.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    schema.add_text_field("text", tokenizer_name=_TANTIVY_TOKENIZER)
    index = engine.Index(schema.build())
    index.register_tokenizer(_TANTIVY_TOKENIZER, analyzer)
    writer = index.writer(30_000_000, 1)
    for id_, text in texts.items():
        writer.add_document(engine.Document(id=[id_], text=[text]))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(query: str) -> list[str]:
        parsed, _ = index.parse_query_lenient(" ".join(_WORD.findall(query)), ["text"])
        return [str(searcher.doc(place)["id"][0]) for _, place in searcher.search(parsed, limit).hits]

    return search


def fts5(texts: Mapping[str, str], limit: int) -> Search:
    """Accents removed; SQLite has no German stemmer."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE passages USING fts5(id UNINDEXED, text, tokenize='unicode61 remove_diacritics 2')"
    )
    database.executemany("INSERT INTO passages VALUES (?, ?)", texts.items())

    def search(query: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in _WORD.findall(query))
        found = database.execute("SELECT id FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?", (words, limit))
        return [row[0] for row in found] if words else []

    return search


def whoosh(texts: Mapping[str, str], limit: int) -> Search:
    """Accents folded before the analyzer for German; BM25F; any of the words may match."""
    from whoosh import fields, index, qparser  # noqa: PLC0415 - only for benchmarks
    from whoosh.analysis import LanguageAnalyzer  # noqa: PLC0415

    schema = fields.Schema(id=fields.STORED, text=fields.TEXT(analyzer=LanguageAnalyzer("de")))
    folder = tempfile.mkdtemp(prefix="bench-whoosh-")
    store = index.create_in(folder, schema)
    writer = store.writer()
    for id_, text in texts.items():
        writer.add_document(id=id_, text=_folded(text))
    writer.commit()
    searcher, parser = store.searcher(), qparser.QueryParser("text", schema, group=qparser.OrGroup)

    def search(query: str) -> list[str]:
        parsed = parser.parse(" ".join(_WORD.findall(_folded(query))))
        return [hit["id"] for hit in searcher.search(parsed, limit=limit)]

    return search


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def first_right(search: Search, questions: Sequence[tuple[str, str]]) -> float:
    """Recall at one: the share of questions whose first result is the right passage, or a sentence of it."""
    found = [(search(text)[:1] or [""])[0].partition(SENTENCE_OF)[0] == right for text, right in questions]
    return sum(found) / len(found)
