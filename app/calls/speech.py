"""What facts sound like: every slot of a message as text in the language it is spoken in."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_date, format_skeleton, format_time

from app.calls.numbers import slowly, spoken_number
from app.calls.playbook import Playbook
from app.calls.pointing import ADULT, CHILD
from app.centres.service import spoken_name, spoken_phone, spoken_place, spoken_street, spoken_web
from app.knowledge.service import spoken_amount, spoken_date
from app.texts.languages import country_name, locale_of

# Names of centres, streets and towns are German and are read by a German voice, whatever the caller's language.
GERMAN_PARTS = frozenset({("centre", "name"), ("centre", "street"), ("centre", "web"), ("district", "name")})

Speaker = Callable[[Playbook, str, str], str]

# For so long the name of a weekday can mean one day alone.
_WEEK: Final = timedelta(days=6)


def _opening_day(playbook: Playbook, value: str, language: str) -> str:
    """“Monday”, or “Monday, November 30” where that could be misunderstood."""
    day, locale = datetime.fromisoformat(value).date(), locale_of(language)
    weekday = format_date(day, "EEEE", locale=locale)
    return weekday if day - playbook.today() <= _WEEK else f"{weekday}, {format_skeleton('MMMMd', day, locale=locale)}"


def _opening_time(_playbook: Playbook, value: str, language: str) -> str:
    spoken_time = format_time(datetime.fromisoformat(value).time(), "short", locale=locale_of(language))
    return spoken_time.replace("\u202f", " ")


_PARTS: Mapping[tuple[str, str], Speaker] = {
    ("centre", "name"): lambda playbook, value, _: spoken_name(playbook.directory.centres[value]),
    ("centre", "street"): lambda playbook, value, _: spoken_street(playbook.directory.centres[value]),
    ("centre", "web"): lambda playbook, value, _: spoken_web(playbook.directory.centres[value]),
    ("centre", "phone"): lambda playbook, value, _: spoken_phone(playbook.directory.centres[value]),
    ("centre", "as_of"): lambda playbook, value, language: spoken_date(
        playbook.directory.centres[value].as_of or "", language
    ),
    ("district", "name"): lambda playbook, value, _: spoken_place(playbook.directory, value),
    ("topic", "title"): lambda playbook, value, language: playbook.wording[language][f"title.{value}"],
    ("offer", "name"): lambda playbook, value, language: playbook.wording[language][f"offer_name.{value}"],
    ("startup", "adult"): lambda playbook, _, language: spoken_amount(playbook.knowledge, ADULT, language),
    ("startup", "child"): lambda playbook, _, language: spoken_amount(playbook.knowledge, CHILD, language),
    ("country", "name"): lambda _, value, language: country_name(value, language),
    ("phone_number", "digits"): lambda _playbook, value, _: spoken_number(value),
    ("referral_code", "digits"): lambda _playbook, value, _: slowly(value),
    ("opening", "day"): _opening_day,
    ("opening", "time"): _opening_time,
}

PARTS: Mapping[str, frozenset[str]] = {
    type_: frozenset(part for other, part in _PARTS if other == type_) for type_ in {type_ for type_, _ in _PARTS}
}


def spoken(playbook: Playbook, fact_type: str, part: str, value: str, language: str) -> str:
    """One part of a fact in a language; raises KeyError for a part that no fact has."""
    return _PARTS[fact_type, part](playbook, value, language)
