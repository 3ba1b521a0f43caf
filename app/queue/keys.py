"""The keys of the agents' desk: which deed has which, what each agent chose, and that no two deeds share one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.queue import agent_store
from app.queue.agent_store import DeskRow
from app.queue.models import Line

# Each deed with its usual key, named as browsers name it (UI Events, KeyboardEvent.key); no key switches a deed off.
DEFAULT_KEYS: Final[Mapping[str, str]] = {
    "accept": "Enter",
    "refuse": "Escape",
    "ready": "r",
    "break": "p",
    "away": "a",
    "hold": "h",
    "end": "e",
    "interpreter": "i",
    "consult": "k",
    "transfer": "u",
    "leave": "x",
    "search": "s",
    "centres": "c",
    "eligibility": "f",
    "referral": "v",
    "safety": "n",
    "text": "t",
    "notes": "o",
    "mute": "m",
    "phone": "l",
    "help": "?",
}
DEEDS: Final = tuple(DEFAULT_KEYS)
# The keys that are not characters.
NAMED_KEYS: Final = ("Enter", "Escape")


class KeyRefused(ValueError):
    """A key that no deed can have; the message is the deed."""


class KeysShared(ValueError):
    """Two deeds with one key; the messages are the deeds."""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """What an agent chose for their desk: a key for each deed, keys when wrapping up, and a tone for an offer."""

    keys: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_KEYS))
    wrap_up: bool = True
    sound: bool = True


def read_key(typed: str) -> str:
    """The key as the desk compares it; raises ValueError for what is neither a character nor a named key."""
    named = next((name for name in NAMED_KEYS if name.casefold() == typed.casefold()), None)
    if named is not None or not typed:
        return named or ""
    if len(typed) != 1 or not typed.isprintable() or typed.isspace():
        raise ValueError("A key is one character, Enter or Escape.")
    lower = typed.lower()
    return lower if len(lower) == 1 else typed


def list_shared(keys: Mapping[str, str]) -> tuple[str, ...]:
    """The deeds whose key another deed has, too, in the order of the deeds."""
    counted = Counter(key for key in keys.values() if key)
    return tuple(deed for deed in keys if counted[keys[deed]] > 1)


async def get_desk(line: Line, agent_id: UUID) -> DeskSettings:
    """What the agent chose, and the usual where they chose nothing."""
    row = await agent_store.find_desk(line.pool, agent_id)
    if row is None:
        return DeskSettings()
    return DeskSettings(_filled(row.keys), row.wrap_up_keys, row.sound)


async def get_keys(line: Line, agent_id: UUID) -> Mapping[str, str]:
    """Each deed's key, "" for none."""
    return (await get_desk(line, agent_id)).keys


async def set_desk(line: Line, agent_id: UUID, desk: DeskSettings) -> None:
    """Raises KeyRefused and KeysShared, and then nothing is changed."""
    keys = {deed: _read(deed, desk.keys.get(deed, usual)) for deed, usual in DEFAULT_KEYS.items()}
    if shared := list_shared(keys):
        raise KeysShared(*shared)
    chosen = {deed: key for deed, key in keys.items() if key != DEFAULT_KEYS[deed]}
    await agent_store.set_desk(line.pool, agent_id, DeskRow(chosen, desk.wrap_up, desk.sound))


def _read(deed: str, typed: str) -> str:
    try:
        return read_key(typed)
    except ValueError:
        raise KeyRefused(deed) from None


def _filled(chosen: Mapping[str, str]) -> dict[str, str]:
    """A usual key that the agent gave to another deed is off, also where the usual keys became others since."""
    taken = set(chosen.values())
    return {deed: chosen.get(deed, "" if usual in taken else usual) for deed, usual in DEFAULT_KEYS.items()}
