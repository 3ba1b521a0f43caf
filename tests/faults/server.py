"""The real program as a process of its own, which can be killed at any moment and started again."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil

from app.kit.demo_secrets import with_demo_secrets
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings
from bench.running import clean_environment, free_port

START_SECONDS = 60.0


@dataclass(slots=True)
class Server:
    """The demonstration with its own data folder; `base_url` is where callers reach it, which may be a front."""

    data: Path
    port: int
    base_url: str
    starts_seconds: list[float] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def settings(self) -> Settings:
        """The settings it runs with, secrets included."""
        settings = Settings(hotline_data=self.data, hotline_port=self.port, public_base_url=self.base_url)
        return with_demo_secrets(settings)

    def database_url(self, role: str = "hotline_app") -> str:
        """The address of its embedded database."""
        socket_folder = self._postmaster()[4]
        return f"postgresql://{role}@/hotline?host={quote(socket_folder, safe='/')}&port=5432"

    async def start(self) -> None:
        """Start it and wait until it answers; raises RuntimeError where it ends or does not come up."""
        began = time.monotonic()
        self.process = self._begin()
        while not await _is_listening(self.port):
            if self.process.poll() is not None or time.monotonic() - began > START_SECONDS:
                said = (self.data.parent / "server.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"The server did not come up: {said[-500:]}")
            await asyncio.sleep(0.02)
        self.starts_seconds.append(time.monotonic() - began)

    def _begin(self) -> "subprocess.Popen[bytes]":
        own = {"HOTLINE_DATA": str(self.data), "HOTLINE_PORT": str(self.port), "PUBLIC_BASE_URL": self.base_url}
        with (self.data.parent / "server.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "app", "demo"],
                cwd=PROJECT_ROOT,
                env=clean_environment() | own,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, *, database: bool = False) -> None:
        """End it with SIGKILL, and its database server with all its processes too where that is asked for."""
        assert self.process is not None
        doomed = self._database_processes() if database else []
        self.process.kill()
        for process in doomed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as a person would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(START_SECONDS)

    def _database_processes(self) -> list[psutil.Process]:
        postmaster = psutil.Process(int(self._postmaster()[0]))
        return [postmaster, *postmaster.children(recursive=True)]

    def _postmaster(self) -> list[str]:
        """The lines of the database server's own note: its process first, the folder of its socket fifth."""
        return (self.data / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()


async def _is_listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@contextlib.asynccontextmanager
async def running_server(folder: Path, base_url: str, port: int | None = None) -> AsyncIterator[Server]:
    """A server for as long as the block runs; nothing of it is left afterwards."""
    server = Server(folder / "data", port or free_port(), base_url)
    await server.start()
    try:
        yield server
    finally:
        server.stop()
