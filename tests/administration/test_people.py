"""Administrators look after people, by the pages."""

import csv
import io
import re
from zipfile import ZipFile

import pytest
from fastapi import FastAPI

from app.accounts import service
from app.accounts.models import CLI, Person, Role, State
from app.accounts.service import Accounts
from app.kit.extent import EVERYTHING
from tests.entrance.house import PASSWORD, Visit, add, visit
from tests.moving import MovableClock


async def administrator(app: FastAPI, accounts: Accounts, clock: MovableClock, login: str) -> Visit:
    browser = visit(app, clock)
    first = await add(accounts, login, Role.ADMINISTRATOR)
    await browser.log_in(login, first)
    await browser.enrol(first)
    return await browser.open("/people")


async def find(accounts: Accounts, login: str) -> Person:
    return next(person for person in await service.list_people(accounts, EVERYTHING) if person.login == login)


async def make(browser: Visit, **fields: str) -> Visit:
    await browser.open("/people/new")
    asked = {
        "display_name": "Erika Muster",
        "login": "erika",
        "role": "editor",
        "sign_in": "password",
        "language": "de",
    }
    return await browser.send("/people/new", **{**asked, **fields})


async def test_a_new_person_gets_a_password_that_is_shown_once_and_works(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    app, accounts = building
    browser = await administrator(app, accounts, clock, "ada")
    await make(browser)
    first = re.findall(r'<code class="secret"[^>]*>([^<]+)', browser.page.text)[0]
    assert "nur dieses eine Mal" in browser.text
    erika = await find(accounts, "erika")
    assert first not in (await browser.open(f"/people/{erika.id}")).page.text
    newcomer = await visit(app, clock).log_in("erika", first)
    await newcomer.enrol(first)
    assert (await newcomer.open("/")).at == "/"
    assert (await newcomer.open("/people")).page.status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "ada"}, "gibt es schon"),
        ({"login": "Müller"}, "Buchstaben ohne Umlaute"),
        ({"display_name": ""}, "Bitte"),
        ({"role": "centre-staff"}, "braucht eine"),
        ({"role": "editor", "centre_id": "be-lea"}, "Beratungsstelle"),
        ({"role": "centre-staff", "centre_id": "no-such"}, "gibt es nicht"),
        ({"role": "king"}, "Aufgabe"),
    ],
)
async def test_a_wrong_field_is_told_and_what_was_typed_stays(
    building: tuple[FastAPI, Accounts], clock: MovableClock, fields: dict[str, str], said: str
) -> None:
    app, accounts = building
    browser = await administrator(app, accounts, clock, "ada")
    await make(browser, **fields)
    assert browser.page.status_code == 422
    assert said in browser.text
    typed = fields.get("display_name", "Erika Muster")
    assert f'value="{typed}"' in browser.page.text
    assert len(await service.list_people(accounts, EVERYTHING)) == 1


async def test_a_second_administrator_needs_a_second_pair_of_eyes(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    app, accounts = building
    ada = await administrator(app, accounts, clock, "ada")
    eve = await administrator(app, accounts, clock, "eve")
    await make(ada)
    erika = await find(accounts, "erika")
    await ada.open(f"/people/{erika.id}/propose")
    await ada.send(f"/people/{erika.id}/propose")
    assert "muss zustimmen" in ada.text
    await ada.open(f"/people/{erika.id}/confirm")
    await ada.send(f"/people/{erika.id}/confirm")
    assert "jemand anderes" in ada.text
    assert (await find(accounts, "erika")).role is Role.EDITOR
    await eve.open(f"/people/{erika.id}/confirm")
    await eve.send(f"/people/{erika.id}/confirm")
    assert (await find(accounts, "erika")).role is Role.ADMINISTRATOR
    assert "verwaltet jetzt" in eve.text


async def test_nobody_takes_their_own_rights_and_the_last_administrator_stays(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    app, accounts = building
    ada = await administrator(app, accounts, clock, "ada")
    own = await find(accounts, "ada")
    await ada.open(f"/people/{own.id}")
    assert "/disable" not in ada.page.text
    await ada.send(f"/people/{own.id}/disable")
    assert "jemand anderes" in ada.text
    await ada.send(f"/people/{own.id}", display_name="Ada", role="editor")
    assert (await find(accounts, "ada")).role is Role.ADMINISTRATOR


async def test_a_disabled_person_is_out_at_once_and_the_button_takes_it_back(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    app, accounts = building
    ada = await administrator(app, accounts, clock, "ada")
    first = await add(accounts, "grace")
    grace = visit(app, clock)
    await grace.log_in("grace", first)
    await grace.enrol(first)
    person = await find(accounts, "grace")
    await ada.open(f"/people/{person.id}/disable")
    await ada.send(f"/people/{person.id}/disable")
    assert (await grace.open("/account")).at == "/login"
    assert (await visit(app, clock).log_in("grace", PASSWORD)).page.status_code == 422
    sealed = re.findall(r'name="undo" value="([^"]+)"', ada.page.text)[0]
    await ada.send("/people/undo", undo=sealed)
    assert (await find(accounts, "grace")).state is State.ACTIVE
    assert (await visit(app, clock).log_in("grace", PASSWORD)).at == "/login/second-factor"


async def test_a_reset_ends_the_sessions_and_begins_anew(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    app, accounts = building
    ada = await administrator(app, accounts, clock, "ada")
    first = await add(accounts, "grace")
    grace = visit(app, clock)
    await grace.log_in("grace", first)
    await grace.enrol(first)
    person = await find(accounts, "grace")
    await ada.open(f"/people/{person.id}/factor")
    await ada.send(f"/people/{person.id}/factor")
    assert "zurückgesetzt" in ada.text
    assert (await grace.open("/account")).at == "/login"
    await ada.open(f"/people/{person.id}/reset")
    await ada.send(f"/people/{person.id}/reset")
    again = re.findall(r'<code class="secret"[^>]*>([^<]+)', ada.page.text)[0]
    assert (await visit(app, clock).log_in("grace", again)).at == "/login/password"


@pytest.mark.parametrize(
    "path", ["/people/nonsense", "/people/00000000-0000-0000-0000-000000000000", "/people/x/disable"]
)
async def test_an_address_of_nobody_is_a_page_that_says_so(
    building: tuple[FastAPI, Accounts], clock: MovableClock, path: str
) -> None:
    app, accounts = building
    ada = await administrator(app, accounts, clock, "ada")
    assert (await ada.open(path)).page.status_code == 404
    assert "<h1" in ada.page.text


async def test_the_list_is_downloaded_as_a_table_without_formulas(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    app, accounts = building
    ada = await administrator(app, accounts, clock, "ada")
    await service.add_person(accounts, by=CLI, login="mallory", display_name='=HYPERLINK("x")', role=Role.AGENT)
    text = (await ada.open("/people/download?format=csv")).page.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    workbook = ZipFile(io.BytesIO((await ada.open("/people/download?format=xlsx")).page.content))
    assert b"<f>" not in workbook.read("xl/worksheets/sheet1.xml")


async def test_the_audit_tells_who_did_what_and_holds(building: tuple[FastAPI, Accounts], clock: MovableClock) -> None:
    app, accounts = building
    ada = await administrator(app, accounts, clock, "ada")
    await make(ada)
    await ada.open("/audit")
    assert "Zugang angelegt" in ada.text
    assert "Erika Muster" in ada.text
    assert "Aufgabe: Redaktion" in ada.text
    await ada.open("/audit?action=person-added")
    assert "angemeldet" not in ada.page.text.partition("<tbody")[2].partition("</tbody>")[0]
    await ada.send("/audit/verify")
    assert "Die Kette hält" in ada.text
    assert "Zugang angelegt" in (await ada.open("/audit/download?format=csv")).page.content.decode("utf-8-sig")
    assert (await ada.open("/audit?before=abc&action=nonsense")).page.status_code == 200
