"""Brings callers and agents together, and puts right what nobody reported: what the keeper does again and again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.queue import offer_store, store, talk_store
from app.queue.interpreters import list_interpreted
from app.queue.models import Line, Match, Ready, Reservation, Status, Waiter
from app.queue.offers import finish
from app.queue.plan import read_plan
from app.queue.plan_models import Settings
from app.queue.rules import Circumstances, Patience, circumstances, matches, passed_by

_NEVER_MET: Final = offer_store.Back(("connecting",), Status.READY)


async def match(line: Line, busy: frozenset[UUID] = frozenset()) -> tuple[Reservation, ...]:
    """Offer the calls whose turn it is to agents who are ready; `busy` are interpreters who are in conversations.

    Of several nodes that do so at the same time, one does it and the others offer nothing. Who hangs up or goes away
    meanwhile is left out until the next time.
    """
    moment = line.clock()
    if not await offer_store.is_matching_worthwhile(line.pool, moment):
        return ()
    settings = (await read_plan(line)).settings
    patience, offered_for = _patience(settings), timedelta(seconds=settings.offer_seconds)
    interpreted = await list_interpreted(line, busy)
    async with line.pool.acquire() as connection, connection.transaction():
        if not await offer_store.is_alone_in_matching(connection):
            return ()
        ready = await offer_store.list_ready(connection, moment)
        waiting = await offer_store.list_turns(connection, moment, len(ready))
        on_duty = await offer_store.count_duty(connection, moment)
        found = matches(waiting, ready, moment, interpreted, on_duty, patience)
        if not found:
            return ()
        made = await offer_store.offer_all(connection, found, moment, moment + offered_for)
        offered = {reservation.call_key for reservation in made}
        taken = [one for one in found if one.waiter.id in offered]
        left = [waiter for waiter in waiting if waiter.id not in offered]
        around = circumstances(ready, moment, interpreted, on_duty, patience)
        await _note_passed(connection, taken, left, ready, around)
        return made


def _patience(settings: Settings) -> Patience:
    return Patience(
        timedelta(seconds=settings.second_language_seconds), timedelta(seconds=settings.interpreter_seconds)
    )


async def _note_passed(
    connection: store.Connection,
    taken: Sequence[Match],
    left: Sequence[Waiter],
    ready: Sequence[Ready],
    around: Circumstances,
) -> None:
    """Count for those left waiting, also for those who were not looked at, which later callers were taken."""
    agents = {agent.agent_id: agent for agent in ready}
    for one in taken:
        if any(passed_by(left, [one], ready, around).values()):
            languages = list(agents[one.agent_id].languages)
            await offer_store.note_passed(connection, one.waiter.entered_at, languages, sorted(around.interpreted))


async def expire(line: Line) -> tuple[Reservation, ...]:
    """Put callers whose agents did not answer back to their old places, and bring the rest in line.

    That is: agents without the call that they had, ready ones whose page is gone, calls that nobody asked for any
    more, those that were accepted and never met, and talks whose end was never reported. Gives the unanswered offers.
    """
    moment, settings = line.clock(), (await read_plan(line)).settings
    unanswered = await offer_store.expire(line.pool, moment, settings.unanswered_offers)
    for stuck in await talk_store.list_stuck(line.pool, moment):
        await offer_store.put_back(line.pool, stuck.id, _NEVER_MET, moment)
    for endless in await talk_store.list_endless(line.pool, moment):
        await finish(line, endless.id)
    await talk_store.reconcile_agents(line.pool, moment, timedelta(minutes=settings.wrap_up_minutes))
    await store.forget_old(line.pool, moment)
    return unanswered
