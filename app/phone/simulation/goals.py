"""What scripted callers want, which named choices they listen for, and how they know that they have got it."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from app.calls.playbook import Playbook
from app.centres.service import offers_for, spoken_name, spoken_place
from app.phone.simulation.scenes import squeezed

GOALS = ("money", "centre", "person", "help_now")
_NEEDS = ("danger", "violence", "despair", "illness")
_WAYS: Mapping[str, tuple[str, ...]] = {
    "money": ("how_much_money", "money", "information", "another_question"),
    "centre": ("other_area", "centre"),
    "person": ("person",),
    "help_now": ("other_help", "help_now", "afraid_or_stay"),
}
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "money": ("answer.how-much-money", "answer_without_amount.how-much-money"),
    "person": ("person.nobody_now",),
}


@dataclass(frozen=True, slots=True)
class Home:
    """Where a caller lives: a postal code and, since a code may cover several, the name of the place."""

    postal_code: str
    district: str
    place: str


@dataclass(frozen=True, slots=True)
class Goal:
    """`ways` are choices in the order of preference, `signs` texts of which one tells that the goal is reached."""

    name: str
    ways: tuple[str, ...]
    signs: tuple[str, ...]


def draw_home(playbook: Playbook, homes: tuple[str, ...], random: Random) -> Home:
    """A home behind one of the postal codes."""
    code = random.choice(homes)
    district = str(random.choice(playbook.directory.places[code]).district)
    return Home(code, district, spoken_place(playbook.directory, district))


def postal_codes_of_homes(playbook: Playbook) -> tuple[str, ...]:
    """The codes whose places all lie in a known district, so that the line can name a centre itself."""
    places = playbook.directory.places
    return tuple(sorted(code for code, found in places.items() if all(place.district for place in found)))


def draw_goal(playbook: Playbook, home: Home, language: str, random: Random) -> Goal:
    """A goal with its signs in a language; for a centre it is the name of the one that the directory puts first."""
    name = random.choice(GOALS)
    texts = playbook.wording[language]
    if name == "centre":
        first = offers_for(playbook.directory, home.postal_code, home.district, language, playbook.confirmed_only)[0]
        return Goal(name, _WAYS[name], (squeezed(spoken_name(first.centre)),))
    if name == "help_now":
        need = random.choice(_NEEDS)
        return Goal(name, (need, *_WAYS[name]), (squeezed(texts[f"help.{need}"]),))
    return Goal(name, _WAYS[name], tuple(squeezed(texts[sign]) for sign in _SIGNS[name]))
