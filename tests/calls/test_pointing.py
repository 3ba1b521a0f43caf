"""Which programmes a caller hears of after five questions on keys, and what is never said."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.playbook import Playbook
from app.calls.pointing import FAMILIES, MEANS, MOST_OFFERS, NATIONALITIES, NOT_SAID, RESIDENCES, find_offer, point
from app.calls.withdrawing import without
from app.ivr.model import Done
from app.phone.line import dial, press
from tests.cast import client_of, demo_playbook, line_to, says, session_of, telephony

FAMILY_FROM_IRAQ = {
    "country": "IQ",
    "nationality": "own",
    "family": "with_children",
    "residence": "in_asylum",
    "means": "cannot_pay",
}
NUMBERS = ("one", "two", "three")
situations = st.fixed_dictionaries(
    {
        "nationality": st.sampled_from(sorted(NATIONALITIES)),
        "family": st.sampled_from(sorted(FAMILIES)),
        "residence": st.sampled_from(sorted(RESIDENCES)),
        "means": st.sampled_from(sorted(MEANS)),
    },
    optional={"country": st.sampled_from(sorted(demo_playbook().knowledge.countries))},
)


def pointed(playbook: Playbook | None = None, /, **changes: str) -> Done:
    return point(playbook or demo_playbook(), {**FAMILY_FROM_IRAQ, **changes}, "tr")


def offers(done: Done) -> list[str]:
    return done.facts["offers"].split(",") if done.facts else []


def test_a_family_in_the_procedure_hears_of_three_programmes_and_of_valid_amounts() -> None:
    done = pointed()
    assert (done.outcome, done.facts["startup"]) == ("three", "adult_and_child")
    assert offers(done) == ["reag-garp-2", "starthilfe-plus", "eurp"]


@pytest.mark.parametrize(
    ("changes", "startup"),
    [
        ({"family": "adults_only"}, "adult"),
        ({"family": NOT_SAID}, "open"),
        ({"means": NOT_SAID}, "open"),
        ({"residence": "tolerated"}, "open"),
        ({"country": "TR"}, "open"),
        ({"country": "GE"}, "open"),
    ],
)
def test_an_amount_is_only_named_where_all_that_decides_about_it_was_said(
    changes: dict[str, str], startup: str
) -> None:
    assert pointed(**changes).facts["startup"] == startup


def test_no_amount_is_named_after_its_review_day() -> None:
    days = [date(2027, 2, 2), date(2027, 2, 3)]
    told = [pointed(replace(demo_playbook(), today=partial(date, d.year, d.month, d.day))) for d in days]
    assert [done.facts["startup"] for done in told] == ["adult_and_child", "open"]


def test_what_makes_a_programme_smaller_is_said_before_what_speaks_for_it() -> None:
    assert pointed(country="GE").facts["first_reason"] == "programme_in_this_country"
    georgian = pointed(country="GE").facts
    by_offer = {georgian[number]: georgian[f"{number}_reason"] for number in ("first", "second") if number in georgian}
    assert by_offer["reag-garp-2"] == "reduced_for_visa_free"


def test_one_key_for_toleration_and_life_without_papers_hides_no_programme() -> None:
    georgian = pointed(country="GE", residence="tolerated", family="adults_only")
    assert georgian.facts["third_reason"] == "after_two_years_of_toleration"


@pytest.mark.parametrize("changes", [{"nationality": "union", "country": "PL"}, {"country": "PL"}])
def test_citizens_of_the_union_are_not_given_hope_for_the_big_programmes(changes: dict[str, str]) -> None:
    assert not {"reag-garp-2", "eurp"} & set(offers(pointed(**changes)))


def test_whoever_says_nothing_hears_no_guess() -> None:
    assert point(demo_playbook(), {}, "ar") == Done("none")


def test_a_withdrawn_programme_or_fact_is_gone_at_once() -> None:
    assert "eurp" not in offers(pointed(without(demo_playbook(), frozenset({"eurp"}))))
    assert "starthilfe-plus" not in offers(
        pointed(without(demo_playbook(), frozenset({"starthilfe-plus/reduced_2024"})))
    )
    named = pointed(without(demo_playbook(), frozenset({"reag-garp-2/startup_adult"})))
    assert named.facts["startup"] == "open"


def test_a_programme_that_is_withdrawn_between_two_keys_is_not_read() -> None:
    for withdrawn, outcome in ((frozenset[str](), "known"), (frozenset({"ura"}), "withdrawn")):
        assert find_offer(without(demo_playbook(), withdrawn), {"offer": "ura"}, "de") == Done(outcome)


@given(situations)
def test_any_answers_lead_to_at_most_three_running_programmes_with_a_reason_that_is_spoken(
    situation: dict[str, str],
) -> None:
    playbook = demo_playbook()
    done = point(playbook, situation, "ru")
    named = offers(done)
    assert len(named) == len(set(named)) <= MOST_OFFERS
    assert done.outcome == ("none" if not named else NUMBERS[len(named) - 1])
    for offer, number in zip(named, ("first", "second", "third"), strict=False):
        assert playbook.knowledge.offers[offer].state != "ended"
        assert done.facts[number] == offer
        assert playbook.wording["ru"][f"eligibility.reason.{done.facts[f'{number}_reason']}"]
    if done.facts.get("startup", "open") != "open":
        assert situation["residence"] in {"in_asylum", "protected"}
        assert situation["means"] == "cannot_pay"


async def test_a_turkish_speaking_family_from_iraq_is_led_through_by_keys() -> None:
    wording = demo_playbook().wording["tr"]
    async with client_of(telephony()) as client:
        call = await dial(line_to(client))
        for key in ("3", "1", "2", "5"):
            await press(call, key)
        assert wording["eligibility.intro"] in says(call)
        for key in ("4", "00964", "1", "2", "1", "2"):
            await press(call, key)
        heard = says(call)
        for offer in ("reag-garp-2", "starthilfe-plus", "eurp"):
            assert wording[f"offer_is.{offer}"] in heard
        assert "1000" in heard.replace(".", "").replace("\u00a0", "")
        assert wording["eligibility.decides"] in heard
        await press(call, "1")
        await press(call, "2")
        assert wording["offer.starthilfe-plus"] in says(call)
        await press(call, "3")
        assert wording["centre.which_area"] in says(call)
        session = session_of(call)
    assert "in_asylum" not in session
    assert "IQ" not in session
