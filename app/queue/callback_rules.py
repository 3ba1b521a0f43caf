"""When a callback is due, how often it is tried, and when it is forgotten: decided from times alone.

A service day is one on which somebody who speaks the language is on duty by the shifts; all times of day are German.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.kit.clock import GERMANY
from app.queue.callback_models import CallbackState, Result, Slot, Window

HOURS: Final[Mapping[Window, tuple[time, time]]] = {
    Window.SOON: (time(8), time(20)),
    Window.MORNING: (time(8), time(12)),
    Window.AFTERNOON: (time(12), time(17)),
    Window.EVENING: (time(17), time(20)),
}
# Who asks to be called soon is there now, whatever the hour.
AT_ONCE: Final = timedelta(hours=2)
MOST_MISSED: Final = 3
PAUSE: Final = timedelta(minutes=30)
# What failed on our side is tried again so soon.
AGAIN: Final = timedelta(minutes=5)
# Who asks for another time on the telephone has no time at present.
ANOTHER_TIME: Final = timedelta(hours=2)
# Nobody rings for so long: whoever placed the call was interrupted, and will never tell what came of it.
STALE: Final = timedelta(minutes=15)
SERVICE_DAYS: Final = 3
LONGEST: Final = timedelta(days=7)
# A closed callback's row, which knows no number, answers late webhooks for so long.
REMEMBERED: Final = timedelta(days=1)
ENDS: Final = frozenset(CallbackState) - {CallbackState.MAKING, CallbackState.OPEN, CallbackState.DIALLING}


def days_ahead(moment: datetime) -> tuple[date, ...]:
    """The days on which a callback asked for at that moment may be done at all."""
    first = moment.astimezone(GERMANY).date()
    return tuple(first + timedelta(days=count) for count in range(LONGEST.days + 1))


def first_slot(window: Window, made_at: datetime, service_days: Collection[date]) -> Slot:
    """From when the first attempt may be made."""
    if window is not Window.SOON:
        return next_slot(window, made_at, service_days)
    at_once = Slot(made_at, made_at + AT_ONCE)
    today = next((slot for slot in _slots(window, made_at) if slot.until_at > made_at), at_once)
    return Slot(made_at, max(at_once.until_at, today.until_at)) if today.due_at <= at_once.until_at else at_once


def next_slot(window: Window, earliest_at: datetime, service_days: Collection[date]) -> Slot:
    """The next hours of the window, from that moment on, on a service day; on any day where none is known ahead."""
    slots = [slot for slot in _slots(window, earliest_at) if slot.until_at - max(slot.due_at, earliest_at) >= PAUSE]
    serviced = [slot for slot in slots if slot.due_at.astimezone(GERMANY).date() in service_days]
    chosen = (serviced or slots)[0]
    return Slot(max(chosen.due_at, earliest_at), chosen.until_at)


def _slots(window: Window, earliest_at: datetime) -> Iterator[Slot]:
    begins, ends = HOURS[window]
    for day in days_ahead(earliest_at):
        yield Slot(
            datetime.combine(day, begins, GERMANY).astimezone(UTC), datetime.combine(day, ends, GERMANY).astimezone(UTC)
        )


def expires_at(window: Window, made_at: datetime, service_days: Collection[date]) -> datetime:
    """When the callback is forgotten: with the third service day that has such hours, and after seven days anyway."""
    latest = made_at + LONGEST
    left = [slot for slot in _slots(window, made_at) if slot.until_at - max(slot.due_at, made_at) >= PAUSE]
    serviced = [slot.until_at for slot in left if slot.due_at.astimezone(GERMANY).date() in service_days]
    return latest if len(serviced) < SERVICE_DAYS else min(latest, serviced[SERVICE_DAYS - 1])


def after_attempt(
    result: Result, missed: int, window: Window, moment: datetime, service_days: Collection[date]
) -> tuple[CallbackState, Slot | None]:
    """What follows from an attempt, `missed` counting it where it was: an end, or when the next may be made."""
    match result:
        case Result.REACHED:
            return CallbackState.REACHED, None
        case Result.WRONG_PERSON:
            return CallbackState.WRONG_PERSON, None
        case Result.MISSED if missed >= MOST_MISSED:
            return CallbackState.MISSED, None
        case Result.MISSED:
            return CallbackState.OPEN, next_slot(window, moment + PAUSE, service_days)
        case Result.FAILED:
            return CallbackState.OPEN, next_slot(window, moment + AGAIN, service_days)
        case Result.LATER:
            return CallbackState.OPEN, next_slot(window, _another_time(window, moment), service_days)


def _another_time(window: Window, moment: datetime) -> datetime:
    """In some hours for who wished to be called soon; for others on another day."""
    if window is Window.SOON:
        return moment + ANOTHER_TIME
    tomorrow = moment.astimezone(GERMANY).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), GERMANY).astimezone(UTC)
