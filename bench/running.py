"""Starts the servers that are measured, each bound to the servers' core, and stops them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import httpx

from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings
from bench.load import ensure_tool
from bench.machine import SERVER_CORE, family, pinned
from bench.requests import BASE_URL, TOKEN, SignedRequest

PACKAGES = PROJECT_ROOT / ".cache" / "bench" / "node"
# Kept to one version each, so that figures of different days can be compared.
NODE_PACKAGES = ("fastify@5.12.8", "@fastify/formbody@9.0.1", "twilio@6.2.0")
_START_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers; `process_ids` are all that its steps spend time in."""

    name: str
    port: int
    process_ids: list[int]


class ServerFault(Exception):
    """A measured server did not start, or answers what it must not."""


@contextmanager
def serving(name: str, command: list[str], environment: dict[str, str], port: int) -> Iterator[Running]:
    """A server for as long as the block runs; raises ServerFault where it does not answer in time."""
    process = subprocess.Popen(
        pinned(SERVER_CORE, command),
        cwd=PROJECT_ROOT,
        env=clean_environment() | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _wait_until_answering(process, name, port)
        yield Running(name, port, family(process.pid))
    finally:
        process.terminate()
        process.communicate(timeout=_START_SECONDS)


def clean_environment() -> dict[str, str]:
    """This process's environment without settings of the hotline; modules are kept compiled, as `./run` does."""
    unwanted = {name.upper() for name in Settings.model_fields} | {"PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | {"PYTHONPATH": str(PROJECT_ROOT)}


def _wait_until_answering(process: "subprocess.Popen[bytes]", name: str, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = process.communicate()[1].decode(errors="replace").strip().rpartition("\n")[2]
            raise ServerFault(f"The server “{name}” ended at once: {said}")
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=1)
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    raise ServerFault(f"The server “{name}” does not answer after {_START_SECONDS:.0f} s.")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def compared(name: str, port: int) -> list[str]:
    """The command of one of the servers in Python."""
    return [sys.executable, "-P", "-m", "bench.servers", name, str(port)]


def fastify(port: int) -> list[str]:
    """The command of the compared server in JavaScript, whose packages are installed on first use."""
    node = ensure_tool("node", "nodejs")
    _ensure_packages()
    return [node, str(PROJECT_ROOT / "bench" / "servers" / "fastify.mjs"), str(port)]


def _ensure_packages() -> None:
    wanted = "\n".join(NODE_PACKAGES)
    mark = PACKAGES / "installed"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    npm = ensure_tool("npm", "npm")
    PACKAGES.mkdir(parents=True, exist_ok=True)
    (PACKAGES / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", *NODE_PACKAGES]
    done = subprocess.run(command, cwd=PACKAGES, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise ServerFault(f"npm cannot install {', '.join(NODE_PACKAGES)}: {reason}")
    mark.write_text(wanted, encoding="utf-8")


def send(port: int, request: SignedRequest) -> httpx.Response:
    """One request, as the load sends it."""
    return httpx.post(
        f"http://127.0.0.1:{port}{request.target}", content=request.body, headers=request.headers(), timeout=10
    )


def script_environment(script: Path) -> dict[str, str]:
    """What the compared servers need to know."""
    return {
        "BENCH_BASE_URL": BASE_URL,
        "BENCH_NEXT_STEP": f"{BASE_URL}/voice/step?n=4#rc=2&rp=all",
        "BENCH_PACKAGES": str(PACKAGES),
        "BENCH_SCRIPT": str(script),
        "BENCH_TOKEN": TOKEN,
        "NODE_ENV": "production",
    }
