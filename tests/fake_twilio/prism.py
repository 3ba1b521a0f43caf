"""Starts Prism, which checks requests and answers against Twilio's own description of its API, as npm brings both."""

import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from app.kit.paths import PROJECT_ROOT

PACKAGES: Final = ("@stoplight/prism-cli@5.16.0", "@twilio-alpha/mcp@0.7.0")
FOLDER: Final = PROJECT_ROOT / ".cache" / "prism"
DESCRIPTION: Final = FOLDER / "node_modules/@twilio-alpha/mcp/twilio-oai/spec/json/twilio_api_v2010.json"
OURS: Final = re.compile(r"/Accounts/\{AccountSid\}/(Calls|Messages|Recordings|Queues|Conferences)(/|\.json)")
START_SECONDS: Final = 60.0


def install(npm: str) -> None:
    """Fetch Prism and the description once; no script of a package is run."""
    if not DESCRIPTION.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        arguments = ["install", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"]
        subprocess.run([npm, *arguments, *PACKAGES], check=True, capture_output=True, timeout=300)


def our_part(folder: Path) -> Path:
    """The description of the resources that we use, which Prism reads in a fraction of the time."""
    whole = json.loads(DESCRIPTION.read_text("utf-8"))
    whole["paths"] = {path: verbs for path, verbs in whole["paths"].items() if OURS.search(path)}
    for verbs in whole["paths"].values():
        for verb in verbs.values():
            if isinstance(verb, dict):
                _say_how_lists_are_sent(verb)
                _let_pages_be_paths(verb)
    # Its own examples of conferences in progress have no reason of their end.
    reason = whole["components"]["schemas"]["conference_enum_reason_conference_ended"]
    reason.update(nullable=True, enum=[*reason["enum"], None])
    part = folder / "twilio.json"
    part.write_text(json.dumps(whole), "utf-8")
    return part


def _say_how_lists_are_sent(verb: dict[str, Any]) -> None:
    """A list comes as one pair for each value: that is OpenAPI's default for forms, but Prism wants it said."""
    for content in verb.get("requestBody", {}).get("content", {}).values():
        fields = content["schema"].get("properties", {}).items()
        lists = [name for name, field in fields if field.get("type") == "array"]
        content["encoding"] = {name: {"style": "form", "explode": True} for name in lists}


def _let_pages_be_paths(verb: dict[str, Any]) -> None:
    """The description calls the addresses of pages URIs, but its own examples are paths, as Twilio answers them."""
    for answer in verb.get("responses", {}).values():
        for content in answer.get("content", {}).values():
            for name, field in content["schema"].get("properties", {}).items():
                if name.endswith("uri"):
                    field.pop("format", None)


@contextmanager
def prism_before(upstream: str, description: Path) -> Iterator[str]:
    """The address of a Prism that checks everything on its way to and from `upstream`."""
    node = shutil.which("node")
    assert node is not None
    port = _free_port()
    program = FOLDER / "node_modules/.bin/prism"
    command = [node, str(program.resolve()), "proxy", str(description), upstream, "--errors", "--port", str(port)]
    with (description.parent / "prism.log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(port, running)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(timeout=10)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an application on a real socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    latest = monotonic() + START_SECONDS
    while monotonic() < latest:
        assert running.poll() is None, "Prism does not start; its log lies beside the description."
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise AssertionError("Prism does not listen in time.")
