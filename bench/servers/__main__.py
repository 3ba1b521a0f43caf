"""Serves one of the compared servers: `python -m bench.servers NAME PORT`."""

import importlib
import sys
from typing import Any

import uvicorn


def serve(application: Any, port: int) -> None:  # noqa: ANN401  ASGI applications have no common type.
    """Serve with the same settings as the hotline itself."""
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    name, port = sys.argv[1:]
    serve(importlib.import_module(f"bench.servers.{name}").make_application(), int(port))
