"""Waits with a deadline, and sets a timer only where there is something to wait for."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


async def within(seconds: float, waiting: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result; raises TimeoutError after so many seconds.

    What is there already, as the body of nearly every webhook is, costs no timer: a timer is a tenth of a step.
    """
    try:
        pending = waiting.send(None)
    except StopIteration as ready:
        result: T = ready.value
        return result
    async with asyncio.timeout(seconds):
        return await _resumed(waiting, pending)


@types.coroutine
def _resumed(waiting: Coroutine[Any, Any, T], pending: object) -> Generator[object, Any, T]:
    """Go on with a coroutine that has begun and waits for what it yielded; a cancellation is handed on to it."""
    while True:
        try:
            try:
                sent = yield pending
            except BaseException as error:  # noqa: BLE001
                pending = waiting.throw(error)
            else:
                pending = waiting.send(sent)
        except StopIteration as ready:
            result: T = ready.value
            return result
