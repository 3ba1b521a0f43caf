"""Properties of the engine over the real flows: whatever a caller does, the call ends well."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calls.effects import EFFECTS
from app.calls.lasting_effects import LASTING
from app.ivr.engine import step
from app.ivr.flow import LASTING_TYPES, TARGET_OUTCOMES, Ask, Call
from app.ivr.model import (
    Book,
    Done,
    Gather,
    Hangup,
    HungUp,
    Input,
    Perform,
    Pressed,
    Record,
    Said,
    Session,
    Silent,
    Speak,
    Started,
    Step,
    Wait,
)
from app.kit.paths import PROJECT_ROOT
from tests.cast import demo_playbook

SPECS = {**{name: effect.spec for name, effect in EFFECTS.items()}, **LASTING}
GUARDS = {"speaking_drafts": True, "speech_allowed": True, "number_may_hide": True}
KEYS = "0123456789*#"
VALUES = {
    "district": "14713",
    "districts": "12063,15090",
    "centre": "sn-caritas-leipzig",
    "reason": "catchment",
    "centre_kind": "independent",
    "other_kind": "authority",
    "contact": "none",
    "freshness": "undated",
    "land": "DE-SN",
    "count_topic": "other",
    "country": "TR",
    "countries": "RU,KZ",
    "rule": "rule-funded",
    "follow_up": "follow-up-none",
    "topic": "how-much-money",
    "topics": "when-paid,duration,family-children",
    "offer": "reag-garp-2",
    "offers": "reag-garp-2,eurp,ura",
    "offer_reason": "group_is_named",
    "startup": "open",
    "phone_number": "+4915112345678",
    "referral_code": "0123456789",
    "text_message": "none",
    "wait_band": "few",
    "opening": "2026-11-23T09:00",
    "agreed_word": "word7",
}
caller_inputs = st.one_of(
    st.text(KEYS, min_size=1, max_size=6).map(Pressed),
    st.sampled_from(KEYS).map(Pressed),
    st.text(max_size=30).map(Said),
    st.just(Silent()),
)


def book() -> Book:
    return demo_playbook().book


def begin() -> Step:
    return step(book(), GUARDS, Session(book().content_hash), Started())


def outcome_of(verb: Perform | Wait | Record, pick: int | None) -> Done:
    """The picked outcome; once all picks are used up, a hand-over fails."""
    if isinstance(verb, Wait | Record):
        outcomes = sorted(TARGET_OUTCOMES["wait" if isinstance(verb, Wait) else "record"])
        return Done("failed" if pick is None else outcomes[pick % len(outcomes)])
    pick = pick or 0
    spec = SPECS[verb.effect]
    outcome = sorted(spec.outcomes)[pick % len(spec.outcomes)]
    return Done(outcome, {fact: VALUES[type_] for fact, type_ in spec.outcomes[outcome].items()})


def follow(place: Step, heard: Input, picks: list[int]) -> Step:
    """One caller input and every effect that it leads to, each with a picked outcome."""
    place = step(book(), GUARDS, place.session, heard)
    while isinstance(verb := place.verbs[-1], Perform | Wait | Record):
        place = step(book(), GUARDS, place.session, outcome_of(verb, picks.pop() if picks else None))
    return place


@given(st.lists(caller_inputs, max_size=60), st.lists(st.integers(0, 9), max_size=40))
def test_any_history_of_inputs_asks_again_or_ends(history: list[Input], picks: list[int]) -> None:
    place = begin()
    for heard in history:
        if isinstance(place.verbs[-1], Hangup):
            return
        assert isinstance(place.verbs[-1], Gather)
        place = follow(place, heard, picks)
    # Whatever happened before, a caller who falls silent is led out of the call within a bounded number of steps.
    for _ in range(40):
        if isinstance(place.verbs[-1], Hangup):
            return
        place = follow(place, Silent(), [])
    pytest.fail("a silent caller was never let go")


@given(st.lists(caller_inputs, max_size=25), st.lists(st.integers(0, 9), max_size=25))
def test_a_session_is_small_json_and_holds_only_what_it_may(history: list[Input], picks: list[int]) -> None:
    place = begin()
    for heard in history:
        if isinstance(place.verbs[-1], Hangup):
            break
        place = follow(place, heard, picks)
    session = place.session
    assert len(json.dumps([session.stack, dict(session.facts)])) < 800
    types = book().fact_types
    assert {types[name] for name in session.facts} <= LASTING_TYPES
    assert all(len(value) <= 60 for value in session.facts.values())


@given(st.lists(caller_inputs, max_size=15), caller_inputs)
def test_the_same_step_twice_is_the_same_step(history: list[Input], last: Input) -> None:
    place = begin()
    for heard in history:
        if isinstance(place.verbs[-1], Hangup):
            return
        place = follow(place, heard, [])
    assert step(book(), GUARDS, place.session, last) == step(book(), GUARDS, place.session, last)


@pytest.mark.parametrize("flow", sorted(path.stem for path in (PROJECT_ROOT / "ivr_flows").glob("*.yaml")))
@settings(max_examples=400)
@given(data=st.data())
def test_every_question_of_every_flow_can_be_entered_and_left(flow: str, data: st.DataObject) -> None:
    asks = [id_ for id_, node in book().flows[flow].nodes.items() if isinstance(node, Ask)]
    if not asks:
        return
    facts = {"language": "tr", **{name: VALUES[name] for name in ("countries", "districts", "topics", "offers")}}
    frame = (flow, data.draw(st.sampled_from(asks)))
    session = Session(book().content_hash, (*frames_to(flow), frame), facts=facts)
    place = Step(session, (Gather("menu", (), (), 1, speech=False),), ())
    for heard in data.draw(st.lists(caller_inputs, max_size=20)):
        if isinstance(place.verbs[-1], Hangup):
            return
        place = follow(place, heard, data.draw(st.lists(st.integers(0, 9), max_size=3)))
    assert isinstance(place.verbs[-1], Gather | Hangup)


def frames_to(flow: str) -> tuple[tuple[str, str], ...]:
    """The frames of the flows that call this one, from the main flow inwards."""
    for outer in book().flows.values():
        for id_, node in outer.nodes.items():
            if isinstance(node, Call) and node.flow == flow:
                return (*frames_to(outer.name), (outer.name, id_))
    return ()


def test_silence_and_nonsense_share_one_count() -> None:
    place = follow(begin(), Pressed("2"), [])
    for heard in (Silent(), Pressed("9")):
        place = follow(place, heard, [])
        assert place.session.stack == (("hotline", "topic"),)
    place = step(book(), GUARDS, place.session, Silent())
    assert place.session.stack[0] == ("hotline", "person")


@pytest.mark.parametrize("heard", [Silent(), Pressed("0"), Pressed("7"), Pressed("1")])
def test_where_silence_is_an_answer_nobody_is_asked_again(heard: Input) -> None:
    place = step(book(), GUARDS, follow(begin(), Pressed("2"), []).session, Pressed("0"))
    place = step(book(), GUARDS, place.session, Done("now", {"band": "few"}))
    assert step(book(), GUARDS, place.session, heard).verbs == (Wait("counselling"),)


def test_a_place_that_a_deploy_removed_starts_again_with_what_is_remembered() -> None:
    gone = Session("00000000", (("hotline", "a_node_of_yesterday"),), facts={"language": "ru"})
    place = step(book(), GUARDS, gone, Pressed("1"))
    assert place.session.stack == (("hotline", "topic"),)
    assert place.session.language == "ru"


def test_a_place_whose_outer_frame_no_longer_calls_starts_again() -> None:
    odd = Session("00000000", (("hotline", "goodbye"), ("about", "which")), facts={"language": "ru"})
    assert step(book(), GUARDS, odd, Silent()).session.stack == (("hotline", "topic"),)


def test_a_new_content_hash_alone_moves_nobody() -> None:
    place = follow(begin(), Pressed("2"), [])
    moved = step(book(), GUARDS, replace(place.session, book="00000000"), Pressed("4"))
    assert moved.session.stack[-1] == ("about", "which")


def test_hanging_up_says_nothing_more() -> None:
    assert step(book(), GUARDS, begin().session, HungUp()).verbs == ()


def test_star_repeats_what_was_said_before_the_question() -> None:
    place = begin()
    for heard in (Pressed("2"), Pressed("1"), Pressed("1"), Pressed("1")):
        place = follow(place, heard, [0])
    first = place.verbs[0]
    assert isinstance(first, Speak)
    assert follow(place, Pressed("*"), []).verbs[0] == first
