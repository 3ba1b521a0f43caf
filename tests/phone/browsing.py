"""Steps that the tests of the page share."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from playwright.async_api import Page, expect

from tests.phone.toy import ToyHotline


@dataclass
class Served:
    """The telephone page and the toy hotline behind it, on a free loopback port."""

    url: str
    toy: ToyHotline
    stop: Callable[[], None]


Open = Callable[..., AbstractAsyncContextManager[Page]]
Serve = Callable[..., Served]


async def state(page: Page, expected: str) -> None:
    await expect(page.locator("body")).to_have_attribute("data-state", expected)


async def start_call(page: Page) -> None:
    await page.locator("#call").click()
    await state(page, "call")


async def comes_about(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(200):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("It did not come about within ten seconds.")


async def comes_true(page: Page, expression: str) -> None:
    """Playwright's own waiting needs eval, which the page's policy forbids."""
    await comes_about(lambda: page.evaluate(expression))
