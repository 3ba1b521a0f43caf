"""What may follow what in a referral, what is due when, and when all of it ends, decided without reading or writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from app.referrals.models import Notice, ReferralState, Tab
from app.referrals.refusals import TransitionRefused
from app.referrals.working_days import end_of_working_day

_S = ReferralState

TRANSITIONS: Final[Mapping[ReferralState, frozenset[ReferralState]]] = MappingProxyType(
    {
        _S.REQUESTED: frozenset({_S.DELIVERED, _S.RECEIVED, _S.FORWARDED, _S.EXPIRED, _S.WITHDRAWN}),
        _S.DELIVERED: frozenset({_S.RECEIVED, _S.FORWARDED, _S.EXPIRED, _S.WITHDRAWN}),
        _S.RECEIVED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.FORWARDED, _S.EXPIRED, _S.WITHDRAWN}),
        _S.ACCEPTED: frozenset({_S.DECLINED, _S.FORWARDED, _S.CONTACTED, _S.EXPIRED, _S.WITHDRAWN}),
        # Whoever declined by mistake may accept after all, as long as nobody else has it.
        _S.DECLINED: frozenset({_S.ACCEPTED, _S.FORWARDED, _S.WITHDRAWN}),
        _S.CONTACTED: frozenset({_S.COMPLETED, _S.EXPIRED, _S.WITHDRAWN}),
        # Until it is erased the caller may withdraw what has ended, too.
        _S.COMPLETED: frozenset({_S.WITHDRAWN}),
        _S.EXPIRED: frozenset({_S.WITHDRAWN}),
        _S.FORWARDED: frozenset(),
        _S.WITHDRAWN: frozenset(),
    }
)
WAITING: Final = frozenset({_S.REQUESTED, _S.DELIVERED})
ENDED: Final = frozenset({_S.DECLINED, _S.FORWARDED, _S.COMPLETED, _S.EXPIRED, _S.WITHDRAWN})
OPEN: Final = frozenset(_S) - ENDED
TABS: Final[Mapping[Tab, frozenset[ReferralState]]] = MappingProxyType(
    {Tab.NEW: WAITING, Tab.OPEN: OPEN - WAITING, Tab.ENDED: ENDED}
)
# What the centre may read: only once it has taken note of the referral, and nothing of one that another centre has.
READABLE: Final = frozenset(_S) - WAITING - {_S.FORWARDED, _S.WITHDRAWN, _S.EXPIRED}
# A centre forwards what it has received; the hotline also what nobody answers.
FORWARDED_BY_CENTRE: Final = frozenset({_S.RECEIVED, _S.ACCEPTED})

# Everything is gone 90 days after the making, so an open referral ends early enough to be kept 30 days after its end.
LIFE: Final = timedelta(days=90)
KEPT_AFTER_END: Final = timedelta(days=30)
EXPIRES_AFTER: Final = LIFE - KEPT_AFTER_END
SECRET_BEFORE_LIFE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a referral its calendar depends on."""

    state: ReferralState
    land: str
    received_by: datetime
    answered_by: datetime
    expires_at: datetime
    received_at: datetime | None = None
    answered_at: datetime | None = None
    contacted_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None


def check_transition(state: ReferralState, to: ReferralState) -> None:
    """Raises TransitionRefused."""
    if to not in TRANSITIONS[state]:
        raise TransitionRefused(state)


def deadline_of(standing: Standing) -> datetime | None:
    """The deadline that runs: to be received, then to be answered; none for what was answered."""
    if standing.state in WAITING:
        return standing.received_by
    return standing.answered_by if standing.state is _S.RECEIVED else None


def next_step(standing: Standing) -> tuple[Notice, datetime] | None:
    """What the calendar asks for next, and when.

    A reminder comes when a deadline is over, the hotline hears of it a working day later; then only the end is left.
    """
    if standing.state in ENDED:
        return None
    end = (Notice.EXPIRED, standing.expires_at)
    deadline = deadline_of(standing)
    if deadline is None or standing.escalated_at is not None:
        return end
    if standing.reminded_at is not None:
        # The deadline is a midnight: the day that ended with it is the one before.
        escalation = end_of_working_day(deadline - timedelta(minutes=1), 1, standing.land)
        step = (Notice.ESCALATED, escalation)
    else:
        step = (Notice.REMIND_RECEIVE if standing.state in WAITING else Notice.REMIND_ANSWER, deadline)
    return min(step, end, key=lambda one: one[1])


def erased_by(expires_at: datetime, ended_at: datetime | None) -> datetime:
    """When a referral is erased at the latest."""
    last = expires_at + KEPT_AFTER_END
    return last if ended_at is None else min(last, ended_at + KEPT_AFTER_END)


def moved(standing: Standing, to: ReferralState, at: datetime) -> dict[str, object]:
    """The columns of a referral that goes to another state; raises TransitionRefused."""
    check_transition(standing.state, to)
    same_deadline = standing.state in WAITING and to in WAITING
    ended_at = at if to in ENDED else None
    answered = to in {_S.ACCEPTED, _S.DECLINED} or (to is _S.FORWARDED and standing.received_at is not None)
    after = Standing(
        state=to,
        land=standing.land,
        received_by=standing.received_by,
        answered_by=standing.answered_by,
        expires_at=standing.expires_at,
        received_at=at if to is _S.RECEIVED else standing.received_at,
        answered_at=(standing.answered_at or at) if answered else standing.answered_at,
        contacted_at=at if to is _S.CONTACTED else standing.contacted_at,
        reminded_at=standing.reminded_at if same_deadline else None,
        escalated_at=standing.escalated_at if same_deadline else None,
    )
    return columns_of(after) | {"ended_at": ended_at, "erase_at": erased_by(after.expires_at, ended_at)}


def columns_of(standing: Standing) -> dict[str, object]:
    """The columns that follow from how a referral stands."""
    step = next_step(standing)
    return {
        "state": standing.state.value,
        "deadline_at": deadline_of(standing),
        "received_at": standing.received_at,
        "answered_at": standing.answered_at,
        "contacted_at": standing.contacted_at,
        "reminded_at": standing.reminded_at,
        "escalated_at": standing.escalated_at,
        "step": step and step[0].value,
        "step_at": step and step[1],
    }


def is_valid_on(agreed_on: date, valid_to: date | None, day: date) -> bool:
    """Whether an agreement holds on a day, its last day included."""
    return agreed_on <= day and (valid_to is None or day <= valid_to)


def week_of(at: datetime) -> str:
    """The bucket of an instant: its week by ISO 8601, in UTC."""
    year, week, _ = at.isocalendar()
    return f"{year:04}-W{week:02}"
