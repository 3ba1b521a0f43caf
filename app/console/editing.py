"""The editors' first page: what waits for them, in numbers that lead there."""

from app.console.door import EDITING, LOADING, find_knowledge, reading, router
from app.console.editing_due import list_due
from app.console.editing_translations import list_texts
from app.console.editing_withdrawals import list_told
from app.console.knowledge_contradictions import list_contradictions
from app.kit.clock import today_in_germany
from app.knowledge import reports, reviews
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.registry import Menu

# What waits for a second person, or is overdue for one.
_WAITING = frozenset({"proposed", "at-once", "waits-too-long", "lift-proposed"})


@router.page("/editing", access=EDITING, title="editing.title", menu=Menu("content", 10))
async def editing_page(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    told, today = await list_told(ask, knowledge), today_in_germany()
    async with reading(ask) as session:
        waiting, reviewed = await reports.list_waiting(session), await reviews.list_reviews(session)
    states = [text.state for text in list_texts(ask, knowledge, reviewed)]
    overdue = [due for due in list_due(knowledge) if due.review_by < today]
    tiles = [
        ("late", sum(one.mark == "waits-too-long" for one in told), "/editing/withdrawals"),
        ("second", sum(one.mark in _WAITING for one in told), "/editing/withdrawals"),
        ("withdrawn", sum(one.mark != "proposed" for one in told), "/editing/withdrawals"),
        ("reported", len(waiting), "/editing/reports"),
        ("overdue", len(overdue), "/editing/due?when=overdue"),
        ("stale", states.count("stale"), "/editing/translations?state=stale"),
        ("drafts", states.count("draft"), "/editing/translations?state=draft"),
        ("contradictions", len(list_contradictions(knowledge)), "/knowledge/contradictions"),
    ]
    return Page("editing.html", {"tiles": [tile for tile in tiles if tile[0] != "late" or tile[1]]})
