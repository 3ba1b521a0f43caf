"""Finds the numbers of `app.knowledge.search.confidence`: when the best entry fits, and when nothing does.

Logistic regression (Newton's method, a small ridge) on the tuning half of the development questions whose answer is
among the first three, against the tuning half of the questions off every topic. The constant is then moved so that one
in sixteen of these is answered confidently; the share on the other half is what is reported.
"""

from collections.abc import Sequence

import numpy as np

from app.knowledge.search.folding import query_tokens
from app.knowledge.search.index import Index
from app.knowledge.search.lines import search_text
from app.knowledge.search.models import Mask
from app.knowledge.search.vectors import Embedder
from bench.search_questions import Question, read_development

_RIDGE = 0.1
_ROUNDS = 50
_WRONGLY_CONFIDENT = 0.06


def features_of(index: Index, question: Question, embedder: Embedder | None) -> tuple[float, ...]:
    """What the decision on this question rests on."""
    everything = np.ones(len(index.passages), dtype=np.bool_)
    vector = embedder.encode_query(question.text) if embedder is not None else None
    scores = index.scores(query_tokens(question.text), question.language, everything, vector, typing=False)
    return index.features(scores)


def calibrated(fitting: Sequence[tuple[float, ...]], off_topic: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """Weights that tell questions that are answered from those that nothing answers."""
    values = np.array([*fitting, *off_topic])
    wanted = np.array([1.0] * len(fitting) + [0.0] * len(off_topic))
    # Both kinds weigh the same, however many of each there are.
    share = np.where(wanted == 1, 0.5 / len(fitting), 0.5 / len(off_topic)) * len(values)
    weights = np.zeros(values.shape[1])
    for _ in range(_ROUNDS):
        guess = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (share * (wanted - guess)) - _RIDGE * weights
        bend = (values.T * (share * guess * (1 - guess))) @ values + _RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    loudest = np.quantile(np.array(off_topic) @ weights, 1 - _WRONGLY_CONFIDENT)
    weights[0] -= loudest
    return tuple(round(float(weight), 2) for weight in weights)


def find_weights(index: Index, embedder: Embedder | None) -> tuple[float, ...]:
    """The numbers to put down in `app.knowledge.search.confidence`, from the tuning half alone."""
    asked = [question for question in read_development("topics") if question.for_tuning]
    off_topic = [question for question in read_development("off_topic") if question.for_tuning]
    fitting = [question for question in asked if _is_found(index, question, embedder)]
    return calibrated(
        [features_of(index, question, embedder) for question in fitting],
        [features_of(index, question, embedder) for question in off_topic],
    )


def _is_found(index: Index, question: Question, embedder: Embedder | None) -> bool:
    found = search_text(index, question.text, question.language, 3, Mask(), embedder)
    return not {result.entry.id for result in found.results}.isdisjoint(question.answers)
