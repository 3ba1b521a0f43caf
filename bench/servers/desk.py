"""The hotline with its pages as production runs it, its drafts included, without a telephone provider."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from app.jobs import Sweep
from app.kit.settings import Settings
from app.main import build_application
from app.manner import Manner
from bench.requests import NUMBER, SESSION_KEYS, TOKEN
from bench.servers.hotline import make_playbook


def make_application() -> Any:  # noqa: ANN401  ASGI applications have no common type.
    settings = Settings(
        hotline_number=NUMBER,
        public_base_url=os.environ["BENCH_BASE_URL"],
        session_keys=SESSION_KEYS,
        twilio_auth_token=TOKEN,
        hotline_data=Path(os.environ["BENCH_DATA"]),
        search_meaning=False,
    )
    manner = Manner(demo=False, phone=False)
    playbook = make_playbook(enlarged=False)
    return build_application(settings, playbook, os.environ["DATABASE_URL"], manner=manner, background=_rest)


async def _rest(_pool: asyncpg.Pool, _sweeps: Sequence[Sweep]) -> None:
    """What is swept once a minute is not measured here."""
    await asyncio.Event().wait()
