"""Proves the flows before any caller meets them: one sentence for each fault."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from app.ivr.answers import EXPECTED_OUTCOMES, INTO_TYPES, WITH_CHOICES_BESIDE
from app.ivr.flow import (
    HOME_KEY,
    LASTING_TYPES,
    MEMBER_TYPES,
    MENU_LIMIT,
    PASSING_TYPES,
    PERSON_KEY,
    REPEAT_KEY,
    TARGET_OUTCOMES,
    Ask,
    Branch,
    Call,
    Do,
    Flow,
    Node,
    Register,
    Say,
    Transfer,
)
from app.ivr.graph import called_flows, edges, ends, entries, find_circles, leads_out, reachable, silent_loops

Flows = Mapping[str, Flow]


def flow_faults(main: str, flows: Flows, register: Register) -> list[str]:
    """Faults in the structure of the flows and in the names they use; none of them needs a text."""
    if main not in flows:
        return [f"The main flow “{main}” is missing."]
    faults = [*_house_faults(main, flows)]
    for flow in flows.values():
        faults += [*_graph_faults(flow, flows), *_fact_faults(flow)]
        for id_, node in flow.nodes.items():
            where = f"{flow.name}.{id_}"
            faults += [f"{where}: {fault}." for fault in _node_faults(flow, node, flows, register)]
        faults += [*_main_key_faults(flow, main), *_main_end_faults(flow, main, register)]
    return faults


def _house_faults(main: str, flows: Flows) -> Iterator[str]:
    called = {name for flow in flows.values() for name in called_flows(flow)}
    for name in sorted(set(flows) - called - {main}):
        yield f"{name}: no flow calls this flow."
    for circle in find_circles({name: [c for c in called_flows(flow) if c in flows] for name, flow in flows.items()}):
        yield f"{circle[0]}: this flow calls itself ({' → '.join(circle)})."
    types = sorted({(fact, type_) for flow in flows.values() for fact, type_ in flow.remembers.items()})
    for fact, count in Counter(fact for fact, _ in types).items():
        if count > 1:
            named = " and ".join(type_ for name, type_ in types if name == fact)
            yield f"The fact “{fact}” has two types in different flows: {named}."
    for flow in flows.values():
        is_main = flow.name == main
        if is_main and not (flow.home and flow.person):
            yield f"{main}: the main flow must name its “home” and its “person” node."
        if not is_main and (flow.home or flow.person):
            yield f"{flow.name}: only the main flow may have “home” and “person”."


def _graph_faults(flow: Flow, flows: Flows) -> Iterator[str]:
    for entry in entries(flow):
        if entry not in flow.nodes:
            yield f"{flow.name}: it begins at “{entry}”, which does not exist."
    for id_, node in flow.nodes.items():
        for label, target in edges(node):
            if target not in flow.nodes:
                yield f"{flow.name}.{id_}: “{label}” leads to “{target}”, which does not exist."
    for id_ in sorted(flow.trail - set(flow.nodes)):
        yield f"{flow.name}: its trail names “{id_}”, which does not exist."
    for id_ in sorted(set(flow.nodes) - reachable(flow)):
        yield f"{flow.name}.{id_}: no call can reach this node."
    for id_ in sorted(set(flow.nodes) - leads_out(flow)):
        yield f"{flow.name}.{id_}: from here there is no way to a person or an end."
    for circle in silent_loops(flow, flows):
        yield f"{flow.name}.{circle[0]}: this loop never asks the caller ({' → '.join(circle)})."


def _fact_faults(flow: Flow) -> Iterator[str]:
    for fact, type_ in flow.remembers.items():
        if type_ not in LASTING_TYPES | PASSING_TYPES:
            yield f"{flow.name}: the fact “{fact}” has the type “{type_}”, which a session may not hold."


def _main_key_faults(flow: Flow, main: str) -> Iterator[str]:
    for id_, node in flow.nodes.items():
        for choice in node.choices if isinstance(node, Ask) else ():
            if choice.key == PERSON_KEY and (flow.name != main or choice.then != flow.person):
                yield f"{flow.name}.{id_}: key 0 always reaches a person; “{choice.name}” must not take it."


def _main_end_faults(flow: Flow, main: str, register: Register) -> Iterator[str]:
    known = register.counts.get("outcome", frozenset())
    for outcome in sorted(ends(flow) - known) if flow.name == main else ():
        yield f"{flow.name}: its end “{outcome}” is not a counted outcome; known are {_list(known)}."


def _node_faults(flow: Flow, node: Node, flows: Flows, register: Register) -> Iterator[str]:
    match node:
        case Say():
            yield from _count_faults(flow, node, register)
        case Ask():
            yield from _ask_faults(flow, node, register)
            yield from _guard_faults((choice.unless for choice in node.choices if choice.unless), register)
        case Do():
            yield from _effect_faults(flow, node, register)
        case Branch():
            yield from _guard_faults((guard for guard, _ in node.arms), register)
        case Call():
            yield from _call_faults(node, flows)
        case Transfer():
            yield from _transfer_faults(node, register)


def _guard_faults(guards: Iterable[str], register: Register) -> Iterator[str]:
    for guard in guards:
        if guard not in register.guards:
            yield f"“{guard}” is not a guard; known are {_list(register.guards)}"


def _count_faults(flow: Flow, node: Say, register: Register) -> Iterator[str]:
    for dimension, value in node.counts.items():
        codes = register.counts.get(dimension)
        if codes is None:
            yield f"“{dimension}” is not a counted dimension; known are {_list(register.counts)}"
            continue
        fact = value.strip("{}")
        counted = register.values.get(flow.remembers.get(fact, ""), frozenset()) if value != fact else {value}
        if not counted or not counted <= codes:
            yield f"“{value}” is not a code of the counted dimension “{dimension}”"


def _ask_faults(flow: Flow, node: Ask, register: Register) -> Iterator[str]:
    if node.expects == "choices":
        yield from _menu_faults(flow, node, register)
        return
    expected = EXPECTED_OUTCOMES.get(node.expects)
    if expected is None:
        yield f"“expects: {node.expects}” is not known; known are choices, {_list(EXPECTED_OUTCOMES)}"
        return
    yield from _beside_faults(node, register, flow)
    yield from _outcome_faults(node.outcomes, expected, f"a question that expects {node.expects}")
    if node.expects != "consent":
        yield from _into_faults(flow, node)


def _beside_faults(node: Ask, register: Register, flow: Flow) -> Iterator[str]:
    """Words alone leave out whoever cannot speak freely; choices beside listed values stand on the last keys."""
    if node.expects == "words" and not node.choices:
        yield "a question that expects words also needs a choice by key"
    if node.choices and node.expects not in WITH_CHOICES_BESIDE:
        yield f"a question that expects {node.expects} has no choices of its own"
    elif node.choices:
        yield from _menu_faults(flow, node, register)
    free = MENU_LIMIT - len(node.choices)
    for choice in node.choices if node.expects == "listed" else ():
        if choice.key.isdigit() and int(choice.key) <= free:
            yield f"key {choice.key} may be one of the listed values; “{choice.name}” needs a key above {free}"
    for choice in node.choices:
        if choice.name in node.outcomes:
            yield f"the choice “{choice.name}” is named like an outcome"


def _into_faults(flow: Flow, node: Ask) -> Iterator[str]:
    type_ = flow.remembers.get(node.into or "")
    if type_ is None:
        yield f"the answer goes into the fact “{node.into}”, which this flow does not remember"
        return
    expected = MEMBER_TYPES.get(flow.remembers.get(node.among or "", "")) if node.expects == "listed" else None
    expected = expected or INTO_TYPES.get(node.expects)
    if type_ != expected:
        yield f"the fact “{node.into}” is a {type_}, but the answer is a {expected}"
    if node.expects == "listed" and not node.label:
        yield "a question among listed values needs a “label” message for each of them"
    taker = flow.nodes.get(node.outcomes.get("given", ""))
    if type_ in PASSING_TYPES and not (isinstance(taker, Do) and node.into in taker.given.values()):
        yield f"“{node.into}” may not be kept, so the next node must be an effect that takes it"


def _menu_faults(flow: Flow, node: Ask, register: Register) -> Iterator[str]:
    if not node.choices:
        yield "a menu needs at least one choice"
    if len(node.choices) > MENU_LIMIT:
        yield f"a menu has at most {MENU_LIMIT} choices, this one has {len(node.choices)}"
    for name, count in Counter(choice.name for choice in node.choices).items():
        if count > 1:
            yield f"the choice “{name}” is on {count} keys"
    for choice in node.choices:
        if choice.key in {REPEAT_KEY, HOME_KEY}:
            yield f"the key {choice.key} is reserved for the whole house"
        elif not (len(choice.key) == 1 and choice.key.isascii() and choice.key.isdigit()):
            yield f"“{choice.key}” is not a key"
        for fact, value in choice.remember.items():
            values = register.values.get(flow.remembers.get(fact, ""))
            if values is None or value not in values:
                yield f"the choice “{choice.name}” remembers “{fact}: {value}”, which is not a known fact and value"


def _effect_faults(flow: Flow, node: Do, register: Register) -> Iterator[str]:
    spec = register.effects.get(node.effect)
    if spec is None:
        yield f"“{node.effect}” is not an effect; known are {_list(register.effects)}"
        return
    yield from _outcome_faults(node.outcomes, frozenset(spec.outcomes), f"the effect “{node.effect}”")
    if set(node.given) != set(spec.takes):
        yield f"the effect “{node.effect}” takes {_list(spec.takes)}, but is given {_list(node.given)}"
    for name, fact in node.given.items():
        if flow.remembers.get(fact) != spec.takes.get(name, ""):
            yield f"“{name}” is given the fact “{fact}”, which is not a remembered {spec.takes.get(name, 'fact')}"
    for fact, type_ in {item for facts in spec.outcomes.values() for item in facts.items()}:
        if flow.remembers.get(fact) != type_:
            yield f"the effect “{node.effect}” answers with “{fact}”, which this flow does not remember as {type_}"


def _call_faults(node: Call, flows: Flows) -> Iterator[str]:
    called = flows.get(node.flow)
    if called is None:
        yield f"it calls the flow “{node.flow}”, which does not exist"
        return
    yield from _outcome_faults(node.outcomes, ends(called), f"the flow “{node.flow}”")


def _transfer_faults(node: Transfer, register: Register) -> Iterator[str]:
    spec = register.targets.get(node.target)
    if spec is None:
        yield f"“{node.target}” is not a queue or another target; known are {_list(register.targets)}"
        return
    yield from _outcome_faults(node.outcomes, TARGET_OUTCOMES[spec.kind], f"a transfer to “{node.target}”")


def _outcome_faults(given: Mapping[str, str], expected: frozenset[str], what: str) -> Iterator[str]:
    for missing in sorted(expected - set(given)):
        yield f"{what} can end with “{missing}”, which leads nowhere"
    for extra in sorted(set(given) - expected):
        yield f"{what} never ends with “{extra}”"


def _list(names: Mapping[str, object] | frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
