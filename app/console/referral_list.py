"""All referrals for those who counsel: what nobody answered comes first; and the notices that never arrived."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app.accounts.models import Role
from app.centres.models import Directory
from app.console.door import router
from app.kit.extent import EVERYTHING
from app.referrals import delivery, rules, service
from app.referrals.delivery_models import DeadLetter
from app.referrals.models import Referral, ReferralState, Side, Tab
from app.referrals.service import Referrals
from app.referrals.working_days import last_day
from app.shell.access import only
from app.shell.answers import Answer, Flash, Mood, Page, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.registry import Menu
from app.shell.tables import Badge, Column, Link, Table

HOTLINE: Final = only(Role.AGENT, Role.SUPERVISOR)
SUPERVISORS: Final = only(Role.SUPERVISOR)
REFERRALS: Final = "/referrals"
_UNDELIVERED: Final = f"{REFERRALS}/undelivered"


@dataclass(frozen=True, slots=True)
class Line:
    """A referral in a list, and the name of the centre that has it; `late` where its deadline is over."""

    referral: Referral
    centre: str
    late: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A notice that was given up, and the name of the centre it is about."""

    letter: DeadLetter
    centre: str


def short_name(id_: UUID) -> str:
    """What people call a referral: the first signs of its id, which say nothing about anybody."""
    return id_.hex[:6].upper()


def centre_name(ask: Ask, centre_id: str) -> str:
    """The centre's name, and its town where the name lacks it; the id of one that the directory no longer has."""
    centre = ask.given(Directory).centres.get(centre_id)
    if centre is None:
        return centre_id
    return f"{centre.name}, {centre.city}" if centre.city and centre.city not in centre.name else centre.name


def mood_of(state: ReferralState) -> Mood:
    """Who must do something: nobody any more, the centre that promised to, or somebody now."""
    if state in {ReferralState.DECLINED, ReferralState.EXPIRED}:
        return "danger"
    if state is ReferralState.COMPLETED:
        return "success"
    return "warning" if state in rules.WAITING or state is ReferralState.RECEIVED else "info"


def is_late(referral: Referral, at: datetime) -> bool:
    """Whether the deadline that runs is over."""
    return referral.deadline_at is not None and referral.deadline_at < at


def _deadline(line: Line) -> date | Badge | None:
    deadline = line.referral.deadline_at
    if deadline is None:
        return None
    return Badge("late", "danger") if line.late else last_day(deadline)


def _message(line: Line) -> Badge | None:
    """Whether the centre wrote last, and so waits for an answer."""
    return Badge("new", "info") if line.referral.last_message_from is Side.CENTRE else None


_COLUMNS: Final = (
    Column[Line](
        "made", lambda line: Link(f"{REFERRALS}/{line.referral.id}", short_name(line.referral.id)), file=False
    ),
    Column[Line]("since", lambda line: line.referral.made_at),
    Column[Line](
        "state", lambda line: Badge(line.referral.state.value, mood_of(line.referral.state)), words="referral.state"
    ),
    Column[Line]("deadline", _deadline, words="referral.deadline"),
    Column[Line]("centre", lambda line: line.centre),
    Column[Line]("message", _message, words="referral.message", file=False),
)
LISTED: Final = Table[Line]("referral.list", columns=_COLUMNS)
ESCALATED: Final = Table[Line]("referral.escalated", columns=_COLUMNS, page_size=50)
UNDELIVERED: Final = Table[Lost](
    "referral.undelivered",
    columns=(
        Column(
            "referral",
            lambda lost: Link(f"{REFERRALS}/{lost.letter.referral_id}", short_name(lost.letter.referral_id)),
        ),
        Column("kind", lambda lost: lost.letter.kind.value, words="referral.notice"),
        Column("way", lambda lost: lost.letter.way.value, words="referral.way"),
        Column("centre", lambda lost: lost.centre),
        Column("died", lambda lost: lost.letter.died_at),
        Column("tries", lambda lost: lost.letter.tries),
        Column("reason", lambda lost: lost.letter.reason),
    ),
)


@router.page(REFERRALS, access=HOTLINE, title="referral.title", menu=Menu("work", 20))
async def referrals_page(ask: Ask) -> Answer:
    referrals = ask.given(Referrals)
    counts = await service.count_inbox(referrals, EVERYTHING)
    tab = next((tab for tab in Tab if tab.value == ask.query.get("tab")), Tab.NEW if counts[Tab.NEW] else Tab.OPEN)
    place = LISTED.place(ask)
    rows = await service.list_inbox(referrals, EVERYTHING, tab, limit=place.limit, offset=place.offset)
    escalated = [_line(ask, row) for row in await service.list_escalated(referrals)]
    context = {
        "referrals": LISTED.shown(ask, [_line(ask, row) for row in rows], total=counts[tab], place=place),
        "escalated": ESCALATED.shown(ask, escalated, total=len(escalated)) if escalated else None,
        "tabs": [(one.value, counts[one], one is tab) for one in Tab],
        "undelivered": await delivery.count_dead_letters(referrals.database),
        "may_send_again": ask.person().role in SUPERVISORS.roles,
    }
    return Page("referrals.html", context)


@router.page(_UNDELIVERED, access=SUPERVISORS, title="referral.undelivered.title", parent=REFERRALS)
async def undelivered(ask: Ask) -> Answer:
    letters = await delivery.list_dead_letters(ask.given(Referrals).database)
    rows = [Lost(letter, centre_name(ask, letter.centre_id)) for letter in letters]
    return Page("undelivered.html", {"undelivered": UNDELIVERED.show(ask, rows)})


@router.deed(f"{_UNDELIVERED}/again", access=SUPERVISORS, back=_UNDELIVERED)
async def send_again(ask: Ask) -> Answer:
    """One notice by its id, or all of them where none is named."""
    named = next(iter(ask.posted.get("id", ())), "")
    try:
        id_ = UUID(named) if named else None
    except ValueError:
        raise Missing from None
    count = await delivery.retry(ask.given(Referrals).database, id_, ask.clock)
    return Redirect(_UNDELIVERED, flash=Flash("referral.undelivered.sent", {"count": count}))


def _line(ask: Ask, referral: Referral) -> Line:
    return Line(referral, centre_name(ask, referral.centre_id), is_late(referral, ask.clock()))
