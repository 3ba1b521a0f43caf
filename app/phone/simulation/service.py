"""Lets simulated callers call the engine or the door; the same seed gives the same calls, however shared out."""

import asyncio
from collections.abc import Callable, Iterator
from random import Random

import httpx

from app.calls.playbook import Playbook
from app.phone.line import Line
from app.phone.simulation import door_call, engine_call
from app.phone.simulation.callers import Caller
from app.phone.simulation.door_call import Door, DoorCall, DoorFault
from app.phone.simulation.result import Failure, Result, Verdict, keep, record
from app.phone.simulation.talking import Held, Town, failed, found_town, new_call, talk
from app.phone.simulation.transcript import transcript
from app.phone.simulation.trouble import Trouble, TroubledTransport, settle

_AT_ONCE = 0.1

OnProgress = Callable[[int], None]


def simulate(  # noqa: PLR0913  What is simulated, and how far it is.
    playbook: Playbook,
    calls: int,
    seed: int,
    on_progress: OnProgress = lambda _: None,
    *,
    first: int = 0,
    staffed: bool = False,
) -> Result:
    """Call the engine `calls` times, from call number `first` (even) on; `on_progress` hears how many are done.

    `staffed`: people are on duty, callbacks are written down and messages recorded; else all of that has failed.
    """
    town, result = found_town(playbook, seed, staffed=staffed), Result()
    for numbers in _pairs(first, calls):
        held = [new_call(town, number) for number in numbers]
        _take_turns([_hold(one) for one in held], at_once=_at_once(town, numbers))
        for one in held:
            _settle_result(town, result, one)
        on_progress(result.calls)
    return result


async def simulate_at_door(
    door: Door, playbook: Playbook, calls: int, seed: int, on_progress: OnProgress = lambda _: None
) -> Result:
    """Call the webhooks as `simulate` calls the engine, over a network that loses, doubles, delays and reorders."""
    town, result = found_town(playbook, seed), Result()
    for numbers in _pairs(0, calls):
        held = [new_call(town, number) for number in numbers]
        if _at_once(town, numbers):
            await asyncio.gather(*(_hold_at_door(town, door, one) for one in held))
        else:
            for one in held:
                await _hold_at_door(town, door, one)
        for one in held:
            _settle_result(town, result, one)
        on_progress(result.calls)
    return result


def _pairs(first: int, calls: int) -> Iterator[range]:
    """Calls come in pairs, of which some are held at once; raises ValueError where a pair would be torn."""
    if first % 2:
        raise ValueError("The first call of a part has an even number.")
    for number in range(first, first + calls, 2):
        yield range(number, min(number + 2, first + calls))


def _at_once(town: Town, numbers: range) -> bool:
    return Random(f"{town.seed}:{numbers[0]}:at once").random() < _AT_ONCE  # noqa: S311  Chance, not secrecy.


def _take_turns(talks: list[Iterator[None]], *, at_once: bool) -> None:
    """One call after the other, or both at once, deed by deed."""
    if not at_once:
        for talk in talks:
            for _ in talk:
                pass
        return
    while talks:
        talks = [talk for talk in talks if next(talk, talk) is None]


def _hold(held: Held) -> Iterator[None]:
    """Hold a call with the engine, one step at a time."""
    try:
        side = talk(held.caller, engine_call.begin(held.call))
        deed = next(side)
        while True:
            yield
            deed = side.send(engine_call.do(held.call, deed))
    except StopIteration as end:
        held.verdict = end.value
    except Exception as error:  # noqa: BLE001  Whatever the engine raises is this call's verdict.
        held.verdict = failed(held.caller, held.call, error)


async def _hold_at_door(town: Town, door: Door, held: Held) -> None:
    """Hold a call through the webhooks; afterwards everything is delivered once more."""
    trouble = Trouble(Random(f"{town.seed}:{held.number}:trouble"))  # noqa: S311  The same seed must give the same trouble.
    async with httpx.AsyncClient(transport=TroubledTransport(door.transport, trouble), trust_env=False) as client:
        line = Line(client, door.signer, door.base_url, door.number, door.account_sid)
        call = DoorCall(line, held.call)
        try:
            held.verdict = await _through(held.caller, call)
            await settle(door.transport, trouble)
            if trouble.faults:
                raise DoorFault(trouble.faults[0])  # noqa: TRY301  It is this call's verdict like any other fault.
        except Exception as error:  # noqa: BLE001  Whatever the door does wrong is this call's verdict.
            held.verdict = failed(held.caller, held.call, error)


async def _through(caller: Caller, call: DoorCall) -> Verdict:
    side = talk(caller, await door_call.begin(call))
    try:
        deed = next(side)
        while True:
            deed = side.send(await door_call.do(call, deed))
    except StopIteration as end:
        verdict: Verdict = end.value
    await door_call.leave(call)
    return verdict


def _settle_result(town: Town, result: Result, held: Held) -> None:
    """Count a call, and keep its transcript if it failed."""
    verdict = held.verdict
    if verdict is None:
        raise RuntimeError(f"Call {held.number} was never held to its end.")
    record(result, held.call.outcome, verdict)
    if verdict.fault is not None:
        title = f"Simulated call {held.number} of seed {town.seed}: {verdict.fault}"
        fixture = transcript(town.playbook, held.call.inputs, title, held.call.replies)
        keep(result, Failure(town.seed, held.number, verdict.fault, fixture))
