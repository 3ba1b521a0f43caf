"""Proves that every message a flow can speak exists in every language and can be spoken there."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from app.ivr.answers import CONSENT_CHOICES
from app.ivr.flow import DEFAULT_LANGUAGE, MEMBER_TYPES, Ask, End, Flow, Node, Register, Say, Transfer, Wording
from app.ivr.load import choice_names, slots_of
from app.ivr.words import folded_words

Flows = Mapping[str, Flow]

# The engine itself speaks these.
ENGINE_MESSAGES = frozenset({"sorry.no_input", "sorry.no_match", "menu.choice", "language.invitation", "language.more"})
ENGINE_SLOTS = {
    "menu.choice": frozenset({"choice", "key"}),
    "language.invitation": frozenset({"key"}),
    "language.more": frozenset({"key"}),
}
# Twelve seconds of speech at fourteen characters a second.
LONGEST_QUESTION = 168
_SCRIPTS = {
    **dict.fromkeys(("ar", "fa", "ckb", "ps", "ur"), "ARABIC"),
    **dict.fromkeys(("ru", "uk", "mk", "sr"), "CYRILLIC"),
    **dict.fromkeys(("ti", "am"), "ETHIOPIC"),
    "ka": "GEORGIAN",
    "hy": "ARMENIAN",
}
_OWN_SCRIPT_SHARE = 0.6
# Shorter texts may be the same in two languages, such as a name.
_WORDS_OF_A_SENTENCE = 3


def text_faults(
    flows: Flows,
    register: Register,
    wording: Wording,
    can_speak: Callable[[str, str], bool],
    others: frozenset[str] = frozenset(),
) -> list[str]:
    """Faults in the texts; `can_speak(language, message)` tells a true voice or a recording.

    `others` are messages that no flow names.
    """
    faults = [*_missing_families(flows, register)]
    for id_ in sorted(messages_spoken(flows, register) | others):
        faults += [f"{id_}: {fault}." for fault in _message_faults(id_, wording, can_speak)]
    for flow in flows.values():
        faults += [f"{flow.name}: {fault}." for fault in _slot_faults(flow, register, wording)]
        for id_, node in flow.nodes.items():
            if isinstance(node, Ask):
                faults += [f"{flow.name}.{id_}: {fault}." for fault in _question_faults(node, wording)]
    return faults


def messages_of(node: Node) -> tuple[str, ...]:
    """The message ids that a node names, families with their brace."""
    match node:
        case Say() | Transfer() | End():
            return node.messages
        case Ask():
            return (*node.question, *node.retry, *((node.label,) if node.label else ()))
        case _:
            return ()


def members(template: str, flow: Flow, register: Register) -> tuple[str, ...]:
    """The messages of a family such as `answer.{topic}`; empty where its fact has no closed set of values."""
    if "{" not in template:
        return (template,)
    fact = template.partition("{")[2].partition("}")[0]
    values = register.values.get(flow.remembers.get(fact, ""), frozenset())
    return tuple(template.replace("{" + fact + "}", value) for value in sorted(values))


def messages_spoken(flows: Flows, register: Register) -> frozenset[str]:
    """Every message id that a call may come to hear."""
    named = {
        id_
        for flow in flows.values()
        for node in flow.nodes.values()
        for template in messages_of(node)
        for id_ in members(template, flow, register)
    }
    choices = choice_names(flows)
    spoken = {f"choice.{name}" for name in choices} | {f"choice.{name}.words" for name in choices}
    return frozenset(named | spoken | ENGINE_MESSAGES)


def _missing_families(flows: Flows, register: Register) -> Iterator[str]:
    for flow in flows.values():
        for id_, node in flow.nodes.items():
            for template in messages_of(node):
                if not members(template, flow, register):
                    yield f"{flow.name}.{id_}: “{template}” needs a remembered fact with a closed set of values."


def _message_faults(id_: str, wording: Wording, can_speak: Callable[[str, str], bool]) -> Iterator[str]:
    expected: frozenset[str] | None = None
    for language, texts in wording.items():
        text = texts.get(id_, "")
        if not text.strip():
            yield f"this message is missing in {language}"
            continue
        slots = _slots(text)
        if slots is None:
            yield f"the placeholders in {language} cannot be read"
            continue
        expected = slots if expected is None else expected
        if slots != expected:
            original = f"those of {DEFAULT_LANGUAGE} ({_list(expected)})"
            yield f"the placeholders in {language} ({_list(slots)}) are not {original}"
        if not id_.endswith(".words"):
            yield from _voice_faults(id_, language, text, wording, can_speak)


def _voice_faults(
    id_: str, language: str, text: str, wording: Wording, can_speak: Callable[[str, str], bool]
) -> Iterator[str]:
    if not can_speak(language, id_):
        yield f"{language} has neither a true voice nor a recording for this message"
    original = wording.get(DEFAULT_LANGUAGE, {}).get(id_, "")
    copied = language != DEFAULT_LANGUAGE and len(text.split()) >= _WORDS_OF_A_SENTENCE and text == original
    if copied or not is_in_own_script(language, text):
        yield f"the text in {language} is not written in that language, so a voice of another language would read it"


def is_in_own_script(language: str, text: str) -> bool:
    """Whether the text's letters are the language's own, but for some names."""
    return _own_script_share(language, text) >= _OWN_SCRIPT_SHARE


def _own_script_share(language: str, text: str) -> float:
    """The share of letters in the language's own script, placeholders left out; 1.0 where there are none."""
    letters = [char for char in re.sub(r"\{[^}]*\}", "", text) if char.isalpha()]
    script = _SCRIPTS.get(language, "LATIN")
    own = sum(unicodedata.name(char, "").startswith(script) for char in letters)
    return own / len(letters) if letters else 1.0


def _slots(text: str) -> frozenset[str] | None:
    try:
        return frozenset(slots_of(text))
    except ValueError:
        return None


def _slot_faults(flow: Flow, register: Register, wording: Wording) -> Iterator[str]:
    """A message may speak only facts that its flow remembers, and only parts that the fact has."""
    original = wording.get(DEFAULT_LANGUAGE, {})
    for node in flow.nodes.values():
        for template in messages_of(node):
            for id_ in members(template, flow, register):
                for slot in sorted(_slots(original.get(id_, "")) or ()):
                    yield from _part_faults(flow, node, id_, slot, register)


def _part_faults(flow: Flow, node: Node, id_: str, slot: str, register: Register) -> Iterator[str]:
    fact, _, part = slot.partition(".")
    if slot == "key" or slot in ENGINE_SLOTS.get(id_, ()):
        return
    type_ = flow.remembers.get(fact)
    if fact == "option" or (isinstance(node, Ask) and id_ == node.label):
        type_ = MEMBER_TYPES.get(flow.remembers.get(getattr(node, "among", "") or "", ""), type_)
    if type_ is None:
        yield f"“{id_}” speaks the fact “{fact}”, which this flow does not remember"
    elif part not in register.parts.get(type_, frozenset()):
        yield f"“{id_}” speaks “{slot}”, but a {type_} has {_list(register.parts.get(type_, frozenset()))}"


def _question_faults(node: Ask, wording: Wording) -> Iterator[str]:
    for language, texts in wording.items():
        length = sum(len(texts.get(id_, "")) for id_ in node.question)
        if length > LONGEST_QUESTION:
            yield f"in {language} the question takes over 12 seconds ({length} characters)"
        for retry in node.retry:
            if len(texts.get(retry, "")) > LONGEST_QUESTION:
                yield f"in {language} “{retry}” takes over 12 seconds ({len(texts[retry])} characters)"
        names = CONSENT_CHOICES if node.expects == "consent" else tuple(choice.name for choice in node.choices)
        words = Counter(word for name in names for word in folded_words(texts.get(f"choice.{name}.words", "")))
        for word, count in words.items():
            if count > 1:
                yield f"in {language} {count} choices share the spoken word “{word}”"


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
