"""An agent says what a call was about and what came of it: it is counted at once, and nothing of it is kept."""

from uuid import UUID

from app.calls import counting, store
from app.calls.codes import OUTCOMES, TOPICS
from app.calls.desk import Desk, Told
from app.kit.log import get_logger
from app.queue import service as queue
from app.statistics.refusals import NothingOpen

log = get_logger(__name__)


async def wrap_up(desk: Desk, agent_id: UUID, topic: str, outcome: str) -> Told:
    """The agent's own words stand above what the call's steps noted; then the agent is ready again.

    Raises ValueError for what is none of the codebook's topics and outcomes. TOO_LATE while the call still goes on.
    """
    if topic not in TOPICS or outcome not in OUTCOMES:
        raise ValueError("This is none of the topics and outcomes that are counted.")
    reservation = await queue.find_reservation(desk.line, agent_id)
    if reservation is not None and reservation.ended_at is None:
        return Told.TOO_LATE
    # A callback belongs to the contact that asked for it, which is counted already.
    if reservation is not None and reservation.callback_id is None:
        said = store.Classified(
            reservation.call_key, topic, outcome, reservation.language, reservation.land, reservation.waited_seconds
        )
        await store.classify(desk.line.pool, said)
        try:
            await counting.count_call(desk.line.pool, (reservation.call_key,), desk.line.clock())
        except NothingOpen:
            log.warning("call not counted yet", reason="no period is open")
    await queue.wrap_up(desk.line, agent_id)
    return Told.DONE
