"""When the line is open, what an announcement may say, and how settings are read: decided without input or output.

Hours are German local time, as shifts are; a span over midnight belongs to the day on which it begins.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from app.accounts.models import LineSetting
from app.kit.clock import GERMANY
from app.queue.models import Shift
from app.queue.plan_models import BOUNDS, Closure, Plan, PlanRefused, Settings
from app.queue.weekly import LOOK_AHEAD, instant, is_planned, list_begins, works_on

LONGEST_TEXT: Final = 300
LONGEST_ANNOUNCEMENT: Final = timedelta(days=7)
LONGEST_CLOSURE: Final = timedelta(days=366)
# What is not to be heard, and what would not be a document any more: controls, and marks of direction.
_UNSPOKEN: Final = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ue000-\uf8ff]+")
# An amount needs a source and a date, which content has and an announcement has not.
_AMOUNT: Final = re.compile(r"\d[\d.,\s]*(€|euro\b|eur\b|avro\b|евро|يورو)|€\s*\d", re.IGNORECASE)


def is_open(plan: Plan, moment: datetime) -> bool:
    """Whether persons can be spoken to as far as hours and closures go; whether one is there is another question."""
    return not _closed_by(plan.closures, moment) and _in_hours(plan, moment)


def _closed_by(closures: Iterable[Closure], moment: datetime) -> list[Closure]:
    return [closure for closure in closures if closure.begins_at <= moment < closure.ends_at]


def _in_hours(plan: Plan, moment: datetime) -> bool:
    if not plan.hours:
        return plan.holidays is None or not _is_holiday(plan.holidays, moment)
    return any(is_planned(plan.holidays, span, moment) for span in plan.hours)


def _is_holiday(holidays: str, moment: datetime) -> bool:
    day = moment.astimezone(GERMANY).date()
    return not works_on(holidays, _all_day(day), day)


def _all_day(day: date) -> Shift:
    return Shift(day.weekday(), datetime.min.time(), datetime.min.time())


def next_opening(plan: Plan, shifts: Sequence[tuple[str, Shift]], moment: datetime) -> datetime | None:
    """When, after a moment, a shift first runs while the line is open: one of the two begins then.

    None where that is not within 14 days, those of a running closure not counted.
    """
    until = reopens_at(plan.closures, moment) + LOOK_AHEAD
    candidates = {
        *(begin for land, shift in shifts for begin in list_begins(land, shift, moment, until)),
        *(begin for span in plan.hours for begin in list_begins(plan.holidays, span, moment, until)),
        *(closure.ends_at for closure in plan.closures if moment < closure.ends_at <= until),
        *_midnights(plan, moment, until),
    }
    return next((at for at in sorted(candidates) if is_open(plan, at) and _is_staffed(shifts, at)), None)


def _midnights(plan: Plan, moment: datetime, until: datetime) -> Iterator[datetime]:
    """When holidays end, where nothing but holidays closes the line."""
    if plan.hours or plan.holidays is None:
        return
    day = moment.astimezone(GERMANY).date()
    while (at := instant(day, datetime.min.time())) <= until:
        if at > moment:
            yield at
        day += timedelta(days=1)


def _is_staffed(shifts: Iterable[tuple[str, Shift]], moment: datetime) -> bool:
    return any(is_planned(land, shift, moment) for land, shift in shifts)


def reopens_at(closures: Sequence[Closure], moment: datetime) -> datetime:
    """When the closure that runs at a moment is over, with those that follow it without a gap; else the moment."""
    while running := _closed_by(closures, moment):
        moment = max(closure.ends_at for closure in running)
    return moment


def opens_on(plan: Plan, day: date) -> bool:
    """Whether the line is open at any time of a German day."""
    begins, ends = instant(day, datetime.min.time()), instant(day + timedelta(days=1), datetime.min.time())
    marks = {
        begins,
        *(at for span in plan.hours for at in list_begins(plan.holidays, span, begins - timedelta(seconds=1), ends)),
        *(closure.ends_at for closure in plan.closures),
    }
    return any(is_open(plan, at) for at in marks if begins <= at < ends)


def holding(plan: Plan, moment: datetime) -> Plan:
    """The plan without what is over at a moment."""
    announcement = plan.announcement
    return replace(
        plan,
        closures=tuple(closure for closure in plan.closures if closure.ends_at > moment),
        announcement=announcement if announcement is not None and announcement.ends_at > moment else None,
    )


def settings_of(values: Mapping[str, int]) -> Settings:
    """The settings that were changed, by the names of `LineSetting`; what is not known or out of bounds is left out."""
    kept: dict[str, Any] = {}
    for setting, bounds in BOUNDS.items():
        value = values.get(setting.value)
        if value is not None and bounds.allows(value):
            kept[field_of(setting)] = bool(value) if bounds.is_switch else value
    return replace(Settings(), **kept)


def field_of(setting: LineSetting) -> str:
    """The setting's name in `Settings`."""
    return setting.value.replace("-", "_")


def value_of(settings: Settings, setting: LineSetting) -> int:
    return int(getattr(settings, field_of(setting)))


def check_value(setting: LineSetting, value: int) -> None:
    """Raises PlanRefused for a value out of bounds."""
    bounds = BOUNDS[setting]
    if not bounds.allows(value):
        raise PlanRefused("bounds", f"{setting} lies between {bounds.least} and {bounds.most}.")


def check_hours(hours: Sequence[Shift]) -> None:
    """Raises PlanRefused for spans of the week that overlap."""
    spans = sorted(_minutes(span) for span in hours)
    week = 7 * 24 * 60
    around = [*spans, *((begins + week, ends + week) for begins, ends in spans[:1])]
    if any(ends > begins for (_, ends), (begins, _) in pairwise(around)):
        raise PlanRefused("overlap", "These hours overlap others.")


def _minutes(span: Shift) -> tuple[int, int]:
    begins, ends = (at.hour * 60 + at.minute for at in (span.begins, span.ends))
    day = span.weekday * 24 * 60
    return day + begins, day + ends + (0 if ends > begins else 24 * 60)


def check_closure(begins_at: datetime, ends_at: datetime, moment: datetime) -> None:
    """Raises PlanRefused for a time that ends before it begins, is over, or lasts too long."""
    if ends_at <= begins_at:
        raise PlanRefused("order", "A closure ends after it begins.")
    if ends_at <= moment:
        raise PlanRefused("past", "This closure is over already.")
    if ends_at - begins_at > LONGEST_CLOSURE:
        raise PlanRefused("long", "A closure lasts a year at most.")


def spoken_text(text: str) -> str:
    """The text in one line, without what cannot be spoken."""
    return " ".join(_UNSPOKEN.sub(" ", text).split())


def check_announcement(
    texts: Mapping[str, str], ends_at: datetime, moment: datetime, languages: Collection[str]
) -> None:
    """Raises PlanRefused for texts that cannot be spoken, or an end that is none."""
    if not texts:
        raise PlanRefused("empty", "An announcement has a text in one language at least.")
    for language, text in texts.items():
        check_text(language, text, languages)
    if not moment < ends_at <= moment + LONGEST_ANNOUNCEMENT:
        raise PlanRefused("late", "An announcement ends within seven days.")


def check_text(language: str, text: str, languages: Collection[str]) -> None:
    """Raises PlanRefused for a text that is too long, has no words or an amount, or is in an unknown language."""
    if language not in languages:
        raise PlanRefused("language", f"The line does not speak {language}.")
    if len(text) > LONGEST_TEXT:
        raise PlanRefused("long", f"An announcement has {LONGEST_TEXT} characters at most.")
    if text != spoken_text(text) or not any(char.isalpha() for char in text):
        raise PlanRefused("unspoken", "An announcement is made of words.")
    if _AMOUNT.search(text):
        raise PlanRefused("amount", "An announcement names no amount of money.")
