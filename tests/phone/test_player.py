"""The player does with TwiML what Twilio's pages say that Twilio does."""

import pytest

from app.phone.awaiting import (
    Dialled,
    Ended,
    Gathering,
    Heard,
    Left,
    Played,
    Queued,
    Recording,
    Redirected,
    Request,
    spoken_seconds,
)
from app.phone.document import DOCUMENT_LIMIT_BYTES, PlayerFault, pretty
from app.phone.player import (
    finish_dial,
    finish_recording,
    leave_queue,
    play,
    press,
    say,
    stay_silent,
)
from tests.phone.toy import response

BASE = "https://hotline.test/voice/step/7?token=abc"


def gathering(attributes: str = "", inside: str = "", after: str = "") -> Gathering:
    awaiting = play(response(f"<Gather {attributes}>{inside}</Gather>{after}"), BASE).awaiting
    assert isinstance(awaiting, Gathering)
    return awaiting


def request(result: object) -> Request:
    assert isinstance(result, Request)
    return result


def test_prompts_are_heard_in_order_with_voice_and_language() -> None:
    played = play(
        response(
            '<Say voice="Polly.Vicki" language="de-DE">Guten\n   Tag</Say>',
            '<Pause length="2"/>',
            '<Play loop="3">/audio/ring.wav</Play>',
            "<Say>Bye</Say>",
        ),
        BASE,
    )
    assert played.heard == (
        Heard("say", "Guten Tag", "Polly.Vicki", "de-DE"),
        Heard("pause", "2"),
        Heard("play", "https://hotline.test/audio/ring.wav", loop=3),
        Heard("say", "Bye", "", "en-US"),
    )


def test_end_of_document_ends_the_call() -> None:
    assert play(response("<Say>Tschüs</Say>"), BASE).awaiting == Ended("document_over")
    assert play(response(), BASE).awaiting == Ended("document_over")


@pytest.mark.parametrize(("verb", "reason"), [("<Hangup/>", "hangup"), ('<Reject reason="busy"/>', "rejected")])
def test_call_ends_and_nothing_after_is_heard(verb: str, reason: str) -> None:
    played = play(response("<Say>eins</Say>", verb, "<Say>zwei</Say>"), BASE)
    assert [item.text for item in played.heard] == ["eins"]
    assert played.awaiting == Ended(reason)  # type: ignore[arg-type]


def test_gather_defaults_are_twilios() -> None:
    found = gathering()
    assert found.action == BASE
    assert found.method == "POST"
    assert found.inputs == {"dtmf"}
    assert (found.length, found.timeout_seconds, found.finish_on_key) == (None, 5, "#")
    assert found.action_on_empty is False
    assert found.language == "en-US"


def test_nested_prompts_are_interruptible_and_those_before_are_not() -> None:
    played = play(response("<Say>vor</Say><Gather><Say>in</Say><Pause/><Play>a.wav</Play></Gather>"), BASE)
    assert [(item.text, item.interruptible) for item in played.heard] == [
        ("vor", False),
        ("in", True),
        ("1", True),
        ("https://hotline.test/voice/step/a.wav", True),
    ]
    quiet = play(response('<Gather bargeIn="false"><Say>in</Say></Gather>'), BASE)
    assert quiet.heard[0].interruptible is False


def test_number_of_digits_completes_at_once_and_later_keys_are_lost() -> None:
    sent = request(press(gathering('numDigits="1" action="next"'), "29"))
    assert sent.url == "https://hotline.test/voice/step/next"
    assert sent.params == (("Digits", "2"), ("FinishedOnKey", ""), ("msg", "Gather End"))


def test_digits_are_collected_one_by_one() -> None:
    awaiting: object = gathering('numDigits="5"')
    for key in "0410":
        assert isinstance(awaiting, Gathering)
        awaiting = press(awaiting, key)
    assert isinstance(awaiting, Gathering)
    assert awaiting.keys == "0410"
    assert request(press(awaiting, "9")).params[0] == ("Digits", "04109")


def test_finish_key_ends_the_gather_and_is_not_among_the_digits() -> None:
    sent = request(press(gathering('finishOnKey="*"'), "12*"))
    assert sent.params == (("Digits", "12"), ("FinishedOnKey", "*"), ("msg", "Gather End"))


@pytest.mark.parametrize("attributes", ["", 'finishOnKey="#"', 'actionOnEmptyResult="true"'])
def test_lone_finish_key_is_swallowed(attributes: str) -> None:
    before = gathering(attributes)
    assert press(before, "#") == before


def test_lone_finish_key_may_end_the_gather() -> None:
    forced = press(gathering('actionOnEmptyResult="true"'), "#", lone_finish_key="ends")
    assert request(forced).params == (("Digits", ""), ("FinishedOnKey", "#"), ("msg", "Gather End"))
    fallen = press(gathering(after="<Say>weiter</Say>"), "#", lone_finish_key="ends")
    assert isinstance(fallen, Played)
    assert fallen.heard[0].text == "weiter"


def test_star_and_hash_are_digits_without_a_finish_key() -> None:
    found = gathering('finishOnKey="" numDigits="1"')
    assert request(press(found, "#")).params[0] == ("Digits", "#")
    assert request(press(found, "*")).params[0] == ("Digits", "*")


def test_silence_falls_through_to_the_next_verb() -> None:
    fallen = stay_silent(gathering(after="<Say>Nichts gehört</Say><Redirect>again</Redirect>"))
    assert isinstance(fallen, Played)
    assert fallen.heard[0].text == "Nichts gehört"
    assert isinstance(fallen.awaiting, Redirected)
    assert fallen.awaiting.request.url == "https://hotline.test/voice/step/again"


def test_silence_after_the_last_gather_ends_the_call() -> None:
    fallen = stay_silent(gathering())
    assert fallen == Played((), Ended("document_over"))


def test_silence_is_sent_where_empty_results_are_asked_for() -> None:
    sent = request(stay_silent(gathering('actionOnEmptyResult="true"', after="<Say>nie</Say>")))
    assert sent.params == (("Digits", ""), ("FinishedOnKey", ""), ("msg", "Gather End"))


def test_time_out_submits_what_was_pressed() -> None:
    begun = press(gathering(), "12")
    assert isinstance(begun, Gathering)
    assert request(stay_silent(begun)).params[0] == ("Digits", "12")


def test_speech_reaches_only_a_gather_that_listens() -> None:
    listening = gathering('input="dtmf speech" language="de-DE" hints="Leipzig" speechTimeout="auto"')
    assert (listening.hints, listening.speech_timeout) == ("Leipzig", "auto")
    sent = dict(request(say(listening, " Leipzig ")).params)
    assert sent["SpeechResult"] == "Leipzig"
    assert 0 < float(sent["Confidence"]) <= 1
    deaf = gathering()
    assert say(deaf, "Leipzig") == deaf
    assert say(listening, "  ") == listening


def test_keys_reach_only_a_gather_that_takes_them() -> None:
    words_only = gathering('input="speech"')
    assert press(words_only, "1") == words_only
    assert press(Ended("hangup"), "1") == Ended("hangup")


def test_fragment_is_stripped_and_read_as_retry_rules() -> None:
    sent = request(press(gathering('numDigits="1" action="/voice/step?t=1#rc=2&amp;rp=all"'), "1"))
    assert sent.url == "https://hotline.test/voice/step?t=1"
    assert sent.retries.count == 2
    assert sent.retries.after("5xx")
    plain = request(press(gathering('numDigits="1"'), "1"))
    assert plain.retries.count == 1
    assert plain.retries.after("ct")
    assert not plain.retries.after("5xx")
    some = request(press(gathering('numDigits="1" action="a#rc=99&amp;rp=5xx,rt"'), "1"))
    assert some.retries.count == 5
    assert (some.retries.after("rt"), some.retries.after("ct")) == (True, False)


def test_redirect_is_followed_by_its_method() -> None:
    awaiting = play(response('<Redirect method="GET">?page=2</Redirect>'), BASE).awaiting
    assert isinstance(awaiting, Redirected)
    assert (awaiting.request.method, awaiting.request.url) == ("GET", "https://hotline.test/voice/step/7?page=2")


def test_queue_waits_and_tells_how_it_was_left() -> None:
    verb = '<Enqueue waitUrl="/wait" waitUrlMethod="GET" action="/left">counselling</Enqueue>'
    awaiting = play(response(verb, "<Say>danach</Say>"), BASE).awaiting
    assert isinstance(awaiting, Queued)
    assert (awaiting.queue, awaiting.wait_url) == ("counselling", "https://hotline.test/wait")
    assert awaiting.wait_method == "GET"
    sent = request(leave_queue(awaiting, "leave", 12))
    assert sent.url == "https://hotline.test/left"
    assert sent.params == (("QueueResult", "leave"), ("QueueTime", "12"))


def test_queue_without_action_goes_on_in_the_document() -> None:
    awaiting = play(response("<Enqueue>x</Enqueue><Say>danach</Say>"), BASE).awaiting
    assert isinstance(awaiting, Queued)
    left = leave_queue(awaiting, "leave", 1)
    assert isinstance(left, Played)
    assert left.heard[0].text == "danach"
    assert play(response("<Leave/>"), BASE).awaiting == Left()


def test_dial_knows_its_targets_and_how_it_ended() -> None:
    verb = (
        '<Dial callerId="+493023125999" timeLimit="600" action="/over">'
        "<Number>+493023125001</Number><Conference>room</Conference></Dial>"
    )
    awaiting = play(response(verb), BASE).awaiting
    assert isinstance(awaiting, Dialled)
    assert awaiting.targets == (("Number", "+493023125001"), ("Conference", "room"))
    assert (awaiting.caller_id, awaiting.time_limit_seconds) == ("+493023125999", 600)
    sent = request(finish_dial(awaiting, "busy", 0))
    assert sent.params == (("DialCallStatus", "busy"), ("DialCallDuration", "0"))
    plain = play(response("<Dial>+493023125001</Dial><Say>danach</Say>"), BASE).awaiting
    assert isinstance(plain, Dialled)
    assert plain.time_limit_seconds == 4 * 60 * 60
    assert isinstance(finish_dial(plain, "no-answer", 0), Played)


def test_recording_is_sent_or_falls_through_in_silence() -> None:
    awaiting = play(response('<Record action="/kept" maxLength="60"/><Say>nichts</Say>'), BASE).awaiting
    assert isinstance(awaiting, Recording)
    assert awaiting.limit_seconds == 60
    sent = request(finish_recording(awaiting, "https://api.test/RE1", 9, "#"))
    assert sent.url == "https://hotline.test/kept"
    assert dict(sent.params) == {"RecordingUrl": "https://api.test/RE1", "RecordingDuration": "9", "Digits": "#"}
    fallen = stay_silent(awaiting)
    assert isinstance(fallen, Played)
    assert fallen.heard[0].text == "nichts"


def test_unknown_elements_are_named_and_passed_over() -> None:
    played = play(response("<Shout>x</Shout><Gather><Song/></Gather>"), BASE)
    assert played.unknown == ("Shout", "Song")
    assert isinstance(played.awaiting, Gathering)


def test_prompts_are_timed_at_the_pace_of_a_telephone_voice() -> None:
    played = play(
        response(f"<Say>{'x' * 28}</Say>", '<Pause length="3"/>', '<Say loop="2">' + "y" * 14 + "</Say>"), BASE
    )
    assert spoken_seconds(played.heard) == pytest.approx(2 + 3 + 2)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("", "not well-formed"),
        ("Guten Tag", "not well-formed XML .*“Guten Tag”"),
        ("<Response><Say>offen</Response>", "not well-formed"),
        (response("<Say>\x0b</Say>"), "not well-formed"),
        ("<html/>", "outermost element is html"),
        ('<!DOCTYPE Response [<!ENTITY a "b">]><Response>&a;</Response>', "document type"),
        (response("<Gather timeout='bald'/>"), "Gather's timeout is “bald”"),
        (response("<Gather numDigits='0'/>"), "Gather's numDigits is “0”"),
        (response("<Gather finishOnKey='##'/>"), "finishOnKey is “##”"),
        (response("<Gather finishOnKey='x'/>"), "finishOnKey is “x”"),
        (response("<Gather input='telepathy'/>"), "input is “telepathy”"),
        (response("<Gather method='PUT'/>"), "method is PUT"),
        (response("<Redirect/>"), "names no address"),
        (response("<Dial/>"), "nobody to call"),
        (response("<Pause length='-1'/>"), "Pause's length is “-1”"),
    ],
)
def test_what_twilio_could_not_play_is_a_fault_in_one_sentence(document: str, sentence: str) -> None:
    with pytest.raises(PlayerFault, match=sentence) as caught:
        play(document, BASE)
    assert "\n" not in str(caught.value)


def test_document_above_twilios_size_is_a_fault() -> None:
    frame = len(response("<Say></Say>").encode())
    play(response(f"<Say>{'x' * (DOCUMENT_LIMIT_BYTES - frame)}</Say>"), BASE)
    with pytest.raises(PlayerFault, match="at most 65536"):
        play(response(f"<Say>{'x' * (DOCUMENT_LIMIT_BYTES - frame + 1)}</Say>"), BASE)


def test_there_is_no_key_beside_the_twelve() -> None:
    with pytest.raises(PlayerFault, match="no key A"):
        press(gathering(), "1A")


def test_document_is_shown_with_an_element_a_line() -> None:
    assert pretty(response("<Say>a</Say><Hangup/>")).splitlines()[1:3] == ["  <Say>a</Say>", "  <Hangup />"]
    assert pretty("<broken") == "<broken"
