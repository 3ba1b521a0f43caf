"""The engine: one pure function that advances a call by one input."""

from collections.abc import Mapping

from app.ivr.answers import LENGTHS, MORE_LANGUAGES_KEY, NEVER_SPOKEN, SPOKEN_ONLY, language_pages, menu_lines, understand
from app.ivr.model import (
    HOME_KEY,
    LASTING_TYPES,
    PERSON_KEY,
    REPEAT_KEY,
    Ask,
    Book,
    Branch,
    Call,
    Connect,
    Counted,
    Do,
    Done,
    End,
    Event,
    Facts,
    Flow,
    Gather,
    Hangup,
    HungUp,
    Input,
    Message,
    Node,
    Perform,
    Pressed,
    Record,
    Say,
    Session,
    Silent,
    Speak,
    Started,
    Step,
    Transfer,
    Verb,
    Wait,
    Walked,
)

_TARGET_VERBS = {"wait": Wait, "connect": Connect, "record": Record}


def step(book: Book, guards: Mapping[str, bool], session: Session, heard: Input) -> Step:
    """Advance one call by one input. Touches nothing outside its arguments.

    A session whose place no longer exists in the book starts again with the facts it remembers.
    """
    walk = _Walk(book, guards, session)
    if isinstance(heard, HungUp):
        return walk.finish()
    if isinstance(heard, Started):
        walk.begin()
    elif not walk.stands():
        walk.go_home()
    else:
        _resume(walk, walk.node(), heard)
    return walk.finish()


def _resume(walk: "_Walk", node: Node, heard: Input) -> None:
    """Feed an input to the node that suspended the call."""
    if isinstance(node, Ask):
        _hear(walk, node, heard)
    elif isinstance(node, Do | Transfer) and isinstance(heard, Done):
        walk.learn(heard.facts)
        outcome = heard.outcome if heard.outcome in node.outcomes else "failed"
        walk.take(outcome, node.outcomes[outcome])
    else:
        walk.run()


def _hear(walk: "_Walk", node: Ask, heard: Input) -> None:
    if isinstance(heard, Pressed) and _reserved(walk, node, heard.keys):
        return
    if node.expects == "language" and _turn_page(walk, heard):
        return
    understood = understand(walk.book, node, walk.facts, walk.page, heard)
    if understood is None:
        _fail(walk, node, heard)
        return
    walk.failures = walk.page = 0
    if node.into and understood.value is not None:
        walk.learn({node.into: understood.value})
    walk.take(understood.label, _target_of(walk, node, understood.label))


def _reserved(walk: "_Walk", node: Ask, keys: str) -> bool:
    """The keys that mean the same in the whole house: repeat, main menu, a person."""
    entry = node.expects in LENGTHS
    if HOME_KEY in keys:
        walk.go_home()
    elif REPEAT_KEY in keys and entry:
        walk.go_to_person()
    elif REPEAT_KEY in keys:
        walk.repeat()
    elif keys == PERSON_KEY and not entry and all(choice.key != PERSON_KEY for choice in node.choices):
        walk.go_to_person()
    else:
        return False
    return True


def _turn_page(walk: "_Walk", heard: Input) -> bool:
    """More languages: by key at any time, by silence until the last page was heard."""
    pages = len(language_pages(walk.book.languages))
    asked_for_more = isinstance(heard, Pressed) and heard.keys == MORE_LANGUAGES_KEY
    more_to_hear = isinstance(heard, Silent) and walk.page + 1 < pages
    if pages == 1 or not (asked_for_more or more_to_hear):
        return False
    walk.page = (walk.page + 1) % pages
    walk.run()
    return True


def _fail(walk: "_Walk", node: Ask, heard: Input) -> None:
    """One shared count of silence and misunderstanding, each with its own apology."""
    walk.failures += 1
    if walk.failures > len(node.retry):
        walk.failures = walk.page = 0
        walk.take("give_up", node.give_up)
        return
    walk.speak("sorry.no_input" if isinstance(heard, Silent) else "sorry.no_match")
    walk.page = 0
    walk.ask(node, (node.retry[walk.failures - 1],))


def _target_of(walk: "_Walk", node: Ask, label: str) -> str:
    if node.expects != "choices":
        return node.outcomes[label]
    choice = next(choice for choice in node.choices if choice.name == label)
    walk.learn(choice.remember)
    return choice.then


class _Walk:
    """The mutable inside of one step: where the call stands and what has been said so far."""

    __slots__ = ("again", "book", "events", "facts", "failures", "guards", "page", "said", "stack", "verbs")

    def __init__(self, book: Book, guards: Mapping[str, bool], session: Session) -> None:
        self.book, self.guards = book, guards
        self.stack = list(session.stack)
        self.failures, self.page, self.again = session.failures, session.page, session.again
        self.facts = dict(session.facts)
        self.said: list[Message] = []
        self.verbs: list[Verb] = []
        self.events: list[Event] = []

    def flow(self) -> Flow:
        return self.book.flows[self.stack[-1][0]]

    def node(self) -> Node:
        flow, node = self.stack[-1]
        return self.book.flows[flow].nodes[node]

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
        """Back to the main menu; before a language is chosen, to the start."""
        main = self.book.flows[self.book.main]
        self._jump((main.home if "language" in self.facts else None) or main.start)

    def go_to_person(self) -> None:
        main = self.book.flows[self.book.main]
        self._jump(main.person or main.start)

    def _jump(self, node: str) -> None:
        self.stack = [(self.book.main, node)]
        self.failures, self.page, self.again = 0, 0, None
        self.run()

    def repeat(self) -> None:
        """Say again what led to this question, then ask it; asking for it is not a failure."""
        if self.again and self.again in self.flow().nodes:
            self.stack[-1] = (self.stack[-1][0], self.again)
        self.run()

    def learn(self, facts: Facts) -> None:
        for name, value in facts.items():
            self.facts[name] = value
        if "language" in facts:
            self.events.append(Counted("language", facts["language"]))

    def take(self, label: str, target: str) -> None:
        """Walk one edge out of the current node and go on."""
        flow, node = self.stack[-1]
        self.events.append(Walked(flow, node, label))
        self.stack[-1] = (flow, target)
        self.again = None
        self.run()

    def run(self) -> None:
        """Go from node to node until one needs the caller or the outside."""
        while self._pass(self.node()):
            pass

    def _pass(self, node: Node) -> bool:
        match node:
            case Say():
                self._say(node)
            case Branch():
                guard, target = next(
                    ((guard, target) for guard, target in node.arms if self.guards.get(guard, False)),
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
        kind = "words" if node.expects in SPOKEN_ONLY else "digits" if node.expects in LENGTHS else "menu"
        speech = self.guards.get("speech_allowed", False) and node.expects not in NEVER_SPOKEN
        self._emit(
            Gather(
                kind,
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
        """The session keeps lasting facts only: a number or a spoken word ends with the step that heard it."""
        types = self.book.fact_types
        facts = {name: value for name, value in self.facts.items() if types.get(name) in LASTING_TYPES}
        session = Session(self.book.content_hash, tuple(self.stack), self.failures, self.page, self.again, facts)
        return Step(session, tuple(self.verbs), tuple(self.events))
