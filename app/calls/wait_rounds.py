"""Pure: what a caller in line hears in this round, what a key comes to, and what the next round must know."""

from dataclasses import dataclass, replace
from typing import Final

from app.ivr.flow import HOME_KEY, REPEAT_KEY
from app.ivr.model import Message
from app.queue.models import Choice, Standing, State
from app.queue.plan_models import Settings

CALLBACK_KEY, MESSAGE_KEY, WOMAN_KEY, ALSO_KEY = "1", "2", "3", "4"
# Languages that nearly every agent speaks: who speaks one of them, too, waits less.
COMMON_LANGUAGES: Final = ("de", "en")
_USUAL: Final = Settings()
# A round lasts at most 30 seconds. Keys are heard all the time, so a short pause takes nobody's time to find one.
MENU_SECONDS: Final = 5
QUIET_SECONDS: Final = 12
OFFERED_SECONDS: Final = 5
# While the provider is asked to send the call into its room, it waits in silence for so long.
ROOM_SECONDS: Final = 3
# How long it may take is said again after so many rounds, which is about a minute.
QUIET_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Round:
    """What a caller in line heard last and wished; it travels in the address of the next wait request.

    `quiet` counts the rounds since `band` was said; `awaits_room` says that the last round was silent for the room.
    """

    band: str = ""
    quiet: int = 0
    woman: bool = False
    also: bool = False
    awaits_room: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What the caller hears, for how long the line then listens, and the round after it; or that the call leaves."""

    messages: tuple[Message, ...]
    seconds: int
    following: Round
    leaves: bool = False


def leaving(present: Round) -> Turn:
    """The call leaves the line; where it goes is known when it has left."""
    return Turn((), 0, present, leaves=True)


def comfort(present: Round) -> Turn:
    """Nothing new: also where it cannot be known how the call stands."""
    quiet = replace(present, quiet=present.quiet + 1, awaits_room=False)
    return Turn((Message("wait.comfort"),), QUIET_SECONDS, quiet)


def has_room(standing: Standing) -> bool:
    """Whether an agent has accepted the call."""
    return standing.state in {State.CONNECTING, State.TALKING}


def chosen_by(key: str, settings: Settings) -> Choice | None:
    """What the key chooses instead of waiting, where that is offered."""
    offered = {CALLBACK_KEY: Choice.CALLBACK} if settings.callbacks else {}
    return (offered | ({MESSAGE_KEY: Choice.MESSAGE} if settings.voicemail else {})).get(key)


def next_turn(standing: Standing, present: Round, language: str, key: str, settings: Settings = _USUAL) -> Turn:
    """What follows while the call stays in line; `key` is the one that was pressed, if any."""
    if has_room(standing):
        # The request that takes the call to its room is under way; where it got lost, the call goes there by itself.
        return leaving(present) if present.awaits_room else _await_room(present)
    present = replace(present, awaits_room=False)
    if key == WOMAN_KEY and may_wish_woman(standing, present):
        return _noted(replace(present, woman=True))
    if key == ALSO_KEY and may_wish_also(present, language):
        return _noted(replace(present, also=True))
    if standing.state is State.RESERVED and key != REPEAT_KEY:
        return replace(comfort(present), seconds=OFFERED_SECONDS)
    if key == REPEAT_KEY or present.quiet >= QUIET_ROUNDS or present.band != standing.band:
        return _menu(standing, present, language, settings)
    return comfort(present)


def may_wish_woman(standing: Standing, present: Round) -> bool:
    return standing.woman_on_duty and not present.woman


def may_wish_also(present: Round, language: str) -> bool:
    return language not in COMMON_LANGUAGES and not present.also


def goes_home(key: str) -> bool:
    """Whether the key leads back to the main menu, as in the whole house."""
    return key == HOME_KEY


def _await_room(present: Round) -> Turn:
    return Turn((), ROOM_SECONDS, replace(present, awaits_room=True))


def _noted(present: Round) -> Turn:
    return Turn((Message("wait.noted"),), QUIET_SECONDS, present)


def _menu(standing: Standing, present: Round, language: str, settings: Settings) -> Turn:
    said = "wait.next" if standing.ahead == 0 else f"wait.band.{standing.band}"
    keys = [("callback", CALLBACK_KEY)] if settings.callbacks else []
    if settings.voicemail:
        keys.append(("message", MESSAGE_KEY))
    if may_wish_woman(standing, present):
        keys.append(("woman", WOMAN_KEY))
    if may_wish_also(present, language):
        keys.append(("also", ALSO_KEY))
    lines = tuple(Message(f"wait.key.{name}", (("key", "key", key),)) for name, key in keys)
    return Turn((Message(said), *lines), MENU_SECONDS, replace(present, band=standing.band, quiet=0))
