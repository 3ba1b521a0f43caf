"""A referral on the portal's pages: from the inbox to the end, with every answer that a centre can give."""

import re

import pytest

from app.accounts.models import Role
from app.kit.extent import EVERYTHING
from app.referrals import service
from app.referrals.demo import ANOTHER, AUTHORITY, INDEPENDENT
from app.referrals.models import ReferralState, Side, Tab
from tests.entrance.house import Visit
from tests.portal.conftest import NAME, OPERATOR, Office

ADDRESS = "/portal/referrals/{}"


async def test_a_referral_is_received_accepted_contacted_and_completed(office: Office, staff: Visit) -> None:
    made = await office.refer()
    address = ADDRESS.format(made.referral.id)
    await staff.open("/portal")
    assert "Neu (1)" in staff.text
    assert address in staff.page.text
    assert NAME not in staff.page.text
    await staff.open(address)
    assert "Zuerst entgegennehmen" in staff.text
    assert NAME not in staff.page.text
    assert "+49 1512" not in staff.page.text
    await staff.send(f"{address}/receive")
    for told in (NAME, "+49 1512 3456789", "Türkisch", "Geld und Programme", "jederzeit", "Beratung durch eine Frau"):
        assert told in staff.text
    assert "Nicht sagen, wer anruft" in staff.text
    await staff.send(f"{address}/accept")
    assert "Angenommen." in staff.text
    await staff.send(f"{address}/contact")
    await staff.send(f"{address}/complete")
    assert "Erledigt. Die Angaben werden in 30 Tagen gelöscht." in staff.text
    assert (await office.look(made)).state is ReferralState.COMPLETED
    await staff.open("/portal?tab=ended")
    assert "erledigt" in staff.text


async def test_what_is_pressed_twice_is_done_once_and_what_is_too_early_says_so(office: Office, staff: Visit) -> None:
    made = await office.refer()
    address = ADDRESS.format(made.referral.id)
    await staff.send(f"{address}/accept")
    assert "Die Stelle muss die Anfrage erst entgegennehmen" in staff.text
    await staff.send(f"{address}/receive")
    await staff.send(f"{address}/receive")
    assert "Das war schon geschehen." in staff.text
    await service.withdraw(office.referrals, EVERYTHING, made.referral.id, by="caller")
    await staff.send(f"{address}/accept")
    assert "Die Person hat die Anfrage zurückgezogen." in staff.text
    assert NAME not in staff.page.text


async def test_declining_asks_why_and_can_be_undone(office: Office, staff: Visit) -> None:
    made = await office.refer()
    address = ADDRESS.format(made.referral.id)
    await staff.send(f"{address}/receive")
    await staff.send(f"{address}/decline")
    assert staff.page.status_code == 422
    assert (await office.look(made)).state is ReferralState.RECEIVED
    await staff.send(f"{address}/decline", reason="language-not-offered")
    assert "Wir beraten in dieser Sprache nicht." in staff.text
    undo = re.findall(r'name="undo" value="([^"]+)"', staff.page.text)[0]
    await staff.send("/portal/accept-after-all", undo=undo)
    assert (await office.look(made)).state is ReferralState.ACCEPTED
    assert staff.at == address
    office.clock.go_on(seconds=31)
    await staff.send("/portal/accept-after-all", undo=undo)
    assert staff.page.status_code == 409


async def test_forwarding_needs_consent_and_takes_everything_along(office: Office, staff: Visit) -> None:
    alone, made = await office.refer(forwarding=False), await office.refer()
    for one in (alone, made):
        await staff.send(f"{ADDRESS.format(one.referral.id)}/receive")
    await staff.send(f"{ADDRESS.format(alone.referral.id)}/forward", centre=ANOTHER)
    assert "Die Person hat nur dieser Stelle zugestimmt." in staff.text
    address = ADDRESS.format(made.referral.id)
    await staff.open(address)
    assert f'<option value="{ANOTHER}">' in staff.page.text
    await staff.send(f"{address}/forward", centre="by-nowhere")
    assert "Diese Stelle nimmt keine Anfragen an." in staff.text
    await staff.send(f"{address}/forward", centre="")
    assert staff.page.status_code == 422
    await staff.send(f"{address}/forward", centre=ANOTHER)
    assert "Bei Ihnen ist nichts mehr gespeichert." in staff.text
    assert NAME not in staff.page.text
    other = await office.hire("other", ANOTHER)
    following = (await office.look(made)).forwarded_to
    await other.send(f"/portal/referrals/{following}/receive")
    assert NAME in other.text
    await staff.open(f"/portal/referrals/{following}")
    assert staff.page.status_code == 404


async def test_messages_go_to_and_fro(office: Office, staff: Visit) -> None:
    made = await office.refer()
    address = ADDRESS.format(made.referral.id)
    await staff.send(f"{address}/messages", text=" ")
    assert staff.page.status_code == 422
    await staff.send(f"{address}/messages", text="Wir suchen <b>Platz</b>.")
    assert "Wir suchen <b>Platz</b>." in staff.text
    by = made.referral.id
    await service.write_message(office.referrals, EVERYTHING, made.referral.id, side=Side.HOTLINE, by=by, text="Danke!")
    await staff.open(address)
    assert re.search(r"Hotline, .* Danke!", staff.text)
    await staff.open("/portal")
    assert "wartet auf Antwort" in staff.text
    await service.withdraw(office.referrals, EVERYTHING, made.referral.id, by="caller")
    await staff.send(f"{address}/messages", text="Zu spät")
    assert "Was zu dieser Anfrage gespeichert war, ist gelöscht." in staff.text


async def test_somebody_at_the_door_says_the_code_and_is_withdrawn(office: Office, staff: Visit) -> None:
    made, foreign = await office.refer(), await office.refer(ANOTHER)
    await staff.open("/portal")
    await staff.send("/portal/code", code=f"{made.code[:3]} {made.code[3:6]} {made.code[6:]}")
    assert staff.at == ADDRESS.format(made.referral.id)
    assert made.code not in staff.page.text
    for wrong in (foreign.code, "", "12345", "x" * 500):
        await staff.open("/portal")
        await staff.send("/portal/code", code=wrong)
        assert "Zu diesem Code gibt es bei Ihnen keine Anfrage." in staff.text
    address = ADDRESS.format(made.referral.id)
    await staff.open(f"{address}/withdraw")
    assert "Anfrage zurückziehen?" in staff.page.text
    await staff.send(f"{address}/withdraw")
    assert (await office.look(made)).state is ReferralState.WITHDRAWN
    await staff.open(address)
    assert "zurückgezogen" in staff.text


async def test_codes_are_not_tried_without_end(staff: Visit) -> None:
    await staff.open("/portal")
    statuses = set()
    for number in range(60):
        await staff.send("/portal/code", code=f"{number:010}")
        statuses.add(staff.page.status_code)
        if staff.page.status_code == 429:
            break
    assert statuses == {200, 429}
    assert int(staff.page.headers["Retry-After"]) > 0


async def test_the_inbox_has_the_most_urgent_first_and_can_be_narrowed_to_a_site(office: Office, staff: Visit) -> None:
    first = await office.refer()
    office.clock.go_on(days=3)
    await staff.open("/portal")
    assert staff.at == "/login"
    staff = await office.enter(Role.CENTRE_STAFF)
    second = await office.refer(AUTHORITY)
    await staff.open("/portal")
    text = staff.page.text
    assert text.index(str(first.referral.id)) < text.index(str(second.referral.id))
    assert "überfällig" in staff.text
    await staff.open(f"/portal?tab=new&site={AUTHORITY}")
    assert str(second.referral.id) in staff.page.text
    assert str(first.referral.id) not in staff.page.text
    await staff.open(f"/portal?tab=new&site={ANOTHER}")
    assert "Neu (2)" in staff.text
    await staff.open(ADDRESS.format(first.referral.id))
    assert "Die Frist ist vorbei" in staff.text


async def test_a_centre_without_an_agreement_is_told_so(office: Office) -> None:
    lonely = await office.hire("lonely", "operator:niemand")
    await lonely.open("/portal")
    assert "Für Ihre Stelle gibt es noch keine Vereinbarung" in lonely.text
    await lonely.open("/portal/entry")
    assert "Für Ihre Stelle gibt es noch keine Vereinbarung" in lonely.text
    await lonely.open("/portal/figures")
    assert "Noch keine Anfragen" in lonely.text


@pytest.mark.parametrize("id_", ["00000000-0000-0000-0000-000000000000", "nothing", "%F0%9F%98%80"])
async def test_what_is_not_there_is_not_there(staff: Visit, id_: str) -> None:
    await staff.open(ADDRESS.format(id_))
    assert staff.page.status_code == 404


async def test_the_figures_are_the_own_ones_alone(office: Office, staff: Visit) -> None:
    for centre in (INDEPENDENT, AUTHORITY, ANOTHER):
        await office.refer(centre)
    await staff.open("/portal/figures")
    assert re.search(r"neu\s+2\s", staff.text)
    assert "Entgegengenommen nach (Median) –" in staff.text
    made = await office.refer()
    await staff.send(f"{ADDRESS.format(made.referral.id)}/receive")
    await staff.open("/portal/figures")
    assert "Entgegengenommen nach (Median) 0 Stunden" in staff.text
    await service.withdraw(office.referrals, EVERYTHING, made.referral.id, by="caller")
    assert (await service.count_inbox(office.referrals, EVERYTHING))[Tab.NEW] == 3


async def test_people_of_the_own_centre_alone_are_named(office: Office, staff: Visit) -> None:
    await office.hire("other", ANOTHER)
    await office.hire("colleague", OPERATOR)
    await staff.open("/portal/people")
    assert "Colleague" in staff.text
    assert "Zeynep Beispiel" in staff.text
    assert "Other" not in staff.text
