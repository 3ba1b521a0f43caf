"""What facts sound like: every slot of a message as text in the language it is spoken in."""

from collections.abc import Callable, Mapping

from app.calls.playbook import Playbook
from app.centres.service import spoken_name, spoken_phone, spoken_place, spoken_street, spoken_web
from app.knowledge.service import spoken_date
from app.texts.languages import country_name

# Names of centres, streets and towns are German and are read by a German voice, whatever the caller's language.
GERMAN_PARTS = frozenset({("centre", "name"), ("centre", "street"), ("centre", "web"), ("district", "name")})

Speaker = Callable[[Playbook, str, str], str]

_PARTS: Mapping[tuple[str, str], Speaker] = {
    ("centre", "name"): lambda playbook, value, _: spoken_name(playbook.directory.centres[value]),
    ("centre", "street"): lambda playbook, value, _: spoken_street(playbook.directory.centres[value]),
    ("centre", "web"): lambda playbook, value, _: spoken_web(playbook.directory.centres[value]),
    ("centre", "phone"): lambda playbook, value, _: spoken_phone(playbook.directory.centres[value]),
    ("centre", "as_of"): lambda playbook, value, language: spoken_date(
        playbook.directory.centres[value].as_of or "", language
    ),
    ("district", "name"): lambda playbook, value, _: spoken_place(playbook.directory, value),
    ("country", "name"): lambda _, value, language: country_name(value, language),
}

PARTS: Mapping[str, frozenset[str]] = {
    type_: frozenset(part for other, part in _PARTS if other == type_) for type_ in {type_ for type_, _ in _PARTS}
}


def spoken(playbook: Playbook, fact_type: str, part: str, value: str, language: str) -> str:
    """One part of a fact in a language; raises KeyError for a part that no fact has."""
    return _PARTS[fact_type, part](playbook, value, language)
