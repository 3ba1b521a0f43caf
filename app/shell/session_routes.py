"""What the script of every page asks about the session: how long it still lives, and to let it live on."""

from pathlib import Path

from app.accounts.models import Stage, Visitor
from app.shell.access import PUBLIC
from app.shell.answers import Answer, Data
from app.shell.ask import Ask
from app.shell.registry import PageRouter


def session_router() -> PageRouter:
    router = PageRouter("session", templates=Path(__file__).parent / "templates")
    router.data("/session/state", access=PUBLIC, renews=False)(tell_state)
    router.deed("/session/extend", access=PUBLIC)(extend)
    return router


async def tell_state(ask: Ask) -> Answer:
    """Asking does not keep a session alive."""
    return Data(_state(ask, ask.visitor))


async def extend(ask: Ask) -> Answer:
    """Opening this address has renewed the session already, as every deed does."""
    return Data(_state(ask, ask.visitor))


def _state(ask: Ask, visitor: Visitor | None) -> dict[str, object]:
    """`seconds` until the session ends if nothing is done; `final` where doing something would not help any more."""
    if visitor is None or visitor.stage is not Stage.FULL:
        return {"seconds": 0, "final": True}
    end = min(visitor.idle_ends_at, visitor.ends_at)
    return {
        "seconds": max(0, int((end - ask.clock()).total_seconds())),
        "final": visitor.ends_at <= visitor.idle_ends_at,
    }
