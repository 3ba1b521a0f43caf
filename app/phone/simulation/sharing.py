"""Shares a simulation's calls out to several processes; what they find does not depend on how many there are."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from app.calls.playbook import Playbook
from app.phone.simulation.result import Result, merge
from app.phone.simulation.service import OnProgress, simulate

# An even number, since calls come in pairs.
PART = 2_000

# What a forked process is given when it begins; it calls nothing else.
_given: list[tuple[Playbook, bool]] = []


def simulate_shared(  # noqa: PLR0913  As `simulate`, and by how many.
    playbook: Playbook,
    calls: int,
    seed: int,
    processes: int,
    on_progress: OnProgress = lambda _: None,
    *,
    staffed: bool = False,
) -> Result:
    """Call the engine as `simulate` does, from several processes."""
    result, done = Result(), 0
    with ProcessPoolExecutor(processes, get_context("fork"), _given.append, ((playbook, staffed),)) as pool:
        parts = [pool.submit(_simulate_part, seed, first, count) for first, count in _parts(calls)]
        for part in as_completed(parts):
            done += part.result().calls
            on_progress(done)
        for part in parts:
            merge(result, part.result())
    return result


def _parts(calls: int) -> Iterator[tuple[int, int]]:
    for first in range(0, calls, PART):
        yield first, min(PART, calls - first)


def _simulate_part(seed: int, first: int, count: int) -> Result:
    playbook, staffed = _given[0]
    return simulate(playbook, count, seed, first=first, staffed=staffed)
