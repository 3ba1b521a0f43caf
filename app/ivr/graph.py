"""A flow as a graph: its edges with the labels that checks, diagrams and coverage share."""

from collections.abc import Iterable, Iterator, Mapping

from app.ivr.flow import Ask, Branch, Call, Do, End, Flow, Node, Say, Transfer
from app.ivr.model import Book, Walked

Edge = tuple[str, str]


def edges(node: Node) -> tuple[Edge, ...]:
    """(label, target) of every way out of a node, in reading order; an end has none."""
    match node:
        case Say():
            return (("then", node.then),)
        case Ask():
            chosen = tuple((choice.name, choice.then) for choice in node.choices)
            return (*chosen, *node.outcomes.items(), ("give_up", node.give_up))
        case Branch():
            return (*node.arms, ("otherwise", node.otherwise))
        case Do() | Call() | Transfer():
            return tuple(node.outcomes.items())
        case End():
            return ()


def all_edges(book: Book) -> frozenset[Walked]:
    """Every edge of every flow, as the engine reports it when a call walks it."""
    return frozenset(
        Walked(flow.name, id_, label)
        for flow in book.flows.values()
        for id_, node in flow.nodes.items()
        for label, _ in edges(node)
    )


def entries(flow: Flow) -> tuple[str, ...]:
    """The nodes where a call can come in: the start, and from everywhere the main menu and the person."""
    return tuple(node for node in (flow.start, flow.home, flow.person) if node)


def reachable(flow: Flow) -> frozenset[str]:
    """The nodes that a call can come to."""
    forward = {id_: [target for _, target in edges(node)] for id_, node in flow.nodes.items()}
    return _closure(entries(flow), forward)


def leads_out(flow: Flow) -> frozenset[str]:
    """The nodes from which an end or a transfer can be reached."""
    backward: dict[str, list[str]] = {}
    for id_, node in flow.nodes.items():
        for _, target in edges(node):
            backward.setdefault(target, []).append(id_)
    ways_out = [id_ for id_, node in flow.nodes.items() if isinstance(node, End | Transfer)]
    return _closure(ways_out, backward)


def _closure(start: Iterable[str], onward: Mapping[str, list[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(onward.get(node, ()))
    return frozenset(seen)


def silent_loops(flow: Flow, flows: Mapping[str, Flow]) -> list[tuple[str, ...]]:
    """Circles that a call could run through without a word from the caller or an answer from outside."""
    return find_circles(_immediate_targets(flow, flows, ()))


def _immediate_targets(flow: Flow, flows: Mapping[str, Flow], callers: tuple[str, ...]) -> dict[str, list[str]]:
    inner = (*callers, flow.name)
    return {id_: list(_immediate(node, flows, inner)) for id_, node in flow.nodes.items()}


def _immediate(node: Node, flows: Mapping[str, Flow], callers: tuple[str, ...]) -> Iterator[str]:
    """Targets reached within the same step; a transfer that fails at once does not wait."""
    if isinstance(node, Ask):
        return
    passed = frozenset(label for label, _ in edges(node))
    if isinstance(node, Transfer):
        passed = frozenset({"failed"})
    elif isinstance(node, Call):
        passed = _silent_ends(node.flow, flows, callers)
    yield from (target for label, target in edges(node) if label in passed)


def _silent_ends(name: str, flows: Mapping[str, Flow], callers: tuple[str, ...]) -> frozenset[str]:
    """The ends that a flow can come to without asking; a flow that calls itself is a fault of its own."""
    if name not in flows or name in callers:
        return frozenset()
    flow = flows[name]
    reached = _closure([flow.start], _immediate_targets(flow, flows, callers))
    nodes = [flow.nodes[id_] for id_ in reached if id_ in flow.nodes]
    return frozenset(node.outcome for node in nodes if isinstance(node, End))


def find_circles(onward: Mapping[str, list[str]]) -> list[tuple[str, ...]]:
    """One circle for each node that a depth-first walk closes one on."""
    done: set[str] = set()
    circles: list[tuple[str, ...]] = []

    def visit(node: str, path: tuple[str, ...]) -> None:
        if node in path:
            circles.append((*path[path.index(node) :], node))
        elif node not in done:
            for target in onward.get(node, ()):
                visit(target, (*path, node))
            done.add(node)

    for node in onward:
        visit(node, ())
    return circles


def called_flows(flow: Flow) -> list[str]:
    return [node.flow for node in flow.nodes.values() if isinstance(node, Call)]


def ends(flow: Flow) -> frozenset[str]:
    return frozenset(node.outcome for node in flow.nodes.values() if isinstance(node, End))
