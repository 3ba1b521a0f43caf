"""Load from `wrk`: as many prepared requests as the server can answer, over connections that stay open."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.kit.errors import HotlineError
from bench.machine import LOAD_CORE, pinned
from bench.requests import SignedRequest

CONNECTIONS = 16
_SCRIPT = Path(__file__).with_name("post.lua")


class ToolMissing(HotlineError):
    """A program that the benchmark needs is not installed."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """What one round brought: answered requests, those that failed, and how long it took."""

    requests: int
    failed: int
    seconds: float
    p99_ms: float


def ensure_tool(name: str, package: str) -> str:
    """Where a program lies; raises ToolMissing with the way to install it."""
    path = shutil.which(name)
    if path is None:
        raise ToolMissing(
            f"This needs the program {name}, which is not installed (on Debian: apt-get install {package})."
        )
    return path


def write_requests(path: Path, requests: Iterable[SignedRequest]) -> Path:
    """A file of requests in the form that the script for `wrk` reads."""
    with path.open("wb") as file:
        for request in requests:
            raw = request.raw()
            file.write(f"{len(raw)}\n".encode() + raw + b"\n")
    return path


def press_on(port: int, requests: Path, seconds: float, connections: int = CONNECTIONS) -> Pressure:
    """Send requests from the file, round and round, for at least a second."""
    command = [
        *(ensure_tool("wrk", "wrk"), "--threads", "1", "--connections", str(connections)),
        *("--duration", f"{max(round(seconds), 1)}s", "--timeout", "10s", "--script", str(_SCRIPT)),
        *(f"http://127.0.0.1:{port}", "--", str(requests)),
    ]
    done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"wrk failed: {(done.stderr or done.stdout).strip()}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Pressure(told["requests"], told["failed"], told["microseconds"] / 1e6, told["p99_us"] / 1e3)
