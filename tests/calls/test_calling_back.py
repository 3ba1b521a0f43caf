"""What callers do alone with the line: who is called back, who gets an address as an SMS, and what they are told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from app.calls.calling_back import centre_text, open_line_deeds
from app.calls.lasting import Occasion, deadline, perform
from app.calls.lasting_effects import LASTING, WORDS
from app.calls.speech import spoken
from app.calls.waiting import begin_wait
from app.ivr.model import Done, Perform
from app.kit.clock import GERMANY, now
from app.queue import callbacks, service
from app.queue.callback_models import Result, Window
from app.queue.models import Arrival, Band, Shift, Skills, Status
from tests.calls.conftest import House
from tests.cast import demo_playbook, keys

MOBILE, LANDLINE, TYPED = "+4915112345678", "+4934112345678", "015112345679"
AUSTRIAN, SWISS, UKRAINIAN, DEAR = "+436641234567", "+41791234567", "+380501234567", "+4990012345678"
ASKED = {"reach": "this_number", "who_answers": "only_me", "show_number": "hidden", "window": "soon"}


def occasion(number: str = MOBILE, *, call: str = "CA1", sequence: int = 3, language: str = "tr") -> Occasion:
    return Occasion(keys().keyed_hashes("call", call), sequence, number, language)


async def do(house: House, effect: str, given: Mapping[str, str], at: Occasion) -> Done:
    """The effect as a step of a call asks for it; whatever it comes to must be one of its outcomes."""
    done = await perform(house.outside, at, Perform(effect, given), deadline(house.outside))
    assert set(done.facts) >= set(LASTING[effect].outcomes[done.outcome])
    return done


async def call_back(house: House, at: Occasion, **given: str) -> Done:
    return await do(house, "make_callback", ASKED | given, at)


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (MOBILE, "made"),
        (LANDLINE, "made"),
        (AUSTRIAN, "made"),
        (SWISS, "made"),
        (UKRAINIAN, "refused"),
        (DEAR, "refused"),
        ("+49116116", "refused"),
        ("anonymous", "refused"),
        ("+266696687", "refused"),
        ("", "refused"),
    ],
)
async def test_who_can_be_called_back(house: House, number: str, outcome: str) -> None:
    done = await call_back(house, occasion(number))
    assert done.outcome == outcome
    assert len(await callbacks.list_callbacks(house.safe)) == (outcome == "made")
    if outcome == "made":
        (callback,) = await callbacks.list_callbacks(house.safe)
        assert done.facts == {"word": callback.word}
        assert callback.word in WORDS
        assert (callback.language, callback.window, callback.show_number, callback.others_may_answer) == (
            "tr",
            Window.SOON,
            False,
            False,
        )
        assert (await callbacks.get_dialling(house.safe, callback.id)).number == number


@pytest.mark.parametrize("number", ["anonymous", UKRAINIAN, MOBILE])
async def test_withheld_and_foreign_callers_type_a_number(house: House, number: str) -> None:
    kept = await do(house, "keep_number", {"phone_number": TYPED}, occasion(number, sequence=2))
    assert kept.outcome == "kept"
    made = await call_back(
        house, occasion(number), reach="other_number", who_answers="others_too", show_number="shown", window="evening"
    )
    assert made.outcome == "made"
    (callback,) = await callbacks.list_callbacks(house.safe)
    assert (callback.window, callback.show_number, callback.others_may_answer) == (Window.EVENING, True, True)
    assert (await callbacks.get_dialling(house.safe, callback.id)).number == "+4915112345679"


async def test_nobody_is_promised_a_hidden_number_where_there_is_none(house: House) -> None:
    deeds = {**house.outside.deeds, **open_line_deeds(house.safe, demo_playbook(), may_hide=False)}
    house = replace(house, outside=replace(house.outside, deeds=deeds))
    assert await call_back(house, occasion()) == Done("refused")
    assert (await call_back(house, occasion(sequence=4), show_number="shown")).outcome == "made"


async def test_a_number_that_is_not_remembered_is_lost(house: House) -> None:
    assert await call_back(house, occasion("anonymous"), reach="other_number") == Done("lost")
    assert await callbacks.list_callbacks(house.safe) == ()


async def test_a_step_that_comes_again_has_the_same_word(house: House) -> None:
    first = await call_back(house, occasion())
    assert await call_back(house, occasion()) == first
    # A node was killed after the promise and before it was remembered for the call.
    await house.pool.execute("DELETE FROM call_effect")
    assert await call_back(house, occasion()) == first
    assert len(await callbacks.list_callbacks(house.safe)) == 1


async def test_a_number_and_a_call_have_one_callback(house: House) -> None:
    assert (await do(house, "callback_possible", {}, occasion())).outcome == "possible"
    await call_back(house, occasion())
    assert (await do(house, "callback_possible", {}, occasion(call="CA2"))).outcome == "exists"
    assert (await do(house, "callback_possible", {}, occasion("anonymous", call="CA3"))).outcome == "possible"
    assert await call_back(house, occasion(call="CA2")) == Done("exists")
    await do(house, "keep_number", {"phone_number": TYPED}, occasion(sequence=8))
    assert await call_back(house, occasion(sequence=9), reach="other_number") == Done("exists")
    assert len(await callbacks.list_callbacks(house.safe)) == 1


async def test_after_the_end_there_may_be_another(house: House) -> None:
    await call_back(house, occasion())
    (callback,) = await callbacks.list_callbacks(house.safe)
    dialling = await callbacks.get_dialling(house.safe, callback.id)
    await callbacks.settle(house.safe, callback.id, dialling.attempt, Result.REACHED)
    assert (await do(house, "callback_possible", {}, occasion(call="CA2"))).outcome == "possible"
    assert (await call_back(house, occasion(call="CA2"))).outcome == "made"


async def test_it_keeps_the_place_and_what_is_known_of_the_call(house: House) -> None:
    at = occasion()
    entered_at = now() - timedelta(minutes=9)
    await house.pool.execute(
        "INSERT INTO live_call (call_key, topic, land) VALUES ($1, 'travel', 'DE-SN')", at.call_keys[0]
    )
    await begin_wait(house.outside.memory, at.call_keys, 2, entered_at, None)
    arrival = Arrival(at.call_keys, "CA1", "/voice/left?n=1", "tr", entered_at, woman=True, also=("de",))
    await service.enter(house.safe.line, arrival)
    await service.leave(house.safe.line, at.call_keys)
    await call_back(house, at)
    row = await house.pool.fetchrow("SELECT topic, land, woman, also, entered_at FROM callback")
    assert row is not None
    assert (row["topic"], row["land"], row["woman"], row["also"]) == ("travel", "DE-SN", True, ["de"])
    assert abs(row["entered_at"] - entered_at) < timedelta(milliseconds=2)


async def test_no_number_is_written_anywhere(house: House) -> None:
    await call_back(house, occasion())
    await do(house, "send_centre", {"centre": centre_with_phone()}, occasion(call="CA2"))
    kept = str(await house.everything())
    assert not [form for form in (MOBILE, MOBILE[1:], "015112345678", "15112345678") if form in kept]


async def test_somebody_is_on_duty_now_later_or_never(house: House) -> None:
    assert await do(house, "on_duty", {}, occasion()) == Done("never")
    agent_id, line = uuid4(), house.safe.line
    await service.set_skills(line, agent_id, Skills({"tr": 3}))
    tomorrow = now().astimezone(GERMANY).date() + timedelta(days=1)
    shifts = [Shift(day, time(9), time(17)) for day in range(7)]
    await service.set_shifts(line, agent_id, shifts)
    later = await do(house, "on_duty", {}, occasion())
    assert later.outcome == "later"
    opens = datetime.fromisoformat(later.facts["opens"])
    assert opens.time() == time(9)
    assert opens.date() >= tomorrow - timedelta(days=1)
    for language, said in (("de", "09:00"), ("en", "9:00 AM")):
        assert spoken(demo_playbook(), "opening", "time", later.facts["opens"], language) == said
    assert spoken(demo_playbook(), "opening", "day", "2026-11-23T09:00", "de").startswith("Montag")
    await service.set_status(line, agent_id, Status.READY)
    assert await do(house, "on_duty", {}, occasion()) == Done("now", {"band": Band.SOON.value})
    for caller in range(12):
        waiting = Arrival(keys().keyed_hashes("call", f"other {caller}"), "CA", "/voice/left", "tr", now())
        await service.enter(line, waiting)
    band = (await do(house, "on_duty", {}, occasion())).facts["band"]
    assert band == Band.VERY_LONG.value
    assert (await do(house, "on_duty", {}, replace(occasion(), language=""))).outcome == "never"


def centre_with_phone() -> str:
    playbook = demo_playbook()
    return next(id_ for id_, centre in playbook.directory.centres.items() if centre_text(playbook, centre, "de"))


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (MOBILE, "sent"),
        (AUSTRIAN, "sent"),
        (LANDLINE, "landline"),
        (SWISS, "landline"),
        (UKRAINIAN, "landline"),
        ("anonymous", "withheld"),
        ("+266696687", "withheld"),
        ("", "withheld"),
        ("client:browser", "withheld"),
    ],
)
async def test_who_gets_an_address_as_a_message(house: House, number: str, outcome: str) -> None:
    assert await do(house, "send_centre", {"centre": centre_with_phone()}, occasion(number)) == Done(outcome)
    assert await house.pool.fetchval("SELECT count(*) FROM line_text") == (outcome == "sent")


async def test_a_call_gets_one_message_and_a_number_three_a_day(house: House) -> None:
    given = {"centre": centre_with_phone()}
    told = [(await do(house, "send_centre", given, occasion(call=f"CA{place}"))).outcome for place in range(4)]
    assert told == ["sent", "sent", "sent", "capped"]
    assert (await do(house, "send_centre", given, occasion(call="CA0"))).outcome == "sent"
    assert (await do(house, "send_centre", given, occasion(call="CA0", sequence=9))).outcome == "capped"


def test_no_message_tells_a_stranger_what_it_is_about() -> None:
    playbook = demo_playbook()
    texts = [
        text
        for centre in playbook.directory.centres.values()
        for language in playbook.wording
        if (text := centre_text(playbook, centre, language)) is not None
    ]
    assert len(texts) > 50
    for text in texts:
        folded = text.casefold()
        told = ("rückkehr", "rueckkehr", "return", "ausreise", "coming home", "reintegr", "heimkehr", "{", "\n\n")
        assert not [word for word in told if word in folded], text


def test_the_deeds_are_those_of_the_line(house: House) -> None:
    deeds = open_line_deeds(house.safe, demo_playbook())
    assert set(deeds) == {"on_duty", "callback_possible", "make_callback", "send_centre"}
