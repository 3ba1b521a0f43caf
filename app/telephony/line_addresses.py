"""The addresses of a call in the waiting line: each carries the call's session, and what it heard so far."""

from typing import Final
from urllib.parse import parse_qs, urlencode

from app.calls.wait_rounds import Round
from app.calls.waiting import Since, after_talk_path, left_path
from app.queue.models import Band
from app.telephony.sealing import RETRIES

WAIT: Final = "/voice/wait"
RECORDED: Final = "/voice/recorded"
RECORDING: Final = "/voice/recording"
ROOM: Final = "/voice/room"
_BANDS: Final = frozenset(Band)
_MOST_QUIET: Final = 9


def place_query(sequence: int, token: str, since: Since | None = None) -> str:
    """The part that all addresses of a wait share: where the call stands, and since when."""
    place = f"n={sequence}&s={token}"
    if since is None:
        return place
    return f"{place}&t={since.entered}" + (f"&u={since.begun}" if since.begun != since.entered else "")


def wait_addresses(base_url: str, place: str) -> tuple[str, str]:
    """Where the call goes when it leaves the line, and what it hears until then."""
    return f"{base_url}{left_path(place)}{RETRIES}", f"{base_url}{WAIT}?{place}{RETRIES}"


def record_addresses(base_url: str, place: str) -> tuple[str, str]:
    """Where the call goes when it has spoken, and who hears that the recording is there."""
    return f"{base_url}{RECORDED}?{place}{RETRIES}", f"{base_url}{RECORDING}?{place}{RETRIES}"


def meet_addresses(base_url: str, place: str, room: str) -> tuple[str, str]:
    """Where the call goes after the conversation, and who hears of its room."""
    return f"{base_url}{after_talk_path(left_path(place))}{RETRIES}", room_address(base_url, room)


def room_address(base_url: str, room: str) -> str:
    """Who hears of a room, which is named after its reservation."""
    return f"{base_url}{ROOM}?r={room.removeprefix('room-')}{RETRIES}"


def round_address(base_url: str, place: str, following: Round) -> str:
    """The next wait request."""
    told = {
        "b": following.band,
        "q": min(following.quiet, _MOST_QUIET) or "",
        "w": following.woman or "",
        "a": following.also or "",
        "r": following.awaits_room or "",
    }
    query = urlencode({name: int(value) if value is True else value for name, value in told.items() if value})
    return f"{base_url}{WAIT}?{place}{'&' if query else ''}{query}{RETRIES}"


def read_round(query: str) -> Round:
    """What `round_address` wrote; the first round where it wrote nothing."""
    values = {name: found[0] for name, found in parse_qs(query).items()}
    band, quiet = values.get("b", ""), values.get("q", "")
    return Round(
        band=band if band in _BANDS else "",
        quiet=int(quiet) if quiet.isascii() and quiet.isdecimal() and len(quiet) == 1 else 0,
        woman="w" in values,
        also="a" in values,
        awaits_room="r" in values,
    )
