"""Where charts are drawn: a program beside this one, since the library lets nothing else run while it draws."""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

from app.kit.errors import HotlineError

_PROGRAM: Final = Path(__file__).with_name("drawing.py")
_one_at_a_time = Lock()
_running: "dict[Path, subprocess.Popen[str]]" = {}


class NotDrawn(HotlineError):
    """The library refuses the chart, or its program ended twice."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"A chart could not be drawn: {reason}")


def draw(spec: Mapping[str, Any], locale: str, fonts: Path) -> str:
    """The chart as SVG text; blocks until it is drawn, but holds up no other thread. Raises NotDrawn."""
    line = json.dumps({"spec": spec, "locale": locale}) + "\n"
    with _one_at_a_time:
        # A program that was ended from outside is begun anew, once.
        told = _ask(fonts, line) or _ask(fonts, line)
    if told is None or "svg" not in told:
        raise NotDrawn(told["fault"] if told else "its program ends as soon as it is asked.")
    return told["svg"]


def stop() -> None:
    """End the program, where one runs; the next chart begins another."""
    while _running:
        _, program = _running.popitem()
        program.kill()
        program.wait()
        for pipe in (program.stdin, program.stdout):
            # What it was not told any more stays unsaid: closing the pipe itself does not try to say it once more.
            pipe.buffer.raw.close()  # type: ignore[union-attr]  # Both are pipes with a buffer.


def _ask(fonts: Path, line: str) -> Mapping[str, str] | None:
    """What the program answers; None where it has ended."""
    program = _running.get(fonts) or _begin(fonts)
    try:
        program.stdin.write(line)  # type: ignore[union-attr]  # It has both pipes.
        program.stdin.flush()  # type: ignore[union-attr]
        answer = program.stdout.readline()  # type: ignore[union-attr]
    except OSError:
        answer = ""
    if not answer:
        stop()
        return None
    told: Mapping[str, str] = json.loads(answer)
    return told


def _begin(fonts: Path) -> "subprocess.Popen[str]":
    """The program; it ends by itself when this process does, however that ends."""
    _running[fonts] = subprocess.Popen(
        [sys.executable, "-I", str(_PROGRAM), str(fonts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    return _running[fonts]


atexit.register(stop)
