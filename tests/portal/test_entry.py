"""A centre's own entry: what it says of itself holds at once, and hours that cannot be read are not kept."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.extent import EVERYTHING
from app.portal.opening_words import HoursUnreadable, next_days
from app.referrals import service
from app.referrals.demo import ANOTHER, AUTHORITY, INDEPENDENT
from app.referrals.models import Capacity
from tests.entrance.house import Visit
from tests.portal.conftest import Office

HOURS = "Mo-Th 09:00-12:00,13:00-16:00; Fr 09:00-12:00; PH off"


async def test_an_entry_is_kept_and_read_back_in_words(office: Office, staff: Visit) -> None:
    await staff.open(f"/portal/entry?site={INDEPENDENT}")
    fields = {"site": INDEPENDENT, "hours": HOURS, "capacity": "waiting-list", "contact": "Am Empfang"}
    await staff.send("/portal/entry", **fields)
    assert "Die Hotline verwendet den Eintrag ab sofort." in staff.text
    assert "09:00–12:00, 13:00–16:00" in staff.text
    assert "geschlossen" in staff.text
    entry = await service.find_entry(office.referrals, EVERYTHING, INDEPENDENT)
    assert entry is not None
    assert (entry.hours, entry.capacity, entry.contact) == (HOURS, Capacity.WAITING_LIST, "Am Empfang")
    offer = await service.find_offer(office.referrals, INDEPENDENT)
    assert offer is not None
    assert offer.capacity is Capacity.WAITING_LIST
    await staff.send("/portal/entry", site=INDEPENDENT, capacity="closed")
    assert await service.find_offer(office.referrals, INDEPENDENT) is None


@pytest.mark.parametrize("hours", ["Mo-Fr neun bis zwölf", "Mo 09:00-12:00 25:99", "Montags", "09:00-12:00; Xx 1", "["])
async def test_hours_that_cannot_be_read_are_refused_with_what_was_typed(
    office: Office, staff: Visit, hours: str
) -> None:
    await staff.send("/portal/entry", site=AUTHORITY, hours=hours, capacity="now")
    assert staff.page.status_code == 422
    assert "Diese Zeiten lassen sich nicht lesen." in staff.text
    assert f'value="{hours}"' in staff.page.text
    assert await service.find_entry(office.referrals, EVERYTHING, AUTHORITY) is None


async def test_nobody_writes_for_another_centre(office: Office, staff: Visit) -> None:
    await staff.send("/portal/entry", site=ANOTHER, hours=HOURS, capacity="now")
    assert staff.page.status_code == 404
    assert await service.find_entry(office.referrals, EVERYTHING, ANOTHER) is None
    await staff.open(f"/portal/entry?site={ANOTHER}")
    assert f'value="{ANOTHER}"' not in staff.page.text


async def test_an_agreement_that_is_missing_is_said(office: Office) -> None:
    alone = await office.hire("alone", "by-caritas-nowhere")
    await alone.open("/portal/entry")
    await alone.send("/portal/entry", site="by-caritas-nowhere", capacity="now")
    assert "Für diese Stelle gibt es keine Vereinbarung." in alone.text


def test_the_coming_days_are_the_syntaxs_own() -> None:
    # The seven days from a Thursday on, of which the Friday is a holiday in all of Germany.
    days = next_days(HOURS, date(2026, 12, 24))
    assert [day.on.day for day in days] == [24, 25, 26, 27, 28, 29, 30]
    assert days[0].times == ((time(9), time(12)), (time(13), time(16)))
    assert [bool(day.times) for day in days] == [True, False, False, False, True, True, True]
    assert next_days("24/7", date(2026, 12, 24))[0].times == ((time(0), time(0)),)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(hours: str) -> None:
    with suppress(HoursUnreadable):
        assert len(next_days(hours, date(2026, 11, 22))) == 7
