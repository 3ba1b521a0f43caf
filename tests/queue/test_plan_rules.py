"""When the line is open and opens next: hours, midnight, changes of the clocks, holidays and closures as tables."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import LineSetting
from app.kit.clock import GERMANY
from app.queue.models import Shift
from app.queue.plan_models import Announcement, Closure, Plan, PlanRefused, Settings
from app.queue.plan_rules import (
    check_announcement,
    check_closure,
    check_hours,
    check_value,
    holding,
    is_open,
    next_opening,
    opens_on,
    settings_of,
    spoken_text,
)

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
SOMEBODY = UUID(int=7)
OFFICE = tuple(Shift(day, time(9), time(17)) for day in range(5))
SPLIT = (Shift(MON, time(8), time(12)), Shift(MON, time(14), time(18)))
NIGHT = (Shift(SAT, time(22), time(6)),)
ALL_DAY = tuple(Shift(day, time(0), time(0)) for day in range(7))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=GERMANY).astimezone(UTC)


def closure(begins: str, ends: str) -> Closure:
    return Closure(UUID(int=1), berlin(begins), berlin(ends), "", SOMEBODY, berlin(begins))


ALWAYS = Plan()
CHRISTMAS = Plan(hours=OFFICE, closures=(closure("2026-12-24T00:00", "2026-12-28T00:00"),))

OPEN = (
    # No hours entered: always, also at night.
    (ALWAYS, "2026-11-22T03:00", True),
    (Plan(hours=OFFICE), "2026-11-23T09:00", True),
    (Plan(hours=OFFICE), "2026-11-23T08:59", False),
    (Plan(hours=OFFICE), "2026-11-23T16:59", True),
    (Plan(hours=OFFICE), "2026-11-23T17:00", False),
    (Plan(hours=OFFICE), "2026-11-22T12:00", False),
    (Plan(hours=SPLIT), "2026-11-23T11:59", True),
    (Plan(hours=SPLIT), "2026-11-23T13:00", False),
    (Plan(hours=SPLIT), "2026-11-23T14:00", True),
    # Over midnight.
    (Plan(hours=NIGHT), "2026-11-21T22:00", True),
    (Plan(hours=NIGHT), "2026-11-22T05:59", True),
    (Plan(hours=NIGHT), "2026-11-22T06:00", False),
    (Plan(hours=NIGHT), "2026-11-22T22:00", False),
    (Plan(hours=ALL_DAY), "2026-11-22T00:00", True),
    (Plan(hours=ALL_DAY), "2026-11-22T23:59", True),
    # The night without two o'clock, and the one with two o'clock twice.
    (Plan(hours=NIGHT), "2026-03-29T03:30", True),
    (Plan(hours=NIGHT), "2026-03-29T06:00", False),
    (Plan(hours=NIGHT), "2026-10-25T02:30", True),
    (Plan(hours=NIGHT), "2026-10-25T06:00", False),
    # Corpus Christi is a holiday in Bavaria and not in Berlin, Unity Day in all Länder.
    (Plan(hours=OFFICE, holidays="DE-BY"), "2026-06-04T12:00", False),
    (Plan(hours=OFFICE, holidays="DE-BE"), "2026-06-04T12:00", True),
    (Plan(hours=OFFICE, holidays="DE"), "2026-06-04T12:00", True),
    (Plan(hours=ALL_DAY, holidays="DE"), "2026-10-03T12:00", False),
    (Plan(hours=ALL_DAY), "2026-10-03T12:00", True),
    (Plan(holidays="DE"), "2026-10-03T12:00", False),
    (Plan(holidays="DE"), "2026-10-04T00:00", True),
    # What began on the day before a holiday goes on into it.
    (Plan(hours=(Shift(FRI, time(22), time(6)),), holidays="DE"), "2026-10-03T05:00", True),
    (CHRISTMAS, "2026-12-23T12:00", True),
    (CHRISTMAS, "2026-12-24T12:00", False),
    (CHRISTMAS, "2026-12-28T09:00", True),
)


@pytest.mark.parametrize(("plan", "moment", "expected"), OPEN)
def test_the_line_is_open(plan: Plan, moment: str, expected: bool) -> None:  # noqa: FBT001  A table's column.
    assert is_open(plan, berlin(moment)) is expected


EARLY = [("DE", Shift(day, time(7), time(12))) for day in range(5)]
LATE = [("DE", Shift(day, time(13), time(20))) for day in range(5)]
NEXT: tuple[tuple[Plan, Sequence[tuple[str, Shift]], str, str | None], ...] = (
    # Both must hold: the shift runs, and the line is open.
    (ALWAYS, EARLY, "2026-11-22T12:00", "2026-11-23T07:00"),
    (Plan(hours=OFFICE), EARLY, "2026-11-22T12:00", "2026-11-23T09:00"),
    (Plan(hours=OFFICE), LATE, "2026-11-22T12:00", "2026-11-23T13:00"),
    (Plan(hours=OFFICE), LATE, "2026-11-23T17:00", "2026-11-24T13:00"),
    (Plan(hours=OFFICE), EARLY, "2026-11-23T07:30", "2026-11-23T09:00"),
    (Plan(hours=SPLIT), [*EARLY, *LATE], "2026-11-23T12:30", "2026-11-23T14:00"),
    (Plan(hours=NIGHT), EARLY, "2026-11-22T12:00", None),
    (ALWAYS, [], "2026-11-22T12:00", None),
    # A closure: the line opens with its end, or with the first shift after it, however long it is.
    (
        Plan(closures=(closure("2026-11-23T00:00", "2026-11-23T10:00"),)),
        EARLY,
        "2026-11-23T05:00",
        "2026-11-23T10:00",
    ),
    (CHRISTMAS, EARLY, "2026-12-24T10:00", "2026-12-28T09:00"),
    (
        Plan(closures=(closure("2026-12-01T00:00", "2027-01-11T00:00"),)),
        EARLY,
        "2026-12-02T10:00",
        "2027-01-11T07:00",
    ),
    (
        Plan(
            closures=(closure("2026-12-01T00:00", "2026-12-02T00:00"), closure("2026-12-02T00:00", "2027-01-11T00:00"))
        ),
        EARLY,
        "2026-12-01T10:00",
        "2027-01-11T07:00",
    ),
    # Holidays of the line close it where the agents of other Länder work.
    (Plan(hours=OFFICE, holidays="DE-BY"), EARLY, "2026-06-03T18:00", "2026-06-05T09:00"),
    (Plan(holidays="DE"), [("DE-BY", Shift(SAT, time(20), time(4)))], "2026-10-02T12:00", "2026-10-10T20:00"),
    (Plan(holidays="DE-BY"), [("DE-BE", Shift(THU, time(20), time(4)))], "2026-06-04T12:00", "2026-06-05T00:00"),
    # Both changes of the clocks.
    (Plan(hours=(Shift(SUN, time(2, 30), time(10)),)), [("DE", NIGHT[0])], "2026-03-28T12:00", "2026-03-29T03:30"),
    (Plan(hours=OFFICE), EARLY, "2026-03-28T12:00", "2026-03-30T09:00"),
    (Plan(hours=OFFICE), EARLY, "2026-10-24T12:00", "2026-10-26T09:00"),
)


@pytest.mark.parametrize(("plan", "shifts", "moment", "expected"), NEXT)
def test_the_line_opens_next(
    plan: Plan, shifts: Sequence[tuple[str, Shift]], moment: str, expected: str | None
) -> None:
    assert next_opening(plan, shifts, berlin(moment)) == (berlin(expected) if expected else None)


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001  The zone stands beside it.
    hours=st.builds(Shift, st.integers(0, 6), st.times(), st.times()),
    shift=st.builds(Shift, st.integers(0, 6), st.times(), st.times()),
)
def test_when_it_opens_the_line_is_open_and_a_shift_runs(moment: datetime, hours: Shift, shift: Shift) -> None:
    plan = Plan(hours=(hours,), holidays="DE")
    opens_at = next_opening(plan, [("DE", shift)], moment)
    if opens_at is not None:
        assert moment < opens_at <= moment + timedelta(days=14)
        assert is_open(plan, opens_at)
        assert is_open(Plan(hours=(shift,), holidays="DE"), opens_at)
        before = opens_at - timedelta(microseconds=1)
        if before > moment:
            assert not (is_open(plan, before) and is_open(Plan(hours=(shift,), holidays="DE"), before))


@pytest.mark.parametrize(
    ("plan", "day", "expected"),
    [
        (ALWAYS, date(2026, 11, 22), True),
        (Plan(hours=OFFICE), date(2026, 11, 22), False),
        (Plan(hours=NIGHT), date(2026, 11, 22), True),
        (CHRISTMAS, date(2026, 12, 24), False),
        (Plan(closures=(closure("2026-12-24T00:00", "2026-12-24T12:00"),)), date(2026, 12, 24), True),
        (Plan(hours=OFFICE, closures=(closure("2026-12-23T00:00", "2026-12-23T18:00"),)), date(2026, 12, 23), False),
        (Plan(holidays="DE"), date(2026, 12, 25), False),
    ],
)
def test_a_callback_may_fall_on_a_day_on_which_the_line_opens(plan: Plan, day: date, expected: bool) -> None:  # noqa: FBT001  A table's column.
    assert opens_on(plan, day) is expected


@pytest.mark.parametrize(
    ("hours", "overlap"),
    [
        (SPLIT, False),
        (ALL_DAY, False),
        (OFFICE, False),
        ((Shift(MON, time(8), time(12)), Shift(MON, time(11), time(13))), True),
        ((Shift(SAT, time(22), time(6)), Shift(SUN, time(5), time(9))), True),
        ((Shift(SUN, time(22), time(6)), Shift(MON, time(5), time(9))), True),
        ((Shift(SUN, time(22), time(6)), Shift(MON, time(6), time(9))), False),
    ],
)
def test_hours_do_not_overlap_around_the_week(hours: Sequence[Shift], overlap: bool) -> None:  # noqa: FBT001  A table's column.
    if not overlap:
        check_hours(hours)
        return
    with pytest.raises(PlanRefused) as refused:
        check_hours(hours)
    assert refused.value.code == "overlap"


def test_a_closure_ends_after_it_begins_and_within_a_year() -> None:
    moment = berlin("2026-11-22T12:00")
    check_closure(berlin("2026-11-20T12:00"), berlin("2026-11-23T12:00"), moment)
    for begins, ends, code in (
        ("2026-12-02T00:00", "2026-12-01T00:00", "order"),
        ("2026-11-20T00:00", "2026-11-22T12:00", "past"),
        ("2026-12-01T00:00", "2027-12-03T00:00", "long"),
    ):
        with pytest.raises(PlanRefused) as refused:
            check_closure(berlin(begins), berlin(ends), moment)
        assert refused.value.code == code


def test_what_is_over_does_not_hold() -> None:
    flood = Announcement(
        UUID(int=2), {"de": "Hochwasser."}, SOMEBODY, berlin("2026-12-24T00:00"), berlin("2026-12-26T00:00")
    )
    plan = Plan(closures=CHRISTMAS.closures, announcement=flood)
    assert holding(plan, berlin("2026-12-25T23:59")) == plan
    assert holding(plan, berlin("2026-12-26T00:00")) == Plan(closures=CHRISTMAS.closures)
    assert holding(plan, berlin("2026-12-28T00:00")) == Plan()


def test_a_text_is_one_line_without_what_cannot_be_spoken() -> None:
    assert spoken_text(" Die Zentren\r\n sind\x00 zu.\u202e\u200f ") == "Die Zentren sind zu."
    # Persian and Kurdish words hold characters that join or part letters.
    assert spoken_text("می\u200cخواهم") == "می\u200cخواهم"


def test_an_announcement_names_no_amount_and_ends_within_a_week() -> None:
    moment = berlin("2026-11-22T12:00")
    check_announcement({"de": "In 3 Zentren kommt die Feuerwehr, 112."}, moment + timedelta(days=7), moment, ("de",))
    for text, days, code in (
        ("", 1, "empty"),
        ("a" * 301, 1, "long"),
        ("110 112", 1, "unspoken"),
        ("Zeile\nZeile", 1, "unspoken"),
        ("Sie bekommen 500 €.", 1, "amount"),
        ("Sie bekommen €500.", 1, "amount"),
        ("1.000 Euro mehr", 1, "amount"),
        ("Heute geschlossen.", 8, "late"),
        ("Heute geschlossen.", 0, "late"),
    ):
        with pytest.raises(PlanRefused) as refused:
            check_announcement({"de": text} if text else {}, moment + timedelta(days=days), moment, ("de",))
        assert refused.value.code == code, text
    with pytest.raises(PlanRefused) as refused:
        check_announcement({"fr": "Fermé."}, moment + timedelta(days=1), moment, ("de",))
    assert refused.value.code == "language"


def test_settings_out_of_their_bounds_are_as_if_nobody_had_set_them() -> None:
    assert settings_of({}) == Settings()
    assert settings_of({"offer-seconds": 40, "voicemail": 0, "nobody-minutes": 99, "colour": 3}) == Settings(
        offer_seconds=40, voicemail=False
    )
    check_value(LineSetting.OFFER_SECONDS, 60)
    with pytest.raises(PlanRefused):
        check_value(LineSetting.OFFER_SECONDS, 61)
