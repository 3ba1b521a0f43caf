"""The telephone in the terminal: what is typed and what is shown."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from app.phone.line import Line
from app.phone.terminal import talk
from app.phone.webhook import LineFault
from tests.phone.toy import ToyHotline, response, toy_line

MENU = response(
    '<Gather action="/voice/step" numDigits="1" input="dtmf speech">',
    '<Say language="de-DE">Für [Deutsch] drücken Sie die 1.</Say><Pause length="2"/><Play>/a.wav</Play></Gather>',
    '<Say language="de-DE">Nichts gehört.</Say>',
)
BYE = response('<Say language="de-DE">Auf Wiederhören.</Say>')


def hotline() -> ToyHotline:
    return ToyHotline({"/voice/incoming": MENU, "/voice/step": BYE})


def typing(*lines: str) -> Callable[[], str | None]:
    left = list(lines)
    return lambda: left.pop(0) if left else None


async def held(line: Line, *lines: str) -> str:
    screen = StringIO()
    console = Console(file=screen, width=120, force_terminal=False)
    await talk(
        line,
        recogniser=lambda text, _: {"Auf Wiederhören.": "goodbye"}.get(text),
        console=console,
        read_line=typing(*lines),
    )
    return screen.getvalue()


async def test_shows_what_is_heard_with_its_language() -> None:
    toy = hotline()
    shown = await held(toy_line(toy), "1", "h")
    assert "de-DE  Für [Deutsch] drücken Sie die 1." in shown
    assert "(silence, 2 s)" in shown
    assert "(recording https://hotline.test/a.wav)" in shown
    assert "Auf Wiederhören." in shown
    assert "The call is over" in shown
    assert toy.forms("/voice/step")[0]["Digits"] == "1"


async def test_waits_speaks_and_hangs_up() -> None:
    toy = hotline()
    assert "Nichts gehört." in await held(toy_line(toy), "w")
    await held(toy_line(toy), "say Deutsch bitte")
    assert toy.forms("/voice/step")[0]["SpeechResult"] == "Deutsch bitte"
    before = len(toy.forms("/voice/status"))
    await held(toy_line(toy), "h")
    assert len(toy.forms("/voice/status")) == before + 1


async def test_end_of_input_hangs_up() -> None:
    toy = hotline()
    await held(toy_line(toy))
    assert toy.paths()[-1] == "/voice/status"


async def test_shows_twiml_and_help() -> None:
    shown = await held(toy_line(hotline()), "t", "nonsense", "h")
    assert "<Gather action=" in shown
    assert shown.count("hang up") == 2


async def test_saves_the_talk(tmp_path: Path) -> None:
    file = tmp_path / "a_short_call.yaml"
    shown = await held(toy_line(hotline()), "1", f"s {file}", "h")
    assert "Saved to" in shown
    assert "2 of the texts" in shown
    saved = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert saved["conversation"] == "a short call"
    assert saved["turns"][1:] == [{"presses": "1"}, {"hears": ["goodbye"]}]


async def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    shown = await held(toy_line(hotline()), f"s {tmp_path / 'no' / 'where.yaml'}", "h")
    assert "cannot be written" in shown


async def test_a_failing_line_is_a_fault() -> None:
    toy = hotline()
    toy.answers["/voice/step"] = "broken"
    with pytest.raises(LineFault):
        await held(toy_line(toy), "1")
