"""The inbox: which referrals wait, what is due first, and the one whose code somebody says at the door."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.portal.door import INBOX, STAFF, centre_name, reach_of, router, sites_of
from app.referrals import service
from app.referrals.models import Referral, ReferralState, Side, Tab
from app.referrals.refusals import CodesThrottled
from app.referrals.service import Referrals
from app.referrals.working_days import last_day
from app.shell.answers import Answer, Flash, Mood, Page, Redirect
from app.shell.ask import Ask
from app.shell.faults import TooMany
from app.shell.registry import Menu
from app.shell.tables import Badge, Column, Link, Table

_PAGE_SIZE: Final = 25
MOODS: Final[dict[ReferralState, Mood]] = {
    ReferralState.REQUESTED: "warning",
    ReferralState.DELIVERED: "warning",
    ReferralState.RECEIVED: "warning",
    ReferralState.ACCEPTED: "info",
    ReferralState.CONTACTED: "info",
    ReferralState.COMPLETED: "success",
    ReferralState.DECLINED: "danger",
    ReferralState.FORWARDED: "info",
    ReferralState.EXPIRED: "danger",
    ReferralState.WITHDRAWN: "info",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A referral in the inbox; `late` where its deadline is over."""

    referral: Referral
    site: str
    late: bool


def _deadline(line: Line) -> date | Badge | None:
    deadline = line.referral.deadline_at
    if deadline is None:
        return None
    return Badge("late", "danger") if line.late else last_day(deadline)


def _state(line: Line) -> Badge:
    return Badge(line.referral.state.value, MOODS[line.referral.state])


def _message(line: Line) -> Badge | None:
    """Whether the hotline wrote last, and so waits for an answer."""
    return Badge("new", "info") if line.referral.last_message_from is Side.HOTLINE else None


def is_late(referral: Referral, at: datetime) -> bool:
    """Whether the deadline that runs is over."""
    return referral.deadline_at is not None and referral.deadline_at < at


REFERRALS: Final = Table[Line](
    "portal.inbox",
    columns=(
        Column("made", lambda line: Link(f"{INBOX}/referrals/{line.referral.id}", line.referral.id.hex[:6].upper())),
        Column("since", lambda line: line.referral.made_at),
        Column("state", _state, words="referral.state"),
        Column("deadline", _deadline, words="portal.deadline"),
        Column("site", lambda line: line.site),
        Column("message", _message, words="referral.message", file=False),
    ),
    page_size=_PAGE_SIZE,
)


@router.page(INBOX, access=STAFF, title="portal.title", menu=Menu("work", 40))
async def inbox(ask: Ask) -> Answer:
    referrals, reach, sites = ask.given(Referrals), await reach_of(ask), await sites_of(ask)
    site = next((id_ for id_, _ in sites if id_ == ask.query.get("site")), None)
    counts = await service.count_inbox(referrals, reach, centre_id=site)
    tab = _tab(ask, counts)
    place = REFERRALS.place(ask)
    rows = await service.list_inbox(referrals, reach, tab, centre_id=site, limit=place.limit, offset=place.offset)
    lines = [Line(row, centre_name(ask, row.centre_id), is_late(row, ask.clock())) for row in rows]
    context = {
        "referrals": REFERRALS.shown(ask, lines, total=counts[tab], place=place),
        "tabs": [(one.value, counts[one], one is tab) for one in Tab],
        "tab": tab.value,
        "sites": sites,
        "site": site or "",
    }
    return Page("inbox.html", context)


@router.deed("/portal/code", access=STAFF, back=INBOX)
async def find_by_code(ask: Ask) -> Answer:
    """Somebody stands at the door and says their ten digits."""
    code = next(iter(ask.posted.get("code", ())), "")
    try:
        found = await service.find_by_code(ask.given(Referrals), await reach_of(ask), code, by=ask.person().person_id)
    except CodesThrottled as throttled:
        raise TooMany(throttled.retry_after_seconds) from None
    if found is None:
        return Redirect(INBOX, flash=Flash("portal.code.unknown", mood="warning"))
    return Redirect(f"{INBOX}/referrals/{found.id}")


def _tab(ask: Ask, counts: dict[Tab, int]) -> Tab:
    """The one in the address; else what is new, or what is open where nothing new waits."""
    asked = ask.query.get("tab")
    first = Tab.NEW if counts[Tab.NEW] or not counts[Tab.OPEN] else Tab.OPEN
    return next((tab for tab in Tab if tab.value == asked), first)
