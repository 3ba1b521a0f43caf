"""Every German delivery code is known, lies where it lies, and is asked about where it lies in several districts."""

import pytest

from app.centres.models import Directory
from app.centres.service import find_places, route

IN_TWO_LAENDER = {
    "07919", "12529", "14715", "17337", "19273", "19357", "21039", "22113",
    "22145", "59969", "64754", "65391", "69412", "69434", "97896",
}  # fmt: skip
LACKED_BY_GEONAMES = {
    "04861": "14730", "06485": "15085", "06711": "15084", "06772": "15091", "09434": "14521", "22961": "01062",
    "25867": "01054", "33333": "05754", "39628": "15090", "60312": "06412", "64760": "06437", "82475": "09180",
    "98694": "16070", "99090": "16051", "99095": "16051", "99331": "16070",
}  # fmt: skip
WELL_KNOWN = {
    "01067": "14612", "04109": "14713", "09111": "14511", "10115": "11000", "14467": "12054", "19053": "13004",
    "20095": "02000", "24103": "01002", "27568": "04012", "28195": "04011", "30159": "03241", "39104": "15003",
    "45127": "05113", "50667": "05315", "55116": "07315", "60311": "06412", "65183": "06414", "66111": "10041",
    "70173": "08111", "73525": "08136", "77815": "08216", "77855": "08317", "80331": "09162", "90402": "09564",
    "99084": "16051", "99817": "16063",
}  # fmt: skip


def test_all_delivery_codes_are_known(directory: Directory) -> None:
    german = [plz for plz, places in directory.places.items() if all(place.district for place in places)]
    assert len(german) == 8323
    assert all(len(plz) == 5 and plz.isdecimal() for plz in german)


@pytest.mark.parametrize(("plz", "district"), [*WELL_KNOWN.items(), *LACKED_BY_GEONAMES.items()])
def test_a_code_lies_in_its_district(directory: Directory, plz: str, district: str) -> None:
    assert [place.district for place in find_places(directory, plz)] == [district]


def test_codes_in_several_districts_are_asked_about(directory: Directory) -> None:
    asked = [plz for plz in directory.places if route(directory, plz).ask_place]
    across = {plz for plz in asked if len({place.land for place in directory.places[plz]}) > 1}
    print(f"asked: {len(asked)} codes in several districts, {len(across)} of them in two Länder")  # noqa: T201 - the figures are asked for
    assert len(asked) == 160
    assert across == IN_TWO_LAENDER
    assert all(len({place.district for place in directory.places[plz]}) > 1 for plz in asked)


def test_a_town_is_never_filed_under_the_country_around_it(directory: Directory) -> None:
    expected = {
        "22113": {("Hamburg", "02000"), ("Oststeinbek", "01062")},
        "21039": {("Hamburg", "02000"), ("Börnsen", "01053")},
        "24109": {("Kiel", "01002"), ("Melsdorf", "01058")},
        "67661": {("Kaiserslautern", "07312")},
    }
    assert {plz: {(p.name, p.district) for p in directory.places[plz]} for plz in expected} == expected
    bergedorf = next(place for place in directory.places["21039"] if place.district == "02000")
    assert "Hamburg Bergedorf" in bergedorf.other_names


def test_the_austrian_code_is_answered_by_a_person(directory: Directory) -> None:
    answer = route(directory, "87491")
    assert [(place.name, place.district, place.land) for place in answer.places] == [("Jungholz", None, "AT-7")]
    assert answer.by_person
    assert not answer.ask_place


@pytest.mark.parametrize("plz", ["00000", "99999", "1234", "123456", "O1067", "٠١٠٦٧", "", "01067; DROP"])
def test_a_code_nobody_knows_gets_the_nationwide_answer(directory: Directory, plz: str) -> None:
    answer = route(directory, plz)
    assert answer.places == ()
    assert {choice.reason for choice in answer.choices} == {"nationwide"}
    assert not answer.by_person


def test_spaces_around_a_code_do_not_matter(directory: Directory) -> None:
    assert route(directory, " 01067\n") == route(directory, "01067")
