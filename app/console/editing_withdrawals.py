"""What is withdrawn: the list, and proposing it; what happens to each withdrawal stands in editing_withdrawal."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

from pydantic import Field

from app.accounts.models import Action
from app.console.door import (
    EDITING,
    LOADING,
    deciding,
    find_knowledge,
    list_names,
    reading,
    router,
    title_of,
)
from app.knowledge import flags
from app.knowledge.flags import Withdrawal
from app.knowledge.flags_models import Flag, FlagReason, FlagRefused, FlagState
from app.knowledge.flags_rules import COUNTRY, LINE, check_withdrawable, is_done_by_file, kind_of, waits_too_long
from app.knowledge.models import Knowledge
from app.shell.answers import Answer, Flash, Mood, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import Form, FormModel, blank
from app.shell.registry import Menu
from app.shell.tables import Badge, Column, Link, Table

_MOST_FOUND: Final = 30


class WithdrawForm(FormModel):
    """What shall be withdrawn, and why."""

    words: ClassVar[str] = "editing.withdraw"
    ref: str = Field(min_length=1, max_length=150)
    reason: FlagReason
    note: str = Field(default="", max_length=500)
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A withdrawal as editors read it; `mark` says where it stands, more than its state does."""

    flag: Flag
    title: str
    kind: str
    mark: str
    proposed_by: str
    confirmed_by: str | None


_MOODS: Final[dict[str, Mood]] = {
    "proposed": "info",
    "at-once": "warning",
    "waits-too-long": "danger",
    "in-force": "warning",
    "lift-proposed": "info",
    "done": "success",
}

WITHDRAWALS: Final = Table[Told](
    "editing.withdrawals",
    columns=(
        Column("title", lambda told: Link(f"/editing/withdrawals/{told.flag.id}", told.title)),
        Column("kind", lambda told: told.kind, sort=lambda told: told.kind, words="editing.kind"),
        Column("state", lambda told: Badge(told.mark, _MOODS.get(told.mark, "info")), words="editing.flag"),
        Column("reason", lambda told: told.flag.reason.value, words="editing.reason"),
        Column("by", lambda told: told.proposed_by),
        Column("at", lambda told: told.flag.proposed_at, sort=lambda told: told.flag.proposed_at),
        Column("confirmed_by", lambda told: told.confirmed_by),
    ),
    download="/editing/withdrawals/download",
)
# What a page has no room for.
_IN_FILES: Final = (Column[Told]("ref", lambda told: told.flag.ref), Column[Told]("note", lambda told: told.flag.note))
_FILE: Final = replace(WITHDRAWALS, columns=(*WITHDRAWALS.columns, *_IN_FILES))


@router.page(
    "/editing/withdrawals",
    access=EDITING,
    title="editing.withdrawals.title",
    parent="/editing",
    menu=Menu("content", 20),
)
async def withdrawals_page(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    rows = await list_told(ask, knowledge, ended=_ended(ask))
    return Page("withdrawals.html", {"withdrawals": WITHDRAWALS.show(ask, rows), "ended": _ended(ask)})


@router.download("/editing/withdrawals/download", access=EDITING, back="/editing/withdrawals")
async def withdrawals_file(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    return _FILE.download_file(ask, await list_told(ask, knowledge, ended=_ended(ask)))


def _ended(ask: Ask) -> bool:
    return ask.query.get("state") == "ended"


async def list_told(ask: Ask, knowledge: Knowledge, *, ended: bool = False) -> list[Told]:
    """All that are open, those first that wait for somebody; or all that have ended."""
    names, at = await list_names(ask), ask.clock()
    async with reading(ask) as session:
        found = await (flags.list_ended(session) if ended else flags.list_open(session))
    told = [
        Told(
            flag,
            title_of(ask, knowledge, flag.ref),
            kind_of(knowledge, flag.ref) or "gone",
            mark_of(knowledge, flag, at),
            names.get(flag.proposed_by, "–"),
            names.get(flag.confirmed_by, "–") if flag.confirmed_by else None,
        )
        for flag in found
    ]
    order = list(_MOODS)
    return told if ended else sorted(told, key=lambda one: (one.mark != "waits-too-long", order.index(one.mark)))


def mark_of(knowledge: Knowledge, flag: Flag, at: datetime) -> str:
    """Where a withdrawal stands; one that the files have mended is done, whoever has confirmed it."""
    if is_done_by_file(knowledge, flag):
        return "done"
    if flag.state is not FlagState.LIFT_PROPOSED and waits_too_long(flag, at):
        return "waits-too-long"
    return flag.state.value


@router.page(
    "/editing/withdrawals/new",
    access=EDITING,
    title="editing.withdraw.title",
    parent="/editing/withdrawals",
)
async def ask_what(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    ref = ask.query.get("ref", "").strip()
    if kind_of(knowledge, ref) is None:
        wanted = ask.query.get("q", ref).strip().casefold()
        found = find_names(ask, knowledge, wanted) if wanted else []
        return Page("withdraw_what.html", {"q": wanted, "found": found})
    return _form_page(ask, knowledge, ref, blank(WithdrawForm, ref=ref))


@router.deed("/editing/withdrawals/new", access=EDITING, back="/editing/withdrawals")
async def withdraw(ask: Ask) -> Answer:
    knowledge, form = find_knowledge(ask), ask.read(WithdrawForm)
    if knowledge is None:
        return LOADING
    if form.value is None:
        return _form_page(ask, knowledge, form.shown("ref"), form)
    given, by = form.value, ask.person().person_id
    wanted = Withdrawal(given.ref, given.reason, given.note, at_once=given.at_once)
    action = Action.WITHDRAWN_AT_ONCE if given.at_once else Action.WITHDRAWAL_PROPOSED
    try:
        async with deciding(ask, action) as decision:
            decision.subject = given.ref
            flag = await flags.withdraw(decision.session, knowledge, wanted, by=by, at=ask.clock())
    except FlagRefused as refused:
        return _form_page(ask, knowledge, given.ref, form.refused("", f"editing.refused.{refused.code}"))
    words = "editing.withdrawn.at-once" if given.at_once else "editing.withdrawn.proposed"
    return Redirect(f"/editing/withdrawals/{flag.id}", flash=Flash(words))


def _form_page(ask: Ask, knowledge: Knowledge, ref: str, form: Form[WithdrawForm]) -> Page:
    """The question why; what must never be withdrawn has no form."""
    try:
        check_withdrawable(knowledge, ref)
    except FlagRefused as refused:
        return Page("withdraw_never.html", {"why": f"editing.refused.{refused.code}"})
    context = {
        "ref": ref,
        "kind": kind_of(knowledge, ref),
        "thing": title_of(ask, knowledge, ref),
        "reasons": [(reason.value, ask.translate(f"editing.reason.{reason.value}")) for reason in FlagReason],
    }
    return Page("withdraw.html", context, form=form)


def find_names(ask: Ask, knowledge: Knowledge, wanted: str) -> list[tuple[str, str, str]]:
    """What can be withdrawn and has these letters in its name or title: name, kind and title."""
    refs = (
        *knowledge.answers,
        *knowledge.offers,
        *(f"{COUNTRY}{iso}" for iso in knowledge.countries),
        *(f"{LINE}{id_}" for id_ in knowledge.lines),
        *knowledge.facts,
    )
    titled = ((ref, kind_of(knowledge, ref) or "", title_of(ask, knowledge, ref)) for ref in refs)
    found = (one for one in titled if wanted in one[0].casefold() or wanted in one[2].casefold())
    return [one for _, one in zip(range(_MOST_FOUND), found, strict=False)]
