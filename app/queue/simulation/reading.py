"""Reads what the command line says of a day: hours, languages, skills and shifts."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from app.queue.simulation.plan import FLUENT, NATIVE, WrongPlan

_SPAN: Final = re.compile(r"(\d{1,2}(?:\.\d+)?)-(\d{1,2}(?:\.\d+)?)")
_SHARE: Final = re.compile(r"\d*\.?\d+")
_NUMBER: Final = re.compile(r"[1-9]\d{0,3}")
_LANGUAGE: Final = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
_ONE: Final = re.compile(_LANGUAGE)
_SPOKEN: Final = re.compile(rf"{_LANGUAGE}(?:\+{_LANGUAGE})*")
_LAST_HOUR: Final = 24


def read_hours(text: str) -> range:
    """`8-20` as the hours 8 to 19."""
    begins, ends = _span(text.strip(), text)
    if begins % 1 or ends % 1:
        raise WrongPlan(f"The hours “{text}” must be whole ones, such as 8-20.")
    return range(int(begins), int(ends))


def read_shares(text: str) -> Mapping[str, float]:
    """`de:.4,ar:.3` as shares that add up to 1."""
    weights = {language: float(share) for language, share in _pairs(text, _ONE, _SHARE)}
    whole = sum(weights.values())
    if not min(weights.values()):
        raise WrongPlan(f"The languages “{text}” need shares above zero, such as de:.6,ar:.4.")
    return {language: weight / whole for language, weight in weights.items()}


def read_skills(text: str) -> list[Mapping[str, int]]:
    """`de:4,ar+de:3` as seven agents: the first language of each is the native one, the others are spoken fluently."""
    made: list[Mapping[str, int]] = []
    for spoken, number in _pairs(text, _SPOKEN, _NUMBER):
        own, *others = spoken.split("+")
        made += [{own: NATIVE, **{other: FLUENT for other in others if other != own}}] * int(number)
    return made


def read_shifts(text: str) -> list[tuple[float, float, int]]:
    """`8-16:6,12-20:6` as begin, end and the number of agents."""
    return [(*_span(span, text), int(number)) for span, number in _pairs(text, _SPAN, _NUMBER)]


def _pairs(text: str, name: re.Pattern[str], value: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for part in text.split(","):
        left, _, right = part.strip().partition(":")
        if not name.fullmatch(left) or not value.fullmatch(right):
            raise WrongPlan(f"“{part}” in “{text}” cannot be read: ./run hotline simulate day --help has examples.")
        yield left, right


def _span(span: str, text: str) -> tuple[float, float]:
    found = _SPAN.fullmatch(span)
    if not found or not float(found[1]) < float(found[2]) <= _LAST_HOUR:
        raise WrongPlan(f"“{span}” in “{text}” is not a span of hours of one day, such as 8-20.")
    return float(found[1]), float(found[2])
