"""The REST client and rooms: who is in one, what they hear alone, who is held, sent away or is over."""

import pytest

from app.kit.protocols import CallOver, OutgoingCall, Participation, Telephony
from app.phone.exchange.deeds import hang_up
from tests.fake_twilio.town import CALLER, MENU, Town, build_town, conference
from tests.phone.toy import BASE_URL, NUMBER, response

FRIEND = "+493023125002"
LABELLED = 'participantLabel="caller"'


def rest_of(town: Town) -> Telephony:
    """The rooms see the protocol and no more."""
    return town.rest


async def test_who_is_in_a_room_is_named_by_label_and_an_ended_room_of_the_same_name_does_not_count() -> None:
    town = build_town({"/voice/incoming": conference(ends=True, also=LABELLED)})
    first = await town.dial()
    assert await rest_of(town).list_people("room") == {"caller": first.sid}
    await hang_up(town.exchange, first)
    assert await rest_of(town).list_people("room") == {}
    second = await town.dial()
    assert await rest_of(town).list_people("room") == {"caller": second.sid}
    assert await rest_of(town).list_people("elsewhere") == {}


async def test_somebody_is_held_with_words_and_let_go() -> None:
    town = build_town(
        {"/voice/incoming": conference(also=LABELLED), "/voice/words": response("<Say>Bitte warten Sie.</Say>")}
    )
    call = await town.dial()
    held = Participation(held=True, words_url=f"{BASE_URL}/voice/words")
    await rest_of(town).change_person("room", "caller", held)
    await town.pass_time(1)
    [person] = [person for room in town.exchange.conferences.values() for person in room.participants.values()]
    assert person.held
    assert [heard.text for heard in call.heard] == ["Bitte warten Sie."]
    await rest_of(town).change_person("room", "caller", Participation(held=False))
    assert not person.held
    await rest_of(town).change_person("room", "caller", Participation(muted=True, ends=True))
    assert (person.muted, person.ends) == (True, True)
    await rest_of(town).change_person("room", "caller", Participation(words_url=f"{BASE_URL}/voice/words"))
    await town.pass_time(1)
    assert len(call.heard) == 2


async def test_who_is_not_there_cannot_be_changed_but_sending_them_away_is_done() -> None:
    town = build_town({"/voice/incoming": conference(also=LABELLED)})
    with pytest.raises(CallOver):
        await rest_of(town).change_person("room", "caller", Participation(muted=True))
    call = await town.dial()
    with pytest.raises(CallOver):
        await rest_of(town).change_person("room", "agent", Participation(muted=True))
    await rest_of(town).remove_person("room", "agent")
    assert not call.ended
    await rest_of(town).remove_person("room", "caller")
    assert call.ended
    await rest_of(town).remove_person("room", "caller")


async def test_whether_a_call_is_over_and_which_go_to_a_number() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/out": MENU})
    call = await town.dial()
    assert not await rest_of(town).is_over(call.sid)
    await hang_up(town.exchange, call)
    assert await rest_of(town).is_over(call.sid)
    await rest_of(town).delete_call(call.sid)
    assert await rest_of(town).is_over(call.sid)
    assert await rest_of(town).list_calls_to(FRIEND) == []
    out = OutgoingCall(FRIEND, NUMBER, f"{BASE_URL}/voice/out", send_keys="ww12#")
    first, second = await rest_of(town).create_call(out), await rest_of(town).create_call(out)
    assert town.exchange.calls[first].instructions.send_digits == "ww12#"
    assert set(await rest_of(town).list_calls_to(FRIEND)) == {first, second}
    await rest_of(town).end_call(first)
    assert await rest_of(town).list_calls_to(FRIEND) == [second]
    assert await rest_of(town).list_calls_to(CALLER) == []
