"""When a row of the outbox is tried again, when it is given up, and whether it still needs to be sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.referrals.delivery_models import Way
from app.referrals.models import Notice, ReferralState
from app.referrals.rules import OPEN

# A try whose end nobody learned is taken up again after this; every try ends long before.
LEASE: Final = timedelta(seconds=120)
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final[Mapping[Way, timedelta]] = {
    Way.EMAIL: timedelta(hours=4),
    Way.WEBHOOK: timedelta(hours=4),
    Way.SMS: timedelta(minutes=10),
}
# About twelve hours for a centre; a text message that is an hour late helps nobody.
MOST_TRIES: Final[Mapping[Way, int]] = {Way.EMAIL: 12, Way.WEBHOOK: 12, Way.SMS: 8}
# How long the provider can be asked whether a message left: its records are deleted after that.
LOOK_BACK: Final = timedelta(minutes=50)

_UNRECEIVED: Final = frozenset({ReferralState.REQUESTED, ReferralState.DELIVERED})
_UNANSWERED: Final = _UNRECEIVED | {ReferralState.RECEIVED}
_EVER: Final = frozenset(ReferralState)
# The states in which each notice still says something true.
NEEDED_WHILE: Final[Mapping[Notice, frozenset[ReferralState]]] = {
    Notice.REQUESTED: OPEN,
    Notice.REMIND_RECEIVE: _UNRECEIVED,
    Notice.REMIND_ANSWER: _UNANSWERED,
    Notice.MESSAGE_TO_CENTRE: _EVER - {ReferralState.WITHDRAWN},
    Notice.WITHDRAWN: _EVER,
    Notice.EXPIRED: _EVER - {ReferralState.WITHDRAWN},
    Notice.ACCEPTED: frozenset({ReferralState.ACCEPTED, ReferralState.CONTACTED}),
    Notice.DECLINED: frozenset({ReferralState.DECLINED}),
}


def is_needed(kind: Notice, state: ReferralState) -> bool:
    return state in NEEDED_WHILE.get(kind, frozenset())


def next_try_at(way: Way, tries: int, at: datetime, chance: float) -> datetime | None:
    """When to try again after so many tries, None for a row that is given up.

    The pauses double; `chance` from 0 to 1 spreads them by a fifth to both sides, so that a server that comes back
    is not met by everything at once.
    """
    if tries >= MOST_TRIES[way]:
        return None
    pause: timedelta = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE[way])
    return at + pause * (0.8 + 0.4 * chance)
