"""Points to programmes by what a caller chose on keys; nothing is decided here, a counsellor does that."""

from collections.abc import Collection, Iterator, Mapping

from app.calls.playbook import Playbook
from app.ivr.flow import Facts
from app.ivr.model import Done
from app.knowledge.conditions import Condition, Family, Fit, Question, Residence, YesNo
from app.knowledge.eligibility import Pointer
from app.knowledge.flags_rules import hidden
from app.knowledge.models import Knowledge
from app.knowledge.service import Situation, point_to_offers

MOST_OFFERS = 3
NOT_SAID = "not_said"
# What a key may stand for: several situations where nobody should have to say on a telephone which one it is.
RESIDENCES: Mapping[str, tuple[Residence | None, ...]] = {
    "in_asylum": ("asylum_procedure",),
    "tolerated": ("rejected", "tolerated", "tolerated_two_years", "no_papers"),
    "protected": ("humanitarian_title",),
    "other_title": ("other_title",),
    NOT_SAID: (None,),
}
FAMILIES: Mapping[str, Family | None] = {"adults_only": "alone", "with_children": "with_children", NOT_SAID: None}
MEANS: Mapping[str, YesNo | None] = {"can_pay": "yes", "cannot_pay": "no", NOT_SAID: None}
NATIONALITIES = frozenset({"own", "union", "other", NOT_SAID})
ADULT, CHILD = "reag-garp-2/startup_adult", "reag-garp-2/startup_under_18"
# Which money for the start may be named, by the amounts that hold for the caller; “open” where none does.
STARTUPS: Mapping[str, frozenset[str]] = {
    "adult": frozenset({ADULT}),
    "adult_and_child": frozenset({ADULT, CHILD}),
    "open": frozenset(),
}
_ASKED: frozenset[Question] = frozenset(
    {"nationality", "nationality_group", "residence", "destination", "destination_group", "family", "can_pay"}
)
_MAY_FIT: tuple[Fit, ...] = ("likely", "possible")
# What makes a programme smaller is said before what speaks for it: nobody shall hope for more than there is.
_RESTRICTING = (
    "reduced_for_visa_free",
    "after_two_years_of_toleration",
    "reduced_payment_for_this_nationality",
    "money_depends_on_the_land_and_on_six_months",
    "group_may_be_included",
    "where_no_other_programme_helps",
)
_NUMBERS = ("first", "second", "third")
_OUTCOMES = ("none", "one", "two", "three")


def told_reasons(knowledge: Knowledge) -> frozenset[str]:
    """The reasons that the questions on keys can lead to; each needs a sentence that is spoken."""
    return frozenset(
        condition.reason
        for offer in knowledge.conditions.offers.values()
        for condition in offer.conditions
        if condition.fit in _MAY_FIT and _questions(condition) <= _ASKED
    )


def _questions(condition: Condition) -> set[Question]:
    return {*condition.when, *([condition.listed] if condition.listed else [])}


def point(playbook: Playbook, given: Facts, _language: str | None) -> Done:
    """At most three programmes that may fit, each with one reason, and whether money for the start may be named."""
    pointers = _pointers(playbook, given)[:MOST_OFFERS]
    facts = {"offers": ",".join(pointer.offer for pointer in pointers), "startup": _startup(pointers)}
    reasons = told_reasons(playbook.knowledge)
    for number, pointer in zip(_NUMBERS, pointers, strict=False):
        facts |= {number: pointer.offer, f"{number}_reason": _reason(pointer, reasons)}
    return Done(_OUTCOMES[len(pointers)], facts if pointers else {})


def find_offer(playbook: Playbook, given: Facts, _language: str | None) -> Done:
    """Whether a programme that was named may still be told of."""
    return Done("withdrawn" if given["offer"] in hidden(playbook.knowledge, playbook.withdrawn) else "known")


def _pointers(playbook: Playbook, given: Facts) -> list[Pointer]:
    """Of each programme the more careful of two judgements; running ones first, then as the content orders them."""
    knowledge, reasons = playbook.knowledge, told_reasons(playbook.knowledge)
    best: dict[str, Pointer] = {}
    for situation in _situations(given):
        for pointer in point_to_offers(knowledge, situation, playbook.today(), playbook.withdrawn).pointers:
            if pointer.fits in _MAY_FIT and any(reason.message in reasons for reason in pointer.reasons):
                known = best.get(pointer.offer, pointer)
                best[pointer.offer] = max(known, pointer, key=lambda one: _MAY_FIT.index(one.fits))
    order = list(knowledge.conditions.offers)
    return sorted(
        best.values(),
        key=lambda one: (
            _MAY_FIT.index(one.fits),
            knowledge.offers[one.offer].state != "running",
            order.index(one.offer),
        ),
    )


def _situations(given: Facts) -> Iterator[Situation]:
    country = given.get("country")
    nationality = given.get("nationality", NOT_SAID)
    for residence in RESIDENCES[given.get("residence", NOT_SAID)]:
        yield Situation(
            nationality=country if nationality == "own" else None,
            nationality_group="eu" if nationality == "union" else None,
            residence=residence,
            destination=country,
            family=FAMILIES[given.get("family", NOT_SAID)],
            can_pay=MEANS[given.get("means", NOT_SAID)],
        )


def _reason(pointer: Pointer, reasons: Collection[str]) -> str:
    told = [reason.message for reason in pointer.reasons if reason.message in reasons]
    return min(told, key=lambda message: _RESTRICTING.index(message) if message in _RESTRICTING else len(_RESTRICTING))


def _startup(pointers: Collection[Pointer]) -> str:
    amounts = {amount for pointer in pointers for amount in pointer.amounts}
    return next((name for name, wanted in STARTUPS.items() if amounts == wanted), "open")
