"""A caller on a line: what is sent, in which order, and what happens when the line fails."""

import re
from urllib.parse import parse_qsl

import httpx
import pytest

from app.phone.awaiting import Dialled, Ended, Gathering, Queued, Recording
from app.phone.caller import DEMO_CALLER_NUMBER
from app.phone.line import LONGEST_CHAIN, LiveCall, Turn, be_refused, dial, hang_up, press, say, wait
from app.phone.webhook import LineFault
from tests.phone.toy import BASE_URL, NUMBER, ToyHotline, Unsteady, response, toy_app, toy_line

MENU = response(
    '<Gather action="/voice/step?at=menu#rc=2&amp;rp=all" numDigits="1" input="dtmf speech"'
    ' actionOnEmptyResult="true">',
    '<Say language="de-DE">Für Deutsch drücken Sie die 1.</Say>',
    "</Gather>",
)
BYE = response('<Say language="de-DE">Auf Wiederhören.</Say>', "<Hangup/>")


def heard(call: LiveCall) -> list[str]:
    return [item.text for turn in call.turns for item in turn.heard]


def hotline(step: str = BYE, incoming: str = MENU) -> ToyHotline:
    return ToyHotline({"/voice/incoming": incoming, "/voice/step": step})


async def test_dialling_sends_twilios_parameters_signed() -> None:
    toy = hotline()
    call = await dial(toy_line(toy))
    assert isinstance(call.awaiting, Gathering)
    [first] = toy.received
    assert (first.method, first.path) == ("POST", "/voice/incoming")
    assert re.fullmatch("CA[0-9a-f]{32}", first.form["CallSid"])
    assert first.form["CallStatus"] == "ringing"
    assert first.form["From"] == first.form["Caller"] == DEMO_CALLER_NUMBER
    assert first.form["To"] == first.form["Called"] == NUMBER
    assert (first.form["FromCountry"], first.form["ToCountry"]) == ("DE", "DE")
    assert first.form["Direction"] == "inbound"
    assert first.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert first.headers["i-twilio-idempotency-token"]
    assert len(first.form) == 25


async def test_a_key_brings_about_twenty_nine_parameters_to_the_action() -> None:
    toy = hotline()
    call = await dial(toy_line(toy))
    await press(call, "1")
    form = toy.forms("/voice/step")[0]
    assert (form["Digits"], form["FinishedOnKey"], form["msg"]) == ("1", "", "Gather End")
    assert form["CallStatus"] == "in-progress"
    assert form["at"] == "menu"
    assert len(form) - len({"at"}) == 28
    assert form["CallSid"] == toy.received[0].form["CallSid"]


async def test_the_end_is_told_once_with_the_call_completed() -> None:
    toy = hotline()
    call = await dial(toy_line(toy))
    await press(call, "1")
    assert call.awaiting == Ended("hangup")
    assert toy.paths() == ["/voice/incoming", "/voice/step", "/voice/status"]
    status = toy.forms("/voice/status")[0]
    assert status["CallStatus"] == "completed"
    assert int(status["CallDuration"]) >= 0
    await hang_up(call)
    assert len(toy.forms("/voice/status")) == 1
    with pytest.raises(LineFault, match="over"):
        await press(call, "1")


async def test_transcript_tells_the_call_in_order() -> None:
    call = await dial(toy_line(hotline()))
    await press(call, "1")
    assert [(turn.kind, turn.text) for turn in call.turns] == [
        ("heard", ""),
        ("pressed", "1"),
        ("heard", ""),
        ("ended", "hangup"),
    ]
    assert heard(call) == ["Für Deutsch drücken Sie die 1.", "Auf Wiederhören."]


async def test_hanging_up_tells_the_line() -> None:
    toy = hotline()
    call = await dial(toy_line(toy))
    await hang_up(call)
    assert call.ended
    assert call.turns[-1] == Turn("hung up")
    assert toy.paths() == ["/voice/incoming", "/voice/status"]


async def test_waiting_sends_the_empty_result() -> None:
    toy = hotline(step=MENU)
    call = await dial(toy_line(toy))
    await wait(call)
    assert toy.forms("/voice/step")[0]["Digits"] == ""
    assert [turn.kind for turn in call.turns] == ["heard", "waited", "heard"]


async def test_words_are_sent_as_a_speech_result() -> None:
    toy = hotline()
    call = await dial(toy_line(toy))
    await say(call, "Deutsch")
    form = toy.forms("/voice/step")[0]
    assert form["SpeechResult"] == "Deutsch"
    assert "Digits" not in form


async def test_redirects_are_followed_also_by_get() -> None:
    toy = hotline(incoming=response('<Redirect method="GET">/voice/step?at=page 2</Redirect>'), step=MENU)
    call = await dial(toy_line(toy))
    assert isinstance(call.awaiting, Gathering)
    second = toy.received[1]
    assert (second.method, second.form["at"]) == ("GET", "page 2")
    assert second.form["CallSid"] == toy.received[0].form["CallSid"]


async def test_a_line_that_goes_in_circles_is_a_fault() -> None:
    toy = hotline(incoming=response("<Redirect>/voice/incoming</Redirect>"))
    with pytest.raises(LineFault, match="without asking the caller anything"):
        await dial(toy_line(toy))
    assert len(toy.forms("/voice/incoming")) == LONGEST_CHAIN
    assert len(toy.forms("/voice/status")) == 1


async def test_failed_connections_are_tried_again_with_the_same_token() -> None:
    network = Unsteady(httpx.ASGITransport(toy_app(hotline())), {"/voice/incoming": 2})
    call = await dial(toy_line(hotline(), network))
    assert isinstance(call.awaiting, Gathering)
    assert len(network.attempts) == 3
    assert len({attempt.headers["I-Twilio-Idempotency-Token"] for attempt in network.attempts}) == 1


async def test_a_third_failed_connection_ends_the_call() -> None:
    network = Unsteady(httpx.ASGITransport(toy_app(hotline())), {"/voice/incoming": 3})
    with pytest.raises(LineFault, match="Nothing answers"):
        await dial(toy_line(hotline(), network))


async def test_without_retry_rules_only_connections_are_tried_again_and_once() -> None:
    toy = hotline(incoming=response('<Redirect method="POST">/voice/step</Redirect>'), step=MENU)
    toy.statuses["/voice/step"] = [500]
    with pytest.raises(LineFault, match="status 500"):
        await dial(toy_line(toy))
    assert len(toy.forms("/voice/step")) == 1


async def test_server_errors_are_tried_again_where_the_address_says_so() -> None:
    toy = hotline(step=MENU)
    toy.statuses["/voice/step"] = [500, 503]
    call = await dial(toy_line(toy))
    await press(call, "1")
    assert isinstance(call.awaiting, Gathering)
    assert len(toy.forms("/voice/step")) == 3


async def test_what_cannot_be_played_ends_the_call_with_a_fault() -> None:
    toy = hotline(step="<Response><Say>offen</Response>")
    call = await dial(toy_line(toy))
    with pytest.raises(LineFault, match="not well-formed"):
        await press(call, "1")
    assert call.ended
    assert call.turns[-1].kind == "failed"
    assert len(toy.forms("/voice/status")) == 1


async def test_an_answer_that_is_not_twiml_is_a_fault() -> None:
    toy = hotline()
    toy.content_type = "application/json"
    with pytest.raises(LineFault, match="application/json instead of TwiML"):
        await dial(toy_line(toy))


async def test_a_wrong_signature_is_refused() -> None:
    toy = hotline()
    line = toy_line(toy)
    toy.base_url = "https://elsewhere.test"
    with pytest.raises(LineFault, match="status 403"):
        await dial(line)


QUEUE = response('<Enqueue waitUrl="/voice/wait" action="/voice/left">counselling</Enqueue>')
WAIT_MENU = response('<Gather action="/voice/choice" numDigits="1"><Say>Bitte warten.</Say></Gather><Say>Musik</Say>')


def queue_hotline() -> ToyHotline:
    answers = {
        "/voice/incoming": QUEUE,
        "/voice/wait": WAIT_MENU,
        "/voice/choice": response("<Leave/>"),
        "/voice/left": BYE,
    }
    return ToyHotline(dict(answers))


async def test_a_caller_in_the_queue_hears_the_wait_document_again_and_again() -> None:
    toy = queue_hotline()
    call = await dial(toy_line(toy))
    assert Turn("transferred", "counselling") in call.turns
    assert isinstance(call.awaiting, Gathering)
    await wait(call)
    assert isinstance(call.awaiting, Queued)
    assert heard(call) == ["Bitte warten.", "Musik"]
    await wait(call)
    assert len(toy.forms("/voice/wait")) == 2
    assert "QueueTime" in toy.forms("/voice/wait")[1]


async def test_a_key_in_the_queue_can_lead_out_of_it() -> None:
    toy = queue_hotline()
    call = await dial(toy_line(toy))
    await press(call, "1")
    assert toy.forms("/voice/left")[0]["QueueResult"] == "leave"
    assert call.ended


async def test_hanging_up_in_the_queue_tells_the_queue_too() -> None:
    toy = queue_hotline()
    call = await dial(toy_line(toy))
    await hang_up(call)
    assert toy.paths()[-2:] == ["/voice/left", "/voice/status"]
    assert toy.forms("/voice/left")[0]["QueueResult"] == "hangup"


async def test_leaving_a_queue_one_is_not_in_is_a_fault() -> None:
    with pytest.raises(LineFault, match="not in"):
        await dial(toy_line(hotline(incoming=response("<Leave/>"))))


@pytest.mark.parametrize(("outcome", "status"), [(None, "completed"), ("busy", "busy"), ("no-answer", "no-answer")])
async def test_a_dialled_side_reports_how_it_ended(outcome: str | None, status: str) -> None:
    toy = hotline(incoming=response('<Dial action="/voice/step"><Conference>room</Conference></Dial>'))
    call = await dial(toy_line(toy))
    assert isinstance(call.awaiting, Dialled)
    assert call.turns == [Turn("transferred", "room")]
    await (wait(call) if outcome is None else be_refused(call, outcome))  # type: ignore[arg-type]
    assert toy.forms("/voice/step")[0]["DialCallStatus"] == status


async def test_a_message_is_recorded_or_not() -> None:
    incoming = response('<Record action="/voice/step"/><Say>Nichts aufgenommen.</Say>')
    toy = hotline(incoming=incoming)
    call = await dial(toy_line(toy))
    assert isinstance(call.awaiting, Recording)
    await say(call, "Bitte rufen Sie mich nach sechs Uhr an.")
    form = toy.forms("/voice/step")[0]
    assert form["RecordingUrl"].startswith("https://api.twilio.com/")
    assert int(form["RecordingDuration"]) == 2
    silent = await dial(toy_line(hotline(incoming=incoming)))
    await wait(silent)
    assert heard(silent) == ["Nichts aufgenommen."]


async def test_a_withheld_number_is_sent_as_twilio_sends_it() -> None:
    toy = hotline()
    await dial(toy_line(toy), "anonymous")
    assert (toy.received[0].form["From"], toy.received[0].form["FromCountry"]) == ("anonymous", "")


async def test_the_lost_notice_of_the_end_does_not_trouble_the_caller() -> None:
    toy = hotline()
    toy.statuses["/voice/status"] = [500, 500, 500]
    call = await dial(toy_line(toy))
    await press(call, "1")
    assert call.ended
    assert call.turns[-1].kind == "failed"


async def test_the_form_reaches_the_line_byte_for_byte_as_signed() -> None:
    network = Unsteady(httpx.ASGITransport(toy_app(hotline())), {})
    call = await dial(toy_line(hotline(), network))
    await say(call, "Köln & Umgebung + 50 % العربية")
    body = network.attempts[1].content.decode()
    assert dict(parse_qsl(body))["SpeechResult"] == "Köln & Umgebung + 50 % العربية"
    assert str(network.attempts[1].url) == f"{BASE_URL}/voice/step?at=menu"
