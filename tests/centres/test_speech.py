"""What of a centre is said, and what is too old or too doubtful to be said."""

from datetime import date

import pytest

from app.centres.models import Centre, Directory
from app.centres.rules import first_day
from app.centres.service import (
    may_speak_phone,
    spoken_contact,
    spoken_name,
    spoken_phone,
    spoken_place,
    spoken_street,
    spoken_web,
)
from app.centres.store import LONGEST_NAME

TODAY = date(2026, 11, 22)


def _centre(  # noqa: PLR0913 - a centre has many sides
    *,
    as_of: str | None = "2026-01",
    phone: str | None = "+49 911 943-0",
    street: str | None = "Lange Gasse 4 (Hof)",
    website: str | None = "https://www.example.org/a/b",
    doubtful: bool = False,
    verified_on: date | None = None,
) -> Centre:
    return Centre(
        id="c", name="n", spoken="n", operator="o", independent=True, land="DE-BY", city="Augsburg", as_of=as_of,
        phone=phone, street=street, website=website, doubtful=doubtful, verified_on=verified_on,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "spoken"),
    [
        (None, False),
        ("2023", False),
        ("2024", False),
        ("2025", True),
        ("2024-11", False),
        ("2024-12", True),
        ("2024-11-21", False),
        ("2024-11-22", True),
    ],
)
def test_a_number_is_spoken_for_24_months(as_of: str | None, *, spoken: bool) -> None:
    assert may_speak_phone(_centre(as_of=as_of), TODAY) is spoken


def test_a_number_of_a_leap_day_is_judged_too() -> None:
    assert may_speak_phone(_centre(as_of="2024-02-29"), date(2026, 2, 28))
    assert not may_speak_phone(_centre(as_of="2024-02-29"), date(2026, 3, 1))


def test_the_best_way_that_may_be_said() -> None:
    assert spoken_contact(_centre(), TODAY) == "phone"
    assert spoken_contact(_centre(phone=None), TODAY) == "address"
    assert spoken_contact(_centre(doubtful=True), TODAY) == "web"
    assert spoken_contact(_centre(as_of="2014-07"), TODAY) == "web"
    assert spoken_contact(_centre(as_of=None, website=None), TODAY) == "none"


def test_how_they_sound() -> None:
    centre = _centre()
    assert spoken_phone(centre) == "0 9 1 1, 9 4 3, 0"
    assert spoken_street(centre) == "Lange Gasse 4, Augsburg"
    assert spoken_web(centre) == "example.org"
    bare = _centre(phone=None, street=None, website=None)
    assert (spoken_phone(bare), spoken_street(bare), spoken_web(bare)) == ("", "", "")


def test_every_centre_has_a_short_german_name(directory: Directory) -> None:
    for centre in directory.centres.values():
        assert 10 < len(spoken_name(centre)) <= LONGEST_NAME
        assert "(" not in spoken_name(centre)
        assert "e.V." not in spoken_name(centre)
    assert spoken_name(directory.centres["sn-caritas-leipzig"]).startswith("Caritasverband Leipzig")


def test_no_old_number_of_the_seed_is_spoken(directory: Directory) -> None:
    spoken = {centre.id: spoken_contact(centre, TODAY) for centre in directory.centres.values()}
    for centre in directory.centres.values():
        if spoken[centre.id] in ("phone", "address"):
            assert centre.as_of is not None
            assert first_day(centre.as_of) >= date(2024, 11, 22)
    assert spoken["by-zrb-nordbayern"] == "web"
    assert not any(centre.confirmed for centre in directory.centres.values())


def test_a_district_has_a_name(directory: Directory) -> None:
    assert spoken_place(directory, "14626") == "Landkreis Görlitz"
    assert spoken_place(directory, "08212") == "Stadt Karlsruhe"
    assert spoken_place(directory, "05382") == "Rhein-Sieg-Kreis"
    assert spoken_place(directory, "11000") == "Berlin"
