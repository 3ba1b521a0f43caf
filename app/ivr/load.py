"""Reads call flows from parsed YAML (all scalars text) and binds them to the texts they speak."""

import re
import string
from collections.abc import Callable, Mapping
from typing import cast

from app.ivr.answers import CONSENT_CHOICES
from app.ivr.flow import (
    DEFAULT_LANGUAGE,
    Ask,
    Branch,
    Call,
    Choice,
    Do,
    End,
    Facts,
    Flow,
    Node,
    Register,
    Say,
    Transfer,
    Wording,
)
from app.ivr.model import Book, content_hash
from app.ivr.words import folded_words

Raw = Mapping[str, object]

_FLOW_KEYS = frozenset({"flow", "title", "start", "remembers", "nodes", "home", "person", "trail"})
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class FlowFault(Exception):
    """One sentence that names the file, the node and what is wrong with it."""


def read_flow(name: str, raw: object) -> Flow:
    """A flow from its parsed file; raises FlowFault for anything that is not in the file format."""
    source = _mapping(raw, f"{name}: the file")
    _only(source, _FLOW_KEYS, f"{name}: the file")
    if source.get("flow") != name:
        raise FlowFault(f"{name}: the file must be named like its flow, but it says “flow: {source.get('flow')}”.")
    nodes = _mapping(source.get("nodes"), f"{name}: “nodes”")
    return Flow(
        name=name,
        title=_text(source, "title", name),
        start=_text(source, "start", name),
        remembers=_texts(source.get("remembers", {}), f"{name}: “remembers”"),
        nodes={id_: read_node(f"{name}.{id_}", node) for id_, node in nodes.items()},
        home=_optional(source, "home", name),
        person=_optional(source, "person", name),
        trail=frozenset(_names(source.get("trail", []), f"{name}: “trail”")),
    )


def read_node(where: str, raw: object) -> Node:
    """One node; its kind is its first key."""
    source = _mapping(raw, where)
    if not _NAME.fullmatch(where.rpartition(".")[2]):
        raise FlowFault(f"{where}: a node's id is lower-case letters, digits and “_”.")
    kind = next(iter(source), "")
    reader = _READERS.get(kind)
    if reader is None:
        raise FlowFault(f"{where}: “{kind}” is not a kind of node; there are {', '.join(sorted(_READERS))}.")
    return reader(where, source)


def _read_say(where: str, source: Raw) -> Say:
    _only(source, {"say", "then", "counts"}, where)
    return Say(_messages(source["say"], where), _text(source, "then", where), _texts(source.get("counts", {}), where))


def _read_ask(where: str, source: Raw) -> Ask:
    _only(source, {"ask", "expects", "choices", "retry", "give_up", "outcomes", "into", "among", "label"}, where)
    return Ask(
        question=_messages(source["ask"], where),
        expects=_optional(source, "expects", where) or "choices",
        retry=_patience(source.get("retry"), f"{where}: “retry”"),
        give_up=_text(source, "give_up", where),
        choices=tuple(
            _read_choice(where, key, choice)
            for key, choice in _mapping(source.get("choices", {}), f"{where}: “choices”").items()
        ),
        outcomes=_texts(source.get("outcomes", {}), where),
        into=_optional(source, "into", where),
        among=_optional(source, "among", where),
        label=_optional(source, "label", where),
    )


def _read_choice(where: str, key: str, raw: object) -> Choice:
    source = _mapping(raw, f"{where}: key {key}")
    _only(source, {"choice", "then", "remember", "unless"}, f"{where}: key {key}")
    return Choice(
        key,
        _text(source, "choice", where),
        _text(source, "then", where),
        _texts(source.get("remember", {}), where),
        _optional(source, "unless", where),
    )


def _read_do(where: str, source: Raw) -> Do:
    _only(source, {"do", "given", "outcomes"}, where)
    return Do(_text(source, "do", where), _texts(source.get("given", {}), where), _texts(source.get("outcomes"), where))


def _read_branch(where: str, source: Raw) -> Branch:
    _only(source, {"branch", "otherwise"}, where)
    arms = source["branch"]
    if not isinstance(arms, list):
        raise FlowFault(f"{where}: “branch” is a list of guards, each with “only_if” and “then”.")
    read = [_mapping(arm, f"{where}: “branch”") for arm in arms]
    return Branch(
        tuple((_text(arm, "only_if", where), _text(arm, "then", where)) for arm in read),
        _text(source, "otherwise", where),
    )


def _read_call(where: str, source: Raw) -> Call:
    _only(source, {"call", "outcomes"}, where)
    return Call(_text(source, "call", where), _texts(source.get("outcomes"), where))


def _read_transfer(where: str, source: Raw) -> Transfer:
    _only(source, {"transfer", "say", "outcomes"}, where)
    said = _messages(source["say"], where) if "say" in source else ()
    return Transfer(_text(source, "transfer", where), said, _texts(source.get("outcomes"), where))


def _read_end(where: str, source: Raw) -> End:
    _only(source, {"end", "say"}, where)
    return End(_text(source, "end", where), _messages(source["say"], where) if "say" in source else ())


_READERS: Mapping[str, Callable[[str, Raw], Node]] = {
    "say": _read_say,
    "ask": _read_ask,
    "do": _read_do,
    "branch": _read_branch,
    "call": _read_call,
    "transfer": _read_transfer,
    "end": _read_end,
}


def _mapping(raw: object, where: str) -> Raw:
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise FlowFault(f"{where} must be a list of names with values.")
    return cast("Raw", raw)


def _only(source: Raw, known: set[str] | frozenset[str], where: str) -> None:
    unknown = sorted(set(source) - known)
    if unknown:
        raise FlowFault(f"{where}: “{unknown[0]}” is not known here; known are {', '.join(sorted(known))}.")


def _text(source: Raw, key: str, where: str) -> str:
    value = source.get(key)
    if not isinstance(value, str) or not value:
        raise FlowFault(f"{where}: “{key}” is missing.")
    return value


def _optional(source: Raw, key: str, where: str) -> str | None:
    return _text(source, key, where) if key in source else None


def _texts(raw: object, where: str) -> Facts:
    source = _mapping(raw if raw is not None else {}, where)
    return {key: _text(source, key, where) for key in source}


def _messages(raw: object, where: str) -> tuple[str, ...]:
    listed = [raw] if isinstance(raw, str) else raw
    if not isinstance(listed, list) or not listed or not all(isinstance(item, str) and item for item in listed):
        raise FlowFault(f"{where}: there must be a message or a list of messages here.")
    return tuple(listed)


def _names(raw: object, where: str) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(item, str) and item for item in raw):
        raise FlowFault(f"{where} must be a list of names of nodes.")
    return raw


def _patience(raw: object, where: str) -> tuple[str, ...]:
    """What is asked after each failure; an empty list where silence is an answer of its own."""
    return () if raw == [] else _messages(raw, where)


def bind(main: str, flows: Mapping[str, Flow], register: Register, wording: Wording, hashed: Mapping[str, str]) -> Book:
    """The book that the engine runs: flows, and what it must know of the texts.

    `wording` holds texts by language in the order of the language menu; `hashed` the source text of each flow.
    """
    return Book(
        main=main,
        flows=flows,
        targets=register.targets,
        languages=tuple(wording),
        slots={id_: slots_of(text) for id_, text in wording.get(DEFAULT_LANGUAGE, {}).items()},
        words={language: _choice_words(flows, texts) for language, texts in wording.items()},
        fact_types={name: type_ for flow in flows.values() for name, type_ in flow.remembers.items()},
        content_hash=content_hash(hashed),
    )


def slots_of(text: str) -> tuple[str, ...]:
    """The placeholders of a text, in order; raises ValueError where a brace is left open."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def choice_names(flows: Mapping[str, Flow]) -> frozenset[str]:
    """Every choice that any menu names, and the two answers of a consent question."""
    asks = [node for flow in flows.values() for node in flow.nodes.values() if isinstance(node, Ask)]
    named = {choice.name for node in asks for choice in node.choices}
    return frozenset(named | (set(CONSENT_CHOICES) if any(node.expects == "consent" for node in asks) else set()))


def _choice_words(flows: Mapping[str, Flow], texts: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    return {name: folded_words(texts.get(f"choice.{name}.words", "")) for name in choice_names(flows)}
