"""Turns the signals that end a program into an ordinary end, so that whatever was started is stopped."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


@contextmanager
def ending_by_signals() -> Iterator[None]:
    """In the block Ctrl-C, SIGTERM and a closed terminal raise SystemExit, once; further ones wait for the end.

    A program that a script started in the background ignores Ctrl-C's signal until this sets it again; one that was
    told to survive its terminal (nohup) goes on doing so. A web server in the block that handles SIGTERM itself sees
    the closed terminal as SIGTERM.
    """
    signal.signal(signal.SIGINT, _end)
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _end_as_terminated)
    yield


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _end_as_terminated(_number: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
