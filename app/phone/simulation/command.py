"""The command `hotline simulate`: shows progress, prints the calls that failed and what the simulation found."""

import asyncio
import json
import os
import sys
from functools import partial

from rich.console import Console
from rich.progress import Progress, TaskID

from app.calls.playbook import Playbook
from app.phone.simulation.door_call import Door
from app.phone.simulation.result import Failure, Result
from app.phone.simulation.service import OnProgress, simulate, simulate_at_door
from app.phone.simulation.sharing import PART, simulate_shared

_DRAWN_EVERY = 50


def run(  # noqa: PLR0913  Each option of the command is one.
    playbook: Playbook, calls: int, seed: int, door: Door | None = None, *, staffed: bool = False, as_json: bool = False
) -> int:
    """Simulate calls with the engine or, if one is given, at the door; gives the exit code, 1 if a call failed.

    `staffed`: with the engine, where somebody takes the calls.
    """
    console = Console(stderr=True)
    shown = console.is_terminal
    # It draws only when it is told to: a thread of its own would be forked along with the processes that call.
    with Progress(console=console, transient=True, disable=not shown, auto_refresh=False) as progress:
        task = progress.add_task("Calls", total=calls)
        on_progress = partial(_draw, progress, task)
        if door is not None:
            result = asyncio.run(_simulate_at(door, playbook, calls, seed, on_progress))
        else:
            result = _simulate(playbook, calls, seed, on_progress, staffed=staffed)
    for failure in result.failures:
        sys.stdout.write(_told(failure))
    sys.stdout.write(f"{json.dumps(result.as_dict())}\n" if as_json else _summary(result))
    return 1 if result.failed else 0


def _draw(progress: Progress, task: TaskID, done: int) -> None:
    progress.update(task, completed=done, refresh=done % _DRAWN_EVERY == 0)


def _simulate(playbook: Playbook, calls: int, seed: int, on_progress: OnProgress, *, staffed: bool) -> Result:
    if calls > PART:
        return simulate_shared(playbook, calls, seed, os.cpu_count() or 1, on_progress, staffed=staffed)
    return simulate(playbook, calls, seed, on_progress, staffed=staffed)


async def _simulate_at(door: Door, playbook: Playbook, calls: int, seed: int, on_progress: OnProgress) -> Result:
    async with door.transport:
        return await simulate_at_door(door, playbook, calls, seed, on_progress)


def _told(failure: Failure) -> str:
    return f"Seed {failure.seed}, call {failure.call}: {failure.fault}\n{failure.fixture}\n"


def _summary(result: Result) -> str:
    ended = ", ".join(f"{count} {outcome}" for outcome, count in sorted(result.ended.items()))
    goals = ", ".join(f"{goal} {reached} of {wanted}" for goal, reached, wanted in _goals(result))
    return (
        f"{result.calls} calls in {result.steps} steps: {result.dead_ends} dead ends, {result.errors} errors.\n"
        f"Counted as: {ended}.\nGoals reached: {goals}.\n"
    )


def _goals(result: Result) -> list[tuple[str, int, int]]:
    return [(goal, result.reached[goal], wanted) for goal, wanted in sorted(result.wanted.items())]
