"""What is to be looked up again: facts, contacts and numbers by the day until which they may be relied on."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.console.door import EDITING, LOADING, find_knowledge, router
from app.kit.clock import today_in_germany
from app.knowledge.flags_rules import LINE
from app.knowledge.models import Knowledge
from app.knowledge.rules import is_usable, line_review_by
from app.shell.answers import Answer, Mood, Page
from app.shell.ask import Ask
from app.shell.registry import Menu
from app.shell.tables import Badge, Column, Link, Table

# So long before its day something is shown as near.
NEAR: Final = timedelta(days=60)
WHENS: Final = ("overdue", "near", "all")


@dataclass(frozen=True, slots=True)
class Due:
    """Something with its last day; `used_by` are the answers that rest on it."""

    ref: str
    kind: str
    text: str
    source: str
    review_by: date
    used_by: tuple[str, ...]

    def when(self, today: date) -> str:
        if self.review_by < today:
            return "overdue"
        return "near" if self.review_by <= today + NEAR else "later"


_MOODS: Final[dict[str, Mood]] = {"overdue": "danger", "near": "warning", "later": "success"}


def _table(today: date, *more: Column[Due]) -> Table[Due]:
    return Table[Due](
        "editing.due",
        columns=(
            Column("text", lambda due: Link(f"/editing/withdrawals/new?ref={due.ref}", due.text)),
            Column("kind", lambda due: due.kind, sort=lambda due: due.kind, words="editing.due.kind"),
            Column("review_by", lambda due: due.review_by, sort=lambda due: due.review_by),
            Column("when", lambda due: Badge(due.when(today), _MOODS[due.when(today)]), words="editing.due.when"),
            Column("used_by", lambda due: len(due.used_by) or None, sort=lambda due: len(due.used_by)),
            *more,
        ),
        download="/editing/due/download",
    )


# What a page has no room for.
_IN_FILES: Final = (Column[Due]("source", lambda due: due.source), Column[Due]("ref", lambda due: due.ref))


@router.page("/editing/due", access=EDITING, title="editing.due.title", parent="/editing", menu=Menu("content", 40))
async def due_page(ask: Ask) -> Answer:
    knowledge, today = find_knowledge(ask), today_in_germany()
    if knowledge is None:
        return LOADING
    context = {
        "due": _table(today).show(ask, _asked(ask, knowledge, today)),
        "kinds": sorted({due.kind for due in list_due(knowledge)}),
        "kind": ask.query.get("kind", ""),
        "whens": WHENS,
        "when": _when(ask),
    }
    return Page("due.html", context)


@router.download("/editing/due/download", access=EDITING, back="/editing/due")
async def due_file(ask: Ask) -> Answer:
    knowledge, today = find_knowledge(ask), today_in_germany()
    if knowledge is None:
        return LOADING
    return _table(today, *_IN_FILES).download_file(ask, _asked(ask, knowledge, today))


def _when(ask: Ask) -> str:
    when = ask.query.get("when", "")
    return when if when in WHENS else "near"


def _asked(ask: Ask, knowledge: Knowledge, today: date) -> list[Due]:
    """What the address asks for; what is near has what is overdue with it."""
    wanted = {"overdue": {"overdue"}, "near": {"overdue", "near"}, "all": set(_MOODS)}[_when(ask)]
    kind = ask.query.get("kind", "")
    return [due for due in list_due(knowledge) if due.when(today) in wanted and kind in {"", due.kind}]


def list_due(knowledge: Knowledge) -> list[Due]:
    """Everything that somebody may hear, the soonest first."""
    facts = [
        Due(
            fact.ref,
            "advice" if ref.startswith("advice/") else fact.kind,
            fact.text,
            fact.source,
            fact.review_by,
            _users(knowledge, ref),
        )
        for ref, fact in knowledge.facts.items()
        if is_usable(fact)
    ]
    lines = [
        Due(
            f"{LINE}{line.id}",
            "emergency" if line.kind == "emergency" else "line",
            f"{line.name}: {', '.join(line.numbers)}",
            line.source,
            line_review_by(line, knowledge.lines_retrieved_on),
            tuple(id_ for id_, answer in knowledge.answers.items() if line.id in answer.links.lines),
        )
        for line in knowledge.lines.values()
    ]
    return sorted([*facts, *lines], key=lambda due: (due.review_by, due.ref))


def _users(knowledge: Knowledge, ref: str) -> tuple[str, ...]:
    return tuple(id_ for id_, answer in knowledge.answers.items() if ref in answer.rests_on)
