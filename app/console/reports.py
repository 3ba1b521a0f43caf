"""Wrong answers: reported beside every answer with one click, looked at by editors, closed with a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from pydantic import Field

from app.accounts.models import Action, Role
from app.accounts.service import Accounts
from app.console.door import (
    COUNSELLING,
    EDITING,
    LOADING,
    asked_id,
    deciding,
    find_knowledge,
    list_names,
    reading,
    router,
    some_person,
    title_of,
)
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import NOTHING, transaction
from app.knowledge import reports
from app.knowledge.flags_models import FlagRefused, Report
from app.knowledge.flags_rules import kind_of
from app.knowledge.models import CONTENT_LANGUAGES, Knowledge
from app.knowledge.service import load_knowledge
from app.shell.answers import Answer, Flash, Page, Redirect, Undo
from app.shell.ask import Ask
from app.shell.faults import Missing, TooMany
from app.shell.forms import FormModel, blank
from app.shell.provided import Provided
from app.shell.registry import Menu
from app.shell.tables import Column, Link, Table

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """A report as editors read it."""

    report: Report
    title: str
    by: str


class DoneForm(FormModel):
    """What came of a report."""

    words: ClassVar[str] = "report.done"
    note: str = Field(default="", max_length=_LONGEST)


REPORTS: Final = Table[Told](
    "report.answers",
    columns=(
        Column("title", lambda told: Link(f"/editing/reports/{told.report.id}", told.title)),
        Column("language", lambda told: told.report.language, words="report.in"),
        Column("words", lambda told: told.report.words or None),
        Column("by", lambda told: told.by),
        Column("at", lambda told: told.report.reported_at, sort=lambda told: told.report.reported_at),
        Column("note", lambda told: told.report.done_note or None),
    ),
    download="/editing/reports/download",
)


@router.deed("/knowledge/report", access=COUNSELLING, back="/knowledge")
async def report(ask: Ask) -> Answer:
    ref, language, words = (next(iter(ask.posted.get(name, ())), "") for name in ("ref", "language", "words"))
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    if kind_of(knowledge, ref) is None or language not in CONTENT_LANGUAGES:
        raise Missing
    try:
        async with reading(ask) as session:
            by, at = ask.person().person_id, ask.clock()
            await reports.report(session, knowledge, ref, language, words.strip()[:_LONGEST], by=by, at=at)
    except FlagRefused:
        raise TooMany(int(reports.IN.total_seconds())) from None
    return Redirect(ask.next_page("/knowledge"), flash=Flash("report.thanks"))


@router.page("/editing/reports", access=EDITING, title="report.title", parent="/editing", menu=Menu("content", 30))
async def reports_page(ask: Ask) -> Answer:
    rows = await _told(ask, done=_done(ask))
    return Page("reports.html", {"reports": REPORTS.show(ask, rows), "done": _done(ask)})


@router.download("/editing/reports/download", access=EDITING, back="/editing/reports")
async def reports_file(ask: Ask) -> Answer:
    return REPORTS.download_file(ask, await _told(ask, done=_done(ask)))


def _done(ask: Ask) -> bool:
    return ask.query.get("state") == "done"


async def _told(ask: Ask, *, done: bool) -> list[Told]:
    names, knowledge = await list_names(ask), find_knowledge(ask)
    async with reading(ask) as session:
        found = await (reports.list_done(session) if done else reports.list_waiting(session))
    return [_tell(ask, knowledge, one, names.get(one.reported_by, "–")) for one in found]


def _tell(ask: Ask, knowledge: Knowledge | None, one: Report, by: str) -> Told:
    return Told(one, one.ref if knowledge is None else title_of(ask, knowledge, one.ref), by)


async def _some_report(given: Provided) -> Sequence[str]:
    accounts, by = given.get(Accounts), await some_person(given, Role.AGENT)
    async with transaction(accounts.database, NOTHING) as session:
        waiting, at = await reports.list_waiting(session), accounts.clock()
        knowledge = load_knowledge(PROJECT_ROOT, ("de",))
        made = waiting[0] if waiting else await reports.report(session, knowledge, "duration", "de", "", by=by, at=at)
    return [f"/editing/reports/{made.id}"]


@router.deed("/editing/reports/reopen", access=EDITING, back="/editing/reports")
async def reopen(ask: Ask) -> Answer:
    report_id = UUID(ask.undone("/editing/reports/reopen")["id"])
    async with deciding(ask, Action.REPORT_REOPENED) as decision:
        decision.subject = (await reports.reopen(decision.session, report_id)).ref
    return Redirect(f"/editing/reports/{report_id}", flash=Flash("report.reopened"))


@router.page(
    "/editing/reports/{id}",
    access=EDITING,
    title="report.one",
    parent="/editing/reports",
    example=_some_report,
)
async def report_page(ask: Ask) -> Answer:
    one, knowledge, names = await _asked(ask), find_knowledge(ask), await list_names(ask)
    told = _tell(ask, knowledge, one, names.get(one.reported_by, "–"))
    context = {
        "told": told,
        "kind": None if knowledge is None else kind_of(knowledge, one.ref),
        "done_by": names.get(one.done_by, "–") if one.done_by else None,
    }
    return Page("report.html", context, form=blank(DoneForm), heading=told.title)


@router.deed("/editing/reports/{id}", access=EDITING, back="/editing/reports")
async def finish(ask: Ask) -> Answer:
    one, form = await _asked(ask), ask.read(DoneForm)
    if form.value is None:
        context = {"told": _tell(ask, find_knowledge(ask), one, "–"), "kind": None, "done_by": None}
        return Page("report.html", context, form=form)
    try:
        async with deciding(ask, Action.REPORT_DONE) as decision:
            decision.subject = one.ref
            await reports.finish(decision.session, one.id, form.value.note, by=ask.person().person_id, at=ask.clock())
    except FlagRefused as refused:
        return Redirect("/editing/reports", flash=Flash(f"editing.refused.{refused.code}", mood="danger"))
    undo = Undo("/editing/reports/reopen", {"id": str(one.id)})
    return Redirect("/editing/reports", flash=Flash("report.closed", undo=undo))


async def _asked(ask: Ask) -> Report:
    try:
        async with reading(ask) as session:
            return await reports.get_report(session, asked_id(ask))
    except FlagRefused:
        raise Missing from None
