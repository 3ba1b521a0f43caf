"""What reports, charts and files say in German and English, and how they write periods and numbers."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from app.kit.errors import ContentError
from app.kit.yamlfile import read_yaml
from app.statistics.periods import Period, Run

Lang = Literal["de", "en"]

WORDING: Final = Path(__file__).parent / "wording.yaml"


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Raises ContentError where an entry is not in both languages."""
    read: Any = read_yaml(WORDING)
    for key, texts in read.items():
        if set(texts) != {"de", "en"}:
            raise ContentError(f"{WORDING.name}: “{key}” is not in German and English.")
    return read  # type: ignore[no-any-return]  # It has just been looked through.


def say(key: str, language: Lang, /, **slots: object) -> str:
    return sentences()[key][language].format(**slots)


def number(value: int, language: Lang) -> str:
    return f"{value:,}".replace(",", ".") if language == "de" else f"{value:,}"


def interval(low: int, high: int, language: Lang) -> str:
    return say("interval", language, low=number(low, language), high=number(high, language))


def percent(share: float, language: Lang) -> str:
    return say("percent", language, value=round(100 * share))


def day_words(day: date, language: Lang) -> str:
    return say("day", language, day=day.day, month=say(f"month.{day.month}", language), year=day.year)


def period_words(period: Period | Run, language: Lang) -> str:
    """The period as a person says it; a run that is no calendar period is said by its first and last day."""
    if isinstance(period, Run):
        if period.first == period.last:
            return period_words(period.first, language)
        days = {"first": day_words(period.first_on, language), "last": day_words(period.last_on, language)}
        return say("run", language, **days)
    first = period.first_on
    if period.grain == "day":
        return day_words(first, language)
    month = say(f"month.{first.month}", language)
    number_of = {"quarter": (first.month + 2) // 3, "half-year": (first.month + 5) // 6}.get(period.grain)
    return say(period.grain, language, number=number_of, month=month, year=first.year)


def short_period(period: Period) -> str:
    """The period in figures, for an axis: 11/2025, Q4/2025."""
    grain, _, rest = str(period).partition("-")
    return f"{rest}/{grain}" if rest else grain


def listed(texts: list[str], language: Lang) -> str:
    """One after the other, with the language's “and” before the last."""
    *first, last = texts
    return f"{', '.join(first)}{say('and', language)}{last}" if first else last
