"""Callers of many kinds: each hears a scene and does the next thing, by its habit, its goal and its own chance."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from app.calls.playbook import Playbook
from app.phone.simulation.goals import Goal, Home, draw_goal, draw_home
from app.phone.simulation.listening import Ear, hears, invited_key, key_of_place, keys_of_choices
from app.phone.simulation.scenes import Deed, HangUp, Press, Say, Scene, Wait

Habit = Literal[
    "patient", "slow", "wrong_keys", "garbage_speech", "speaks", "silent", "only_wrong_keys", "hangs_up", "restless"
]
Ending = Literal["finish", "silence", "hang_up"]

# Callers of these habits stay until they have what they want, so that their goals count.
HOLD_ON: tuple[Habit, ...] = ("patient", "slow", "wrong_keys", "garbage_speech", "speaks")
STAY_TO_THE_END: tuple[Habit, ...] = ("silent", "only_wrong_keys")
LEAVE: tuple[Habit, ...] = ("hangs_up", "restless")
ENDINGS: tuple[Ending, ...] = ("finish", "silence", "hang_up")
# Menus have at most five choices, so these never are a choice.
UNOFFERED_KEYS = "6789"
EVERY_KEY = "1234567890*#"
_NEVER = 10_000
_SLIP = 0.4
_GARBAGE = "abc xyz äöüß çğış жщя ابت 漢字 0123456789 <>&\"' {}[] 🙂 \u202e\u200d\u0007"
_POSTAL_QUESTIONS = ("centre.which_area", "centre.area_short", "centre.area_help")
_NUMBER_QUESTIONS = ("referral.number", "referral.number_short", "callback.number_help")
_OWN_NUMBER = "015112345678"


@dataclass(slots=True)
class Caller:
    """A person with a telephone; `erred` is whether the last deed was a slip, since nobody slips twice in a row."""

    ear: Ear
    random: Random
    habit: Habit
    home: Home
    goal: Goal | None
    leaves_after: int
    ending: Ending
    language_chosen: bool = False
    reached: bool = False
    erred: bool = False
    done: int = 0

    @property
    def scripted(self) -> bool:
        """Whether this caller must reach a goal: it has one and does not leave before."""
        return self.goal is not None and self.habit in HOLD_ON


def draw_caller(
    playbook: Playbook, ears: tuple[Ear, ...], homes: tuple[str, ...], random: Random, *, staffed: bool = False
) -> Caller:
    """A caller of any kind; the same random source draws the same caller."""
    habit = random.choice(HOLD_ON * 2 + STAY_TO_THE_END + LEAVE)
    ear, home = random.choice(ears), draw_home(playbook, homes, random)
    aims = habit not in STAY_TO_THE_END and habit != "restless" and random.random() < 0.7  # noqa: PLR2004  Most callers want something.
    goal = draw_goal(playbook, home, ear.language, random, staffed=staffed) if aims else None
    wanders = goal is None and habit not in STAY_TO_THE_END
    leaves_after = random.randrange(12) if habit == "hangs_up" else random.randrange(1, 41) if wanders else _NEVER
    return Caller(ear, random, habit, home, goal, leaves_after, random.choice(ENDINGS))


def notice(caller: Caller, scene: Scene) -> None:
    """Hear whether this is what the caller called for."""
    caller.reached = caller.reached or (caller.goal is not None and any(s in scene.text for s in caller.goal.signs))


def next_deed(caller: Caller, scene: Scene) -> Deed:
    """What the caller does upon what it heard."""
    caller.done += 1
    if caller.done > caller.leaves_after:
        return HangUp()
    if caller.habit == "silent":
        return Wait()
    if caller.habit == "only_wrong_keys":
        return Press(caller.random.choice(UNOFFERED_KEYS))
    if caller.reached:
        return _end(caller, scene)
    slip = None if caller.erred else _slip(caller, scene)
    caller.erred = slip is not None
    return slip or _meant(caller, scene)


def _end(caller: Caller, scene: Scene) -> Deed:
    """A caller who has got what it wanted hangs up, asks for the end, or lets the line end the call."""
    if caller.ending == "hang_up":
        return HangUp()
    finish = keys_of_choices(caller.ear, scene.text).get("finish") if caller.ending == "finish" else None
    return Press(finish) if finish else Wait()


def _slip(caller: Caller, scene: Scene) -> Deed | None:
    """What a caller of this habit does instead of what it means to do."""
    if caller.habit in {"patient", "hangs_up"} or caller.random.random() > _SLIP:
        return None
    match caller.habit:
        case "slow":
            return Wait()
        case "wrong_keys":
            return Press(_wrong_key(caller, scene))
        case "garbage_speech":
            return Say(_garbage(caller.random))
        case "speaks":
            return _speak(caller, scene)
        case _:
            return _anything(caller.random)


def _wrong_key(caller: Caller, scene: Scene) -> str:
    """No choice at all, another choice than the wanted one, or a reserved key; never the wrong language or the end."""
    if not caller.language_chosen:
        return caller.random.choice(UNOFFERED_KEYS + "*#0")
    named = [key for name, key in keys_of_choices(caller.ear, scene.text).items() if name != "finish"]
    keys: list[str] = [*UNOFFERED_KEYS, *named, "*", "#", "0"]
    return caller.random.choice(keys)


def _garbage(random: Random) -> str:
    return "".join(random.choice(_GARBAGE) for _ in range(random.randrange(30)))


def _anything(random: Random) -> Deed:
    keys = "".join(random.choice(EVERY_KEY) for _ in range(random.randrange(1, 8)))
    return random.choice((Press(keys), Press(keys[0]), Wait(), Say(_garbage(random))))


def _speak(caller: Caller, scene: Scene) -> Deed | None:
    """Say what one would press; the name of a choice is said as the line said it."""
    if _asks_postal_code(caller, scene):
        return Say(" ".join(caller.home.postal_code))
    wanted = _wanted(caller, keys_of_choices(caller.ear, scene.text))
    return Say(caller.ear.texts[f"choice.{wanted}.words"]) if wanted else None


def _meant(caller: Caller, scene: Scene) -> Deed:
    """The way to the goal by what was heard; a caller who hears no way asks for the main menu."""
    if invited := invited_key(caller.ear, scene.text):
        caller.language_chosen = True
        return Press(invited)
    if key := key_of_place(caller.ear, scene.text, caller.home.place):
        return Press(key)
    if _asks_postal_code(caller, scene):
        return Press(caller.home.postal_code if caller.goal else _some_code(caller))
    if caller.goal and hears(caller.ear, scene.text, *_NUMBER_QUESTIONS):
        return Press(_OWN_NUMBER)
    keys = keys_of_choices(caller.ear, scene.text)
    if caller.goal is None:
        return Press(caller.random.choice([*keys.values(), "*", "#"])) if keys else _anything(caller.random)
    wanted = _wanted(caller, keys)
    return Press(keys[wanted]) if wanted else Press("#")


def _asks_postal_code(caller: Caller, scene: Scene) -> bool:
    return hears(caller.ear, scene.text, *_POSTAL_QUESTIONS)


def _wanted(caller: Caller, keys: dict[str, str]) -> str | None:
    return next((name for name in caller.goal.ways if name in keys), None) if caller.goal else None


def _some_code(caller: Caller) -> str:
    """Mostly one's own code, else one that may not exist or is no code at all."""
    anything = "".join(caller.random.choice("0123456789") for _ in range(caller.random.randrange(1, 7)))
    return caller.random.choice((caller.home.postal_code, caller.home.postal_code, anything, anything + "*"))
