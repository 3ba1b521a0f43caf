"""An offered call: who answers it, who lets it go, and what is left when somebody hangs up at any moment."""

from uuid import uuid4

import pytest

from app.queue import service
from app.queue.models import Choice, Left, State, Status
from tests.queue.cast import House, agent_id, call_keys


async def test_who_waits_longest_is_offered_to_who_is_ready_and_they_talk(house: House) -> None:
    await house.agent("Ayşe", {"tr": 3, "de": 2})
    await house.calls("Mehmet", "tr")
    house.passes(10)
    standing = await house.calls("Elif", "tr")
    assert (standing.state, standing.ahead) == (State.WAITING, 1)
    assert await house.offered() == {"Mehmet": agent_id("Ayşe")}
    assert await house.offered() == {}
    assert (await house.calls("Mehmet", "tr")).state == State.RESERVED
    held = await house.held_by("Ayşe")
    accepted = await service.accept(house.line, agent_id("Ayşe"), held.id)
    assert accepted == await service.accept(house.line, agent_id("Ayşe"), held.id)
    standing = await house.calls("Mehmet", "tr")
    assert (standing.state, standing.room) == (State.CONNECTING, f"room-{held.id}")
    assert await service.find_caller(house.line, held.id) == ("CA-Mehmet", "/voice/left?n=3&s=Mehmet", None)
    house.passes(5)
    await service.joined(house.line, held.id, "caller")
    talking = await house.held_by("Ayşe")
    assert (talking.waited_seconds, talking.talking_at) == (15, house.moment)
    assert await house.status_of("Ayşe") == Status.IN_CALL
    assert (await house.calls("Elif", "tr")).ahead == 0


async def test_an_offer_that_nobody_answers_goes_back_to_the_old_place_and_after_two_the_agent_is_away(
    house: House,
) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    house.passes(30)
    await house.calls("Boris")
    for status in (Status.READY, Status.AWAY):
        assert await house.offered() == {"Anna": agent_id("Jonas")}
        house.passes(24)
        assert await service.expire(house.line) == ()
        house.passes(1)
        await house.calls("Anna")
        await service.see(house.line, agent_id("Jonas"))
        assert [offer.agent_id for offer in await service.expire(house.line)] == [agent_id("Jonas")]
        assert await house.status_of("Jonas") == status
        assert (await house.calls("Anna")).state == State.WAITING
    await house.agent("Karin", {"de": 3})
    assert await house.offered() == {"Anna": agent_id("Karin")}


async def test_an_answer_in_between_counts_as_an_answer(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    house.passes(25)
    await service.expire(house.line)
    await house.offered()
    held = await house.talk("Jonas")
    await service.finish(house.line, held.id)
    await service.wrap_up(house.line, agent_id("Jonas"))
    await house.calls("Boris")
    await house.offered()
    house.passes(25)
    await service.see(house.line, agent_id("Jonas"))
    await service.expire(house.line)
    assert await house.status_of("Jonas") == Status.READY


async def test_an_expired_offer_cannot_be_accepted_even_before_it_was_taken_back(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.held_by("Jonas")
    house.passes(25)
    assert await service.accept(house.line, agent_id("Jonas"), held.id) is None
    assert await service.accept(house.line, agent_id("Karin"), held.id) is None
    assert await service.accept(house.line, agent_id("Jonas"), uuid4()) is None


async def test_who_refuses_takes_a_break_and_the_caller_keeps_the_place(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.held_by("Jonas")
    await service.refuse(house.line, agent_id("Karin"), held.id)
    assert (await house.calls("Anna")).state == State.RESERVED
    await service.refuse(house.line, agent_id("Jonas"), held.id)
    assert await house.status_of("Jonas") == Status.BREAK
    assert (await house.calls("Anna")).state == State.WAITING
    assert await service.set_status(house.line, agent_id("Jonas"), Status.READY) == Status.READY
    await house.offered()
    assert await service.set_status(house.line, agent_id("Jonas"), Status.AWAY) == Status.AWAY
    assert (await house.calls("Anna")).state == State.WAITING


@pytest.mark.parametrize("accepted", [False, True], ids=["asked", "accepted"])
async def test_who_hangs_up_before_they_met_frees_the_agent(house: House, accepted: bool) -> None:  # noqa: FBT001  A case of the test.
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    house.passes(7)
    await house.offered()
    held = await house.held_by("Jonas")
    if accepted:
        await service.accept(house.line, agent_id("Jonas"), held.id)
    assert await service.leave(house.line, call_keys("Anna"), ended=True) == Left(
        7, was_answered=False, callback_id=None
    )
    assert await service.leave(house.line, call_keys("Anna"), ended=True) is None
    assert await house.status_of("Jonas") == Status.READY
    assert await service.find_reservation(house.line, agent_id("Jonas")) is None
    assert await service.accept(house.line, agent_id("Jonas"), held.id) is None
    await house.calls("Anna")
    assert await service.find_standing(house.line, call_keys("Anna")) is None
    assert await house.offered() == {}


async def test_who_hangs_up_in_talk_lets_the_agent_wrap_up(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna", topic="money", land="DE-BE")
    house.passes(9)
    await house.offered()
    held = await house.talk("Jonas")
    house.passes(300)
    assert await service.leave(house.line, call_keys("Anna"), ended=True) == Left(
        9, was_answered=True, callback_id=None
    )
    assert await house.status_of("Jonas") == Status.WRAP_UP
    wrapping = await house.held_by("Jonas")
    assert (wrapping.id, wrapping.topic, wrapping.land, wrapping.ended_at) == (held.id, "money", "DE-BE", house.moment)
    await house.calls("Boris")
    assert await house.offered() == {}
    assert await service.wrap_up(house.line, agent_id("Jonas")) == wrapping
    assert await service.wrap_up(house.line, agent_id("Jonas")) is None
    assert await house.offered() == {"Boris": agent_id("Jonas")}
    assert await service.handling_seconds(house.line, "de") == pytest.approx((10 * 420 + 300) / 11)


async def test_a_call_that_nobody_wraps_up_is_forgotten(house: House) -> None:
    for name, seen in (("Jonas", True), ("Karin", False)):
        await house.agent(name, {"de": 3})
        await house.calls(f"calls {name}")
        await house.offered()
        held = await house.talk(name)
        await service.finish(house.line, held.id)
        for _ in range(13):
            house.passes(3600 if seen else 70)
            await (service.see(house.line, agent_id(name)) if seen else service.expire(house.line))
        await service.expire(house.line)
        assert await service.find_reservation(house.line, agent_id(name)) is None
        assert await house.status_of(name) == (Status.WRAP_UP if seen else Status.AWAY)


async def test_a_talk_whose_end_nobody_reports_ends_after_two_hours(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.talk("Jonas")
    for seconds, status in ((7400, Status.IN_CALL), (100, Status.WRAP_UP)):
        house.passes(seconds)
        await service.see(house.line, agent_id("Jonas"))
        await service.expire(house.line)
        assert await house.status_of("Jonas") == status
    assert (await house.held_by("Jonas")).id == held.id
    assert await service.find_standing(house.line, call_keys("Anna")) is None


async def test_who_was_consulted_in_a_talk_that_ends_is_ready_again(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.talk("Jonas")
    await house.agent("Karin", {"de": 3})
    await service.consult(house.line, held.id, agent_id("Karin"))
    await service.finish(house.line, held.id)
    house.passes(3)
    await service.expire(house.line)
    assert await house.status_of("Karin") == Status.READY


async def test_who_chooses_a_callback_while_somebody_is_asked_is_not_connected(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.held_by("Jonas")
    standing = await service.choose(house.line, call_keys("Anna"), Choice.CALLBACK)
    assert standing is not None
    assert (standing.state, standing.choice) == (State.WAITING, Choice.CALLBACK)
    assert await service.accept(house.line, agent_id("Jonas"), held.id) is None
    assert await house.status_of("Jonas") == Status.READY
    assert await house.offered() == {}
    again = await service.choose(house.line, call_keys("Anna"), Choice.TIMED_OUT)
    assert again == standing


async def test_a_choice_after_the_agent_accepted_comes_too_late(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.held_by("Jonas")
    await service.accept(house.line, agent_id("Jonas"), held.id)
    standing = await service.choose(house.line, call_keys("Anna"), Choice.CALLBACK)
    assert standing is not None
    assert (standing.state, standing.choice, standing.room) == (State.CONNECTING, None, held.room)


async def test_who_left_for_a_message_comes_back_only_by_a_new_way(house: House) -> None:
    house.passes(60)
    await house.calls("Anna")
    await service.choose(house.line, call_keys("Anna"), Choice.MESSAGE)
    await service.leave(house.line, call_keys("Anna"))
    await house.calls("Anna")
    assert await service.find_standing(house.line, call_keys("Anna")) is None
    standing = await house.calls("Anna", path="/voice/left?n=9&s=Anna")
    assert (standing.state, standing.choice) == (State.WAITING, None)
    assert [waiting.entered_at for waiting in await service.list_waiting(house.line)] == [house.moment]


async def test_a_caller_whose_agent_was_lost_is_first_with_the_old_place(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.talk("Jonas")
    entered_at = house.moment
    house.passes(30)
    await house.calls("Boris", entered_at=entered_at.replace(year=2025))
    await service.parted(house.line, held.id, "agent")
    house.passes(19)
    assert await service.list_agent_lost(house.line) == ()
    await service.joined(house.line, held.id, "agent")
    await service.parted(house.line, held.id, "agent")
    await service.parted(house.line, held.id, "interpreter")
    house.passes(20)
    assert [lost.id for lost in await service.list_agent_lost(house.line)] == [held.id]
    assert await service.lose_agent(house.line, held.id) is not None
    assert await service.lose_agent(house.line, held.id) is None
    assert await house.status_of("Jonas") == Status.AWAY
    await house.calls("Anna", path="/voice/left?n=12&s=Anna", entered_at=entered_at)
    await house.agent("Karin", {"de": 3})
    assert await house.offered() == {"Anna": agent_id("Karin")}
    found = await service.find_caller(house.line, (await house.held_by("Karin")).id)
    assert found == ("CA-Anna", "/voice/left?n=12&s=Anna", None)


async def test_a_talk_is_handed_over_in_the_same_room(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.talk("Jonas")
    await house.agent("Karin", {"de": 3})
    await house.agent("Lena", {"de": 3}, Status.BREAK)
    assert await service.transfer(house.line, held.id, agent_id("Lena")) is None
    assert await service.consult(house.line, held.id, agent_id("Karin"))
    assert not await service.consult(house.line, held.id, agent_id("Karin"))
    await service.end_consult(house.line, agent_id("Karin"))
    assert await house.status_of("Karin") == Status.READY
    assert await service.consult(house.line, held.id, agent_id("Karin"))
    moved = await service.transfer(house.line, held.id, agent_id("Karin"))
    assert moved is not None
    assert (moved.room, moved.agent_id) == (held.room, agent_id("Karin"))
    assert await service.transfer(house.line, held.id, agent_id("Karin")) is None
    assert [await house.status_of(name) for name in ("Jonas", "Karin")] == [Status.WRAP_UP, Status.IN_CALL]
    house.passes(5)
    await service.expire(house.line)
    assert [await house.status_of(name) for name in ("Jonas", "Karin")] == [Status.WRAP_UP, Status.IN_CALL]
    await service.finish(house.line, held.id)
    assert await house.status_of("Karin") == Status.WRAP_UP


async def test_what_failed_between_them_is_given_back(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.held_by("Jonas")
    await service.accept(house.line, agent_id("Jonas"), held.id)
    assert [offer.id for offer in await service.list_connecting(house.line)] == [held.id]
    await service.give_back(house.line, held.id)
    assert await house.status_of("Jonas") == Status.READY
    assert await house.offered() == {"Anna": agent_id("Jonas")}


async def test_who_accepted_a_call_that_never_comes_is_freed(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    held = await house.held_by("Jonas")
    await service.accept(house.line, agent_id("Jonas"), held.id)
    house.passes(61)
    await service.see(house.line, agent_id("Jonas"))
    await service.expire(house.line)
    assert await house.status_of("Jonas") == Status.READY
    assert (await house.calls("Anna")).state == State.WAITING


async def test_a_due_callback_is_a_place_in_the_line_that_may_be_tried_again(house: House) -> None:
    callback_id = uuid4()
    await house.agent("Jonas", {"de": 3})
    arrival = house.arrival(
        "Anna", sid="", path="", call_keys=service.callback_keys(house.line, callback_id), callback_id=callback_id
    )
    house.passes(10)
    await house.calls("Boris")
    for _ in range(2):
        await service.enter(house.line, arrival)
        await service.enter(house.line, arrival)
        house.passes(600)
        await service.see(house.line, agent_id("Jonas"))
        await service.expire(house.line)
        assert [offer.callback_id for offer in await service.match(house.line)] == [callback_id]
        held = await house.held_by("Jonas")
        assert await service.find_caller(house.line, held.id) == ("", "", callback_id)
        left = await service.leave(house.line, arrival.call_keys)
        assert left is not None
        assert left.callback_id == callback_id


async def test_a_wish_for_a_woman_takes_back_the_offer_to_a_man(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    standing = await service.wish(house.line, call_keys("Anna"), woman=True)
    assert standing is not None
    assert (standing.state, standing.woman_on_duty) == (State.WAITING, False)
    assert await house.offered() == {}
    await house.agent("Karin", {"de": 3}, woman=True)
    assert (await house.calls("Anna")).woman_on_duty
    assert await house.offered() == {"Anna": agent_id("Karin")}


async def test_an_agent_cannot_leave_a_call_by_a_status(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Anna")
    await house.offered()
    await house.talk("Jonas")
    for status in (Status.READY, Status.AWAY):
        assert await service.set_status(house.line, agent_id("Jonas"), status) == Status.IN_CALL
    with pytest.raises(ValueError, match="program alone"):
        await service.set_status(house.line, agent_id("Jonas"), Status.WRAP_UP)
