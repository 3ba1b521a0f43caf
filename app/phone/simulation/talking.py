"""A simulated caller's side of a call, from the first words heard to the verdict."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from random import Random

from app.calls.playbook import Playbook
from app.kit.errors import HotlineError
from app.phone.simulation.callers import Caller, draw_caller, next_deed, notice
from app.phone.simulation.door_call import DoorFault
from app.phone.simulation.engine_call import EngineCall, Voice
from app.phone.simulation.goals import postal_codes_of_homes
from app.phone.simulation.listening import Ear, ear_for
from app.phone.simulation.result import Verdict
from app.phone.simulation.scenes import Deed, HangUp, Scene
from app.phone.simulation.staff import draw_staff

# A caller who wants to come to an end and has not after so many steps has been led astray.
MOST_STEPS = 60

Talk = Generator[Deed, Scene, Verdict]


@dataclass(frozen=True, slots=True)
class Town:
    """Where all callers of a simulation come from; `staffed` is whether somebody takes their calls."""

    playbook: Playbook
    ears: tuple[Ear, ...]
    homes: tuple[str, ...]
    voice: Voice
    seed: int
    staffed: bool = False


@dataclass(slots=True)
class Held:
    """One call of a simulation, from its caller to its verdict."""

    number: int
    caller: Caller
    call: EngineCall
    verdict: Verdict | None = None


def found_town(playbook: Playbook, seed: int, *, staffed: bool = False) -> Town:
    """The callers' town: everybody speaks one of the line's languages and lives behind a known postal code."""
    ears = tuple(ear_for(playbook.wording, language) for language in playbook.book.languages)
    return Town(playbook, ears, postal_codes_of_homes(playbook), Voice(playbook), seed, staffed)


def new_call(town: Town, number: int) -> Held:
    """The call of this number; the same seed and number give the same caller."""
    random = Random(f"{town.seed}:{number}")  # noqa: S311  The same seed must give the same call.
    caller = draw_caller(town.playbook, town.ears, town.homes, random, staffed=town.staffed)
    staff = draw_staff(Random(f"{town.seed}:{number}:staff")) if town.staffed else None  # noqa: S311  As above.
    return Held(number, caller, EngineCall(town.voice, staff))


def talk(caller: Caller, scene: Scene) -> Talk:
    """A caller's side of a call: takes scenes and gives deeds, until the call is over or the caller leaves it."""
    steps = 1
    while scene.state == "asked":
        notice(caller, scene)
        deed = next_deed(caller, scene)
        if isinstance(deed, HangUp):
            return _verdict(caller, steps)
        if steps >= MOST_STEPS:
            return replace(_verdict(caller, steps), dead_end=True, fault=f"After {steps} steps there is no end.")
        scene = yield deed
        steps += 1
    # The last words may be those that the caller called for.
    notice(caller, scene)
    if scene.state == "stuck":
        return replace(_verdict(caller, steps), dead_end=True, fault="The line neither listens nor says goodbye.")
    return _verdict(caller, steps)


def _verdict(caller: Caller, steps: int) -> Verdict:
    if caller.goal is None or not caller.scripted:
        return Verdict(steps)
    fault = None if caller.reached else f"The caller did not reach the goal “{caller.goal.name}”."
    return Verdict(steps, goal=caller.goal.name, reached=caller.reached, fault=fault)


def failed(caller: Caller, call: EngineCall, error: Exception) -> Verdict:
    """An error ends the call; the goal counts as it stands."""
    sentence = str(error) if isinstance(error, HotlineError | DoorFault) else f"{type(error).__name__}: {error}"
    return replace(_verdict(caller, len(call.inputs)), error=True, fault=sentence)
