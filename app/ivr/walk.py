"""The mutable inside of one step: where the call stands, what it knows, and what has been said so far."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from app.ivr.answers import (
    LENGTHS,
    NEVER_SPOKEN,
    SPOKEN_ONLY,
    menu_lines,
)
from app.ivr.flow import (
    LASTING_TYPES,
    PASSING_TYPES,
    Ask,
    Branch,
    Call,
    Do,
    End,
    Facts,
    Flow,
    Guards,
    Node,
    Say,
    Transfer,
    stands,
)
from app.ivr.model import (
    Book,
    Connect,
    Counted,
    Event,
    Gather,
    Hangup,
    Message,
    Perform,
    Record,
    Session,
    Speak,
    Step,
    Verb,
    Visited,
    Wait,
    Walked,
)

_TARGET_VERBS: Mapping[str, Callable[[str], Verb]] = {"wait": Wait, "connect": Connect, "record": Record}


class Walk:
    """A walk through the flows, from one suspension of the call to the next."""

    __slots__ = (
        "again",
        "book",
        "events",
        "facts",
        "failures",
        "guards",
        "language_lost",
        "page",
        "said",
        "stack",
        "verbs",
    )

    def __init__(self, book: Book, guards: Guards, session: Session) -> None:
        self.book, self.guards = book, guards
        self.stack = list(session.stack)
        self.failures, self.page, self.again = session.failures, session.page, session.again
        self.facts = dict(session.facts)
        self.language_lost = session.language is not None and session.language not in book.languages
        if self.language_lost:
            del self.facts["language"]
        self.said: list[Message] = []
        self.verbs: list[Verb] = []
        self.events: list[Event] = []

    def flow(self) -> Flow:
        return self.book.flows[self.stack[-1][0]]

    def node(self) -> Node:
        """Where the call stands; what is not offered now is no choice of it."""
        flow, id_ = self.stack[-1]
        node = self.book.flows[flow].nodes[id_]
        if isinstance(node, Ask) and any(choice.unless for choice in node.choices):
            offered = (choice for choice in node.choices if not (choice.unless and self.stands_for(choice.unless)))
            return replace(node, choices=tuple(offered))
        return node

    def stands_for(self, guard: str) -> bool:
        """Whether a guard stands for this caller."""
        return stands(self.guards, guard, self.facts.get("language"))

    def stands(self) -> bool:
        """Every frame still exists, and each outer one still waits for the flow within it."""
        flows = self.book.flows
        if not self.stack or any(flow not in flows or node not in flows[flow].nodes for flow, node in self.stack):
            return False
        outer = [flows[flow].nodes[node] for flow, node in self.stack[:-1]]
        called = [flow for flow, _ in self.stack[1:]]
        return self.stack[0][0] == self.book.main and all(
            isinstance(node, Call) and node.flow == flow for node, flow in zip(outer, called, strict=True)
        )

    def begin(self) -> None:
        self._jump(self.book.flows[self.book.main].start)

    def go_home(self) -> None:
        """Back to the main menu; from there, and before a language is chosen, to the choice of a language."""
        main = self.book.flows[self.book.main]
        is_home = self.stack == [(main.name, main.home)] or "language" not in self.facts
        self._jump(main.start if is_home else main.home or main.start)

    def go_to_person(self) -> None:
        main = self.book.flows[self.book.main]
        self._jump(main.person or main.start)

    def _jump(self, node: str) -> None:
        self.stack = [(self.book.main, node)]
        self.failures, self.page, self.again = 0, 0, None
        self.run()

    def repeat(self) -> None:
        """Say again what led to this question, then ask it; asking for it is not a failure.

        What comes before the main menu is said once in a call.
        """
        at_home = self.stack == [(self.book.main, self.book.flows[self.book.main].home)]
        if self.again and self.again in self.flow().nodes and not at_home:
            self.stack[-1] = (self.stack[-1][0], self.again)
        self.run()

    def learn(self, facts: Facts) -> None:
        for name, value in facts.items():
            self.facts[name] = value
        if "language" in facts:
            self.events.append(Counted("language", facts["language"]))

    def take(self, label: str, target: str, again: str | None = None) -> None:
        """Walk one edge out of the current node and go on; `again` is a node that must come again for `*`."""
        flow, node = self.stack[-1]
        self.events.append(Walked(flow, node, label))
        self.stack[-1] = (flow, target)
        self.again = again
        self.run()

    def passes(self, facts: Facts) -> bool:
        """Whether any of these facts is forgotten after this step."""
        return any(self.book.fact_types.get(name) in PASSING_TYPES for name in facts)

    def run(self) -> None:
        """Go from node to node until one needs the caller or the outside."""
        while self._pass(self.node()):
            pass

    def _pass(self, node: Node) -> bool:
        flow, id_ = self.stack[-1]
        if id_ in self.book.flows[flow].trail:
            self.events.append(Visited(id_))
        match node:
            case Say():
                self._say(node)
            case Branch():
                guard, target = next(
                    ((guard, target) for guard, target in node.arms if self.stands_for(guard)),
                    ("otherwise", node.otherwise),
                )
                self._move(guard, target)
            case Call():
                self.stack.append((node.flow, self.book.flows[node.flow].start))
                self.again = None
            case End() if len(self.stack) > 1:
                self._return(node)
            case _:
                self._suspend(node)
                return False
        return True

    def _suspend(self, node: Node) -> None:
        match node:
            case Ask():
                self.ask(node, node.question)
            case Do():
                given = {name: self.facts[fact] for name, fact in node.given.items() if fact in self.facts}
                self._emit(Perform(node.effect, given))
            case Transfer():
                self.speak(*node.messages)
                self._emit(_TARGET_VERBS[self.book.targets[node.target].kind](node.target))
            case End():
                self.speak(*node.messages)
                self.events.append(Counted("outcome", node.outcome))
                self._emit(Hangup(node.outcome))

    def _say(self, node: Say) -> None:
        self.again = self.again or self.stack[-1][1]
        self.speak(*node.messages)
        for dimension, value in node.counts.items():
            self.events.append(Counted(dimension, self._filled(value)))
        self._move("then", node.then)

    def _return(self, node: End) -> None:
        self.speak(*node.messages)
        self.stack.pop()
        caller = self.node()
        if isinstance(caller, Call):
            self._move(node.outcome, caller.outcomes[node.outcome])
        self.again = None

    def _move(self, label: str, target: str) -> None:
        flow, node = self.stack[-1]
        self.events.append(Walked(flow, node, label))
        self.stack[-1] = (flow, target)

    def ask(self, node: Ask, question: tuple[str, ...]) -> None:
        """Ask; an earlier answer to the same question is forgotten."""
        if node.into:
            self.facts.pop(node.into, None)
        speech = self.stands_for("speech_allowed") and node.expects not in NEVER_SPOKEN
        self._emit(
            Gather(
                _kind_of(node),
                tuple(self._message(id_) for id_ in question),
                menu_lines(self.book, node, self.facts, self.page),
                LENGTHS.get(node.expects, 1),
                speech,
            )
        )

    def speak(self, *ids: str) -> None:
        self.said.extend(self._message(id_) for id_ in ids)

    def _message(self, template: str) -> Message:
        id_ = self._filled(template)
        types = self.book.fact_types
        slots = tuple(
            (slot, types[fact], self.facts[fact])
            for slot in self.book.slots.get(id_, ())
            if (fact := slot.partition(".")[0]) in self.facts
        )
        return Message(id_, slots)

    def _filled(self, template: str) -> str:
        """A message family such as `answer.{topic}` becomes the message of the remembered value."""
        if "{" not in template:
            return template
        head, _, rest = template.partition("{")
        fact, _, tail = rest.partition("}")
        return head + self.facts.get(fact, "") + tail

    def _emit(self, verb: Verb) -> None:
        if self.said:
            self.verbs.append(Speak(tuple(self.said)))
            self.said = []
        self.verbs.append(verb)

    def finish(self) -> Step:
        """The session keeps what its flows remember, and of that only lasting facts.

        A number or a spoken word ends with the step that heard it, a postal code with the flow that asked for it.
        """
        types: dict[str, str] = {}
        for flow, _ in self.stack:
            types.update(self.book.flows[flow].remembers)
        facts = {name: value for name, value in self.facts.items() if types.get(name) in LASTING_TYPES}
        session = Session(self.book.content_hash, tuple(self.stack), self.failures, self.page, self.again, facts)
        return Step(session, tuple(self.verbs), tuple(self.events))


def _kind_of(node: Ask) -> Literal["menu", "digits", "words"]:
    if node.expects in SPOKEN_ONLY:
        return "words"
    return "digits" if node.expects in LENGTHS else "menu"
