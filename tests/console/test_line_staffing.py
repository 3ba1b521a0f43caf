"""The staffing page: the smallest staff of each hour that reaches the target, as a table and a picture."""

import re

from app.queue.simulation.staffing import Target, staffing
from tests.console.line_house import line_house, supervisor
from tests.entrance.house import Visit

__all__ = ["line_house", "supervisor"]

PLAN = {"calls": "30", "handling": "300", "share": "90", "within": "10", "begins": "9", "ends": "12"}


def staff(browser: Visit) -> list[int]:
    """The third cell of each row."""
    rows = re.findall(r'<tr class="kern-table__row">\s*<th scope="row".*?</tr>', browser.page.text, re.DOTALL)
    return [int(re.findall(r">\s*(\d+)\s*</td>", row)[0]) for row in rows]


async def ask(browser: Visit, **other: str) -> Visit:
    browser.page = await browser.client.get("/line/staffing", params=PLAN | other)
    return browser


async def test_the_page_begins_with_the_usual_target(supervisor: Visit) -> None:
    await supervisor.open("/line/staffing")
    assert len(staff(supervisor)) == 10
    assert max(staff(supervisor)) >= staffing(60, 420)
    assert "Menschen in der stärksten Stunde" in supervisor.text
    assert "<svg" in supervisor.page.text


async def test_more_calls_and_a_sharper_target_need_more_people(supervisor: Visit) -> None:
    few = staff(await ask(supervisor))
    assert len(few) == 3
    assert min(few) >= staffing(20, 300, Target(0.9, 10))
    assert sum(staff(await ask(supervisor, calls="60"))) > sum(few)
    assert sum(staff(await ask(supervisor, share="99"))) > sum(few)
    assert sum(staff(await ask(supervisor, patience="60"))) <= sum(few)
    assert "Aufgelegt, %" in supervisor.text


WRONG = (
    ({"calls": "0"}, "Bitte geben Sie mindestens 1 ein."),
    ({"calls": "many"}, "Bitte geben Sie eine ganze Zahl ein."),
    ({"ends": "9"}, "Das Ende muss nach dem Beginn liegen."),
    ({"handling": ""}, "Bitte füllen Sie dieses Feld aus."),
)


async def test_what_cannot_be_worked_out_is_said(supervisor: Visit) -> None:
    for wrong, told in WRONG:
        await ask(supervisor, **wrong)
        assert supervisor.page.status_code == 422, wrong
        assert told in supervisor.text, wrong
        assert "<svg" not in supervisor.page.text
