"""Pictures and tables of a simulated day."""

import json
import xml.etree.ElementTree as ET

from app.queue.simulation.figures import Outcome, simulate_days
from app.queue.simulation.picture import DayWords, StaffingWords, day_picture, staffing_picture
from app.queue.simulation.plan import DayPlan, roster, spread_calls
from app.queue.simulation.report import dict_of, formula_by_hour, formulas_beside, text_of
from app.queue.simulation.staffing import staffing_table

SVG = "{http://www.w3.org/2000/svg}"
WORDS = DayWords("A day <at> work", "Calls & more", "On duty", "Answered")


def a_day(patience: float | None = 120) -> Outcome:
    hours = range(8, 12)
    return simulate_days(
        DayPlan(
            agents=roster([{"de": 3}, {"ar": 3, "de": 2}, {"de": 3}], [(8, 12, 2), (9, 11, 1)], hours),
            calls_by_hour=spread_calls(20, hours),
            shares={"de": 0.7, "ar": 0.3},
            patience_seconds=patience,
        ),
        1,
        5,
    )


def test_a_day_is_drawn_with_a_text_for_those_who_do_not_see_it() -> None:
    day = a_day()
    svg = day_picture(day, formula_by_hour(day.plan), WORDS, alone=True)
    root = ET.fromstring(svg)  # noqa: S314  Drawn here.
    assert (root.get("role"), root.get("aria-label")) == ("img", WORDS.alt)
    assert len(root.findall(f".//{SVG}circle")) == 4
    assert len(root.findall(f".//{SVG}rect")) == 8
    assert len([line for line in root.iter(f"{SVG}line") if line.get("stroke-dasharray")]) == 4
    assert "prefers-color-scheme:dark" in svg
    told = [text.text for text in root.iter(f"{SVG}text")]
    assert "Calls & more" in told
    assert told[-4:] == ["8", "9", "10", "11"]


def test_on_a_page_a_picture_takes_the_pages_ink_and_needs_no_style() -> None:
    rows = staffing_table(spread_calls(30, range(8, 18)), 420)
    root = ET.fromstring(staffing_picture(rows, StaffingWords("Staff", "Calls", "Agents")))  # noqa: S314  Drawn here.
    assert root.get("fill") == "currentColor"
    assert root.find(f".//{SVG}style") is None
    labels = [text.text for text in root.iter(f"{SVG}text") if text.get("font-size") == "11"]
    assert labels[10:] == [str(row.staff) for row in rows]


def test_bars_are_as_high_as_what_they_stand_for() -> None:
    rows = staffing_table({8: 10.0, 9: 20.0, 10: 0.0}, 420)
    root = ET.fromstring(staffing_picture(rows, StaffingWords("Staff", "Calls", "Agents")))  # noqa: S314  Drawn here.
    heights = [float(str(bar.get("height"))) for bar in root.iter(f"{SVG}rect")]
    assert heights[0] * 2 == heights[1]
    assert heights[2] == 0


def test_the_text_has_the_formulas_beside_and_a_row_for_each_language_and_hour() -> None:
    told = text_of(a_day(), 1).splitlines()
    assert told[0].startswith("Simulated, seed 1: 5 days of 3 agents and about ")
    assert told[0].endswith(" calls of 420 s, with a patience of 120 s.")
    assert told[2].split("  ")[-4:] == [
        "Erlang C, pooled",
        "Erlang C, separate",
        "Erlang A, pooled",
        "Erlang A, separate",
    ]
    assert [line.split()[0] for line in told if line[:2] in {"de", "ar", "8 ", "9 ", "10", "11"}] == [
        "de",
        "ar",
        "8",
        "9",
        "10",
        "11",
    ]


def test_json_holds_no_number_that_json_does_not_know() -> None:
    told = json.loads(json.dumps(dict_of(a_day(None), 1), allow_nan=False))
    assert set(told["beside"]) == {"Erlang C, pooled", "Erlang C, separate"}
    assert told["all"]["service_levels"]["20"]["low"] <= told["all"]["service_levels"]["20"]["value"]
    assert [hour["on_duty"] for hour in told["hours"].values()] == [2, 3, 3, 2]


def test_with_one_language_there_is_nothing_to_pool() -> None:
    plan = DayPlan(roster([{"de": 3}], [], range(8, 9)), {8: 2.0}, {"de": 1.0}, patience_seconds=60)
    assert list(formulas_beside(plan)) == ["Erlang C", "Erlang A"]
