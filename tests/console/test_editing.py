"""Editors withdraw, return and review content; what is decided is at once what callers and counsellors find."""

import copy
import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from app.accounts import service
from app.accounts.models import Role
from app.accounts.service import Accounts
from app.kit.reach import NOTHING, transaction
from app.knowledge import flags
from app.knowledge.library import Library
from app.shell.opening import provide
from tests.console.conftest import library, somebody
from tests.entrance.house import Visit
from tests.moving import MovableClock


class Desk:
    """The editor, the supervisor and an agent, each at a browser, over one knowledge."""

    def __init__(self, app: FastAPI, accounts: Accounts, clock: MovableClock) -> None:
        self.app, self.accounts, self.clock = app, accounts, clock
        self.withdrawn: frozenset[str] = frozenset()
        shelf = copy.copy(library())
        shelf._withdrawn = lambda: self.withdrawn
        provide(app, shelf)

    async def sit(self) -> "Desk":
        roles = (Role.EDITOR, Role.SUPERVISOR, Role.AGENT)
        self.editor, self.supervisor, self.agent = [
            await somebody(self.app, self.accounts, self.clock, role) for role in roles
        ]
        return self

    async def look(self) -> None:
        """What a node does every second."""
        async with transaction(self.accounts.database, NOTHING) as session:
            found = await flags.list_open(session)
        self.withdrawn = frozenset(flag.ref for flag in found if flag.state.value != "proposed")

    async def audit(self) -> list[tuple[str, str]]:
        page = await service.list_audit(self.accounts)
        told = [(entry.action, entry.subject) for entry in page.entries]
        return [
            line for line in told if line[0].startswith(("withdraw", "return", "report", "text", "review", "reload"))
        ]


@pytest.fixture
async def desk(building: tuple[FastAPI, Accounts], clock: MovableClock) -> Desk:
    return await Desk(*building, clock).sit()


async def withdraw(editor: Visit, ref: str, **fields: str) -> str:
    """Proposes it and returns the address of the withdrawal."""
    await editor.open(f"/editing/withdrawals/new?ref={ref}")
    await editor.send("/editing/withdrawals/new", ref=ref, reason="outdated", note="Quelle weg", **fields)
    return editor.at


async def found_by(agent: Visit, words: str) -> list[str]:
    await agent.open(f"/knowledge?q={words}&language=de")
    return re.findall(r'href="/knowledge/(\w+/[^?"]+)\?', agent.page.text.partition('<ol class="hits">')[2])


async def test_two_people_withdraw_an_answer_and_it_is_gone_until_two_return_it(desk: Desk) -> None:
    assert "answer/duration" in await found_by(desk.agent, "wie lange dauert es")
    address = await withdraw(desk.editor, "duration")
    assert "sobald eine zweite Person bestätigt" in desk.editor.text
    await desk.look()
    assert "answer/duration" in await found_by(desk.agent, "wie lange dauert es")
    await desk.editor.send(f"{address}/confirm")
    assert "andere Person" in desk.editor.text
    await desk.supervisor.open(address)
    await desk.supervisor.send(f"{address}/confirm")
    assert "Bestätigt" in desk.supervisor.text
    await desk.look()
    assert "answer/duration" not in await found_by(desk.agent, "wie lange dauert es")
    await desk.agent.open("/knowledge/answer/duration?language=tr")
    assert "zurückgezogen" in desk.agent.text
    assert "Als falsch melden" not in desk.agent.text
    await desk.supervisor.send(f"{address}/propose-lift")
    await desk.supervisor.send(f"{address}/lift")
    assert "andere Person" in desk.supervisor.text
    await desk.editor.open(address)
    await desk.editor.send(f"{address}/lift")
    await desk.look()
    assert "answer/duration" in await found_by(desk.agent, "wie lange dauert es")
    assert await desk.audit() == [
        ("return-confirmed", "duration"),
        ("return-proposed", "duration"),
        ("withdrawal-confirmed", "duration"),
        ("withdrawal-proposed", "duration"),
    ]
    await desk.editor.open("/editing/withdrawals?state=ended")
    assert "wieder freigegeben" in desk.editor.text


async def test_what_is_dangerous_goes_at_once_and_an_overdue_second_look_stands_first(desk: Desk) -> None:
    address = await withdraw(desk.editor, "ura", at_once="true")
    await desk.look()
    assert desk.withdrawn == {"ura"}
    assert (await desk.agent.open("/knowledge/offer/ura")).page.status_code == 200
    assert "zurückgezogen" in desk.agent.text
    assert "Zum Vorlesen" not in desk.agent.text
    await desk.editor.open("/editing")
    assert "in Eile zurückgezogen" not in desk.editor.text
    desk.clock.go_on(seconds=timedelta(days=1).total_seconds())
    supervisor = await somebody(desk.app, desk.accounts, desk.clock, Role.SUPERVISOR)
    await supervisor.open("/editing")
    assert "in Eile zurückgezogen" in supervisor.text
    await supervisor.open(address)
    assert "Seit über einem Tag" in supervisor.text
    await desk.look()
    assert desk.withdrawn == {"ura"}
    await supervisor.send(f"{address}/confirm")
    await supervisor.open("/editing")
    assert "in Eile zurückgezogen" not in supervisor.text


@pytest.mark.parametrize(
    ("ref", "said"), [("line/police", "verstummt nie"), ("ask-a-centre", "wenn anderes zurückgezogen ist")]
)
async def test_what_must_never_fall_silent_has_no_form(desk: Desk, ref: str, said: str) -> None:
    await desk.editor.open(f"/editing/withdrawals/new?ref={ref}")
    assert said in desk.editor.text
    assert "reason" not in desk.editor.page.text
    await desk.editor.send("/editing/withdrawals/new", ref=ref, reason="wrong")
    await desk.look()
    assert desk.withdrawn == frozenset()


async def test_the_same_is_not_withdrawn_twice_and_a_reason_is_asked_for(desk: Desk) -> None:
    await withdraw(desk.editor, "country-SY")
    await withdraw(desk.supervisor, "country-SY")
    assert "schon zurückgezogen oder vorgeschlagen" in desk.supervisor.text
    await desk.editor.open("/editing/withdrawals/new?ref=ura")
    await desk.editor.send("/editing/withdrawals/new", ref="ura")
    assert desk.editor.page.status_code == 422


async def test_an_editor_finds_by_a_word_what_shall_be_withdrawn(desk: Desk) -> None:
    await desk.editor.open("/editing/withdrawals/new?q=depression")
    assert "/editing/withdrawals/new?ref=line/depression" in desk.editor.page.text
    await desk.editor.open("/editing/withdrawals/new?q=xqzv")
    assert "Dazu gibt es nichts" in desk.editor.text


async def test_an_agent_neither_withdraws_nor_reads_reports(desk: Desk) -> None:
    for path in ("/editing", "/editing/withdrawals", "/editing/reports", "/editing/files", "/editing/due"):
        assert (await desk.agent.open(path)).page.status_code == 403
    await desk.agent.open("/knowledge/answer/duration")
    await desk.agent.send("/editing/withdrawals/new", ref="duration", reason="wrong", at_once="true")
    assert desk.agent.page.status_code == 403
    await desk.look()
    assert desk.withdrawn == frozenset()


async def test_a_wrong_answer_is_reported_beside_it_and_closed_with_a_note(desk: Desk) -> None:
    await desk.agent.open("/knowledge/answer/duration?language=tr")
    back = "/knowledge/answer/duration?language=tr"
    await desk.agent.send(
        "/knowledge/report", ref="duration", language="tr", words="Falsch, ruf 0151 2345678", next=back
    )
    assert "Danke" in desk.agent.text
    assert desk.agent.at == "/knowledge/answer/duration"
    await desk.editor.open("/editing/reports")
    assert "Falsch, ruf …" in desk.editor.text
    assert "Türkisch" in desk.editor.text
    address = re.findall(r'href="(/editing/reports/[0-9a-f-]{36})"', desk.editor.page.text)[0]
    await desk.editor.open(address)
    await desk.editor.send(address, note="Nachgesehen")
    assert "erledigt" in desk.editor.text
    undo = re.findall(r'name="undo" value="([^"]+)"', desk.editor.page.text)[0]
    await desk.editor.open("/editing/reports?state=done")
    assert "Nachgesehen" in desk.editor.text
    await desk.editor.send("/editing/reports/reopen", undo=undo)
    assert "wieder offen" in desk.editor.text
    assert [action for action, _ in await desk.audit()] == ["report-reopened", "report-done"]


async def test_reports_have_an_end(desk: Desk) -> None:
    await desk.agent.open("/knowledge/answer/duration")
    statuses = [
        (await desk.agent.send("/knowledge/report", ref="duration", language="de", words="")).page.status_code
        for _ in range(21)
    ]
    assert set(statuses[:20]) == {200}
    assert statuses[20] == 429
    await desk.editor.open("/knowledge/answer/duration")
    for ref, language in (("nothing", "de"), ("duration", "xx")):
        await desk.editor.send("/knowledge/report", ref=ref, language=language)
        assert desk.editor.page.status_code == 404


async def test_a_translation_is_reviewed_beside_its_original_and_the_next_follows(desk: Desk) -> None:
    address = "/editing/translations/answer/ar/duration"
    await desk.editor.open(address)
    assert "Entwurf" in desk.editor.text
    assert 'data-speak="ar"' in desk.editor.page.text
    assert 'lang="ar" dir="rtl"' in desk.editor.page.text
    seen = re.findall(r'name="seen" value="([0-9a-f]{16})"', desk.editor.page.text)[0]
    await desk.editor.send(address, capacity="translator", seen="0" * 16)
    assert "geändert" in desk.editor.text
    await desk.editor.send(address, capacity="translator", seen=seen)
    assert "Als geprüft eingetragen" in desk.editor.text
    assert desk.editor.at != address
    undo = re.findall(r'name="undo" value="([^"]+)"', desk.editor.page.text)[0]
    await desk.agent.open("/knowledge/answer/duration?language=ar")
    assert "Entwurf" not in desk.agent.text
    await desk.editor.open("/editing/translations?language=ar&state=reviewed")
    assert "Übersetzer/in" in desk.editor.text
    await desk.editor.send("/editing/translations/undo", undo=undo)
    assert "zurückgenommen" in desk.editor.text
    assert await desk.audit() == [("review-taken-back", "ar:duration"), ("text-reviewed", "ar:duration")]


@pytest.mark.parametrize("path", ["answer/de/duration", "answer/xx/duration", "answer/ar/nothing", "x/ar/duration"])
async def test_what_is_no_translation_has_no_page(desk: Desk, path: str) -> None:
    assert (await desk.editor.open(f"/editing/translations/{path}")).page.status_code == 404


@pytest.mark.parametrize("kind", ["due", "translations", "reports", "withdrawals"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_lists_are_files_too(desk: Desk, kind: str, form: str) -> None:
    file = (await desk.editor.open(f"/editing/{kind}/download?format={form}")).page
    assert file.status_code == 200
    assert file.headers["content-disposition"].endswith(f".{form}")


async def test_what_is_due_is_sorted_by_day_and_narrowed(desk: Desk) -> None:
    await desk.editor.open("/editing/due?when=all&kind=emergency")
    days = re.findall(r'<time datetime="([^"]+)"', desk.editor.page.text)
    assert days
    assert days == sorted(days)
    assert "110" in desk.editor.text
    await desk.editor.open("/editing/due?when=nonsense&kind=nonsense")
    assert "nichts fällig" in desk.editor.text


async def test_a_reload_is_asked_for_and_each_node_is_shown(desk: Desk) -> None:
    await desk.editor.open("/editing/files")
    assert "Kein Rechner" in desk.editor.text
    await desk.editor.open("/editing/files/reload")
    await desk.editor.send("/editing/files/reload")
    assert "lesen ihre Dateien neu" in desk.editor.text
    assert await desk.audit() == [("reload-asked", "1")]


async def test_before_the_knowledge_is_there_every_page_says_wait(
    building: tuple[FastAPI, Accounts], clock: MovableClock, tmp_path: object
) -> None:
    app, accounts = building
    provide(app, Library(tmp_path))  # type: ignore[arg-type]  # It reads nothing.
    editor = await somebody(app, accounts, clock, Role.EDITOR)
    for path in ("/editing", "/editing/due", "/editing/translations", "/editing/withdrawals", "/knowledge/eligibility"):
        assert (await editor.open(path)).page.status_code == 503
