"""Each application of the harness, opened once for all its pages, and Chromium to look at them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from app.accounts import passwords
from tests.browser import chromium
from tests.conftest import DatabaseUrls
from tests.hashing import CHEAP
from tests.pages.site import SITES, OpenSite, Site, toy_site

__all__ = ["chromium"]


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=sorted(SITES))
async def site(request: pytest.FixtureRequest, database_urls: DatabaseUrls) -> AsyncIterator[Site]:
    """A whole module shares it: its tests may not change what others rely on."""
    async with _opened(SITES[request.param], database_urls) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def toy(database_urls: DatabaseUrls) -> AsyncIterator[Site]:
    """The shell with a few pages of its own tests, for what is the shell's alone."""
    async with _opened(toy_site, database_urls) as opened:
        yield opened


@asynccontextmanager
async def _opened(open_one: OpenSite, database_urls: DatabaseUrls) -> AsyncIterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASH", CHEAP)
        async with open_one(database_urls) as opened:
            yield opened
