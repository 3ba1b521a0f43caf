"""Every postal code gets the right centres of the real directory, and never one that is not for callers."""

import json
from collections import Counter
from pathlib import Path

import pytest

from app.centres.models import CALLERS, Centre, Directory, Wish
from app.centres.rules import build_directory
from app.centres.service import find_places, offers_for, route, route_as_json, route_as_wished, route_lines
from tests.centres import oracle


@pytest.fixture(scope="module")
def raw(knowledge_base: Path) -> oracle.Oracle:
    return oracle.read(knowledge_base)


def test_every_code_answers_and_the_shares_are_known(directory: Directory) -> None:
    reasons = Counter(route(directory, plz).choices[0].reason for plz in directory.places)
    for reason, count in reasons.most_common():
        print(f"{reason}: {count} codes, {100 * count / reasons.total():.1f} %")  # noqa: T201 - the figures are asked for
    assert reasons.total() == 8324
    assert set(reasons) == {"catchment", "nearest", "land", "nationwide"}


def test_nobody_is_offered_what_is_not_for_callers(directory: Directory, raw: oracle.Oracle) -> None:
    allowed = {entry["id"] for entry in raw.callers()}
    assert len(raw.entries) == 108
    assert len(allowed) == 91
    offered = {choice.centre.id for plz in directory.places for choice in route(directory, plz).choices}
    assert offered <= allowed
    assert "by-zrb-westbayern" in {entry["id"] for entry in raw.entries} - offered


def test_an_independent_centre_is_offered_wherever_one_covers(directory: Directory, raw: oracle.Oracle) -> None:
    for row in raw.places:
        offers = offers_for(directory, row["plz"], row["district"], None, confirmed_only=False)
        assert any(choice.centre.independent for choice in offers), row["plz"]
    without_own = {"10": "SL", "12": "BB", "06": "HE", "13": "MV"}
    for row in raw.places:
        if row["district"][:2] in without_own:
            offers = offers_for(directory, row["plz"], row["district"], None, confirmed_only=False)
            assert {choice.reason for choice in offers if choice.centre.independent} == {"nationwide"}, row


def test_routing_agrees_with_a_brute_force_computation(directory: Directory, raw: oracle.Oracle) -> None:
    for row in raw.places:
        reason, centres = raw.expected(row)
        offers = offers_for(directory, row["plz"], row["district"], None, confirmed_only=False)
        best = [choice for choice in offers if choice.reason == reason]
        assert offers[0].reason == reason, row
        expected = centres[:3]
        if not any(centre["independent_of_authorities"] for centre in expected):
            expected = [*expected, *[c for c in centres[3:] if c["independent_of_authorities"]][:1]]
        assert {choice.centre.id for choice in best} == {centre["id"] for centre in expected}, row
        assert offers[0].centre.id == centres[0]["id"], row
        for choice, centre in zip(best, expected, strict=False):
            if choice.distance_km is not None and choice.centre.id == centre["id"]:
                assert choice.distance_km == pytest.approx(oracle.far(centre, row), abs=1e-6)


@pytest.mark.parametrize(
    ("plz", "expected"),
    [
        ("04109", [("sn-caritas-leipzig", "catchment"), ("sn-drk-leipzig", "catchment")]),
        ("14467", [("bb-zabh", "land"), ("de-direturn", "nationwide")]),
        ("60311", [("he-rp-darmstadt", "catchment"), ("de-direturn", "nationwide")]),
        ("66111", [("de-direturn", "nationwide")]),
        ("97070", [("by-zrb-nordbayern", "catchment")]),
        ("99084", [("th-caritas-erfurt", "nearest")]),
    ],
)
def test_the_answer_for_known_places(directory: Directory, plz: str, expected: list[tuple[str, str]]) -> None:
    assert [(choice.centre.id, choice.reason) for choice in route(directory, plz).choices] == expected


def test_a_code_in_two_laender_offers_both(directory: Directory) -> None:
    answer = route(directory, "22113")
    assert answer.ask_place
    assert {choice.centre.id for choice in answer.choices} == {"hh-fluechtlingszentrum", "de-direturn"}
    assert [c.centre.id for c in offers_for(directory, "22113", "02000", None, confirmed_only=False)] == [
        "hh-fluechtlingszentrum"
    ]
    assert [c.centre.id for c in offers_for(directory, "22113", "01062", None, confirmed_only=False)] == ["de-direturn"]
    assert {choice.land for choice in answer.choices} == {"DE-HH", "DE-SH"}


def test_several_places_get_no_centre_twice(directory: Directory) -> None:
    for plz, places in directory.places.items():
        if len(places) > 1:
            ids = [choice.centre.id for choice in route(directory, plz).choices]
            single = {
                c.centre.id
                for p in places
                for c in offers_for(directory, plz, str(p.district), None, confirmed_only=False)
            }
            assert len(ids) == len(set(ids))
            assert set(ids) == single


def test_only_independent_ones_when_asked_for(directory: Directory) -> None:
    for plz in directory.places:
        choices = route(directory, plz, independent=True).choices
        assert choices
        assert all(choice.centre.independent for choice in choices)


def test_a_language_puts_first_and_excludes_nobody(directory: Directory) -> None:
    for plz in list(directory.places)[::7]:
        without, with_language = route(directory, plz).choices, route(directory, plz, language="ar").choices
        assert {choice.reason for choice in without} == {choice.reason for choice in with_language}
        assert {choice.centre.id for choice in without} == {choice.centre.id for choice in with_language}


def test_nothing_is_offered_that_nobody_confirmed(directory: Directory) -> None:
    answer = route(directory, "04109", confirmed_only=True)
    assert answer.choices == ()
    assert answer.by_person


def test_women_and_residents_only_when_asked_for(directory: Directory) -> None:
    women = route_as_wished(directory, "04109", Wish(audience=CALLERS | {"women"})).choices
    assert women[1].centre.id == "rp-solwodi-mainz"
    assert women[0].centre.id == "sn-caritas-leipzig"
    residents = route_as_wished(directory, "66822", Wish(audience=frozenset({"residents"}))).choices
    assert [(choice.centre.id, choice.reason) for choice in residents] == [("sl-lebach", "nearest")]


def test_json_is_the_shape_machines_expect(directory: Directory) -> None:
    lines = list(route_lines(["12529", "", "00000\n"], directory))
    first, unknown = (json.loads(line) for line in lines)
    assert list(first) == ["plz", "places", "ask_place", "centres"]
    assert first["places"] == [
        {"name": "Berlin", "district": "11000", "land": "DE-BE"},
        {"name": "Schönefeld", "district": "12061", "land": "DE-BB"},
    ]
    assert first["ask_place"] is True
    keys = ["id", "name", "city", "distance_km", "reason", "independent", "confirmed"]
    assert all(list(centre) == keys for centre in first["centres"])
    assert first["centres"][0] == {
        "id": "be-iom-lea",
        "name": "IOM return counselling at the Berlin immigration office",
        "city": "Berlin",
        "distance_km": pytest.approx(1.6, abs=2),
        "reason": "catchment",
        "independent": True,
        "confirmed": False,
    }
    assert unknown == {"plz": "00000", "places": [], "ask_place": False, "centres": unknown["centres"]}
    assert [centre["id"] for centre in unknown["centres"]] == ["de-direturn"]


def test_a_code_without_a_district_gets_what_all_its_places_get(directory: Directory) -> None:
    assert offers_for(directory, "12529", "", None, confirmed_only=False) == route(directory, "12529").choices
    assert offers_for(directory, "", "", None, confirmed_only=False) == route(directory, "").choices
    assert len(find_places(directory, "12529")) == 2


def test_a_far_speaker_does_not_come_before_the_nearest_ones(directory: Directory) -> None:
    places = directory.places["29221"]
    near = [Centre(id=f"near-{n}", name="n", spoken="n", operator="o", independent=True, land="DE-NI",
                   lat=52.62 + n / 100, lon=10.08) for n in range(4)]  # fmt: skip
    speaker = Centre(
        id="far",
        name="n",
        spoken="n",
        operator="o",
        independent=True,
        land="DE-NI",
        lat=53.5,
        lon=7.2,
        languages=("tr",),
    )
    built = build_directory(places, directory.districts.values(), [*near, speaker])
    chosen = route(built, "29221", language="tr").choices
    assert [choice.centre.id for choice in chosen] == ["near-0", "near-1", "near-2"]
    assert route_as_json(route(built, "29221"))["ask_place"] is False
