"""Referrals as the hotline makes and follows them on its pages: with the caller's yes, and never reading a payload."""

import re
from html import unescape

import pytest

from app.accounts.models import Role
from app.console import referral_making
from app.kit.extent import EVERYTHING, only
from app.kit.reach import transaction
from app.referrals import outbox, service
from app.referrals.consent_texts import may_read_out
from app.referrals.delivery_rules import LEASE
from app.referrals.demo import ANOTHER, AUTHORITY, INDEPENDENT
from app.referrals.models import Channel, Notice, ReferralState, Side, Tab
from tests.entrance.house import Visit
from tests.portal.conftest import NAME, NUMBER, Office, accounts_house, agent, clock, office, staff

__all__ = ["accounts_house", "agent", "clock", "office", "staff"]

DETAILS = {"language": "ar", "topic": "money_and_offers", "step": "check"}
MOBILE = "01512 3456789"
MAKE = f"/referrals/new/{INDEPENDENT}"


def hidden(browser: Visit) -> dict[str, str]:
    """What the page's form carries along besides what somebody ticks."""
    form = browser.page.text.partition('class="form"')[2]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrf"}


def code_of(browser: Visit) -> str:
    return "".join(re.findall(r'class="code__group"[^>]*>(\d+)', browser.page.text))


async def make(browser: Visit, *, details: dict[str, str] | None = None, **ticked: str) -> Visit:
    """From the details to the code."""
    await browser.open(f"{MAKE}?language=ar")
    await browser.send(MAKE, **(DETAILS | (details or {})))
    return await browser.send(MAKE, **hidden(browser), step="send", **({"agreed": "true"} | ticked))


async def test_an_agent_makes_a_referral_with_the_callers_yes(office: Office, agent: Visit) -> None:
    await agent.open("/referrals/new?plz=04109&language=ar")
    assert agent.page.text.index(INDEPENDENT) < agent.page.text.index(ANOTHER)
    assert "Unabhängig von Behörden." in agent.text
    await agent.open(f"{MAKE}?language=ar")
    told = {"number": MOBILE, "first_name": NAME, "sms_wished": "true", "best_time": "morning"}
    await agent.send(MAKE, **DETAILS, **told)
    for words in (NAME, "+49 1512 3456789", "am Vormittag", "Arabisch", "Geld und Programme", "Nur die Person selbst."):
        assert words in agent.text
    assert 'lang="ar" dir="rtl"' in agent.page.text
    assert 'lang="de" dir="ltr"' in agent.page.text
    assert "Entwurf, noch von niemandem geprüft" in agent.text
    assert (await service.count_inbox(office.referrals, EVERYTHING))[Tab.NEW] == 0
    sent = hidden(agent)
    await agent.send(MAKE, **sent, step="send", agreed="true", forwarding="true")
    code = code_of(agent)
    assert re.fullmatch(r"\d{10}", code)
    assert code not in str(agent.page.request.url)
    assert ", ".join(code) in agent.page.text
    (one,) = await service.list_inbox(office.referrals, EVERYTHING, Tab.NEW)
    assert (one.consent.wording, one.consent.language, one.consent.channel) == ("referral-agent", "ar", Channel.AGENT)
    assert one.consent.forwarding
    await service.receive(office.referrals, EVERYTHING, one.id, by="system")
    payload = await service.open_payload(office.referrals, only(INDEPENDENT), one.id, by=one.id)
    assert (payload.number, payload.first_name, payload.language) == (NUMBER, NAME, "ar")
    await agent.send(MAKE, **sent, step="send", agreed="true", forwarding="true")
    assert code_of(agent) == code
    assert await service.withdraw_by_code(office.referrals, code, source="test")


async def test_without_a_yes_nothing_is_passed_on_and_what_was_said_can_be_changed(
    office: Office, agent: Visit
) -> None:
    await agent.open(MAKE)
    await agent.send(MAKE, **DETAILS, first_name=NAME)
    carried = hidden(agent)
    await agent.send(MAKE, **carried, step="send")
    assert agent.page.status_code == 422
    assert "Ohne ein Ja wird nichts weitergegeben." in agent.text
    await agent.send(MAKE, **hidden(agent), step="details")
    assert f'value="{NAME}"' in agent.page.text
    await agent.send(MAKE, **(carried | {"once": "x"}), step="send", agreed="true")
    assert "Lesen Sie diesen Text vor" in agent.text
    assert sum((await service.count_inbox(office.referrals, EVERYTHING)).values()) == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"topic": ""}, "Worum geht es?"),
        ({"topic": "weather"}, "Worum geht es?"),
        ({"language": "xx"}, "Sprache der Person"),
        ({"number": "0900 123456"}, "Diese Nummer kann eine Stelle nicht anrufen."),
        ({"number": "abc"}, "Diese Nummer kann eine Stelle nicht anrufen."),
        ({"first_name": "Kanarina 0171"}, "Ein Vorname hat nur Buchstaben."),
        ({"sms_wished": "true"}, "Eine SMS braucht eine Mobilnummer"),
        ({"sms_wished": "true", "number": "030 23125123"}, "Eine SMS braucht eine Mobilnummer"),
    ],
)
async def test_what_cannot_be_passed_on_is_said(agent: Visit, wrong: dict[str, str], told: str) -> None:
    await agent.open(MAKE)
    await agent.send(MAKE, **(DETAILS | wrong))
    assert agent.page.status_code == 422
    assert told in agent.text.partition("Bitte prüfen")[2].partition("An:")[0]


async def test_an_authority_is_announced_before_anything_else(agent: Visit) -> None:
    await agent.open("/referrals/new?plz=01067")
    assert "Sagen Sie es zuerst" in agent.text
    assert AUTHORITY in agent.page.text
    await agent.open(f"/referrals/new/{AUTHORITY}?language=tr")
    assert "Diese Stelle gehört zu einer Behörde." in agent.text


async def test_where_no_centre_takes_referrals_others_are_named(agent: Visit) -> None:
    await agent.open("/referrals/new?plz=10115")
    assert "nimmt noch keine Stelle Anfragen an" in agent.text
    assert "Berlin" in agent.text.partition("selbst wenden kann")[2]
    await agent.open("/referrals/new?plz=99999")
    assert "Diese Postleitzahl gibt es nicht." in agent.text
    await agent.open("/referrals/new?plz=14715")
    assert "Welcher Ort?" in agent.text
    await agent.open("/referrals/new/be-iom-lea")
    assert agent.page.status_code == 404


async def test_the_hotline_sees_where_it_stands_and_never_what_is_sealed(office: Office, agent: Visit) -> None:
    await make(agent, details={"number": MOBILE, "first_name": NAME}, forwarding="true")
    (one,) = await service.list_inbox(office.referrals, EVERYTHING, Tab.NEW)
    await service.receive(office.referrals, EVERYTHING, one.id, by="system")
    await service.write_message(
        office.referrals, only(INDEPENDENT), one.id, side=Side.CENTRE, by=one.id, text="Kein Platz"
    )
    await agent.open("/referrals?tab=open")
    assert f"/referrals/{one.id}" in agent.page.text
    assert "wartet auf Antwort" in agent.text
    await agent.open(f"/referrals/{one.id}")
    assert "erhalten" in agent.text
    assert "Kein Platz" in agent.text
    assert NAME not in agent.page.text
    assert "3456789" not in agent.page.text
    await agent.send(f"/referrals/{one.id}/messages", text="Wir fragen die nächste.")
    assert "Wir fragen die nächste." in agent.text
    await agent.open("/referrals?tab=open")
    assert f"/referrals/{one.id}" in agent.page.text
    assert "wartet auf Antwort" not in agent.text
    await agent.send(f"/referrals/{one.id}/messages", text="")
    assert agent.page.status_code == 422


async def test_what_nobody_answers_goes_to_another_centre_with_the_same_code(office: Office, agent: Visit) -> None:
    await make(agent, forwarding="true")
    code = code_of(agent)
    (one,) = await service.list_inbox(office.referrals, EVERYTHING, Tab.NEW)
    await agent.send(f"/referrals/{one.id}/forward", centre=ANOTHER)
    assert "Dies ist die neue Anfrage." in agent.text
    assert agent.at != f"/referrals/{one.id}"
    (following,) = await service.list_inbox(office.referrals, EVERYTHING, Tab.NEW)
    assert following.centre_id == ANOTHER
    await agent.open(f"/referrals/{following.id}/withdraw")
    await agent.send(f"/referrals/{following.id}/withdraw")
    assert "Zurückgezogen und gelöscht." in agent.text
    found = await service.find_by_code(office.referrals, EVERYTHING, code, by=one.id)
    assert found is None or found.state is ReferralState.WITHDRAWN
    await agent.send(f"/referrals/{following.id}/forward", centre=INDEPENDENT)
    assert "Die Person hat die Anfrage zurückgezogen." in agent.text


async def test_without_consent_to_it_nothing_is_forwarded(office: Office, agent: Visit) -> None:
    await make(agent)
    (one,) = await service.list_inbox(office.referrals, EVERYTHING, Tab.NEW)
    await agent.open(f"/referrals/{one.id}")
    assert "Die Person hat nur dieser Stelle zugestimmt." in agent.text
    await agent.send(f"/referrals/{one.id}/forward", centre=ANOTHER)
    assert "Die Person hat nur dieser Stelle zugestimmt." in agent.text
    assert (await service.get_referral(office.referrals, EVERYTHING, one.id)).state is ReferralState.DELIVERED


async def test_what_never_arrived_is_an_alarm_and_supervisors_send_again(office: Office, agent: Visit) -> None:
    supervisor = await office.enter(Role.SUPERVISOR)
    await agent.open("/referrals")
    assert "nicht an" not in agent.text
    ids = [(await office.refer()).referral.id for _ in range(2)]
    async with transaction(office.referrals.database, EVERYTHING) as session:
        for id_ in ids:
            await outbox.put(session, Notice.REMIND_RECEIVE, id_, centre_id=INDEPENDENT, at=office.clock())
        while parcel := await outbox.claim(session, office.clock(), LEASE):
            await outbox.give_up(session, parcel, office.clock(), reason="http-500")
    await agent.open("/referrals")
    assert "Bitte sagen Sie es der Aufsicht" in agent.text
    await agent.open("/referrals/undelivered")
    assert agent.page.status_code == 403
    await supervisor.open("/referrals/undelivered")
    assert supervisor.text.count("http-500") >= 2
    letter = re.findall(r'name="id" value="([^"]+)"', supervisor.page.text)[0]
    await supervisor.send("/referrals/undelivered/again", id=letter)
    assert "1 Nachricht wird noch einmal gesendet." in supervisor.text
    await supervisor.send("/referrals/undelivered/again")
    assert "Alles ist angekommen" in supervisor.text
    await supervisor.send("/referrals/undelivered/again", id="x")
    assert supervisor.page.status_code == 404


async def test_in_production_no_draft_is_read_out(
    office: Office, agent: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_in_production(language: str, *, demo: bool) -> bool:
        assert demo
        return may_read_out(language, demo=False)

    monkeypatch.setattr(referral_making, "may_read_out", as_in_production)
    await make(agent)
    assert code_of(agent)
    (one,) = await service.list_inbox(office.referrals, EVERYTHING, Tab.NEW)
    assert one.consent.language == "de"
    await agent.send(MAKE, **DETAILS)
    assert "noch keinen geprüften Text" in agent.text
    assert 'dir="rtl"' not in agent.page.text.partition("<main")[2]
