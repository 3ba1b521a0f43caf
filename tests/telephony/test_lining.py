"""A node that is told to keep the line does so by itself, at the pace of the real clock."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from app.calls import meeting
from app.kit.reach import Database
from app.kit.settings import Settings
from app.lining import lining, open_line
from app.queue import service as queue
from tests.cast import BASE_URL, NUMBER, TOKEN
from tests.conftest import DatabaseUrls
from tests.telephony.agents_town import AgentsTown, Ground, open_agents_town
from tests.telephony.line_town import ACCOUNT_SID

SETTINGS = Settings(
    public_base_url=BASE_URL, twilio_account_sid=ACCOUNT_SID, twilio_auth_token=TOKEN, hotline_number=NUMBER
)


@pytest.fixture
def town(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> AgentsTown:
    return open_agents_town(Ground(pool, database, tmp_path))


async def test_a_node_offers_calls_and_connects_the_demonstrations_softphones(
    town: AgentsTown, database_urls: DatabaseUrls
) -> None:
    agent_id = await town.hire("de")
    await town.town.into_line()
    exchange, telephony = town.town.exchange, town.desk.telephony
    opening = open_line(SETTINGS, database_urls.app, town.town.safe, exchange, telephony)
    async with opening as desk, lining(desk, ""):
        offer = None
        while offer is None:
            await asyncio.sleep(0.1)
            offer = await queue.find_reservation(town.town.line, agent_id)
        await meeting.answer(desk, agent_id, offer.id)
        await town.town.pass_time(2)
    assert town.labels() == {"caller", f"agent-{agent_id}"}


async def test_production_has_no_softphone_of_its_own_and_asks_twilio(
    town: AgentsTown, database_urls: DatabaseUrls
) -> None:
    async with open_line(SETTINGS, database_urls.app, town.town.safe, None) as desk:
        assert desk.softphone is None
        assert desk.telephony is not None
        assert (desk.number, desk.quiet_number, desk.listening) == (NUMBER, "", False)
