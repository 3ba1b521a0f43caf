"""Sends what waits in the outbox, once for each row over all nodes, and carries out what is due."""

import asyncio
from random import SystemRandom
from typing import Final
from uuid import UUID

from app.kit.clock import Clock, now
from app.kit.log import get_logger
from app.kit.reach import EVERYTHING, Database, transaction
from app.referrals import handing, outbox, text_messages
from app.referrals.delivery_errands import Errand, Post, find_errand
from app.referrals.delivery_models import DeadLetter, Outcome, Parcel, Refused, Undelivered, Way
from app.referrals.delivery_rules import LEASE, next_try_at
from app.referrals.models import Notice

__all__ = ["Post", "count_dead_letters", "dispatch", "list_dead_letters", "retry", "run_due"]

log = get_logger("referrals")

# So many rows are under way at once in one node, so that one slow server does not keep all others waiting.
LANES: Final = 4
# By these the centre itself has been reached.
_REACHED: Final = frozenset({Outcome.SENT, Outcome.SHOWN, Outcome.DEMO})
_CHANCE: Final = SystemRandom()


async def dispatch(post: Post, *, most: int = 40) -> int:
    """Sends what is due, about so many rows at most; returns how many were tried. Any number of nodes may do so."""
    lanes = await asyncio.gather(*(_work(post, most // LANES) for _ in range(LANES)), return_exceptions=True)
    faults = [lane for lane in lanes if isinstance(lane, BaseException)]
    if faults:
        raise faults[0]
    return sum(lane for lane in lanes if isinstance(lane, int))


async def _work(post: Post, most: int) -> int:
    for count in range(most):
        if not await deliver_next(post):
            return count
    return most


async def deliver_next(post: Post) -> bool:
    """One try of one row; False where nothing is due. Whoever dies in it leaves a row that is taken up later.

    Claiming is a transaction of its own: it may lock rows that it passes over, and must want no other lock meanwhile.
    """
    async with transaction(post.referrals.database, EVERYTHING) as session:
        parcel = await outbox.claim(session, post.referrals.clock(), LEASE)
    if parcel is None:
        return False
    try:
        errand = await _prepare(post, parcel)
        outcome = errand if isinstance(errand, Outcome) else await errand()
    except Refused as refused:
        await _give_up(post, parcel, refused.reason)
    except Undelivered as failed:
        await _put_off(post, parcel, failed.reason, maybe_sent=failed.maybe_sent)
    except Exception as error:  # noqa: BLE001  Whatever it was, the other rows are sent all the same.
        log.error("delivery failed", error=type(error).__name__)  # noqa: TRY400  What else it says may name people.
        await _put_off(post, parcel, f"fault-{type(error).__name__}"[:60], maybe_sent=True)
    else:
        await _settle(post, parcel, outcome)
    return True


async def _prepare(post: Post, parcel: Parcel) -> Errand | Outcome:
    """What to do for a row that was claimed."""
    async with transaction(post.referrals.database, EVERYTHING) as session:
        errand = await find_errand(post, session, parcel)
        if not isinstance(errand, Outcome):
            # From here on nobody can say that nothing left, until the end of this try is written down.
            await outbox.note_asked(session, parcel.id, post.referrals.clock())
    return errand


async def _settle(post: Post, parcel: Parcel, outcome: Outcome) -> None:
    async with transaction(post.referrals.database, EVERYTHING) as session:
        if parcel.kind is Notice.REQUESTED and parcel.way is not Way.SMS and outcome in _REACHED:
            await handing.mark_delivered(session, post.referrals, parcel.referral_id, parcel.centre_id)
        await outbox.settle(session, parcel.id, outcome, post.referrals.clock())


async def _put_off(post: Post, parcel: Parcel, reason: str, *, maybe_sent: bool) -> None:
    at = post.referrals.clock()
    due_at = next_try_at(parcel.way, parcel.tries, at, _CHANCE.random())
    if due_at is None:
        await _give_up(post, parcel, reason)
        return
    async with transaction(post.referrals.database, EVERYTHING) as session:
        await outbox.put_off(session, parcel, due_at, reason=reason, maybe_sent=maybe_sent)


async def _give_up(post: Post, parcel: Parcel, reason: str) -> None:
    async with transaction(post.referrals.database, EVERYTHING) as session:
        dead = await outbox.give_up(session, parcel, post.referrals.clock(), reason=reason)
    if dead:
        # The alarm; the pages of supervisors count the same rows.
        log.error("dead letter", way=parcel.way.value, kind=parcel.kind.value, centre=parcel.centre_id, reason=reason)


async def run_due(post: Post, *, most: int = 100) -> int:
    """Carries out what the calendars of referrals ask for, each step once; returns how many steps.

    What is to be told of them goes into the outbox in the same transaction.
    """
    done = 0
    while True:
        async with transaction(post.referrals.database, EVERYTHING) as session:
            steps = await handing.claim_due(session, post.referrals, limit=most)
            await text_messages.forget(session, post.referrals.clock())
        done += len(steps)
        if not steps:
            return done


async def count_dead_letters(database: Database) -> int:
    """How many notices were given up and nobody has looked after yet."""
    async with transaction(database, EVERYTHING) as session:
        return await outbox.count_dead(session)


async def list_dead_letters(database: Database) -> list[DeadLetter]:
    """The notices that were given up, the oldest first."""
    async with transaction(database, EVERYTHING) as session:
        return await outbox.list_dead(session)


async def retry(database: Database, outbox_id: UUID | None = None, clock: Clock = now) -> int:
    """Lets one dead letter, or all of them, be tried anew; returns how many.

    A text message of which nobody knows whether it left is looked for first, and given up again if that is too late.
    """
    async with transaction(database, EVERYTHING) as session:
        return await outbox.revive(session, outbox_id, clock())
