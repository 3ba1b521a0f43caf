"""Charts are drawn by a program of their own: nothing else waits meanwhile, and one that was ended is begun anew."""

import time
from collections.abc import Callable
from threading import Event, Thread

import pytest

from app.statistics import easel
from app.statistics.charts import FONTS
from app.statistics.easel import NotDrawn, draw

SPEC = {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "quantitative"}}}


def longest_pause(work: Callable[[], object]) -> tuple[float, float]:
    """How long the work took, and the longest time that another thread could not go on meanwhile."""
    pauses, over = [0.0], Event()

    def beat() -> None:
        last = time.perf_counter()
        while not over.wait(0.001):
            pauses.append(time.perf_counter() - last)
            last = time.perf_counter()

    beating = Thread(target=beat)
    beating.start()
    began = time.perf_counter()
    work()
    taken = time.perf_counter() - began
    over.set()
    beating.join()
    return taken, max(pauses)


def test_whoever_else_works_goes_on_while_a_chart_is_drawn() -> None:
    easel.stop()
    taken, pause = longest_pause(lambda: draw(SPEC, "de-DE", FONTS))
    assert pause < taken / 2


def test_a_program_that_was_ended_is_begun_anew() -> None:
    first = draw(SPEC, "de-DE", FONTS)
    easel._running[FONTS].kill()
    easel._running[FONTS].wait()
    assert draw(SPEC, "de-DE", FONTS) == first


def test_what_is_no_chart_is_told_and_the_next_one_is_drawn() -> None:
    with pytest.raises(NotDrawn, match="could not be drawn"):
        draw({"mark": "no such mark"}, "de-DE", FONTS)
    assert draw(SPEC, "en-GB", FONTS).startswith("<svg")
