"""What supervisors may turn about the line: each setting with its meaning, its bounds, and who changed it last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.accounts.models import LineSetting
from app.console.door import router
from app.console.line_door import LINE, SUPERVISORS, line_of
from app.console.plan_forms import Reset, Turned
from app.console.plan_hours import names_of_people
from app.queue import plan_changes
from app.queue.plan import find_changes, forget_plan, read_plan
from app.queue.plan_models import BOUNDS, Bounds, Settings
from app.queue.plan_rules import field_of, value_of
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import Form, blank
from app.shell.registry import Menu

SETTINGS: Final = f"{LINE}/settings"


@dataclass(frozen=True, slots=True)
class Row:
    """A setting as the page shows it."""

    setting: LineSetting
    field: str
    bounds: Bounds
    choices: tuple[tuple[int, str], ...]
    is_usual: bool
    changed_at: datetime | None
    changed_by: str


@router.page(SETTINGS, access=SUPERVISORS, title="line.settings.title", menu=Menu("line", 60))
async def settings_page(ask: Ask) -> Answer:
    return await _shown(ask)


@router.deed(SETTINGS, access=SUPERVISORS, back=SETTINGS)
async def turn_settings(ask: Ask) -> Answer:
    form = ask.read(Turned)
    if form.value is None:
        return await _shown(ask, form)
    settings = await _fresh_settings(ask)
    wanted = {setting: int(getattr(form.value, field_of(setting))) for setting in BOUNDS}
    changed = {setting: value for setting, value in wanted.items() if value != value_of(settings, setting)}
    for setting, value in changed.items():
        await plan_changes.turn(line_of(ask), ask.accounts, setting, value, by=ask.person().person_id)
    return Redirect(SETTINGS, flash=Flash("line.settings.set", {"count": len(changed)}))


@router.deed(f"{SETTINGS}/default", access=SUPERVISORS, back=SETTINGS)
async def reset_setting(ask: Ask) -> Answer:
    form = ask.read(Reset)
    if form.value is None:
        return Redirect(SETTINGS)
    setting = form.value.setting
    if value_of(await _fresh_settings(ask), setting) != BOUNDS[setting].default:
        default = BOUNDS[setting].default
        await plan_changes.turn(line_of(ask), ask.accounts, setting, default, by=ask.person().person_id)
    return Redirect(SETTINGS, flash=Flash("line.settings.reset", {"name": ask.translate(f"line.setting.{setting}")}))


async def _fresh_settings(ask: Ask) -> Settings:
    forget_plan(line_of(ask))
    return (await read_plan(line_of(ask))).settings


async def _shown(ask: Ask, form: Form[Turned] | None = None) -> Page:
    settings = (await read_plan(line_of(ask))).settings
    now = {field_of(setting): getattr(settings, field_of(setting)) for setting in BOUNDS}
    rows = await _rows(ask, settings)
    return Page("plan_settings.html", {"turned": form or blank(Turned, **now), "rows": rows}, form=form)


async def _rows(ask: Ask, settings: Settings) -> list[Row]:
    changes, people = (await find_changes(line_of(ask))).settings, await names_of_people(ask)
    rows = []
    for setting, bounds in BOUNDS.items():
        changed = changes.get(setting)
        rows.append(
            Row(
                setting,
                field_of(setting),
                bounds,
                tuple((choice, str(choice)) for choice in bounds.choices),
                value_of(settings, setting) == bounds.default,
                changed.at if changed else None,
                people.get(changed.by, "") if changed else "",
            )
        )
    return rows
