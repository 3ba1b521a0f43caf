"""Opens what lasting effects work with; loaded beside the calls, for its packages are many."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from app.accounts.means import Accounts
from app.calls.calling_back import open_line_deeds
from app.calls.lasting import Memory, Outside
from app.calls.numbers import passable
from app.calls.playbook import Playbook
from app.calls.referring import open_deeds
from app.kit.clock import now, today_in_germany
from app.kit.crypto import KeyRing
from app.kit.reach import open_database
from app.kit.settings import Settings
from app.kit.vault import open_vault
from app.queue.models import Line
from app.queue.safe import Safe
from app.queue.service import load_calendars
from app.referrals.means import Referrals
from app.referrals.working_days import end_of_working_day

# A step holds a connection for some milliseconds.
MOST_CONNECTIONS = 5


@asynccontextmanager
async def open_outside(
    settings: Settings, database_url: str, pool: asyncpg.Pool, *, demo: bool
) -> AsyncIterator[Callable[[Playbook], Outside]]:
    """What makes the deeds for a playbook, since files may be read anew while the connections stay."""
    vault = open_vault(settings.referral_keys_folder)
    keys = KeyRing.from_setting(settings.session_keys)
    database = await open_database(database_url, most=MOST_CONNECTIONS)
    try:
        accounts = Accounts(database, keys, demo=demo)
        await asyncio.to_thread(_warm_up)
        safe = Safe(Line(pool, keys, accounts.clock), vault)

        def over(playbook: Playbook) -> Outside:
            referring = open_deeds(Referrals(accounts, vault, playbook.directory))
            calling = open_line_deeds(safe, playbook, may_hide=demo or bool(settings.quiet_number))
            return Outside(Memory(pool, keys), {**referring, **calling}, safe=safe)

        yield over
    finally:
        await database.close()


def _warm_up() -> None:
    """Calendars and plans of numbers are loaded when first asked, which would hold up all calls for a second."""
    end_of_working_day(now(), 1, "DE")
    load_calendars(today_in_germany())
    passable("+4930")
