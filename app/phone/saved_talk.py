"""Writes a talk as a conversation that counsellors can read and the tests can replay."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

import yaml

from app.phone.awaiting import Heard
from app.phone.line import Turn

# Gives the message that a text comes from, "" for a line that menus compose, None where no message fits.
Recogniser = Callable[[str, str], str | None]


_VERBS: Mapping[str, str] = {
    "pressed": "presses",
    "said": "says",
    "transferred": "is transferred to",
    "waited": "waits",
    "hung up": "hangs up",
}


@dataclass(frozen=True, slots=True)
class SavedTalk:
    """The conversation as YAML, and the texts in it that stand as they were heard because no message fits them."""

    text: str
    unrecognised: tuple[str, ...]


def save_talk(
    turns: Iterable[Turn], *, title: str, recogniser: Recogniser, given: Mapping[str, bool] | None = None
) -> SavedTalk:
    """Turn a transcript into a conversation; `given` are the guards under which it was held."""
    unrecognised: list[str] = []
    written = [_write(turn, recogniser, unrecognised) for turn in _as_heard_by_the_flow(turns)]
    conversation: dict[str, object] = {"conversation": title}
    if given:
        conversation["given"] = {guard: "yes" if stands else "no" for guard, stands in given.items()}
    conversation["turns"] = [turn for turn in written if turn is not None]
    text = yaml.safe_dump(conversation, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
    return SavedTalk(text, tuple(unrecognised))


def _as_heard_by_the_flow(turns: Iterable[Turn]) -> list[Turn]:
    """Keys pressed one by one reach the flow together, also where the time-out ends them."""
    merged: list[Turn] = []
    for kind, group in groupby(turns, key=lambda turn: turn.kind):
        members = list(group)
        if kind == "pressed":
            merged.append(Turn("pressed", "".join(turn.text for turn in members)))
        elif kind == "heard":
            merged.append(Turn("heard", heard=tuple(item for turn in members for item in turn.heard)))
        elif not (kind == "waited" and merged and merged[-1].kind == "pressed"):
            merged += members
    return merged


def _write(turn: Turn, recogniser: Recogniser, unrecognised: list[str]) -> object:
    match turn.kind:
        case "heard":
            heard = _messages(turn.heard, recogniser, unrecognised)
            return {"hears": heard} if heard else None
        case "pressed" | "said" | "transferred":
            return {_VERBS[turn.kind]: turn.text}
        case "waited" | "hung up":
            return _VERBS[turn.kind]
        case _:
            return None


def _messages(heard: tuple[Heard, ...], recogniser: Recogniser, unrecognised: list[str]) -> list[str]:
    messages: list[str] = []
    for item in heard:
        if item.kind == "pause":
            continue
        message = recogniser(item.text, item.language)
        if message is None:
            unrecognised.append(item.text)
            messages.append(item.text)
        # A menu speaks the same message once a line; a conversation names it once.
        elif message and messages[-1:] != [message]:
            messages.append(message)
    return messages
