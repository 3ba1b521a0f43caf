"""The shapes of the conditions under which an offer may fit somebody, each with the fact that says so."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field

from app.knowledge.entry import Country, Entry, Text

Fit = Literal["likely", "possible", "unlikely", "excluded"]
Residence = Literal[
    "asylum_procedure",
    "rejected",
    "tolerated",
    "tolerated_two_years",
    "humanitarian_title",
    "other_title",
    "no_papers",
]
Family = Literal["alone", "with_children", "unaccompanied_minor"]
Stay = Literal["up_to_six_months", "six_to_twelve_months", "over_a_year"]
YesNo = Literal["yes", "no"]
# What may be asked, in the order in which it helps most. A group is one of the groups of the file, or “other”.
Question = Literal[
    "nationality",
    "nationality_group",
    "residence",
    "destination",
    "destination_group",
    "family",
    "stay",
    "can_pay",
    "funded_before",
    "exploited",
    "woman",
    "land",
]
OTHER_GROUP = "other"
# The answers to each question that has a closed set of them.
OPTIONS: Mapping[Question, tuple[str, ...]] = {
    "residence": get_args(Residence),
    "family": get_args(Family),
    "stay": get_args(Stay),
    "can_pay": get_args(YesNo),
    "funded_before": get_args(YesNo),
    "exploited": get_args(YesNo),
    "woman": get_args(YesNo),
}


class Condition(Entry):
    """Where all of `when` holds and nothing of `unless`, the offer fits as `fit` says, because of `fact`.

    `listed` names a question whose answer must be one of the countries that the fact names; `reason` is the key of
    the sentence that says so.
    """

    fact: Text
    reason: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    fit: Fit
    listed: Literal["nationality", "destination"] | None = None
    when: Mapping[Question, tuple[str, ...]] = {}
    unless: Mapping[Question, tuple[str, ...]] = {}


class AmountRule(Entry):
    """An amount that may be named where the offer likely fits and all of `when` holds."""

    fact: Text
    when: Mapping[Question, tuple[str, ...]] = {}


class OfferConditions(Entry):
    """What decides about one offer."""

    conditions: tuple[Condition, ...]
    amounts: tuple[AmountRule, ...] = ()


class ConditionsFile(Entry):
    """All offers with conditions, and the groups of countries that the conditions speak of.

    A group is a list of countries or the name of a fact that lists them.
    """

    groups: Mapping[str, tuple[Country, ...] | str]
    offers: Mapping[str, OfferConditions]
