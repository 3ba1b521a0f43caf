"""One withdrawal: who said what, and what a second person may do with it now."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.accounts.models import Action, Role
from app.accounts.service import Accounts
from app.console.door import (
    EDITING,
    LOADING,
    Decision,
    asked_id,
    deciding,
    find_knowledge,
    list_names,
    reading,
    router,
    some_person,
    title_of,
)
from app.console.editing_withdrawals import mark_of
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import NOTHING, transaction
from app.knowledge import flags
from app.knowledge.flags import Withdrawal
from app.knowledge.flags_models import Flag, FlagReason, FlagRefused, FlagState
from app.knowledge.flags_rules import kind_of
from app.knowledge.models import Knowledge
from app.knowledge.service import load_knowledge
from app.shell.answers import Answer, Flash, Page, Question, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.provided import Provided


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done with a withdrawal: the line of the audit, and the verb."""

    action: Action
    verb: Callable[[Decision, Knowledge, UUID, Ask], Awaitable[Flag]]


async def _confirm(decision: Decision, _knowledge: Knowledge, flag_id: UUID, ask: Ask) -> Flag:
    return await flags.confirm(decision.session, flag_id, by=ask.person().person_id, at=ask.clock())


async def _decline(decision: Decision, _knowledge: Knowledge, flag_id: UUID, ask: Ask) -> Flag:
    return await flags.decline(decision.session, flag_id, by=ask.person().person_id, at=ask.clock())


async def _propose_lift(decision: Decision, _knowledge: Knowledge, flag_id: UUID, ask: Ask) -> Flag:
    return await flags.propose_lift(decision.session, flag_id, by=ask.person().person_id, at=ask.clock())


async def _keep(decision: Decision, _knowledge: Knowledge, flag_id: UUID, _ask: Ask) -> Flag:
    return await flags.keep(decision.session, flag_id)


async def _lift(decision: Decision, _knowledge: Knowledge, flag_id: UUID, ask: Ask) -> Flag:
    return await flags.lift(decision.session, flag_id, by=ask.person().person_id, at=ask.clock())


async def _close(decision: Decision, knowledge: Knowledge, flag_id: UUID, ask: Ask) -> Flag:
    return await flags.close_as_done(decision.session, knowledge, flag_id, by=ask.person().person_id, at=ask.clock())


_DEEDS: Final[Mapping[str, Deed]] = {
    "confirm": Deed(Action.WITHDRAWAL_CONFIRMED, _confirm),
    "decline": Deed(Action.WITHDRAWAL_DECLINED, _decline),
    "propose-lift": Deed(Action.RETURN_PROPOSED, _propose_lift),
    "keep": Deed(Action.RETURN_DECLINED, _keep),
    "lift": Deed(Action.RETURN_CONFIRMED, _lift),
    "close": Deed(Action.WITHDRAWAL_DONE, _close),
}


async def _some_flag(given: Provided) -> Sequence[str]:
    return [f"/editing/withdrawals/{(await _make_flag(given)).id}"]


async def _some_question(given: Provided) -> Sequence[str]:
    flag = await _make_flag(given)
    return [f"/editing/withdrawals/{flag.id}/{deed}" for deed in _DEEDS]


async def _make_flag(given: Provided) -> Flag:
    accounts, by = given.get(Accounts), await some_person(given, Role.EDITOR)
    async with transaction(accounts.database, NOTHING) as session:
        if there := await flags.list_open(session):
            return there[0]
        knowledge, wanted = load_knowledge(PROJECT_ROOT, ("de",)), Withdrawal("duration", FlagReason.OUTDATED)
        return await flags.withdraw(session, knowledge, wanted, by=by, at=accounts.clock())


@router.page(
    "/editing/withdrawals/{id}",
    access=EDITING,
    title="editing.withdrawal.title",
    parent="/editing/withdrawals",
    example=_some_flag,
)
async def withdrawal_page(ask: Ask) -> Answer:
    flag, knowledge, names = await _asked(ask), find_knowledge(ask), await list_names(ask)
    if knowledge is None:
        return LOADING
    mark = mark_of(knowledge, flag, ask.clock())
    steps = [
        ("proposed", flag.proposed_by, flag.proposed_at),
        ("confirmed", flag.confirmed_by, flag.confirmed_at),
        ("lift", flag.lift_by, flag.lift_at),
        (flag.state.value, flag.ended_by, flag.ended_at),
    ]
    kind = kind_of(knowledge, flag.ref)
    context = {
        "flag": flag,
        "kind": kind,
        "mark": mark,
        "steps": [(step, names.get(by, "–"), at) for step, by, at in steps if by is not None],
        "deeds": list_deeds(flag, mark, ask.person().person_id),
        "address": f"/knowledge/{kind}/{flag.ref}" if kind in {"answer", "offer"} else None,
    }
    return Page("withdrawal.html", context, heading=title_of(ask, knowledge, flag.ref))


def list_deeds(flag: Flag, mark: str, person: UUID) -> list[str]:
    """What this person may do with it now, by the words of the question."""
    match flag.state:
        case FlagState.PROPOSED:
            return ["decline"] if person == flag.proposed_by else ["confirm", "decline"]
        case FlagState.AT_ONCE | FlagState.IN_FORCE:
            waiting = ["confirm"] if flag.state is FlagState.AT_ONCE and person != flag.proposed_by else []
            return [*(["close"] if mark == "done" else []), *waiting, "propose-lift"]
        case FlagState.LIFT_PROPOSED:
            return [*(["close"] if mark == "done" else []), *([] if person == flag.lift_by else ["lift"]), "keep"]
        case _:
            return []


@router.page(
    "/editing/withdrawals/{id}/{deed}",
    access=EDITING,
    title="editing.withdrawal.title",
    parent="/editing/withdrawals",
    example=_some_question,
)
async def ask_first(ask: Ask) -> Answer:
    flag, knowledge = await _asked(ask), find_knowledge(ask)
    if ask.path["deed"] not in _DEEDS:
        raise Missing
    if knowledge is None:
        return LOADING
    back, slots = f"/editing/withdrawals/{flag.id}", {"title": title_of(ask, knowledge, flag.ref)}
    return Question(f"editing.deed.{ask.path['deed']}", deed=ask.here, back=back, slots=slots)


@router.deed("/editing/withdrawals/{id}/{deed}", access=EDITING, back="/editing/withdrawals")
async def do(ask: Ask) -> Answer:
    flag, knowledge, deed = await _asked(ask), find_knowledge(ask), _DEEDS.get(ask.path["deed"])
    if deed is None:
        raise Missing
    if knowledge is None:
        return LOADING
    back = f"/editing/withdrawals/{flag.id}"
    try:
        async with deciding(ask, deed.action) as decision:
            decision.subject = flag.ref
            await deed.verb(decision, knowledge, flag.id, ask)
    except FlagRefused as refused:
        return Redirect(back, flash=Flash(f"editing.refused.{refused.code}", mood="danger"))
    return Redirect(back, flash=Flash(f"editing.deed.{ask.path['deed']}.done"))


async def _asked(ask: Ask) -> Flag:
    try:
        async with reading(ask) as session:
            return await flags.get_flag(session, asked_id(ask))
    except FlagRefused:
        raise Missing from None
