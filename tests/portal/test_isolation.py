"""Role by address by centre: the staff of one centre get nothing of another's referral at any address of the pages."""

from collections.abc import Iterator

import pytest

from app.accounts.models import Role
from app.console.routes import console_router
from app.kit.extent import EVERYTHING
from app.portal import entry, inbox
from app.portal.routes import portal_router
from app.referrals import reading, service
from app.referrals.demo import ANOTHER, INDEPENDENT
from app.referrals.models import Made, Side
from app.shell.registry import Registered
from tests.entrance.house import Visit
from tests.portal.conftest import NAME, NUMBER, Office

WORDS = "Nur für die eine Stelle"
FIELDS = {"reason": "no-capacity", "centre": ANOTHER, "text": "Fremde Zeile", "site": INDEPENDENT, "capacity": "closed"}


def addresses(one: Made) -> Iterator[tuple[Registered, str]]:
    """Every address of the portal and of the hotline's referrals, about this one."""
    for page in (*portal_router.registered, *console_router.registered):
        if page.path.startswith(("/portal", "/referrals")):
            yield page, page.path.replace("{id}", str(one.referral.id)).replace("{centre}", INDEPENDENT)


async def try_everything(browser: Visit, one: Made) -> list[str]:
    """At which addresses something of the referral was seen."""
    seen = []
    for page, address in addresses(one):
        await browser.open("/account")
        if page.kind == "page":
            await browser.open(f"{address}?site={INDEPENDENT}&tab=open")
        else:
            await browser.send(address, **FIELDS, code=one.code)
        named = "{id}" in page.path
        if named and browser.page.status_code not in {403, 404}:
            seen.append(f"{page.method} {page.path}: {browser.page.status_code}")
        # A page's own address stands on it, in the links that change the language.
        secrets = (NAME, NUMBER, WORDS) if named else (NAME, NUMBER, WORDS, one.referral.id.hex[:8])
        seen += [f"{page.method} {page.path} shows {secret}" for secret in secrets if secret in browser.page.text]
    return seen


@pytest.fixture
async def made(office: Office, staff: Visit) -> Made:
    """A referral of the operator's centre that has been received, with a message and an entry."""
    one = await office.refer()
    await staff.send(f"/portal/referrals/{one.referral.id}/receive")
    assert NAME in staff.text
    by = one.referral.id
    await service.write_message(office.referrals, EVERYTHING, by, side=Side.CENTRE, by=by, text=WORDS)
    return one


async def test_another_centre_gets_nothing_at_any_address(office: Office, made: Made) -> None:
    other = await office.hire("other", ANOTHER)
    before = await office.look(made)
    assert await try_everything(other, made) == []
    assert await office.look(made) == before
    assert await service.find_entry(office.referrals, EVERYTHING, INDEPENDENT) is None
    assert len(list(addresses(made))) > 20


async def test_nor_where_the_pages_and_the_room_do_not_look_whose_it_is(
    office: Office, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def every_site(_ask: object) -> list[tuple[str, str]]:
        return [(INDEPENDENT, "A"), (ANOTHER, "B")]

    other = await office.hire("other", ANOTHER)
    monkeypatch.setattr(inbox, "sites_of", every_site)
    monkeypatch.setattr(entry, "sites_of", every_site)
    monkeypatch.setattr(reading, "_centres_in", lambda _reach, _centre_id: None)
    before = await office.look(made)
    assert await try_everything(other, made) == []
    assert await office.look(made) == before
    assert await service.find_entry(office.referrals, EVERYTHING, INDEPENDENT) is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CENTRE_STAFF])
async def test_no_other_role_opens_the_portal_and_none_reads_what_is_sealed(
    office: Office, made: Made, role: Role
) -> None:
    browser = await office.enter(role)
    for page, address in addresses(made):
        if page.kind != "page":
            continue
        await browser.open(address)
        if page.path.startswith("/portal"):
            assert browser.page.status_code == 403, f"{role} {address}"
        for secret in (NAME, NUMBER, made.code):
            assert secret not in browser.page.text, f"{role} {address}"


async def test_the_own_staff_see_it(made: Made, staff: Visit) -> None:
    seen = await try_everything(staff, made)
    assert any("shows" in one for one in seen)
