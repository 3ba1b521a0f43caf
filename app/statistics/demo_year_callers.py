"""Who calls in the demonstration's year: assumptions of a program, drawn by a seed; nothing here was observed."""

import math
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar

from app.kit.clock import GERMANY
from app.statistics.codebook import DAY_TYPES
from app.statistics.models import Contact
from app.statistics.rules import day_type

Value = TypeVar("Value")

# The one known figure is about 400 callers of a pilot in five months, which is 2.7 a day; the end is an assumption.
_PILOT_A_DAY: Final = 2.7
_GROWN_A_DAY: Final = 100.0
# On this day of the year half of the growth has come, and so many days make it e times as large before.
_HALF_GROWN_DAY: Final = 190
_GROWTH_DAYS: Final = 40
_FREE_DAY_SHARE: Final = 0.35

# Weights, not observations. Most wanted are the languages of the largest groups of destinations of departures in 2025
# (Türkiye 27 %, Syria 22 %, Russia 8 %; the other shares were not published).
_LANGUAGES: Final[Mapping[str | None, float]] = {
    "ar": 19, "tr": 17, "de": 13, "ru": 10, "en": 9, "kmr": 6, "fa": 5, "sq": 4, "ka": 4, "sr": 3, "fr": 3, "es": 3,
    "mk": 2, None: 2,
}  # fmt: skip
# A wish for a language that is not served, which counts as another language.
_UNSERVED_SHARE: Final = 0.035
_TOPICS: Final[Mapping[str | None, float]] = {
    "about_return": 20, "money_and_offers": 24, "eligibility": 13, "documents_and_travel": 12, "country_of_return": 8,
    "reintegration": 7, "stay_or_fear": 6, "safety_and_help": 2, None: 8,
}  # fmt: skip
# Roughly as many people live there, in percent.
_LAENDER: Final[Mapping[str | None, float]] = {
    "DE-NW": 20, "DE-BY": 14, "DE-BW": 12, "DE-NI": 9, "DE-HE": 8, "DE-BE": 6, "DE-SN": 5, "DE-RP": 5, "DE-SH": 3,
    "DE-BB": 3, "DE-HH": 3, "DE-ST": 3, "DE-TH": 2, "DE-MV": 2, "DE-SL": 1, "DE-HB": 1, None: 22,
}  # fmt: skip
# How many call in each hour from midnight on; people answer from nine to five on weekdays.
_WEEKDAY_HOURS: Final = (1, 1, 0.5, 0.5, 0.5, 1, 2, 5, 11, 16, 18, 16, 12, 13, 15, 13, 10, 7, 6, 5, 4, 3, 2, 1)
_FREE_DAY_HOURS: Final = (2, 1, 1, 0.5, 0.5, 1, 2, 3, 5, 8, 10, 11, 10, 9, 9, 9, 9, 8, 8, 7, 6, 5, 3, 2)
_STAFFED_HOURS: Final = range(9, 17)
_WANTS_A_PERSON: Final = 0.48
_CALLBACK_SHARE: Final = 0.55
_QUIET_WAIT_SECONDS: Final = 14.0
_BUSY_WAIT_SECONDS: Final = 55.0
_BUSY_HOURS: Final = frozenset({10, 11, 14})
_PATIENCE_SECONDS: Final = 240.0
_AFTER_ADVICE: Final[Mapping[str, float]] = {"advised_by_person": 60, "referred": 22, "centre_named": 18}
_ALONE: Final[Mapping[str, float]] = {"informed": 62, "centre_named": 26, "abandoned": 12}


def contacts_of(day: date, since_first: int, chance: random.Random) -> Iterator[Contact]:
    """The contacts of a day in the order of their beginnings, none ending after midnight."""
    free = day_type(day) == DAY_TYPES[1]
    level = a_day(since_first) * (_FREE_DAY_SHARE if free else 1.26)
    hours = sorted(_drawn(_FREE_DAY_HOURS if free else _WEEKDAY_HOURS, chance) for _ in range(_poisson(level, chance)))
    for hour in hours:
        yield _contact(day, hour, chance, staffed=not free and hour in _STAFFED_HOURS)


def a_day(since_first: int) -> float:
    """How many contacts are expected on an average day: from the pilot's level up along a logistic curve."""
    grown = 1 / (1 + math.exp((_HALF_GROWN_DAY - since_first) / _GROWTH_DAYS))
    return _PILOT_A_DAY + (_GROWN_A_DAY - _PILOT_A_DAY) * grown


def _contact(day: date, hour: int, chance: random.Random, *, staffed: bool) -> Contact:
    began = datetime.combine(day, time(hour, chance.randrange(50), chance.randrange(60)), GERMANY).astimezone(UTC)
    ended = began + timedelta(seconds=chance.randint(20, 540))
    land, topic, language = _pick(_LAENDER, chance), _pick(_TOPICS, chance), _pick(_LANGUAGES, chance)
    if chance.random() < _UNSERVED_SHARE:
        return Contact(began, ended, land=land, outcome="language_not_served", kind="self_service")
    if chance.random() >= _WANTS_A_PERSON:
        return Contact(began, ended, language, topic, land, _pick(_ALONE, chance), "self_service")
    if not staffed:
        if chance.random() < _CALLBACK_SHARE:
            return Contact(began, ended, language, topic, land, "callback_or_message", "callback")
        return Contact(began, ended, language, topic, land, "informed", "self_service")
    wait = chance.expovariate(1 / (_BUSY_WAIT_SECONDS if hour in _BUSY_HOURS else _QUIET_WAIT_SECONDS))
    patience = chance.expovariate(1 / _PATIENCE_SECONDS)
    if patience < wait:
        return Contact(began, ended, language, topic, land, "abandoned", "abandoned", int(patience))
    return Contact(began, ended, language, topic, land, _pick(_AFTER_ADVICE, chance), "answered", int(wait))


def _pick(weights: Mapping[Value, float], chance: random.Random) -> Value:
    return chance.choices(list(weights), list(weights.values()))[0]


def _drawn(weights: tuple[float, ...], chance: random.Random) -> int:
    return chance.choices(range(len(weights)), weights)[0]


def _poisson(level: float, chance: random.Random) -> int:
    """How many arrive where each arrives by chance: counted by the times between them."""
    arrived, clock = 0, chance.expovariate(1.0)
    while clock < level:
        arrived += 1
        clock += chance.expovariate(1.0)
    return arrived
