"""The caller's side of the waiting line: come in, hear where one stands, choose, wish, leave."""

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.queue import store, today_store
from app.queue.models import Arrival, Band, Choice, Left, Line, Standing, State, Waiting
from app.queue.rules import mean_handling, wait_band

_BOUND: Final = b"waiting call "


def callback_keys(line: Line, callback_id: UUID) -> tuple[bytes, ...]:
    """What stands for the call's keys in a callback's row."""
    return line.keys.keyed_hashes("callback in line", callback_id.hex)


async def enter(line: Line, arrival: Arrival) -> Standing:
    """Put a call into the line at the place of its `entered_at`, or note that it still waits; the same again is safe.

    The oldest place that the call ever had stays its own, and wishes are only added.
    """
    address = json.dumps([arrival.sid, arrival.path]).encode()
    entry = store.Entry(
        arrival.call_keys,
        [line.keys.seal(address, bound_to=_BOUND + key) for key in arrival.call_keys],
        arrival.language,
        arrival.topic,
        arrival.land,
        arrival.also,
        arrival.woman,
        arrival.entered_at,
        arrival.callback_id,
        arrival.trail,
    )
    place = await store.enter(line.pool, entry, line.clock())
    return _GONE if place is None else _standing(place)


def open_address(line: Line, call_key: bytes, sealed: str) -> tuple[str, str]:
    """The Sid and the path of a call as `enter` sealed them; raises SealBroken."""
    sid, path = json.loads(line.keys.open(sealed, bound_to=_BOUND + call_key))
    return sid, path


async def find_standing(line: Line, call_keys: Sequence[bytes]) -> Standing | None:
    """None where the call is not in the line."""
    place = await store.find_place(line.pool, call_keys, line.clock())
    return None if place is None else _standing(place)


async def choose(line: Line, call_keys: Sequence[bytes], choice: Choice) -> Standing | None:
    """Note what the caller chose instead of waiting.

    An agent who is being asked is freed; once an agent has accepted it is too late, and the standing says so.
    """
    await store.choose(line.pool, call_keys, choice, line.clock())
    return await find_standing(line, call_keys)


async def wish(
    line: Line, call_keys: Sequence[bytes], *, woman: bool = False, also: Sequence[str] = ()
) -> Standing | None:
    """Add a wish to speak to a woman, or languages that will do as well."""
    await store.wish(line.pool, call_keys, line.clock(), woman=woman, also=also)
    return await find_standing(line, call_keys)


async def leave(line: Line, call_keys: Sequence[bytes], *, ended: bool = False, diverted: bool = False) -> Left | None:
    """Take a call out of the line, and free its agent or let the agent wrap up; None where it was out already.

    `ended`: the call is over, so that none of its late requests puts it into the line again. `diverted`: the caller
    went back to the menu.
    """
    row = await store.leave(line.pool, call_keys, line.clock(), is_over=ended, diverted=diverted)
    return None if row is None else Left(row["waited_seconds"], row["was_answered"], row["callback_id"])


async def list_waiting(line: Line) -> tuple[Waiting, ...]:
    """The line as agents may see it, who came first at the top."""
    return await store.list_waiting(line.pool)


async def handling_seconds(line: Line, language: str) -> float:
    """How long a call of that language takes, with its wrap-up, by the last of them."""
    calls, seconds = await today_store.find_handled(line.pool, language) or (0, 0.0)
    return mean_handling(calls, seconds)


_GONE: Final = Standing(State.WAITING, None, 0, Band.VERY_LONG, woman_on_duty=False)


def _standing(place: store.Place) -> Standing:
    staff = place.staff or place.also_staff
    connected = place.state in {State.CONNECTING, State.TALKING}
    return Standing(
        state=place.state,
        choice=place.choice,
        ahead=place.ahead,
        band=wait_band(place.ahead, staff, mean_handling(place.calls or 0, place.seconds or 0.0)),
        woman_on_duty=place.women > 0,
        room=f"room-{place.reservation_id}" if connected else "",
    )
