"""`hotline search` and `hotline texts stamp`: the knowledge at the command line."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.kit.clock import today_in_germany
from app.kit.errors import SettingError
from app.kit.paths import PROJECT_ROOT


def search(
    text: Annotated[str | None, typer.Argument(help="A question, or a few words.")] = None,
    *,
    language: Annotated[str | None, typer.Option(help="The language of the question; guessed where left out.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many results.")] = 5,
    batch: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file of JSON lines with id, text and lang.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a question.")] = False,
) -> None:
    """Search the knowledge as the pages do."""
    # A serving node never needs the index for its commands.
    from app.knowledge.library import Library  # noqa: PLC0415
    from app.knowledge.search.lines import search_batch, search_line  # noqa: PLC0415
    from app.knowledge.search.models import Mask  # noqa: PLC0415

    if (text is None) == (batch is None):
        raise SettingError("Give one question, or a file of them with --batch.")
    library = Library(PROJECT_ROOT)
    library.load()
    today = today_in_germany()
    if batch is not None:
        for line in search_batch(library.index(), batch.read_text("utf-8").splitlines(), limit, Mask(today=today)):
            sys.stdout.write(f"{line}\n")
        return
    found = library.search(str(text), language, today, limit)
    if as_json:
        sys.stdout.write(f"{json.dumps(search_line(found), ensure_ascii=False)}\n")
        return
    for result in found.results:
        sys.stdout.write(f"{result.score:.2f}  {result.entry.kind:8} {result.entry.id:28} {result.entry.title}\n")
    sure = "sure" if found.confident else "not sure"
    sys.stdout.write(f"Searched in “{found.language}”, {sure}; advice: {found.advice}.\n")


def stamp(
    language: Annotated[str, typer.Argument(help="The language whose texts were compared with the German ones.")],
    ids: Annotated[list[str] | None, typer.Argument(help="Only these answers and offers.")] = None,
) -> None:
    """Mark translations as made from the present German texts, after somebody has compared them."""
    from app.knowledge.service import restamp  # noqa: PLC0415

    stamped = restamp(PROJECT_ROOT, language, ids or ())
    sys.stdout.write(f"{len(stamped)} texts in “{language}” carry the present stamp now.\n")
