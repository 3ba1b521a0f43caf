"""The public page on which a caller takes a referral back: by the code alone, at once, and not by trying codes."""

import pytest

from app.kit.extent import EVERYTHING
from app.referrals import service
from app.referrals.models import ReferralState
from app.referrals.refusals import TransitionRefused
from tests.entrance.house import Visit, visit
from tests.portal.conftest import NAME, Office


@pytest.fixture
def caller(office: Office) -> Visit:
    """Somebody without an account."""
    return visit(office.app, office.clock, "198.51.100.7")


async def test_a_code_takes_the_referral_back_at_once(office: Office, caller: Visit, staff: Visit) -> None:
    made = await office.refer()
    await staff.send(f"/portal/referrals/{made.referral.id}/receive")
    assert NAME in staff.text
    await caller.open("/withdraw")
    assert caller.page.status_code == 200
    await caller.send("/withdraw", code=f"{made.code[:3]} {made.code[3:6]}-{made.code[6:]}")
    assert "Ihre Anfrage ist zurückgezogen." in caller.text
    assert made.code not in caller.page.text
    assert made.code not in str(caller.page.request.url)
    assert (await office.look(made)).state is ReferralState.WITHDRAWN
    with pytest.raises(TransitionRefused):
        await service.open_payload(office.referrals, EVERYTHING, made.referral.id, by=made.referral.id)
    await staff.open(f"/portal/referrals/{made.referral.id}")
    assert NAME not in staff.page.text
    await caller.open("/withdraw")
    await caller.send("/withdraw", code=made.code)
    assert "Ihre Anfrage ist zurückgezogen." in caller.text


@pytest.mark.parametrize(("code", "told"), [("123", "zehn Ziffern"), ("", "Bitte"), ("١٢٣٤٥٦٧٨٩٠", "keine Anfrage")])
async def test_a_code_that_is_none_is_told(caller: Visit, code: str, told: str) -> None:
    await caller.open("/withdraw")
    await caller.send("/withdraw", code=code)
    assert caller.page.status_code == 422
    assert told in caller.text


async def test_eastern_digits_are_digits(office: Office, caller: Visit) -> None:
    made = await office.refer()
    await caller.open("/withdraw")
    await caller.send("/withdraw", code=made.code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")))
    assert (await office.look(made)).state is ReferralState.WITHDRAWN


async def test_codes_are_not_tried_without_end(office: Office, caller: Visit) -> None:
    made = await office.refer()
    statuses = []
    for number in range(40):
        await caller.open("/withdraw")
        await caller.send("/withdraw", code=f"{number:010}")
        statuses.append(caller.page.status_code)
        if statuses[-1] == 429:
            break
    assert set(statuses) == {422, 429}
    await caller.open("/withdraw")
    await caller.send("/withdraw", code=made.code)
    assert caller.page.status_code == 429
    other = visit(office.app, office.clock, "203.0.113.9")
    await other.open("/withdraw")
    await other.send("/withdraw", code=made.code)
    assert (await office.look(made)).state is ReferralState.WITHDRAWN


async def test_the_page_is_kept_nowhere_and_can_be_left_quickly(caller: Visit) -> None:
    await caller.open("/withdraw")
    assert "no-store" in caller.page.headers["Cache-Control"]
    assert "data-leave" in caller.page.text
    assert "no-referrer" in caller.page.headers["Referrer-Policy"]
