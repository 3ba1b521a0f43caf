"""Writes what a simulated caller did as a conversation that can be saved, read by counsellors and replayed."""

from collections.abc import Iterable, Iterator, Mapping

import yaml

from app.calls.lasting_effects import LASTING
from app.calls.playbook import Playbook
from app.calls.service import answer
from app.ivr.conversation import heard_ids
from app.ivr.engine import step
from app.ivr.model import (
    Connect,
    Done,
    Hangup,
    HungUp,
    Input,
    Perform,
    Pressed,
    Record,
    Said,
    Session,
    Silent,
    Step,
    Verb,
    Wait,
)


def transcript(playbook: Playbook, inputs: Iterable[Input], title: str, replies: Iterable[Done] = ()) -> str:
    """The call once more, turn by turn; a step that raises is the last turn, so that the replay raises too.

    `replies` are what came of lasting effects and hand-overs; where they end, each has failed.
    """
    turns: list[object] = []
    replied = iter(replies)
    session = Session(playbook.book.content_hash)
    for heard in inputs:
        turns += _brought(heard)
        try:
            session = _play(playbook, session, heard, turns, replied)
        except Exception:  # noqa: BLE001  The fault itself is reported beside the transcript.
            break
    given = {guard: "yes" if stands else "no" for guard, stands in playbook.guards.items()}
    conversation = {"conversation": title, "given": given, "turns": turns}
    return yaml.safe_dump(conversation, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


def _play(playbook: Playbook, session: Session, heard: Input, turns: list[object], replied: Iterator[Done]) -> Session:
    """One input with all effects that follow it; what was played until a step raises stands in `turns`."""
    following: Input | None = heard
    while following is not None:
        taken = step(playbook.book, playbook.guards, session, following)
        session = taken.session
        last = taken.verbs[-1] if taken.verbs else None
        lasting = isinstance(last, Wait | Record) or (isinstance(last, Perform) and last.effect in LASTING)
        reply = next(replied, None) if lasting else None
        following = reply or answer(playbook, session.language, last)
        turns += _shown(taken, following)
    return session


def _brought(heard: Input) -> list[object]:
    """What the caller did, as the conversation names it; that the line answered is no turn."""
    match heard:
        case Pressed(keys):
            return [{"presses": keys}]
        case Said(words):
            return [{"says": words}]
        case Silent():
            return ["waits"]
        case HungUp():
            return ["hangs up"]
        case _:
            return []


def _shown(taken: Step, following: Done | None) -> list[object]:
    ids = heard_ids(taken.verbs)
    turns: list[object] = [{"hears": ids}] if ids else []
    turns += [{verb: name} for verb, name in _named(taken.verbs[-1:]).items()]
    if following is not None:
        turns.append({"it answers": _outcome(following)})
    return turns


def _named(last: tuple[Verb, ...]) -> Mapping[str, str]:
    match last:
        case (Perform(effect=effect),):
            return {"we look up": effect}
        case (Wait(queue=name),):
            return {"is transferred to": name}
        case (Connect(target=name) | Record(target=name),):
            return {"is transferred to": name}
        case (Hangup(outcome=outcome),):
            return {"is hung up": outcome}
        case _:
            return {}


def _outcome(done: Done) -> object:
    return {done.outcome: dict(done.facts)} if done.facts else done.outcome
