"""What scripted callers want, which named choices they listen for, and how they know that they have got it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from app.calls.playbook import Playbook
from app.centres.service import offers_for, spoken_name, spoken_place
from app.phone.simulation.scenes import squeezed

GOALS = ("money", "centre", "person", "help_now")
# Where somebody is there who takes calls, calls back and hears messages.
STAFFED_GOALS = (*GOALS, "callback", "message")
_NEEDS = ("danger", "violence", "despair", "illness")
_WAYS: Mapping[str, tuple[str, ...]] = {
    "money": ("how_much_money", "money", "information", "another_question"),
    "centre": ("other_area", "centre"),
    "person": ("wait_in_line", "wait_on", "person"),
    "callback": (
        "agree",
        "this_number",
        "number_right",
        "only_me",
        "number_hidden",
        "as_soon_as_possible",
        "callback",
        "callback_interpreter",
        "other_number",
        "go_back",
        "person",
    ),
    "message": ("speak_now", "message", "go_back", "person"),
    "help_now": ("other_help", "help_now", "afraid_or_stay"),
}
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "money": ("answer.how-much-money", "answer_without_amount.how-much-money"),
    "person": ("person.nobody_now", "person.later", "person.never"),
    "callback": ("callback.made", "callback.exists"),
    # Where nobody speaks the language, nobody would understand a message.
    "message": ("message.thanks", "person.never"),
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


def draw_goal(playbook: Playbook, home: Home, language: str, random: Random, *, staffed: bool = False) -> Goal:
    """A goal with its signs in a language; whoever comes to a person has got what they wanted, whatever it was."""
    name = random.choice(STAFFED_GOALS if staffed else GOALS)
    goal = _goal(playbook, name, home, language, random)
    # Before a language is chosen the line speaks German and English.
    comfort = {playbook.wording[spoken_in]["wait.comfort"] for spoken_in in (language, "de", "en")} if staffed else ()
    return replace(goal, signs=(*goal.signs, *map(squeezed, comfort)))


def _goal(playbook: Playbook, name: str, home: Home, language: str, random: Random) -> Goal:
    """For a centre the sign is the name of the one that the directory puts first."""
    texts = playbook.wording[language]
    if name == "centre":
        first = offers_for(playbook.directory, home.postal_code, home.district, language, playbook.confirmed_only)[0]
        return Goal(name, _WAYS[name], (squeezed(spoken_name(first.centre)),))
    if name == "help_now":
        need = random.choice(_NEEDS)
        return Goal(name, (need, *_WAYS[name]), (squeezed(texts[f"help.{need}"]),))
    # What is filled in stands at the end.
    return Goal(name, _WAYS[name], tuple(squeezed(texts[sign].partition("{")[0]) for sign in _SIGNS[name]))
