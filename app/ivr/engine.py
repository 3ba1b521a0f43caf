"""The engine: one pure function that advances a call by one input."""

from app.ivr.answers import (
    LENGTHS,
    MORE_LANGUAGES_KEY,
    language_pages,
    understand,
)
from app.ivr.flow import (
    HOME_KEY,
    PERSON_KEY,
    REPEAT_KEY,
    Ask,
    Do,
    Guards,
    Node,
    Transfer,
)
from app.ivr.model import (
    Book,
    Done,
    HungUp,
    Input,
    Pressed,
    Resumed,
    Session,
    Silent,
    Started,
    Step,
)
from app.ivr.walk import Walk


def step(book: Book, guards: Guards, session: Session, heard: Input) -> Step:
    """Advance one call by one input. Touches nothing outside its arguments.

    A session whose place or language no longer exists in the book starts again with the facts it remembers.
    """
    walk = Walk(book, guards, session)
    if isinstance(heard, HungUp):
        return walk.finish()
    if isinstance(heard, Started):
        walk.begin()
    elif not walk.stands() or walk.language_lost:
        walk.go_home()
    elif isinstance(heard, Resumed):
        walk.repeat()
    else:
        _resume(walk, walk.node(), heard)
    return walk.finish()


def _resume(walk: Walk, node: Node, heard: Input) -> None:
    """Feed an input to the node that suspended the call."""
    if isinstance(node, Ask):
        _hear(walk, node, heard)
    elif isinstance(node, Do | Transfer) and isinstance(heard, Done):
        walk.learn(heard.facts)
        outcome = heard.outcome if heard.outcome in node.outcomes else "failed"
        # What is said once and then forgotten must be looked up again before it can be repeated.
        again = walk.stack[-1][1] if walk.passes(heard.facts) else None
        walk.take(outcome, node.outcomes[outcome], again)
    else:
        walk.run()


def _hear(walk: Walk, node: Ask, heard: Input) -> None:
    if isinstance(heard, Pressed):
        heard = _entered(node, heard)
        if _reserved(walk, node, heard.keys):
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


def _entered(node: Ask, heard: Pressed) -> Pressed:
    """Many people end an entry with `#`: behind digits it only ends them."""
    if node.expects in LENGTHS and len(heard.keys) > 1:
        return Pressed(heard.keys.removesuffix(HOME_KEY))
    return heard


def _reserved(walk: Walk, node: Ask, keys: str) -> bool:
    """The keys that mean the same in the whole house: repeat, main menu, a person."""
    entry = node.expects in LENGTHS
    if HOME_KEY in keys:
        walk.go_home()
    elif REPEAT_KEY in keys and entry:
        walk.go_to_person()
    elif REPEAT_KEY in keys:
        walk.repeat()
    elif keys == PERSON_KEY and not entry and all(choice.key != PERSON_KEY for choice in node.choices):
        _go_to_person(walk, node)
    else:
        return False
    return True


def _go_to_person(walk: Walk, node: Ask) -> None:
    """Where whoever gives up is handed over, so is whoever asks for a person; nobody hears the same menu for it."""
    if isinstance(walk.flow().nodes[node.give_up], Transfer):
        walk.failures = walk.page = 0
        walk.take("give_up", node.give_up)
    else:
        walk.go_to_person()


def _turn_page(walk: Walk, heard: Input) -> bool:
    """More languages: by key at any time, by silence until the last page was heard."""
    pages = len(language_pages(walk.book.languages))
    asked_for_more = isinstance(heard, Pressed) and heard.keys == MORE_LANGUAGES_KEY
    more_to_hear = isinstance(heard, Silent) and walk.page + 1 < pages
    if pages == 1 or not (asked_for_more or more_to_hear):
        return False
    walk.page = (walk.page + 1) % pages
    walk.run()
    return True


def _fail(walk: Walk, node: Ask, heard: Input) -> None:
    """One shared count of silence and misunderstanding, each with its own apology."""
    walk.failures += 1
    if walk.failures > len(node.retry):
        walk.failures = walk.page = 0
        walk.take("give_up", node.give_up)
        return
    walk.speak("sorry.no_input" if isinstance(heard, Silent) else "sorry.no_match")
    walk.page = 0
    walk.ask(node, (node.retry[walk.failures - 1],))


def _target_of(walk: Walk, node: Ask, label: str) -> str:
    if label in node.outcomes:
        return node.outcomes[label]
    choice = next(choice for choice in node.choices if choice.name == label)
    walk.learn(choice.remember)
    return choice.then
