"""Serves one of the compared servers: `python -m bench.servers NAME PORT`."""

import importlib
import sys

from app.serving import serve_until_ended

if __name__ == "__main__":
    # Every server is served just as the hotline serves itself.
    name, port = sys.argv[1:]
    application = importlib.import_module(f"bench.servers.{name}").make_application()
    serve_until_ended(application, "127.0.0.1", int(port), lambda: None)
