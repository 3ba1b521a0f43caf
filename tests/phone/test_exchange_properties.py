"""Whatever callers, callees, the application and the network do: every call ends once, and nothing is left behind."""

import asyncio
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from app.kit.protocols import CallOver, OutgoingCall, ProviderBusy, ProviderRefused
from app.phone.exchange.deeds import hang_up, leave_message, press, say
from app.phone.exchange.models import CALL_LIMIT_SECONDS, ENDED, Call, Callee
from app.phone.exchange.state import Delivery
from app.phone.exchange.unsteady import Faults
from tests.fake_twilio.town import BYE, ENQUEUE, MENU, MUSIC, Town, build_town, conference
from tests.phone.toy import BASE_URL, NUMBER, response

FRIEND = "+493023125002"
DOCUMENTS = [
    MENU,
    BYE,
    ENQUEUE,
    conference(),
    conference(ends=True),
    response(f'<Dial timeout="9" action="/voice/step">{FRIEND}</Dial>'),
    response('<Record action="/voice/step"/>'),
    response("<Leave/>"),
    response("<Reject/>"),
    response("<Pause/><Redirect>/voice/step</Redirect>"),
    "<Response>",
]
PATHS = ["/voice/incoming", "/voice/step", "/voice/wait", "/voice/left", "/voice/after", "/voice/out"]
# No call lasts longer, so that little time has to pass until all have ended.
LIMIT_SECONDS = 90
SHARE = st.sampled_from([0.0, 0.1, 0.3])

towns = st.fixed_dictionaries({path: st.sampled_from([*DOCUMENTS, MUSIC, MENU, MENU]) for path in PATHS})
faults = st.builds(Faults, refused=SHARE, silent=SHARE, broken=SHARE, doubled=SHARE)
callees = st.builds(
    Callee,
    st.sampled_from(["answers", "busy", "no-answer", "failed"]),
    st.sampled_from([1.0, 20.0]),
    st.sampled_from([None, 5.0]),
)
DEEDS = ["dial", "press", "say", "message", "hang up", "softphone", "create", "redirect", "end", "delete", "wait"]
deeds = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 7)), max_size=25)


async def do(town: Town, deed: str, number: int) -> None:  # noqa: C901  Each deed is one line.
    calls = list(town.exchange.calls.values())
    call = calls[number % len(calls)] if calls else None
    url = f"{BASE_URL}/voice/out"
    match deed:
        case "dial":
            await town.dial()
        case "softphone":
            await town.connect_softphone(conference())
        case "create":
            order = OutgoingCall(FRIEND, NUMBER, url, f"{BASE_URL}/voice/status", limit_seconds=LIMIT_SECONDS)
            await town.rest.create_call(order)
        case "wait":
            await town.pass_time(number * 3)
        case _ if call is None:
            pass
        case "press":
            await press(town.exchange, call, str(number))
        case "say":
            await say(town.exchange, call, "Deutsch")
        case "message":
            await leave_message(town.exchange, call, number + 1)
        case "hang up":
            await hang_up(town.exchange, call)
        case "redirect":
            await town.rest.redirect_call(call.sid, url)
        case "end":
            await town.rest.end_call(call.sid)
        case "delete":
            await town.rest.delete_call(call.sid)


async def live(town: Town, plan: list[tuple[str, int]]) -> None:
    """Do it all; an ended call keeps its status and its time for ever."""
    final: dict[str, tuple[str, float | None]] = {}
    everybody: dict[str, Call] = {}
    for deed, number in plan:
        with suppress(CallOver, ProviderBusy, ProviderRefused):
            await do(town, deed, number)
        everybody |= town.exchange.calls
        check(town, everybody, final)
    await town.pass_time(2 * LIMIT_SECONDS)
    everybody |= town.exchange.calls
    check(town, everybody, final)
    assert {call.status for call in everybody.values()} <= ENDED
    # What is still due was meant for calls that have ended, and does nothing.
    await town.pass_time(60)
    told = len(town.toy.received)
    await town.pass_time(CALL_LIMIT_SECONDS)
    assert (town.exchange.agenda, len(town.toy.received)) == ([], told)


def check(town: Town, everybody: dict[str, Call], final: dict[str, tuple[str, float | None]]) -> None:
    for call in everybody.values():
        if call.ended:
            assert final.setdefault(call.sid, (call.status, call.ended_seconds)) == (call.status, call.ended_seconds)
            assert (call.place, call.dial) == (None, None)
        assert (call.answered_seconds is not None) == (call.status in {"in-progress", "completed"}) or call.ended
    waiting = [sid for queue in town.exchange.queues.values() for sid in queue.call_sids]
    assert sorted(waiting) == sorted(call.sid for call in everybody.values() if call.place is not None)
    present = [sid for room in town.exchange.conferences.values() for sid in room.participants]
    inside = [call.sid for call in everybody.values() if call.dial is not None and call.dial.conference_sid]
    assert sorted(present) == sorted(inside)
    assert all(room.participants or room.status == "completed" for room in town.exchange.conferences.values())


@given(towns, faults, callees, deeds, st.integers(0, 1000))
def test_every_call_ends_exactly_once(
    answers: dict[str, str], webhook_faults: Faults, callee: Callee, plan: list[tuple[str, int]], seed: int
) -> None:
    town = build_town(answers, seed=seed, webhook_faults=webhook_faults, limit_seconds=LIMIT_SECONDS)
    town.exchange.delivery = Delivery(lost=0.1, latest_seconds=30)
    town.exchange.callees[FRIEND] = callee
    asyncio.run(live(town, plan))


@given(towns, callees, deeds)
def test_without_faults_the_hotline_hears_of_each_end_once(
    answers: dict[str, str], callee: Callee, plan: list[tuple[str, int]]
) -> None:
    town = build_town(answers, limit_seconds=LIMIT_SECONDS)
    town.exchange.callees[FRIEND] = callee
    asyncio.run(live(town, plan))
    ends = [form["CallSid"] for form in town.toy.forms("/voice/status") if form["CallStatus"] in ENDED]
    assert len(ends) == len(set(ends))
    inbound = {call.sid for call in town.exchange.calls.values() if call.to_number == NUMBER}
    assert inbound <= set(ends)
