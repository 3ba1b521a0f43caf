"""The agents' page: one's own state and call, who waits, what is due; and what keeps it up to date."""

from typing import Final

from app.accounts import service as accounts_service
from app.console.door import router
from app.console.line_door import HOTLINE, LINE, Part, line_of
from app.console.line_gathering import gather, parts_of
from app.console.line_views import Own
from app.console.live import changed_parts, live_line
from app.console.phone_window import phone_link
from app.console.watch import Watch
from app.queue import service
from app.queue.models import Status
from app.shell.answers import Answer, Page, Unchanged
from app.shell.ask import Ask
from app.shell.cookies import SESSION_COOKIE
from app.shell.registry import Menu

# Who waits for calls or speaks is active although they touch nothing.
_ACTIVE: Final = frozenset({Status.READY.value, Status.RESERVED.value, Status.IN_CALL.value, Status.WRAP_UP.value})
_MILLISECONDS: Final = 1000
# The tools beside the call, each with the deed whose key opens it.
TOOLS: Final = (
    ("knowledge", "search"),
    ("centres", "centres"),
    ("eligibility", "eligibility"),
    ("referral", "referral"),
    ("safety", "safety"),
)


@router.page(LINE, access=HOTLINE, title="line.title", menu=Menu("line", 10))
async def line_page(ask: Ask) -> Answer:
    desk = await service.get_desk(line_of(ask), ask.person().person_id)
    epoch_ms = round(ask.clock().timestamp() * _MILLISECONDS)
    shown = {"parts": await gather(ask), "epoch_ms": epoch_ms, "desk": desk, "tools": TOOLS}
    return Page("line.html", {**shown, "phone": await phone_link(ask)})


@router.data(f"{LINE}/now", access=HOTLINE, renews=False)
async def line_now(ask: Ask) -> Answer:
    """The parts that are another than the page has; nothing at all where it has them all."""
    parts = await gather(ask)
    if _is_active(parts):
        await accounts_service.renew(ask.accounts, ask.cookie(SESSION_COOKIE) or "")
    return changed_parts(ask, parts, "line_parts.html")


@router.stream(f"{LINE}/live", access=HOTLINE, back=LINE)
async def line_live(ask: Ask) -> Answer:
    """The same as soon as it changes."""
    await service.see(line_of(ask), ask.person().person_id)
    return live_line(ask, parts_of, "line_parts.html", is_active=_is_active)


@router.data(f"{LINE}/here", access=HOTLINE, renews=False)
async def line_here(ask: Ask) -> Answer:
    """The browser has heard a beat of the stream, so somebody's page is open in truth."""
    ask.given(Watch).note_here(ask.person().person_id)
    return Unchanged()


def _is_active(parts: tuple[Part, ...]) -> bool:
    return any(isinstance(part.view, Own) and part.view.status in _ACTIVE for part in parts)
