"""Supervisors plan the line: hours and closures, an announcement, and settings; the audit tells of each change."""

import re
from datetime import UTC, datetime, time, timedelta
from html import unescape

import pytest

from app.accounts.models import Action, LineSetting, Role
from app.accounts.service import list_audit
from app.console.plan_forms import NewAnnouncement, Turned
from app.queue import service
from app.queue.models import Shift, Skills
from app.queue.plan import read_plan
from app.queue.plan_models import BOUNDS
from app.queue.plan_rules import field_of, value_of
from app.shell.opening import provide
from app.texts.languages import LAUNCH_LANGUAGES
from tests.cast import demo_playbook
from tests.console.line_house import LineHouse, line_house
from tests.entrance.house import Visit, add, visit

__all__ = ["line_house"]

SUNDAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
FLOOD = {
    "tr": "Sel nedeniyle Dresden ve Pirna'daki danışma merkezleri bugün kapalıdır.",
    "ar": "بسبب الفيضانات فإن مراكز الإرشاد في دريسدن مغلقة اليوم.",
}


@pytest.fixture
async def supervisor(line_house: LineHouse) -> Visit:
    provide(line_house.app, demo_playbook())
    browser, _ = await line_house.enter(Role.SUPERVISOR)
    return browser


async def actions(house: LineHouse) -> list[str]:
    return [entry.action for entry in reversed((await list_audit(house.accounts)).entries)]


def named(browser: Visit, field: str) -> str:
    """What the page's form would send for the first of its buttons."""
    return unescape(re.findall(rf'name="{field}" value="([^"]+)"', browser.page.text)[0])


async def test_hours_are_entered_and_the_page_says_what_callers_hear(line_house: LineHouse, supervisor: Visit) -> None:
    agent = await line_house.hire(Role.AGENT, "Amal", Skills({"ar": 3}, land="DE-BE"))
    await service.set_shifts(line_house.line, agent, [Shift(day, time(8), time(18)) for day in range(5)])
    await supervisor.open("/line/hours")
    assert "Die Leitung ist offen, sobald jemand da ist." in supervisor.text
    await supervisor.send("/line/hours/add", days="0", begins="10:00", ends="12:00")
    assert "Öffnungszeit hinzugefügt." in supervisor.text
    assert "ist die Leitung geschlossen." in supervisor.text
    heard = demo_playbook().wording["ar"]["person.later"].partition("{")[0].strip()
    assert heard in supervisor.text
    assert (await service.duty(line_house.line, "ar")).next_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    await supervisor.open("/line/hours?at=2026-11-23T10:30")
    assert "ist die Leitung geöffnet." in supervisor.text
    assert demo_playbook().wording["ar"]["person.on_duty"] in supervisor.text
    assert demo_playbook().wording["ru"]["person.never"] in supervisor.text
    await supervisor.send("/line/hours/add", days="0", begins="11:00", ends="13:00")
    assert "Diese Zeit überschneidet sich mit einer anderen." in supervisor.text
    await supervisor.send("/line/hours/holidays", holidays="DE-SN")
    assert (await read_plan(line_house.line)).holidays == "DE-SN"
    await supervisor.send("/line/hours/holidays", holidays="FR")
    assert (await read_plan(line_house.line)).holidays == "DE-SN"
    await supervisor.open("/line/hours")
    await supervisor.send("/line/hours/remove", hours=named(supervisor, "hours"))
    plan = await read_plan(line_house.line)
    assert (plan.hours, plan.holidays) == ((), "DE-SN")
    assert (await actions(line_house)).count(Action.LINE_HOURS_SET) == 3


async def test_a_closure_is_entered_removed_and_brought_back(line_house: LineHouse, supervisor: Visit) -> None:
    await supervisor.open("/line/hours")
    await supervisor.send(
        "/line/hours/closures", closed_from="2026-12-24T00:00", closed_until="2026-12-27T00:00", reason="Weihnachten"
    )
    assert "Weihnachten" in supervisor.text
    [closure] = (await read_plan(line_house.line)).closures
    assert (closure.begins_at, closure.ends_at) == (
        datetime(2026, 12, 23, 23, tzinfo=UTC),
        datetime(2026, 12, 26, 23, tzinfo=UTC),
    )
    await supervisor.send("/line/hours/closures/remove", closure=named(supervisor, "closure"))
    assert "Schließung entfernt." in supervisor.text
    assert (await read_plan(line_house.line)).closures == ()
    undo = {name: named(supervisor, name) for name in re.findall(r'name="(undo|sealed|fields)"', supervisor.page.text)}
    await supervisor.send("/line/hours/closures/undo", **undo)
    assert (await read_plan(line_house.line)).closures == (closure,)
    assert (await actions(line_house))[-3:] == [
        Action.LINE_CLOSURE_SET,
        Action.LINE_CLOSURE_REMOVED,
        Action.LINE_CLOSURE_SET,
    ]
    line_house.clock.at = closure.ends_at
    later, _ = await line_house.enter(Role.SUPERVISOR)
    await later.open("/line/hours")
    assert "Keine Schließung geplant." in later.text


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        ("2026-12-24T10:00", "2026-12-24T09:00", "Das Ende liegt vor dem Beginn."),
        ("2026-11-20T10:00", "2026-11-21T09:00", "Diese Zeit ist schon vorbei."),
        ("2026-12-24T10:00", "2028-12-24T09:00", "Eine Schließung dauert höchstens ein Jahr."),
        ("2026-12-24T10:00Z", "2026-12-24T12:00Z", "Bitte geben Sie Tag und Uhrzeit an."),
    ],
)
async def test_a_closure_that_cannot_be(
    line_house: LineHouse, supervisor: Visit, begins: str, ends: str, told: str
) -> None:
    await supervisor.send("/line/hours/closures", closed_from=begins, closed_until=ends)
    assert supervisor.page.status_code == 422
    assert told in supervisor.text
    assert (await read_plan(line_house.line)).closures == ()


async def test_an_announcement_is_written_heard_set_and_ended_in_another_browser(
    line_house: LineHouse, supervisor: Visit
) -> None:
    await supervisor.open("/line/announcement")
    await supervisor.send("/line/announcement", **FLOOD, ends="2026-11-22T18:00")
    assert supervisor.page.url.path == "/line/announcement/confirm"
    assert "Önemli bir duyuru: Sel nedeniyle" in supervisor.text
    assert "3 Sprachen ohne Text" in supervisor.text
    assert "Deutsch, Englisch, Russisch" in supervisor.text
    assert "Sie gelten als geprüft" in supervisor.text
    assert (await read_plan(line_house.line)).announcement is None
    await supervisor.send("/line/announcement/confirm")
    assert "Die Ansage ist eingeschaltet." in supervisor.text
    announcement = (await read_plan(line_house.line)).announcement
    assert announcement
    assert (announcement.texts, announcement.ends_at) == (FLOOD, datetime(2026, 11, 22, 17, tzinfo=UTC))
    second, _ = await line_house.enter(Role.SUPERVISOR)
    await second.open("/line/announcement")
    await second.send("/line/announcement/end", announcement=named(second, "announcement"))
    assert "Die Ansage ist beendet." in second.text
    assert (await read_plan(line_house.line)).announcement is None
    await supervisor.send("/line/announcement/end", announcement=str(announcement.id))
    assert "Diese Ansage war schon beendet." in supervisor.text
    told = [action for action in await actions(line_house) if action.startswith("announcement")]
    assert told == [Action.ANNOUNCEMENT_SET, Action.ANNOUNCEMENT_ENDED]


async def test_what_was_written_stands_in_the_form_again(line_house: LineHouse, supervisor: Visit) -> None:
    await supervisor.open("/line/announcement/confirm")
    assert supervisor.page.url.path == "/line/announcement"
    await supervisor.send("/line/announcement", **FLOOD, ends="2026-11-22T18:00")
    await supervisor.open("/line/announcement")
    assert supervisor.page.status_code == 200
    assert FLOOD["ar"] in supervisor.text
    assert 'value="2026-11-22T18:00"' in supervisor.page.text
    line_house.clock.go_on(hours=9)
    later, _ = await line_house.enter(Role.SUPERVISOR)
    await later.send("/line/announcement/confirm")
    assert "Bitte wählen Sie ein Ende in den nächsten sieben Tagen." in later.text
    assert (await read_plan(line_house.line)).announcement is None


async def test_who_switches_it_on_proves_first_who_they_are_and_what_they_wrote_is_not_lost(
    line_house: LineHouse, supervisor: Visit
) -> None:
    del supervisor
    sonja = visit(line_house.app, line_house.clock)
    first = await add(line_house.accounts, "sonja", Role.SUPERVISOR)
    await (await sonja.log_in("sonja", first)).enrol(first)
    line_house.clock.go_on(minutes=6)
    await sonja.send("/line/announcement", **FLOOD, ends="2026-11-22T18:00")
    assert sonja.page.url.path == "/step-up"
    await sonja.send("/line/announcement/confirm")
    assert sonja.page.url.path == "/step-up"
    assert (await read_plan(line_house.line)).announcement is None
    await sonja.open("/line/announcement")
    assert FLOOD["ar"] in sonja.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"de": ""}, "Bitte schreiben Sie einen Text in mindestens einer Sprache."),
        ({"de": "x" * 301}, "Dieser Text ist zu lang."),
        ({"de": "112"}, "Bitte schreiben Sie einen Text aus Wörtern."),
        ({"de": "Sie bekommen 1.000 Euro."}, "Bitte nennen Sie keine Geldbeträge."),
        ({"ru": "Die Beratungsstelle ist geschlossen."}, "nicht in der Schrift dieser Sprache"),
        ({"de": "مراكز الإرشاد مغلقة"}, "nicht in der Schrift dieser Sprache"),
        ({"de": "Heute zu.", "ends": "2026-11-29T10:01"}, "ein Ende in den nächsten sieben Tagen"),
        ({"de": "Heute zu.", "ends": "2026-11-22T10:00"}, "ein Ende in den nächsten sieben Tagen"),
    ],
)
async def test_an_announcement_that_cannot_be_spoken(
    line_house: LineHouse, supervisor: Visit, fields: dict[str, str], told: str
) -> None:
    await supervisor.send("/line/announcement", **{"ends": "2026-11-22T18:00", **fields})
    assert supervisor.page.status_code == 422
    assert told in supervisor.text
    assert (await read_plan(line_house.line)).announcement is None


async def test_settings_are_turned_and_go_back_to_their_defaults(line_house: LineHouse, supervisor: Visit) -> None:
    await supervisor.open("/line/settings")
    usual = {field_of(setting): str(bounds.default) for setting, bounds in BOUNDS.items() if not bounds.is_switch}
    await supervisor.send("/line/settings", **(usual | {"offer_seconds": "40"}), callbacks="true")
    assert "2 Einstellungen geändert." in supervisor.text
    settings = (await read_plan(line_house.line)).settings
    assert (settings.offer_seconds, settings.callbacks, settings.voicemail) == (40, True, False)
    assert "Zuletzt geändert von" in supervisor.text
    await supervisor.send("/line/settings/default", setting="offer-seconds")
    assert "Wieder auf dem Standard: Dauer eines Angebots." in supervisor.text
    assert (await read_plan(line_house.line)).settings.offer_seconds == 25
    told = [entry for entry in (await list_audit(line_house.accounts)).entries if entry.action == "line-setting-set"]
    assert [dict(entry.details) for entry in reversed(told)] == [
        {"setting": "offer-seconds", "value": 40},
        {"setting": "voicemail", "value": 0},
        {"setting": "offer-seconds", "value": 25},
    ]
    for field, value in (
        ("offer_seconds", "14"),
        ("offer_seconds", "61"),
        ("offer_seconds", "x"),
        ("nobody_minutes", "0"),
        ("service_level_seconds", "25"),
    ):
        wrong = {field: value}
        await supervisor.send("/line/settings", **(usual | wrong))
        assert supervisor.page.status_code == 422
    assert (await read_plan(line_house.line)).settings.nobody_minutes == 3


async def test_others_than_supervisors_plan_nothing(line_house: LineHouse) -> None:
    agent, _ = await line_house.enter(Role.AGENT)
    for address in ("/line/hours", "/line/announcement", "/line/settings"):
        await agent.open(address)
        assert agent.page.status_code == 403


def test_forms_have_a_field_for_each_language_and_each_setting() -> None:
    assert set(NewAnnouncement.model_fields) == {*LAUNCH_LANGUAGES, "ends"}
    assert set(Turned.model_fields) == {field_of(setting) for setting in LineSetting}


async def test_the_database_keeps_the_bounds_that_the_forms_have(line_house: LineHouse) -> None:
    insert = "INSERT INTO line_setting (name, value, changed_by, changed_at) VALUES ($1, $2, gen_random_uuid(), now())"
    for setting, bounds in BOUNDS.items():
        for value in (bounds.least - 1, bounds.most + 1):
            with pytest.raises(Exception, match="line_setting_check"):
                await line_house.line.pool.execute(insert, setting.value, value)
        await line_house.line.pool.execute(insert, setting.value, bounds.most)
    line_house.line.memo.plan = None
    settings = (await read_plan(line_house.line)).settings
    assert [value_of(settings, setting) for setting in BOUNDS] == [bounds.most for bounds in BOUNDS.values()]
    assert timedelta(seconds=settings.offer_seconds) == timedelta(minutes=1)
