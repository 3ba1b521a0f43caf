"""A telephone in the terminal: shows what is heard, reads keys and words, saves the talk as a conversation."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from app.phone.awaiting import Awaiting, Dialled, Ended, Gathering, Heard, Queued, Recording
from app.phone.caller import DEMO_CALLER_NUMBER
from app.phone.document import pretty
from app.phone.line import Line, LiveCall, Turn, dial, hang_up, press, say, wait
from app.phone.saved_talk import Recogniser, save_talk

ReadLine = Callable[[], str | None]

HELP = """\
  [bold]0-9 * #[/]     press keys, one or several
  [bold]w[/]           wait until the line goes on
  [bold]say WORDS[/]   speak, where the line listens for words
  [bold]t[/]           show the TwiML heard last
  [bold]s FILE[/]      save the talk as a conversation
  [bold]h[/]           hang up
  [bold]?[/]           show this list"""


async def talk(
    line: Line,
    *,
    recogniser: Recogniser,
    console: Console | None = None,
    read_line: ReadLine | None = None,
    from_number: str = DEMO_CALLER_NUMBER,
) -> None:
    """Hold one call; raises LineFault where the line fails. The end of the input hangs up."""
    console = console or Console()
    read_line = read_line or (lambda: _read(console))
    console.print(f"Calling {escape(line.number)} …", style="dim")
    call = await dial(line, from_number)
    shown = _show(console, call, 0)
    console.print(HELP, highlight=False)
    while True:
        typed = await asyncio.to_thread(read_line)
        if typed is None:
            await hang_up(call)
            return
        if not await _obey(console, call, typed.strip(), recogniser):
            return
        shown = _show(console, call, shown)


async def _obey(console: Console, call: LiveCall, typed: str, recogniser: Recogniser) -> bool:
    """Do what was typed; False puts the telephone away."""
    command, _, rest = typed.partition(" ")
    match command.lower():
        case "h":
            await hang_up(call)
            return False
        case "w" if not call.ended:
            await wait(call)
        case "say" if rest and not call.ended:
            await say(call, rest)
        case "t":
            console.print(escape(pretty(call.exchanges[-1].answer) if call.exchanges else ""), style="dim")
        case "s" if rest:
            _save(console, call, Path(rest), recogniser)
        case keys if re.fullmatch(r"[0-9*#]+", keys) and not call.ended:
            await press(call, keys)
        case _:
            console.print(HELP, highlight=False)
    return True


def _show(console: Console, call: LiveCall, shown: int) -> int:
    """Print the turns that are new and what the line waits for; gives back how many have been printed."""
    for turn in call.turns[shown:]:
        _show_turn(console, turn)
    line = f"In the queue {escape(call.queue.queue)}; " if call.queue and isinstance(call.awaiting, Gathering) else ""
    console.print(f"  {line}{_waits_for(call.awaiting)}", style="cyan", highlight=False)
    return len(call.turns)


def _show_turn(console: Console, turn: Turn) -> None:
    for item in turn.heard:
        console.print(f"[green]{item.language or item.kind:>6}[/]  {escape(_sound(item))}", highlight=False)
    if turn.kind == "failed":
        console.print(f"        {escape(turn.text)}", style="red", highlight=False)
    if turn.kind == "transferred":
        console.print(f"        → {escape(turn.text)}", style="yellow", highlight=False)


def _sound(item: Heard) -> str:
    match item.kind:
        case "pause":
            return f"(silence, {item.text} s)"
        case "play":
            return f"(recording {item.text})"
        case _:
            return item.text


def _waits_for(awaiting: Awaiting) -> str:
    match awaiting:
        case Gathering():
            keys = f", pressed so far: {awaiting.keys}" if awaiting.keys else ""
            speech = " or words" if "speech" in awaiting.inputs else ""
            return f"The line listens for keys{speech} for {awaiting.timeout_seconds} s{keys}."
        case Queued():
            return f"In the queue {escape(awaiting.queue)}; w goes on waiting."
        case Dialled():
            return "Connected; w lets the other side hang up."
        case Recording():
            return "The line records; say WORDS leaves a message."
        case Ended():
            return "The call is over; s FILE saves it, h leaves."
        case _:
            return "The line goes on by itself."


def _save(console: Console, call: LiveCall, file: Path, recogniser: Recogniser) -> None:
    saved = save_talk(call.turns, title=file.stem.replace("_", " "), recogniser=recogniser)
    try:
        file.write_text(saved.text, encoding="utf-8")
    except OSError as fault:
        console.print(f"{escape(str(file))} cannot be written: {fault.strerror}.", style="red")
        return
    console.print(f"Saved to {escape(str(file))}.", highlight=False)
    if saved.unrecognised:
        count = len(saved.unrecognised)
        console.print(f"{count} of the texts are no message known here and stand as they were heard.", style="yellow")


def _read(console: Console) -> str | None:
    try:
        return console.input("[bold]☎ [/]")
    except EOFError:
        return None
