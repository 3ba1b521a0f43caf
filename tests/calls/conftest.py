"""The house of the tests with referrals: calls through the webhooks, and one centre that takes referrals."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from app.accounts.means import Accounts
from app.accounts.models import CLI
from app.calls.calling_back import open_line_deeds
from app.calls.lasting import Memory, Outside
from app.calls.referring import open_deeds
from app.kit.reach import Database
from app.kit.vault import open_vault
from app.queue.models import Line
from app.queue.safe import Safe
from app.referrals import service
from app.referrals.means import Referrals
from app.telephony.routes import Telephony
from tests.cast import demo_playbook, keys, telephony

# A machine that is busy with other tests may be slower than a caller should ever wait.
SECONDS = 20.0
INDEPENDENT, AUTHORITY = "sn-caritas-leipzig", "sn-bamf-dresden"


@dataclass(frozen=True)
class House:
    """The room of referrals, Twilio's door that reaches it, and the database beneath both."""

    referrals: Referrals
    outside: Outside
    door: Telephony
    pool: asyncpg.Pool
    safe: Safe

    async def agree(self, centre_id: str = INDEPENDENT) -> None:
        await service.set_agreement(
            self.referrals,
            by=CLI,
            centre_id=centre_id,
            agreed_on=(self.referrals.clock() - timedelta(days=2)).date(),
            agreed_with="head of counselling",
        )

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the application's role sees of everything."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('hotline.reach', '*', true)")
            return [tuple(row) for row in await connection.fetch(query)]

    async def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table that the application may read."""
        tables = await self.rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT')"
        )
        return {str(table): await self.rows(f'SELECT * FROM "{table}"') for (table,) in tables}  # noqa: S608  The database's own names.

    def with_outside(self, outside: Outside | None) -> Telephony:
        """The same door over something else, without what was worked out before."""
        return replace(self.door, outside=outside, prepared={})


@pytest.fixture
def house(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> House:
    referrals = Referrals(
        Accounts(database, keys(), demo=True), open_vault(tmp_path / "keys"), demo_playbook().directory
    )
    safe = Safe(Line(pool, keys(), referrals.clock), referrals.vault)
    deeds = {**open_deeds(referrals), **open_line_deeds(safe, demo_playbook())}
    outside = Outside(Memory(pool, keys()), deeds, SECONDS, safe)
    return House(referrals, outside, telephony(pool, outside=outside), pool, safe)
