"""The knowledge at the command line: `hotline search`, `hotline reload`, `hotline texts stamp` and `… reviews`."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.calls.opening import read_content
from app.commands.accounts import open_accounts
from app.kit.clock import today_in_germany
from app.kit.errors import ContentError, SettingError
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import get_settings

if TYPE_CHECKING:
    from app.accounts.service import Accounts
    from app.knowledge.flags_models import NodeState
    from app.knowledge.reviews import Reviews

# A node reads its files within seconds, a busy one within a minute; what takes longer than this has failed.
_RELOAD_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.5


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
    settings = get_settings()
    if settings.search_meaning:
        library.learn(settings.hotline_data / "meaning")
    today = today_in_germany()
    if batch is not None:
        lines = batch.read_text("utf-8").splitlines()
        for line in search_batch(library.index(), lines, limit, Mask(today=today), library.embedder):
            sys.stdout.write(f"{line}\n")
        return
    found = library.find(str(text), language, today, limit)
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


def reload() -> None:
    """Let all running nodes read their files anew; a set with a fault is refused as a whole, here and on each node."""
    from app.knowledge.service import load_knowledge  # noqa: PLC0415

    # What this computer's files say is known before any node is asked; each node proves its own once more.
    read_content(PROJECT_ROOT, today_in_germany())
    load_knowledge(PROJECT_ROOT)
    nodes = asyncio.run(_reload_all())
    refused = [f"{str(node.node)[:8]}: {fault}" for node in nodes for fault in node.faults]
    if refused:
        raise ContentError(refused)
    served = ", ".join(sorted({node.serves for node in nodes}))
    sys.stdout.write(f"{len(nodes)} nodes serve version {served}.\n" if nodes else "No node is running.\n")


async def _reload_all() -> list["NodeState"]:
    """The nodes after they have tried it; raises SettingError where one does not answer in time."""
    from app.accounts.models import CLI, Action  # noqa: PLC0415
    from app.accounts.service import record  # noqa: PLC0415
    from app.kit.reach import NOTHING, transaction  # noqa: PLC0415
    from app.knowledge.reloading import ask_for_reload  # noqa: PLC0415

    async with open_accounts() as accounts:
        asked = {node.node for node in await _nodes(accounts)}
        async with transaction(accounts.database, NOTHING) as session:
            number = await ask_for_reload(session, by=CLI, at=accounts.clock())
            await record(session, accounts, CLI, Action.RELOAD_ASKED, str(number))
        until = time.monotonic() + _RELOAD_SECONDS
        while time.monotonic() < until:
            done = [node for node in await _nodes(accounts) if node.node in asked and node.reload >= number]
            if len(done) == len(asked):
                return done
            await asyncio.sleep(_LOOK_SECONDS)
    raise SettingError("Some nodes have not read their files in time: the page “Files and nodes” shows which.")


async def _nodes(accounts: "Accounts") -> list["NodeState"]:
    from app.kit.reach import NOTHING, transaction  # noqa: PLC0415
    from app.knowledge.reloading import list_nodes  # noqa: PLC0415

    async with transaction(accounts.database, NOTHING) as session:
        return await list_nodes(session, accounts.clock())


def write_reviews() -> None:
    """Write the reviews of translations that editors noted on the pages into the files of the texts."""
    from app.knowledge import review_files  # noqa: PLC0415
    from app.knowledge.service import load_knowledge  # noqa: PLC0415

    written = review_files.write_reviews(load_knowledge(PROJECT_ROOT), asyncio.run(_reviews()))
    sys.stdout.write("".join(f"{line}\n" for line in written))
    sys.stdout.write(f"{len(written)} reviews written into the files.\n")


async def _reviews() -> "Reviews":
    from app.kit.reach import NOTHING, transaction  # noqa: PLC0415
    from app.knowledge.reviews import list_reviews  # noqa: PLC0415

    async with open_accounts() as accounts, transaction(accounts.database, NOTHING) as session:
        return await list_reviews(session)
