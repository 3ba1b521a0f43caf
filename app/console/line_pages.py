"""The agents' page: one's own state and call, who waits, what is due; and what keeps it up to date."""

from typing import Final

from app.accounts import service as accounts_service
from app.console.door import router
from app.console.line_door import HOTLINE, LINE
from app.console.line_gathering import gather
from app.console.line_views import Own
from app.queue.models import Status
from app.shell.answers import Answer, Fragment, Page, Unchanged
from app.shell.ask import Ask
from app.shell.cookies import SESSION_COOKIE
from app.shell.registry import Menu

# Who waits for calls or speaks is active although they touch nothing.
_ACTIVE: Final = frozenset({Status.READY.value, Status.RESERVED.value, Status.IN_CALL.value, Status.WRAP_UP.value})
_MILLISECONDS: Final = 1000


@router.page(LINE, access=HOTLINE, title="line.title", menu=Menu("line", 10))
async def line_page(ask: Ask) -> Answer:
    parts = await gather(ask)
    return Page("line.html", {"parts": parts, "epoch_ms": round(ask.clock().timestamp() * _MILLISECONDS)})


@router.data(f"{LINE}/now", access=HOTLINE, renews=False)
async def line_now(ask: Ask) -> Answer:
    """The parts that are another than the page has; nothing at all where it has them all."""
    parts = await gather(ask)
    if any(isinstance(part.view, Own) and part.view.status in _ACTIVE for part in parts):
        await accounts_service.renew(ask.accounts, ask.cookie(SESSION_COOKIE) or "")
    changed = [part for part in parts if part.mark != ask.query.get(f"seen-{part.name}")]
    return Fragment("line_parts.html", {"parts": changed}) if changed else Unchanged()
