"""Opens the waiting line: by which telephone agents and callers are brought together, and what a node does for it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final
from uuid import UUID

import httpx

from app.calls.desk import Desk
from app.calls.keeping import keep_line, reconcile
from app.jobs import beside
from app.kit.db import open_pool
from app.kit.log import get_logger
from app.kit.protocols import Telephony
from app.kit.settings import Settings
from app.phone.exchange.deeds import call_in
from app.phone.exchange.models import Ends, Hook, Instructions
from app.phone.exchange.state import Exchange
from app.queue.jobs import line_jobs
from app.queue.models import Line
from app.queue.safe import Safe
from app.telephony.client import TwilioTelephony, Wire
from app.telephony.softphone import identity_of

log = get_logger("lining")

KEEP_SECONDS: Final = 0.5
# The keeper's rounds and the pages' verbs; errands wait for the provider without a connection.
MOST_CONNECTIONS: Final = 8
_RETRIES: Final = "#rc=2&rp=all"


@asynccontextmanager
async def open_line(
    settings: Settings, database_url: str, safe: Safe, exchange: Exchange | None, telephony: Telephony | None = None
) -> AsyncIterator[Desk]:
    """The desk with its telephone: Twilio's, or the one given, as the demonstration has it.

    In the demonstration, whose `exchange` holds the calls, an agent's softphone connects by itself.
    """
    async with AsyncExitStack() as stack:
        if telephony is None and settings.twilio_account_sid:
            http = await stack.enter_async_context(httpx.AsyncClient())
            sid, token, region = settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_region
            telephony = TwilioTelephony(sid, token, Wire(http), region)
        if exchange is not None:
            # Its calls show this number, whichever one its messages come from.
            exchange.accounts[settings.twilio_account_sid].numbers.setdefault(settings.hotline_number, Instructions())
        pool = await stack.enter_async_context(await open_pool(database_url, most=MOST_CONNECTIONS))
        line = Line(pool, safe.keys, safe.clock)
        yield Desk(
            line=line,
            telephony=telephony,
            base_url=settings.public_base_url,
            number=settings.hotline_number,
            safe=Safe(line, safe.vault),
            quiet_number=settings.quiet_number or (settings.hotline_number if exchange is not None else ""),
            listening=settings.supervisor_listening,
            softphone=None if exchange is None else partial(_connect, exchange, settings),
        )


async def _connect(exchange: Exchange, settings: Settings, person_id: UUID) -> None:
    """What the browser of an agent does in production: it calls, and says who it is."""
    account = exchange.accounts[settings.twilio_account_sid]
    hooks = Instructions(voice=Hook(f"{settings.public_base_url}/voice/agent{_RETRIES}"))
    await call_in(exchange, account, Ends(f"client:{identity_of(person_id)}", settings.hotline_number), hooks)


@asynccontextmanager
async def lining(desk: Desk, sender: str) -> AsyncIterator[None]:
    """Meanwhile this node keeps the line, beside all other nodes that do; without a telephone it offers calls only.

    Text messages leave from `sender`, where there is one.
    """
    begun, failing = False, False

    async def keep() -> int:
        # Callers wait: whatever fails is tried again in the next round, and told once.
        nonlocal begun, failing
        try:
            if not begun:
                await reconcile(desk)
                begun = True
            made = await keep_line(desk)
        except Exception as error:  # noqa: BLE001  Whatever goes wrong, the next round comes.
            if not failing:
                log.error("the line is not kept", error=", ".join(sorted(set(_names(error)))))  # noqa: TRY400  Names say enough.
            failing = True
            return 0
        failing = False
        return made

    jobs = () if desk.safe is None or desk.telephony is None else line_jobs(desk.safe, desk.telephony, sender)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(beside("line", keep, KEEP_SECONDS))
        for name, deed, seconds in jobs:
            await stack.enter_async_context(beside(name, deed, seconds))
        yield


def _names(error: Exception) -> list[str]:
    """What went wrong; a group's own name says nothing."""
    parts = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    return [type(part).__name__ for part in parts]
