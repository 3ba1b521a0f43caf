"""Opens what lasting effects work with; loaded beside the calls, for its packages are many."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from app.accounts.means import Accounts
from app.calls.lasting import Memory, Outside
from app.calls.numbers import passable
from app.calls.referring import open_deeds
from app.centres.models import Directory
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.reach import open_database
from app.kit.settings import Settings
from app.kit.vault import open_vault
from app.referrals.means import Referrals
from app.referrals.working_days import end_of_working_day

# A step holds a connection for some milliseconds.
MOST_CONNECTIONS = 5


@asynccontextmanager
async def open_outside(
    settings: Settings, database_url: str, pool: asyncpg.Pool, *, demo: bool
) -> AsyncIterator[Callable[[Directory], Outside]]:
    """What makes the deeds for a directory, since files may be read anew while the connections stay."""
    vault = open_vault(settings.referral_keys_folder)
    keys = KeyRing.from_setting(settings.session_keys)
    database = await open_database(database_url, most=MOST_CONNECTIONS)
    try:
        accounts = Accounts(database, keys, demo=demo)
        await asyncio.to_thread(_warm_up)
        yield lambda directory: Outside(Memory(pool, keys), open_deeds(Referrals(accounts, vault, directory)))
    finally:
        await database.close()


def _warm_up() -> None:
    """Calendars and plans of numbers are loaded when first asked, which would hold up all calls for a second."""
    end_of_working_day(now(), 1, "DE")
    passable("+4930")
