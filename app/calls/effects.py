"""The effects that flows may ask for: look-ups in what is held in memory, each with a closed set of outcomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_args

from app.calls.asking import find_topic
from app.calls.playbook import Playbook
from app.calls.pointing import find_offer, point
from app.centres.models import Centre, Choice
from app.centres.service import find_places, offers_for, spoken_contact
from app.ivr.flow import MENU_LIMIT, EffectSpec, Facts
from app.ivr.model import Done
from app.knowledge.search.models import Emergency
from app.knowledge.service import answer_state, country_by_dialling_code, country_rule

_CENTRE_FACTS = {
    "centre": "centre",
    "reason": "reason",
    "kind": "centre_kind",
    "contact": "contact",
    "freshness": "freshness",
    "other_kind": "other_kind",
    "land": "land",
}

_ONE_OFFER = {"offers": "offers", "startup": "startup", "first": "offer", "first_reason": "offer_reason"}
_TWO_OFFERS = {**_ONE_OFFER, "second": "offer", "second_reason": "offer_reason"}
_THREE_OFFERS = {**_TWO_OFFERS, "third": "offer", "third_reason": "offer_reason"}

Given = Facts
# Nobody returns to the country that the line serves.
HOST_COUNTRY = "DE"


@dataclass(frozen=True, slots=True)
class Effect:
    """What flows may rely on, and the function that does it; it may raise, and the flow then goes on by “failed”."""

    spec: EffectSpec
    run: Callable[[Playbook, Given, str | None], Done]


def _find_area(playbook: Playbook, given: Given, _language: str | None) -> Done:
    places = find_places(playbook.directory, given["area"])
    if not places:
        return Done("unknown")
    if any(place.district is None for place in places):
        return Done("by_person")
    districts = tuple(dict.fromkeys(str(place.district) for place in places))
    if len(districts) == 1:
        return Done("one_place", {"district": districts[0]})
    return Done("several_places", {"districts": ",".join(districts[:MENU_LIMIT])})


def _nearest_centre(playbook: Playbook, given: Given, language: str | None) -> Done:
    offers = offers_for(playbook.directory, given["area"], given["district"], language, playbook.confirmed_only)
    return _offered("found", playbook, offers, 0) if offers else Done("failed")


def _nationwide_centre(playbook: Playbook, _given: Given, language: str | None) -> Done:
    offers = offers_for(playbook.directory, "", "", language, playbook.confirmed_only)
    return _offered("found", playbook, offers, 0) if offers else Done("failed")


def _other_centre(playbook: Playbook, given: Given, language: str | None) -> Done:
    offers = offers_for(
        playbook.directory, given.get("area", ""), given.get("district", ""), language, playbook.confirmed_only
    )
    ids = [offer.centre.id for offer in offers]
    following = ids.index(given["centre"]) + 1 if given["centre"] in ids else 0
    if following >= len(offers):
        return Done("none")
    return _offered("another", playbook, offers, following)


def _independent_centre(playbook: Playbook, given: Given, language: str | None) -> Done:
    """Whether an authority was chosen, and which independent centre there is for the same place."""
    if playbook.directory.centres[given["centre"]].independent:
        return Done("independent")
    offers = offers_for(
        playbook.directory, given.get("area", ""), given.get("district", ""), language, playbook.confirmed_only
    )
    other = next((offer.centre.id for offer in offers if offer.centre.independent), None)
    return Done("authority") if other is None else Done("other", {"alternative": other})


def _choose_centre(playbook: Playbook, given: Given, language: str | None) -> Done:
    offers = offers_for(
        playbook.directory, given.get("area", ""), given.get("district", ""), language, playbook.confirmed_only
    )
    ids = [offer.centre.id for offer in offers]
    return _offered("chosen", playbook, offers, ids.index(given["centre"]))


def _offered(outcome: str, playbook: Playbook, offers: tuple[Choice, ...], chosen: int) -> Done:
    """A centre; “last” where no other follows, so that no menu offers one."""
    return Done("last" if chosen + 1 == len(offers) else outcome, centre_facts(playbook, offers, chosen))


def centre_facts(playbook: Playbook, offers: tuple[Choice, ...], chosen: int) -> Facts:
    """What is said about a centre: why it, whose it is, how to reach it, how old that is, and what else there is."""
    offer = offers[chosen]
    following = offers[chosen + 1].centre if chosen + 1 < len(offers) else None
    contact = spoken_contact(offer.centre, playbook.today())
    return {
        "centre": offer.centre.id,
        "reason": "also" if chosen and offer.reason in {"nearest", "land"} else offer.reason,
        "kind": _kind(offer.centre),
        "contact": contact,
        "freshness": "unreachable" if contact == "none" else _freshness(offer.centre),
        "other_kind": _kind(following) if following else "none",
        "land": offer.land or "unknown",
    }


def _kind(centre: Centre) -> str:
    return "independent" if centre.independent else "authority"


def _freshness(centre: Centre) -> str:
    if centre.confirmed:
        return "confirmed"
    return "dated" if centre.as_of else "undated"


def _find_answer(playbook: Playbook, given: Given, language: str | None) -> Done:
    answer = playbook.knowledge.answers[given["topic"]]
    if answer.sensitive and language not in playbook.trusted_languages:
        return Done("failed")
    state = answer_state(playbook.knowledge, answer.id, playbook.today(), playbook.withdrawn)
    return Done(state, {} if state == "withdrawn" else {"count_topic": answer.topic})


def _find_country(_playbook: Playbook, given: Given, _language: str | None) -> Done:
    countries = tuple(code for code in country_by_dialling_code(given["code"].lstrip("0")) if code != HOST_COUNTRY)
    if not countries or len(countries) > MENU_LIMIT:
        return Done("unknown")
    if len(countries) == 1:
        return Done("one", {"country": countries[0]})
    return Done("several", {"countries": ",".join(countries)})


def _country_rules(playbook: Playbook, given: Given, language: str | None) -> Done:
    rule, follow_up = country_rule(playbook.knowledge, given["country"], playbook.withdrawn)
    if playbook.knowledge.answers[rule].sensitive and language not in playbook.trusted_languages:
        return Done("failed")
    return Done("known", {"rule": rule, "follow_up": follow_up})


EFFECTS: Mapping[str, Effect] = {
    "find_area": Effect(
        EffectSpec(
            {"area": "area_code"},
            {
                "one_place": {"district": "district"},
                "several_places": {"districts": "districts"},
                "by_person": {},
                "unknown": {},
                "failed": {},
            },
        ),
        _find_area,
    ),
    "nearest_centre": Effect(
        EffectSpec(
            {"area": "area_code", "district": "district"}, {"found": _CENTRE_FACTS, "last": _CENTRE_FACTS, "failed": {}}
        ),
        _nearest_centre,
    ),
    "nationwide_centre": Effect(
        EffectSpec({}, {"found": _CENTRE_FACTS, "last": _CENTRE_FACTS, "failed": {}}), _nationwide_centre
    ),
    "other_centre": Effect(
        EffectSpec(
            {"area": "area_code", "district": "district", "centre": "centre"},
            {"another": _CENTRE_FACTS, "last": _CENTRE_FACTS, "none": {}, "failed": {}},
        ),
        _other_centre,
    ),
    "independent_centre": Effect(
        EffectSpec(
            {"area": "area_code", "district": "district", "centre": "centre"},
            {"independent": {}, "other": {"alternative": "centre"}, "authority": {}, "failed": {}},
        ),
        _independent_centre,
    ),
    "choose_centre": Effect(
        EffectSpec(
            {"area": "area_code", "district": "district", "centre": "centre"},
            {"chosen": _CENTRE_FACTS, "last": _CENTRE_FACTS, "failed": {}},
        ),
        _choose_centre,
    ),
    "find_answer": Effect(
        EffectSpec(
            {"topic": "topic"},
            {
                "current": {"count_topic": "count_topic"},
                "without_amount": {"count_topic": "count_topic"},
                "withdrawn": {},
                "failed": {},
            },
        ),
        _find_answer,
    ),
    "find_topic": Effect(
        EffectSpec(
            {"words": "words"},
            {
                "found": {"topic": "topic", "topics": "topics"},
                "nearest": {"topics": "topics"},
                "nothing": {},
                **{danger: {} for danger in get_args(Emergency)},
                "failed": {},
            },
        ),
        find_topic,
    ),
    "point_to_offers": Effect(
        EffectSpec(
            {
                "country": "country",
                "nationality": "nationality",
                "family": "family",
                "residence": "residence",
                "means": "means",
            },
            {"one": _ONE_OFFER, "two": _TWO_OFFERS, "three": _THREE_OFFERS, "none": {}, "failed": {}},
        ),
        point,
    ),
    "find_offer": Effect(EffectSpec({"offer": "offer"}, {"known": {}, "withdrawn": {}, "failed": {}}), find_offer),
    "find_country": Effect(
        EffectSpec(
            {"code": "dialling_code"},
            {"one": {"country": "country"}, "several": {"countries": "countries"}, "unknown": {}, "failed": {}},
        ),
        _find_country,
    ),
    "country_rules": Effect(
        EffectSpec({"country": "country"}, {"known": {"rule": "rule", "follow_up": "follow_up"}, "failed": {}}),
        _country_rules,
    ),
}
