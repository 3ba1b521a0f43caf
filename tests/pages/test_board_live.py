"""The wallboard in Chromium: it follows the line by itself, and looks old while nothing is heard from the server."""

import pytest
from playwright.async_api import Browser, expect

from app.accounts.models import Role
from app.queue import service
from tests.pages.browsing import browse
from tests.pages.site import Site
from tests.pages.test_line_live import line_of, wait_in_line

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SOON = 15_000.0


async def test_the_board_looks_old_without_news_and_then_follows_the_line(chromium: Browser, site: Site) -> None:
    async with browse(chromium, site, Role.SUPERVISOR) as browsing:
        page = await browsing.new_page()
        for address in ("**/line/board/live*", "**/line/board/now*"):
            await page.route(address, lambda route: route.abort())
        await page.goto("/line/board?wall=1")
        board, waiting = page.locator("[data-board]"), page.locator("#board-now .figure--first dd").first
        await expect(page.get_by_text("Die Verbindung ist unterbrochen.")).to_be_visible(timeout=SOON)
        await expect(board).to_have_class("board board--wall board--stale")
        before = int(await waiting.inner_text())
        keys = await wait_in_line(site)
        await page.unroute_all()
        await expect(waiting).to_have_text(str(before + 1), timeout=2 * SOON)
        await expect(board).to_have_class("board board--wall")
        await service.leave(line_of(site), keys, ended=True)
        await expect(waiting).to_have_text(str(before), timeout=SOON)
