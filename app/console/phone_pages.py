"""The window of an agent's softphone: the page, the token by which it is let in, and what keeps it up to date."""

from typing import Final

from app.calls import meeting
from app.calls.desk import Desk, Told
from app.console.door import router
from app.console.line_deeds import shown
from app.console.line_door import HOTLINE, LINE, Part
from app.console.live import changed_parts, live, live_line
from app.console.phone_window import PhoneWindow, Seat, has_telephone, seat_part
from app.console.watch import Watch
from app.shell.answers import Answer, Data, Flash, Mood, Page, Redirect, Unchanged
from app.shell.ask import Ask

PHONE: Final = f"{LINE}/phone"
PARTS: Final = "phone_parts.html"
# What the window may have to say; the words are looked up by these names.
STATES: Final = ("closed", "starting", "ready", "connecting", "in-call", "failed", "elsewhere")
FAULTS: Final = (
    "mic-denied",
    "mic-missing",
    "token",
    "setup",
    "network",
    "lost",
    "busy",
    "session",
    "server",
    "browser",
    "unknown",
)


@router.page(PHONE, access=HOTLINE, title="phone.title", parent=LINE)
async def phone_page(ask: Ask) -> Answer:
    window = ask.given(PhoneWindow)
    context = {
        "me": ask.person().person_id.hex,
        "parts": await _parts(ask),
        "works": window.works,
        "telephone": await has_telephone(ask),
        "states": STATES,
        "faults": FAULTS,
    }
    return Page(window.template, {**context, **await window.context(ask)}, powers=window.powers)


@router.data(f"{PHONE}/token", access=HOTLINE, renews=False)
async def phone_token(ask: Ask) -> Answer:
    """Nothing where no softphone is set up, which the window says by itself."""
    softphones = ask.given(PhoneWindow).softphones
    if softphones is None:
        return Unchanged()
    token = softphones.token(ask.person().person_id)
    return Data({"token": token.value, "identity": token.identity, "edges": token.edges, "seconds": token.seconds})


@router.data(f"{PHONE}/now", access=HOTLINE, renews=False)
async def phone_now(ask: Ask) -> Answer:
    return changed_parts(ask, await _parts(ask), PARTS)


@router.stream(f"{PHONE}/live", access=HOTLINE, back=PHONE)
async def phone_live(ask: Ask) -> Answer:
    if ask.given(PhoneWindow).parts is None:
        return live_line(ask, lambda asked, scene: (seat_part(asked, scene),), PARTS, is_active=_is_talking)
    return live(ask, _parts, PARTS, is_active=_is_talking)


def _is_talking(parts: tuple[Part, ...]) -> bool:
    """Who talks is active although they touch nothing."""
    return any(isinstance(part.view, Seat) and part.view.joins for part in parts)


async def _parts(ask: Ask) -> tuple[Part, ...]:
    more = ask.given(PhoneWindow).parts
    seat = seat_part(ask, await ask.given(Watch).look())
    return (seat, *(await more(ask) if more else ()))


@router.deed(f"{LINE}/call/leave", access=HOTLINE, back=LINE)
async def leave(ask: Ask) -> Answer:
    """A colleague who was asked for advice, or a supervisor who listens, leaves the conversation."""
    told, back = await meeting.leave(ask.given(Desk), ask.person().person_id), ask.next_page(LINE)
    mood: Mood = "info" if told is Told.UNDER_WAY else "warning"
    flash = None if told is Told.DONE else Flash(f"line.not.{told.value}", mood=mood)
    return await shown(ask, flash) if back == LINE else Redirect(back, flash=flash)
