"""When persons can be spoken to: weekly hours, public holidays, closures, and what callers hear of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from app.accounts import service as accounts_service
from app.calls.foretelling import NEVER, NOW, foretold, outlook
from app.calls.playbook import Playbook
from app.console.door import router
from app.console.line_door import LINE, SUPERVISORS, language_name, line_of, list_lands
from app.console.plan_forms import Holidays, NewClosure, NewHours, Preview, instant_of, wall_time_of
from app.console.plan_week import week_of
from app.kit.extent import EVERYTHING
from app.queue import plan_changes, service
from app.queue.models import Shift
from app.queue.plan import find_changes, forget_plan, read_plan
from app.queue.plan_models import Closure, Plan, PlanRefused
from app.queue.plan_rules import is_open
from app.shell.answers import Answer, Flash, Mood, Page, Redirect, Undo
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, blank
from app.shell.registry import Menu
from app.shell.tables import Badge
from app.texts.languages import LAUNCH_LANGUAGES

HOURS: Final = f"{LINE}/hours"
_CLOSURES: Final = f"{HOURS}/closures"
_UNDO: Final = f"{_CLOSURES}/undo"
# Public holidays of the whole country alone.
_NATIONWIDE: Final = "DE"


@router.page(HOURS, access=SUPERVISORS, title="line.hours.title", menu=Menu("line", 50))
async def hours_page(ask: Ask) -> Answer:
    return await _shown(ask)


@router.deed(f"{HOURS}/add", access=SUPERVISORS, back=HOURS)
async def add_hours(ask: Ask) -> Answer:
    form, plan = ask.read(NewHours), await _fresh_plan(ask)
    if form.value is None:
        return await _shown(ask, hours=form)
    added = {Shift(day, form.value.begins, form.value.ends) for day in form.value.days}
    try:
        return await _keep(ask, {*plan.hours, *added}, plan.holidays, "line.hours.added")
    except PlanRefused:
        return await _shown(ask, hours=form.refused("begins", "line.hours.overlap"))


@router.deed(f"{HOURS}/remove", access=SUPERVISORS, back=HOURS)
async def remove_hours(ask: Ask) -> Answer:
    plan, named = await _fresh_plan(ask), next(iter(ask.posted.get("hours", ())), "")
    left = {span for span in plan.hours if name_of(span) != named}
    return await _keep(ask, left, plan.holidays, "line.hours.removed")


@router.deed(f"{HOURS}/holidays", access=SUPERVISORS, back=HOURS)
async def set_holidays(ask: Ask) -> Answer:
    form, plan = ask.read(Holidays), await _fresh_plan(ask)
    if form.value is None or form.value.holidays not in {"", *(code for code, _ in _calendars(ask))}:
        return await _shown(ask, holidays=form.refused("holidays", "form.fault.enum"))
    return await _keep(ask, set(plan.hours), form.value.holidays or None, "line.hours.kept")


@router.deed(_CLOSURES, access=SUPERVISORS, back=HOURS)
async def add_closure(ask: Ask) -> Answer:
    form = ask.read(NewClosure)
    if form.value is None:
        return await _shown(ask, closure=form)
    begins_at, ends_at = instant_of(form.value.closed_from), instant_of(form.value.closed_until)
    try:
        await plan_changes.close(
            line_of(ask), ask.accounts, begins_at, ends_at, form.value.reason, by=ask.person().person_id
        )
    except PlanRefused as refused:
        return await _shown(ask, closure=form.refused("closed_until", f"line.closure.{refused.code}"))
    return Redirect(HOURS, flash=Flash("line.closure.added"))


@router.deed(f"{_CLOSURES}/remove", access=SUPERVISORS, back=HOURS)
async def remove_closure(ask: Ask) -> Answer:
    named = next(iter(ask.posted.get("closure", ())), "")
    plan = await _fresh_plan(ask)
    known = next((one for one in plan.closures if str(one.id) == named), None)
    if known is None:
        raise Missing
    closure = await plan_changes.reopen(line_of(ask), ask.accounts, known.id, by=ask.person().person_id)
    undo = None if closure is None else Undo(_UNDO, _fields(closure))
    return Redirect(HOURS, flash=Flash("line.closure.removed", undo=undo))


@router.deed(_UNDO, access=SUPERVISORS, back=HOURS)
async def undo_removal(ask: Ask) -> Answer:
    fields = ask.undone(_UNDO)
    closure = Closure(
        UUID(fields["id"]),
        datetime.fromisoformat(fields["begins_at"]),
        datetime.fromisoformat(fields["ends_at"]),
        fields["reason"],
        UUID(fields["made_by"]),
        datetime.fromisoformat(fields["made_at"]),
    )
    await plan_changes.close_again(line_of(ask), ask.accounts, closure, by=ask.person().person_id)
    return Redirect(HOURS, flash=Flash("line.closure.added"))


def _fields(closure: Closure) -> dict[str, str]:
    return {
        "id": str(closure.id),
        "begins_at": closure.begins_at.isoformat(),
        "ends_at": closure.ends_at.isoformat(),
        "reason": closure.reason,
        "made_by": str(closure.made_by),
        "made_at": closure.made_at.isoformat(),
    }


async def _fresh_plan(ask: Ask) -> Plan:
    """What somebody else changed a moment ago is not undone by this change."""
    forget_plan(line_of(ask))
    return await read_plan(line_of(ask))


async def _keep(ask: Ask, hours: Collection[Shift], holidays: str | None, told: str) -> Answer:
    ordered = sorted(hours, key=lambda span: (span.weekday, span.begins))
    await plan_changes.set_hours(line_of(ask), ask.accounts, ordered, holidays, by=ask.person().person_id)
    return Redirect(HOURS, flash=Flash(told))


def name_of(span: Shift) -> str:
    """How a form names hours."""
    return f"{span.weekday} {span.begins:%H:%M} {span.ends:%H:%M}"


def _calendars(ask: Ask) -> list[tuple[str, str]]:
    return [(_NATIONWIDE, ask.translate("line.hours.nationwide")), *list_lands(ask)]


async def _shown(
    ask: Ask,
    *,
    hours: Form[NewHours] | None = None,
    holidays: Form[Holidays] | None = None,
    closure: Form[NewClosure] | None = None,
) -> Page:
    line, plan = line_of(ask), await read_plan(line_of(ask))
    asked = ask.read_query(Preview)
    at = instant_of(asked.value.at) if asked.value and asked.value.at else None
    shifts = [shift for person in (await service.list_shifts(line)).values() for shift in person]
    changed, people = (await find_changes(line)).hours, await names_of_people(ask)
    context = {
        "plan": plan,
        "is_open": is_open(plan, at or line.clock()),
        "at": at,
        "asked": asked if asked.faults else blank(Preview, at=wall_time_of(at or line.clock())),
        "told": await _told(ask, plan, at),
        "hours": hours or blank(NewHours),
        "spans": [(name_of(span), span) for span in plan.hours],
        "days": [(day, ask.translate(f"line.day.{day}")) for day in range(7)],
        "holidays": holidays or blank(Holidays, holidays=plan.holidays or ""),
        "calendars": _calendars(ask),
        "closure": closure or blank(NewClosure),
        "closures": [(one, people.get(one.made_by, "")) for one in plan.closures],
        "week": week_of(plan.hours, shifts),
        "changed": changed,
        "changed_by": people.get(changed.by, "") if changed else "",
    }
    return Page("plan_hours.html", context, form=hours or holidays or closure or (asked if asked.faults else None))


async def _told(ask: Ask, plan: Plan, at: datetime | None) -> list[tuple[str, str, Badge, str]]:
    """For each language of the line its code and name, whether somebody is there, and what a caller hears then."""
    line, playbook = line_of(ask), ask.given(Playbook)
    moods: dict[str, Mood] = {NOW: "success", NEVER: "danger"}
    told = []
    for language in (language for language in LAUNCH_LANGUAGES if language in playbook.wording):
        duty = await (service.planned_duty(line, language, at) if at else service.duty(line, language))
        kind = outlook(duty)
        heard = foretold(playbook, language, duty, at or line.clock(), callbacks=plan.settings.callbacks)
        badge = Badge(ask.translate(f"line.outlook.{kind}"), moods.get(kind, "warning"))
        told.append((language, language_name(ask, language), badge, heard))
    return told


async def names_of_people(ask: Ask) -> dict[UUID, str]:
    """Everybody who may have changed something, by id."""
    return {one.id: one.display_name for one in await accounts_service.list_people(ask.accounts, EVERYTHING)}
