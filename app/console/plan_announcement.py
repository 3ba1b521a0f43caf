"""What every caller is told in an emergency: written, heard before, set by one supervisor, ended by any."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.calls.announcing import announced, can_be_read
from app.calls.playbook import Playbook
from app.console.door import router
from app.console.line_door import LINE, SUPERVISORS, language_name, line_of
from app.console.plan_forms import NewAnnouncement, instant_of, wall_time_of
from app.console.plan_hours import names_of_people
from app.queue import plan_changes
from app.queue.plan import find_draft, forget_draft, keep_draft, read_plan
from app.queue.plan_models import Draft, PlanRefused
from app.queue.plan_rules import LONGEST_TEXT, check_announcement, check_text, spoken_text
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import Form, blank
from app.shell.registry import Menu
from app.texts.languages import LAUNCH_LANGUAGES

ANNOUNCEMENT: Final = f"{LINE}/announcement"
_CONFIRM: Final = f"{ANNOUNCEMENT}/confirm"
_USUAL: Final = timedelta(days=1)


@router.page(ANNOUNCEMENT, access=SUPERVISORS, title="line.announcement.title", menu=Menu("line", 55))
async def announcement_page(ask: Ask) -> Answer:
    """What was written and not yet set stands in the form again."""
    draft = await find_draft(line_of(ask), ask.person().person_id)
    if draft is None:
        return await _shown(ask)
    return await _shown(ask, blank(NewAnnouncement, **draft.texts, ends=wall_time_of(draft.ends_at)), untouched=True)


@router.deed(ANNOUNCEMENT, access=SUPERVISORS, back=ANNOUNCEMENT)
async def write_announcement(ask: Ask) -> Answer:
    """What was typed is kept, so that it can be heard, and is not lost while somebody proves who they are."""
    form = ask.read(NewAnnouncement)
    if form.value is None:
        return await _shown(ask, form)
    texts, ends_at = _texts(form.value), instant_of(form.value.ends)
    form = _checked(ask, form, texts, ends_at)
    if form.faults:
        return await _shown(ask, form)
    await keep_draft(line_of(ask), ask.person().person_id, Draft(texts, ends_at))
    return Redirect(_CONFIRM)


@router.page(
    _CONFIRM,
    access=SUPERVISORS,
    title="line.announcement.confirm.title",
    parent=ANNOUNCEMENT,
    step_up=True,
)
async def hear_announcement(ask: Ask) -> Answer:
    draft = await find_draft(line_of(ask), ask.person().person_id)
    if draft is None:
        return Redirect(ANNOUNCEMENT)
    plan = await read_plan(line_of(ask))
    context = {
        "heard": heard_texts(ask, draft.texts),
        "silent": [name for code, name in _languages(ask) if code not in draft.texts],
        "ends_at": draft.ends_at,
        "replaces": plan.announcement,
    }
    return Page("plan_announcement_confirm.html", context)


@router.deed(_CONFIRM, access=SUPERVISORS, step_up=True, back=_CONFIRM)
async def set_announcement(ask: Ask) -> Answer:
    line, me = line_of(ask), ask.person().person_id
    draft = await find_draft(line, me)
    if draft is None:
        return Redirect(ANNOUNCEMENT)
    languages = [code for code, _ in _languages(ask)]
    try:
        await plan_changes.announce(line, ask.accounts, draft.texts, draft.ends_at, languages=languages, by=me)
    except PlanRefused as refused:
        return Redirect(ANNOUNCEMENT, flash=Flash(f"line.announcement.{refused.code}", mood="danger"))
    await forget_draft(line, me)
    return Redirect(ANNOUNCEMENT, flash=Flash("line.announcement.set"))


@router.deed(f"{ANNOUNCEMENT}/end", access=SUPERVISORS, back=ANNOUNCEMENT)
async def end_announcement(ask: Ask) -> Answer:
    announcement = (await read_plan(line_of(ask))).announcement
    named = next(iter(ask.posted.get("announcement", ())), "")
    if announcement is None or str(announcement.id) != named:
        return Redirect(ANNOUNCEMENT, flash=Flash("line.announcement.over", mood="info"))
    await plan_changes.end_announcement(line_of(ask), ask.accounts, UUID(named), by=ask.person().person_id)
    return Redirect(ANNOUNCEMENT, flash=Flash("line.announcement.ended"))


def _languages(ask: Ask) -> list[tuple[str, str]]:
    """The languages that the line speaks, and their names."""
    spoken = ask.given(Playbook).wording
    return [(code, language_name(ask, code)) for code in LAUNCH_LANGUAGES if code in spoken]


def heard_texts(ask: Ask, texts: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each language's code and name, and what its callers hear, word for word."""
    wording = ask.given(Playbook).wording
    return [(code, name, announced(wording, code, texts[code])) for code, name in _languages(ask) if code in texts]


def _texts(written: NewAnnouncement) -> dict[str, str]:
    texts = {code: spoken_text(getattr(written, code)) for code in LAUNCH_LANGUAGES}
    return {code: text for code, text in texts.items() if text}


def _checked(
    ask: Ask, form: Form[NewAnnouncement], texts: Mapping[str, str], ends_at: datetime
) -> Form[NewAnnouncement]:
    """Each text by itself, so that each fault stands at its own field; then the whole."""
    moment, languages = line_of(ask).clock(), [code for code, _ in _languages(ask)]
    for code, text in texts.items():
        try:
            check_text(code, text, languages)
        except PlanRefused as refused:
            form = form.refused(code, f"line.announcement.{refused.code}")
        else:
            if not can_be_read(code, text):
                form = form.refused(code, "line.announcement.script")
    if form.faults:
        return form
    try:
        check_announcement(texts, ends_at, moment, languages)
    except PlanRefused as refused:
        return form.refused("ends" if refused.code == "late" else "de", f"line.announcement.{refused.code}")
    return form


async def _shown(ask: Ask, form: Form[NewAnnouncement] | None = None, *, untouched: bool = False) -> Page:
    line = line_of(ask)
    announcement, people = (await read_plan(line)).announcement, await names_of_people(ask)
    languages = _languages(ask)
    context = {
        "announcement": announcement,
        "heard": heard_texts(ask, announcement.texts) if announcement else [],
        "silent": [name for code, name in languages if announcement and code not in announcement.texts],
        "set_by": people.get(announcement.set_by, "") if announcement else "",
        "written": form or blank(NewAnnouncement, ends=wall_time_of(line.clock() + _USUAL)),
        "spoken": languages,
        "longest": LONGEST_TEXT,
    }
    return Page("plan_announcement.html", context, form=None if untouched else form)
