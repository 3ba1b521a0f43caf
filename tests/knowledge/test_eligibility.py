"""Which offers may fit whom, why, and what nobody may conclude."""

from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.paths import PROJECT_ROOT
from app.knowledge.conditions import OPTIONS
from app.knowledge.eligibility import CLOSING, Pointer, Situation
from app.knowledge.models import Knowledge
from app.knowledge.service import load_knowledge, point_to_offers

TODAY = date(2026, 11, 22)
SAMIR = Situation(
    nationality="IQ", residence="asylum_procedure", destination="IQ", family="with_children", can_pay="no"
)
KNOWLEDGE = load_knowledge(PROJECT_ROOT)


def pointers(situation: Situation, today: date = TODAY) -> dict[str, Pointer]:
    return {pointer.offer: pointer for pointer in point_to_offers(KNOWLEDGE, situation, today).pointers}


def reasons(pointer: Pointer) -> list[str]:
    return [reason.message for reason in pointer.reasons]


def test_somebody_in_the_procedure_who_cannot_pay_is_likely_helped() -> None:
    found = pointers(replace(SAMIR, stay="over_a_year"))
    assert {offer: found[offer].fits for offer in ("reag-garp-2", "starthilfe-plus", "eurp")} == dict.fromkeys(
        ("reag-garp-2", "starthilfe-plus", "eurp"), "likely"
    )
    assert found["reag-garp-2"].amounts == ("reag-garp-2/startup_adult", "reag-garp-2/startup_under_18")
    assert reasons(found["reag-garp-2"]) == ["group_is_named"]


@pytest.mark.parametrize(("today", "named"), [(date(2027, 2, 2), True), (date(2027, 2, 3), False)])
def test_amounts_are_named_only_while_they_are_valid(*, today: date, named: bool) -> None:
    assert bool(pointers(SAMIR, today)["reag-garp-2"].amounts) is named


def test_a_single_person_hears_no_amount_for_children() -> None:
    assert pointers(replace(SAMIR, family="alone"))["reag-garp-2"].amounts == ("reag-garp-2/startup_adult",)
    minor = pointers(replace(SAMIR, family="unaccompanied_minor"))["reag-garp-2"]
    assert minor.amounts == ("reag-garp-2/startup_under_18",)


@pytest.mark.parametrize(
    ("situation", "offer", "fits", "reason"),
    [
        (Situation(nationality="RO", exploited="no"), "reag-garp-2", "excluded", "citizens_of_the_union_are_excluded"),
        (Situation(nationality="RO"), "reag-garp-2", "unlikely", "citizens_of_the_union_are_excluded"),
        (Situation(nationality="RO", exploited="yes"), "reag-garp-2", "possible", "exploited_people_are_named"),
        (Situation(nationality="RO"), "eurp", "excluded", "only_for_citizens_of_third_countries"),
        (replace(SAMIR, destination="FR"), "reag-garp-2", "excluded", "travel_into_the_union_is_excluded"),
        (replace(SAMIR, can_pay="yes"), "reag-garp-2", "unlikely", "own_means_come_first"),
        (replace(SAMIR, can_pay=None), "reag-garp-2", "possible", "group_is_named"),
        (replace(SAMIR, residence="tolerated"), "reag-garp-2", "possible", "group_may_be_included"),
        (replace(SAMIR, residence="other_title", exploited="no"), "reag-garp-2", "unlikely", "group_is_not_named"),
        (replace(SAMIR, nationality="GE", destination="GE"), "reag-garp-2", "possible", "reduced_for_visa_free"),
        (Situation(nationality_group="visa_free"), "reag-garp-2", "possible", "reduced_for_visa_free"),
        (replace(SAMIR, nationality="AF", destination="AF"), "reag-garp-2", "unlikely", "only_through_the_land"),
        (Situation(nationality="XK"), "ura", "possible", "free_counselling_in_this_country"),
        (Situation(land="DE-BY"), "by-rueckkehrprogramm", "possible", "programme_of_this_land"),
        (Situation(land="DE-NI", funded_before="yes"), "ni-landesfoerderung", "unlikely", "only_once"),
    ],
)
def test_each_condition_shows_in_the_result(situation: Situation, offer: str, fits: str, reason: str) -> None:
    pointer = pointers(situation)[offer]
    assert (pointer.fits, reason in reasons(pointer)) == (fits, True)


def test_what_is_not_known_but_matters_is_asked() -> None:
    assert pointers(replace(SAMIR, can_pay=None))["reag-garp-2"].missing == ("can_pay",)
    assert "exploited" in pointers(Situation(nationality="RO"))["reag-garp-2"].missing
    assert "nationality" in point_to_offers(KNOWLEDGE, Situation(), TODAY).missing


def test_nothing_is_said_about_nobody() -> None:
    guidance = point_to_offers(KNOWLEDGE, Situation(), TODAY)
    assert guidance.pointers == ()
    assert guidance.closing == CLOSING


def test_a_rule_that_has_ended_excludes_nobody_and_is_marked() -> None:
    turkish = Situation(nationality="TR", destination="TR", stay="up_to_six_months")
    pointer = pointers(turkish)["starthilfe-plus"]
    assert pointer.fits == "possible"
    assert [reason.outdated for reason in pointer.reasons if reason.message == "not_after_a_short_stay"] == [True]


def test_an_offer_that_has_ended_is_never_pointed_to(knowledge: Knowledge) -> None:
    assert knowledge.offers["errin"].state == "ended"
    assert "errin" not in pointers(SAMIR)


def test_the_likeliest_come_first() -> None:
    order = ["likely", "possible", "unlikely", "excluded"]
    fits = [order.index(pointer.fits) for pointer in pointers(replace(SAMIR, land="DE-BY")).values()]
    assert fits == sorted(fits)


answers = {name: st.none() | st.sampled_from(sorted(options)) for name, options in OPTIONS.items()}
countries = st.none() | st.sampled_from(["AF", "FR", "GE", "IQ", "RO", "SY", "TR", "XK", "US"])


@given(st.builds(Situation, nationality=countries, destination=countries, **answers))
def test_every_situation_gets_reasons_with_facts(situation: Situation) -> None:
    guidance = point_to_offers(KNOWLEDGE, situation, TODAY)
    said = {name for name, answer in asdict(situation).items() if answer is not None}
    for pointer in guidance.pointers:
        assert pointer.reasons
        assert all(reason.fact in KNOWLEDGE.facts for reason in pointer.reasons)
        assert not said.intersection(pointer.missing)
        assert not pointer.amounts or pointer.fits == "likely"
