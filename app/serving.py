"""Runs the application in its web server until a signal ends it."""

import gc
import socket
from collections.abc import Callable

import uvicorn

from app.kit.errors import PortBusy


def claim_port(host: str, port: int) -> None:
    """Raises PortBusy at once, and not only after the database was started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortBusy(port) from error


def serve_until_ended(application: object, host: str, port: int, when_ready: Callable[[], None]) -> None:
    """Serve until a signal ends it; `when_ready` is called once requests are answered."""
    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
    )
    # What was loaded stays for good: full collections need not look at it, which keeps them off the slowest calls.
    gc.collect()
    gc.freeze()
    server = _Announcing(config, when_ready)
    server.run()
    if not server.started:
        raise SystemExit(1)


class _Announcing(uvicorn.Server):
    """Tells where things are only when they are there."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()
