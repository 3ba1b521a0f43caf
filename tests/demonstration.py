"""Starts the demonstration as a person does, in a process of its own, and stops it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.kit.paths import PROJECT_ROOT

TOKEN = "demo-" + "7" * 32
START_SECONDS = 90
STOP_SECONDS = 30


@dataclass(frozen=True)
class Demo:
    """A running demonstration: its address, its process and its folder, in which `log.txt` is everything it printed."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def printed(self) -> str:
        return (self.folder / "log.txt").read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def hotline(*arguments: str, root: Path = PROJECT_ROOT, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the hotline to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )


@contextmanager
def running_demo(folder: Path, *words: str, **environment: str) -> Iterator[Demo]:
    """The demonstration on a free port with its data below the folder; `words` follow the command."""
    port = free_port()
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    settings = {
        "HOTLINE_DATA": str(folder / "data"),
        "HOTLINE_PORT": str(port),
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TMPDIR": str(folder / "tmp"),
        **environment,
    }
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "demo", *words],
            cwd=PROJECT_ROOT,
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )
    demo = Demo(f"http://127.0.0.1:{port}", process, folder)
    try:
        _wait_until_ready(demo)
        yield demo
    finally:
        if process.poll() is None:
            demo.stop()


def _wait_until_ready(demo: Demo) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and demo.process.poll() is None:
        try:
            if httpx.get(f"{demo.url}/healthz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"The demonstration did not start:\n{demo.printed}")
