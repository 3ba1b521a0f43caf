"""Faults seeded into the real flows and texts: the checker names each of them in one sentence."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.calls.opening import MAIN_FLOW, OTHER_MESSAGES, read_content
from app.ivr.check import flow_faults
from app.ivr.check_texts import text_faults
from app.ivr.load import FlowFault, read_flow
from app.kit.errors import ContentError
from app.kit.paths import PROJECT_ROOT
from app.kit.yamlfile import read_yaml
from tests.cast import TODAY, real_content

Flows = dict[str, Any]
Texts = dict[str, dict[str, str]]
Seed = Callable[[Flows, Texts], object]


def node(flows: Flows, flow: str, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = flows[flow]["nodes"][id_]
    return found


def set_in(flow: str, id_: str, key: str, value: object) -> Seed:
    return lambda flows, _: node(flows, flow, id_).update({key: value})


def add_node(flow: str, id_: str, raw: object) -> Seed:
    return lambda flows, _: flows[flow]["nodes"].update({id_: raw})


def say(language: str, id_: str, text: str) -> Seed:
    return lambda _, texts: texts[language].update({id_: text})


def choice(flow: str, id_: str, key: str, **fields: object) -> Seed:
    def seed(flows: Flows, _: Texts) -> None:
        choices = node(flows, flow, id_)["choices"]
        choices[key] = {**choices.get(key, {"choice": "centre", "then": "finished"}), **fields}

    return seed


FAULTS: list[tuple[str, Seed]] = [
    ("leads to “nowhere”, which does not exist", set_in("about", "privacy", "then", "nowhere")),
    ("its trail names “nowhere”", lambda flows, _: flows["about"].update(trail=["nowhere"])),
    ("no call can reach this node", add_node("about", "lonely", {"say": "about.privacy", "then": "which"})),
    (
        "there is no way to a person or an end",
        add_node("about", "privacy", {"say": "about.privacy", "then": "privacy"}),
    ),
    ("this loop never asks the caller", set_in("help_now", "no_answer", "then", "look_up")),
    (
        "this loop never asks the caller",
        set_in(
            "person",
            "connect",
            "outcomes",
            {
                "served": "served",
                "chose_callback": "callback",
                "chose_message": "message",
                "timed_out": "timed_out",
                "agent_lost": "agent_lost",
                "failed": "connect",
            },
        ),
    ),
    ("this flow calls itself", add_node("about", "privacy", {"call": "about", "outcomes": {"finished": "finished"}})),
    (
        "no flow calls this flow",
        lambda flows, _: flows.update(
            orphan={"flow": "orphan", "title": "x", "start": "a", "nodes": {"a": {"end": "done"}}}
        ),
    ),
    ("“guess” is not an effect", set_in("help_now", "look_up", "do", "guess")),
    ("“full_moon” is not a guard", set_in("hotline", "drafts", "branch", [{"only_if": "full_moon", "then": "speech"}])),
    ("“kitchen” is not a queue", set_in("person", "connect", "transfer", "kitchen")),
    (
        "can end with “failed”, which leads nowhere",
        set_in("country", "look_up", "outcomes", {"known": "read"}),
    ),
    (
        "never ends with “surprised”",
        set_in(
            "country",
            "look_up",
            "outcomes",
            {
                "known": "read",
                "failed": "unknown",
                "surprised": "read",
            },
        ),
    ),
    (
        "the flow “person” can end with “served”, which leads nowhere",
        lambda flows, _: node(flows, "hotline", "person")["outcomes"].pop("served"),
    ),
    ("the choice “centre” is on 2 keys", choice("information", "more", "4", choice="centre", then="wants_centre")),
    ("the key * is reserved", choice("information", "more", "*")),
    ("“12” is not a key", choice("information", "more", "12")),
    ("key 0 always reaches a person", choice("information", "more", "0")),
    ("a menu has at most 5 choices", choice("about", "which", "6", choice="finish", then="finished")),
    ("remembers “topic: gossip”", choice("help_now", "fear", "1", remember={"topic": "gossip"})),
    ("which this flow does not remember", set_in("centre", "area", "into", "street")),
    ("which a session may not hold", lambda flows, _: flows["about"].update(remembers={"name": "person_name"})),
    ("has two types in different flows", lambda flows, _: flows["about"].update(remembers={"area": "country"})),
    (
        "so the next node must be an effect that takes it",
        lambda flows, _: (
            flows["about"].update(remembers={"spoken": "words"}),
            flows["about"]["nodes"].update(
                privacy={
                    "ask": "about.question",
                    "expects": "words",
                    "into": "spoken",
                    "retry": ["choose.key"],
                    "outcomes": {"given": "finished"},
                    "give_up": "finished",
                }
            ),
        ),
    ),
    ("words also needs a choice by key", lambda flows, _: node(flows, "question", "words").pop("choices")),
    (
        "key 3 may be one of the listed values; “none_of_these” needs a key above 4",
        lambda flows, _: node(flows, "question", "which").update(
            choices={"3": {"choice": "none_of_these", "then": "words"}}
        ),
    ),
    (
        "the choice “given” is named like an outcome",
        lambda flows, _: node(flows, "question", "which").update(choices={"5": {"choice": "given", "then": "words"}}),
    ),
    (
        "a question that expects country_code has no choices of its own",
        lambda flows, _: node(flows, "country", "code").update(choices={"5": {"choice": "finish", "then": "unknown"}}),
    ),
    ("title.duration: this message is missing in ru", lambda _, texts: texts["ru"].pop("title.duration")),
    ("offer_name.ura: this message is missing in ar", lambda _, texts: texts["ar"].pop("offer_name.ura")),
    ("“gossip” is not a code of the counted dimension", set_in("about", "privacy", "counts", {"topic": "gossip"})),
    ("the main flow must name its “home”", lambda flows, _: flows["hotline"].pop("home")),
    ("only the main flow may have “home”", lambda flows, _: flows["about"].update(home="which")),
    ("needs a “label” message", lambda flows, _: node(flows, "country", "which").pop("label")),
    ("goodbye: this message is missing in tr", lambda _, texts: texts["tr"].pop("goodbye")),
    ("wait.comfort: this message is missing in ru", lambda _, texts: texts["ru"].pop("wait.comfort")),
    ("wait.key.woman: the placeholders in en", say("en", "wait.key.woman", "Speak with a woman: press 3.")),
    ("the placeholders in ar", say("ar", "menu.choice", "{choice}")),
    ("cannot be read", say("ru", "menu.choice", "{choice")),
    ("share the spoken word “help”", say("en", "choice.centre.words", "centre, help")),
    ("takes over 12 seconds", say("en", "help.question", "word " * 40)),
    ("is not written in that language", say("ar", "goodbye", "Danke für Ihren Anruf.")),
    ("is not written in that language", say("tr", "goodbye", real_content.__wrapped__().wording["de"]["goodbye"])),
    ("speaks the fact “centre”, which this flow does not remember", say("de", "about.privacy", "{centre.name}")),
    ("but a centre has as_of, name, phone, street, web", say("de", "centre.name", "{centre.mood}.")),
    ("needs a remembered fact with a closed set of values", set_in("help_now", "read", "say", "answer.{mood}")),
]


def seeded(seed: Seed) -> list[str]:
    flows: Flows = {
        path.stem: copy.deepcopy(read_yaml(path)) for path in sorted((PROJECT_ROOT / "ivr_flows").glob("*.yaml"))
    }
    content = real_content()
    texts: Texts = {language: dict(of) for language, of in content.wording.items()}
    seed(flows, texts)
    read = {name: read_flow(name, raw) for name, raw in flows.items()}
    return [
        *flow_faults(MAIN_FLOW, read, content.register),
        *text_faults(read, content.register, texts, lambda _language, _id: True, OTHER_MESSAGES),
    ]


def test_the_real_flows_have_no_fault() -> None:
    assert seeded(lambda _flows, _texts: None) == []


@pytest.mark.parametrize(
    ("sentence", "seed"), FAULTS, ids=[f"{n}-{sentence}" for n, (sentence, _) in enumerate(FAULTS)]
)
def test_each_seeded_fault_is_named(sentence: str, seed: Seed) -> None:
    faults = seeded(seed)
    named = [fault for fault in faults if sentence in fault]
    assert named, faults
    assert all(fault.endswith(".") and "\n" not in fault for fault in faults)


def test_a_language_without_voice_or_recording_is_named() -> None:
    content = real_content()
    faults = text_faults(content.flows, content.register, content.wording, lambda language, _id: language != "ru")
    assert any("ru has neither a true voice nor a recording" in fault for fault in faults)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"dance": "x"}, "“dance” is not a kind of node"),
        ({"say": "x"}, "“then” is missing"),
        ({"say": "x", "then": "y", "loudly": "yes"}, "“loudly” is not known here"),
        ({"ask": "x", "choices": {}, "retry": ["x"]}, "“give_up” is missing"),
        ({"ask": "x", "give_up": "y", "choices": {}}, "“retry” there must be a message"),
        ("text", "must be a list of names with values"),
    ],
)
def test_a_node_out_of_format_is_named(raw: object, sentence: str) -> None:
    source = {"flow": "f", "title": "t", "start": "a", "nodes": {"a": raw}}
    with pytest.raises(FlowFault) as fault:
        read_flow("f", source)
    assert sentence.replace("“retry” ", "") in str(fault.value)


def test_a_key_written_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("nodes:\n  a: 1\n  a: 2\n")
    with pytest.raises(ContentError, match="twice"):
        read_yaml(path)


def test_all_content_is_read_and_proved_together() -> None:
    assert len(read_content(PROJECT_ROOT, TODAY).flows) == 15
