"""How supervisors change the plan of the line: each change is one transaction, and the audit tells of it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

from app.accounts.audit import record
from app.accounts.means import Accounts
from app.accounts.models import Action, LineSetting
from app.kit.reach import NOTHING, AsyncSession, transaction
from app.queue import plan_change_store as store
from app.queue.models import Line, Shift
from app.queue.plan import forget_plan
from app.queue.plan_models import Announcement, Closure
from app.queue.plan_rules import check_announcement, check_closure, check_hours, check_value


@asynccontextmanager
async def _changing(line: Line, accounts: Accounts) -> AsyncIterator[AsyncSession]:
    async with transaction(accounts.database, NOTHING) as session:
        await store.lock(session)
        yield session
    forget_plan(line)


async def set_hours(line: Line, accounts: Accounts, hours: Sequence[Shift], holidays: str | None, *, by: UUID) -> None:
    """When persons can be spoken to, none for always; raises PlanRefused for hours that overlap."""
    check_hours(hours)
    async with _changing(line, accounts) as session:
        await store.set_hours(session, hours, holidays, by, line.clock())
        await record(session, accounts, by, Action.LINE_HOURS_SET)


async def close(  # noqa: PLR0913  From when, until when, and who says so.
    line: Line, accounts: Accounts, begins_at: datetime, ends_at: datetime, reason: str, *, by: UUID
) -> Closure:
    """Nobody can be spoken to from one moment to another; raises PlanRefused."""
    moment = line.clock()
    check_closure(begins_at, ends_at, moment)
    closure = Closure(uuid4(), begins_at, ends_at, reason, by, moment)
    await close_again(line, accounts, closure, by=by)
    return closure


async def close_again(line: Line, accounts: Accounts, closure: Closure, *, by: UUID) -> None:
    """A closure that was removed holds again."""
    async with _changing(line, accounts) as session:
        await store.add_closure(session, closure)
        await record(session, accounts, by, Action.LINE_CLOSURE_SET, closure.id)


async def reopen(line: Line, accounts: Accounts, closure_id: UUID, *, by: UUID) -> Closure | None:
    """The closure that does not hold any more; None where it did not hold before."""
    async with _changing(line, accounts) as session:
        closure = await store.remove_closure(session, closure_id)
        if closure is not None:
            await record(session, accounts, by, Action.LINE_CLOSURE_REMOVED, closure_id)
        return closure


async def announce(  # noqa: PLR0913  What is said, until when, and who says so.
    line: Line,
    accounts: Accounts,
    texts: Mapping[str, str],
    ends_at: datetime,
    *,
    languages: Collection[str],
    by: UUID,
) -> Announcement:
    """Every caller of these languages is told this from now on, and nothing else; raises PlanRefused."""
    moment = line.clock()
    check_announcement(texts, ends_at, moment, languages)
    announcement = Announcement(uuid4(), texts, by, moment, ends_at)
    async with _changing(line, accounts) as session:
        await store.end_announcement(session, None, by, moment)
        await store.add_announcement(session, announcement)
        await record(session, accounts, by, Action.ANNOUNCEMENT_SET, announcement.id)
    return announcement


async def end_announcement(line: Line, accounts: Accounts, announcement_id: UUID, *, by: UUID) -> bool:
    """Nobody is told it any more; False where that was so already."""
    async with _changing(line, accounts) as session:
        ended = await store.end_announcement(session, announcement_id, by, line.clock())
        if ended:
            await record(session, accounts, by, Action.ANNOUNCEMENT_ENDED, announcement_id)
        return ended


async def turn(line: Line, accounts: Accounts, setting: LineSetting, value: int, *, by: UUID) -> None:
    """Change one setting; raises PlanRefused for a value out of its bounds."""
    check_value(setting, value)
    async with _changing(line, accounts) as session:
        await store.set_setting(session, setting.value, value, by, line.clock())
        await record(session, accounts, by, Action.LINE_SETTING_SET, setting=setting, value=value)
