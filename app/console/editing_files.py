"""What each node serves, and the wish that all of them read their files anew."""

from app.accounts.models import Action
from app.console.door import EDITING, deciding, reading, router
from app.knowledge import reloading
from app.shell.answers import Answer, Flash, Page, Question, Redirect
from app.shell.ask import Ask
from app.shell.registry import Menu


@router.page("/editing/files", access=EDITING, title="editing.files.title", parent="/editing", menu=Menu("content", 60))
async def files_page(ask: Ask) -> Answer:
    async with reading(ask) as session:
        nodes = await reloading.list_nodes(session, ask.clock())
    return Page("files.html", {"nodes": nodes, "versions": len({node.serves for node in nodes})})


@router.page("/editing/files/reload", access=EDITING, title="editing.files.title", parent="/editing/files")
async def ask_first(_ask: Ask) -> Answer:
    return Question("editing.reload", deed="/editing/files/reload", back="/editing/files")


@router.deed("/editing/files/reload", access=EDITING, back="/editing/files")
async def reload(ask: Ask) -> Answer:
    async with deciding(ask, Action.RELOAD_ASKED) as decision:
        number = await reloading.ask_for_reload(decision.session, by=ask.person().person_id, at=ask.clock())
        decision.subject = str(number)
    return Redirect("/editing/files", flash=Flash("editing.reload.asked", mood="info"))
