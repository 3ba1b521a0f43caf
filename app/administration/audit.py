"""The audit: who did what with accounts and exports, page by page, as a file, and checked on request."""

from collections.abc import Mapping
from typing import Final

from app.accounts import service
from app.accounts.models import CLI, Action, AuditEntry, AuditPage
from app.accounts.rules import DETAILS
from app.administration.door import ADMINISTRATORS, router
from app.kit.extent import EVERYTHING
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.registry import Menu
from app.shell.tables import Column, Table

# Under which words the values of a detail stand; numbers stand for themselves.
_VALUES: Final[Mapping[str, str]] = {
    "role": "role",
    "before": "role",
    "after": "role",
    "sign_in": "people.sign_in",
    "reason": "audit.reason",
    "factor": "audit.factor",
    "setting": "line.setting",
}
_PAGE: Final = 50
_FILE: Final = 10_000


DETAIL_NAMES: Final = frozenset(name for details in DETAILS.values() for name in details)


class Told:
    """An entry as a person reads it: names in the place of ids."""

    def __init__(self, entry: AuditEntry, names: Mapping[str, str], ask: Ask) -> None:
        self.entry = entry
        self.actor = names.get(entry.actor, entry.actor) or "–"
        self.subject = names.get(entry.subject, entry.subject) or "–"
        known = entry.action in {action.value for action in Action}
        self.action = ask.translate(f"audit.action.{entry.action}") if known else entry.action
        self.details = ", ".join(_detail(ask, name, value) for name, value in entry.details.items())


AUDIT: Final = Table[Told](
    "audit",
    columns=(
        Column("seq", lambda told: told.entry.seq),
        Column("at", lambda told: told.entry.at),
        Column("actor", lambda told: told.actor),
        Column("action", lambda told: told.action),
        Column("subject", lambda told: told.subject),
        Column("details", lambda told: told.details or None),
    ),
    download="/audit/download",
    page_size=_PAGE,
)


@router.page("/audit", access=ADMINISTRATORS, title="audit.title", menu=Menu("administration", 20))
async def audit_page(ask: Ask) -> Answer:
    before, action = _number(ask.query.get("before")), _action(ask.query.get("action"))
    page = await service.list_audit(ask.accounts, action=action, before=before, limit=_PAGE)
    rows = await _told(ask, page)
    context = {
        "audit": AUDIT.shown(ask, rows, total=len(rows)),
        "older": page.next_before,
        "action": action.value if action else "",
        "actions": sorted(
            ((one.value, ask.translate(f"audit.action.{one.value}")) for one in Action), key=lambda one: one[1]
        ),
    }
    return Page("audit.html", context)


@router.download("/audit/download", access=ADMINISTRATORS, step_up=True, back="/audit")
async def audit_file(ask: Ask) -> Answer:
    page = await service.list_audit(ask.accounts, limit=_FILE)
    return AUDIT.download_file(ask, await _told(ask, page))


@router.deed("/audit/verify", access=ADMINISTRATORS, back="/audit")
async def verify(ask: Ask) -> Answer:
    report = await service.verify_audit(ask.accounts)
    if report.broken_seq is None:
        return Redirect("/audit", flash=Flash("audit.sound", {"count": report.sound, "head": report.head or "–"}))
    return Redirect("/audit", flash=Flash("audit.broken", {"seq": report.broken_seq}, mood="danger"))


async def _told(ask: Ask, page: AuditPage) -> list[Told]:
    people = await service.list_people(ask.accounts, EVERYTHING)
    names = {str(person.id): person.display_name for person in people} | {CLI: ask.translate("audit.command_line")}
    return [Told(entry, names, ask) for entry in page.entries]


def _detail(ask: Ask, name: str, value: str | float) -> str:
    if name not in DETAIL_NAMES:
        return f"{name}: {value}"
    told = ask.translate(f"{_VALUES[name]}.{value}") if name in _VALUES else str(value)
    return f"{ask.translate(f'audit.detail.{name}')}: {told}"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= len(str(2**62)) else None


def _action(text: str | None) -> Action | None:
    return next((action for action in Action if action.value == text), None)
