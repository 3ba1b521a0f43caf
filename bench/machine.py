"""The machine under the benchmarks: its cores, what processes used of them, and how much memory they hold."""

import os
import platform
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil

SERVER_CORE, LOAD_CORE = 0, 1


def pinned(core: int, command: list[str]) -> list[str]:
    """The command bound to one core, where the machine has more than one."""
    return ["taskset", "-c", str(core), *command] if _has_two_cores() else command


def pin(process_id: int, core: int) -> None:
    """Bind a running process to one core, where the machine has more than one."""
    if _has_two_cores():
        os.sched_setaffinity(process_id, {core})


def _has_two_cores() -> bool:
    return (os.cpu_count() or 1) > max(SERVER_CORE, LOAD_CORE)


def cpu_seconds(process_ids: list[int]) -> dict[int, float]:
    """Seconds that each process has spent on a core so far, as /proc tells; those that have ended are left out."""
    spent = {}
    for process_id in process_ids:
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(process_id).cpu_times()
            spent[process_id] = times.user + times.system
    return spent


def spent_between(before: dict[int, float], after: dict[int, float]) -> float:
    """Seconds spent between two readings, by old and new processes."""
    return sum(seconds - before.get(process_id, 0.0) for process_id, seconds in after.items())


def family(process_id: int) -> list[int]:
    """A process and all that it started."""
    process = psutil.Process(process_id)
    return [process_id, *(child.pid for child in process.children(recursive=True))]


def memory_bytes(process_id: int) -> int:
    """Resident memory of one process."""
    return int(psutil.Process(process_id).memory_info().rss)


def describe() -> str:
    """The machine in one line, without its name."""
    models = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, {memory} GB, "
        f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}"
    )


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def version_of(command: str) -> str:
    """What a program says about its version, in one line."""
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    return (said.stdout or said.stderr).strip().partition("\n")[0]
