"""A caller understands every menu of the flows in its own language, and nothing in another."""

import pytest

from app.ivr.answers import menu_lines
from app.ivr.flow import Ask
from app.ivr.model import Gather, Message
from app.phone.simulation.engine_call import Voice, read_out
from app.phone.simulation.listening import ear_for, invited_key, key_of_place, keys_of_choices
from app.phone.simulation.scenes import squeezed
from tests.cast import demo_playbook

LANGUAGES = demo_playbook().book.languages
MENUS = [
    pytest.param(node, id=f"{flow.name}.{id_}")
    for flow in demo_playbook().book.flows.values()
    for id_, node in flow.nodes.items()
    if isinstance(node, Ask) and node.expects == "choices"
]


def heard(node: Ask, language: str) -> str:
    """The menu after its question, as the line reads it out."""
    book = demo_playbook().book
    question = tuple(Message(id_) for id_ in node.question)
    gather = Gather("menu", question, menu_lines(book, node, {}, 0), 1, speech=False)
    return read_out(Voice(demo_playbook()), (gather,), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("node", MENUS)
def test_the_choices_of_every_menu_are_heard_on_their_keys(node: Ask, language: str) -> None:
    ear = ear_for(demo_playbook().wording, language)
    expected = {ear.texts[f"choice.{choice.name}"]: choice.key for choice in node.choices}
    found = keys_of_choices(ear, heard(node, language))
    assert {ear.texts[f"choice.{name}"]: key for name, key in found.items()} == expected
    assert {choice.name for choice in node.choices} <= set(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_hears_its_own_invitation(language: str) -> None:
    ear = ear_for(demo_playbook().wording, language)
    lines = [
        demo_playbook().wording[other]["language.invitation"].replace("{key}", str(key))
        for key, other in enumerate(LANGUAGES, 1)
    ]
    assert invited_key(ear, squeezed(" ".join(lines))) == str(LANGUAGES.index(language) + 1)
    others = [line for other, line in zip(LANGUAGES, lines, strict=True) if other != language]
    assert invited_key(ear, squeezed(" ".join(others))) is None


def test_a_caller_understands_no_other_language() -> None:
    node = MENUS[0].values[0]
    assert isinstance(node, Ask)
    for spoken in LANGUAGES:
        for known in set(LANGUAGES) - {spoken}:
            assert keys_of_choices(ear_for(demo_playbook().wording, known), heard(node, spoken)) == {}


def test_a_place_is_heard_by_its_german_name_within_any_language() -> None:
    for language in LANGUAGES:
        ear = ear_for(demo_playbook().wording, language)
        option = demo_playbook().wording[language]["centre.place_option"]
        line = squeezed(option.replace("{option.name}", "Bad Tölz").replace("{key}", "2"))
        assert key_of_place(ear, line, "Bad Tölz") == "2"
        assert key_of_place(ear, line, "Bad Aibling") is None
