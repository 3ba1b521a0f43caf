"""The shapes of the knowledge files, and of the same knowledge in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.knowledge.dates import AsOf, parse_as_of

ORIGINAL_LANGUAGE = "de"

FactKind = Literal["country_rule", "amount", "programme", "general"]
Confidence = Literal["seen", "secondary", "conflicting", "superseded", "expired", "guess", "not_found"]
AnswerKind = Literal["topic", "country_rule", "follow_up"]
AnswerState = Literal["current", "without_amount"]
TextState = Literal["original", "draft", "stale"]
TopicCode = Literal[
    "about_return",
    "money_and_offers",
    "eligibility",
    "documents_and_travel",
    "country_of_return",
    "reintegration",
    "stay_or_fear",
    "safety_and_help",
    "other",
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Land = Annotated[str, Field(pattern=r"^DE(-[A-Z]{2})?$")]
Text = Annotated[str, Field(min_length=1)]


def _dated(wording: str) -> str:
    parse_as_of(wording)
    return wording


DateWording = Annotated[str, AfterValidator(_dated)]


class Entry(BaseModel):
    """One mapping in a content file: no unknown keys, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Amount(Entry):
    """A sum of money and for whom it is meant."""

    value: Annotated[int, Field(gt=0)]
    currency: Literal["EUR"]
    per: Literal["adult", "under_18", "person", "family", "person_or_family_not_stated"]


class FactEntry(Entry):
    """A fact as it stands in an offer's file; `as_of` is absent where the source is undated."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: FactKind
    text: Text
    source: Text
    as_of: DateWording | None = None
    as_of_basis: Text
    valid_from: date | None = None
    valid_to: date | None = None
    review_by: date | None = None
    confidence: Confidence
    confidence_note: str | None = None
    conflicts_with: tuple[str, ...] = ()
    amount: Amount | None = None
    countries: tuple[Country, ...] = ()
    laender: tuple[Land, ...] = ()


class ContactAbroad(Entry):
    """An office of a programme in the country of return."""

    street: str
    city: str
    phone: str
    source: Text
    as_of: Text


class Offer(Entry):
    """A programme of support with its facts, or the general facts that belong to none."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Text
    full_name: str | None = None
    former_name: str | None = None
    level: Text
    land: Land | None = None
    operator: str | None = None
    runs: str | None = None
    state: Literal["running", "unclear", "ended"]
    status: Text
    how_to_apply: str | None = None
    contact_abroad: ContactAbroad | None = None
    retrieved_on: date
    facts: tuple[FactEntry, ...]


class Links(Entry):
    """What an answer leads to."""

    offers: tuple[str, ...] = ()
    countries: tuple[Country, ...] = ()
    lines: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


class Answer(Entry):
    """A question topic, a rule for countries or the help after arrival: what it rests on, not its words."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    kind: AnswerKind
    topic: TopicCode
    sensitive: bool
    caution: str | None = None
    rests_on: tuple[str, ...]
    links: Links = Links()


class SpokenText(Entry):
    """What a voice says; `of` is the stamp of the German original that a translation was made from."""

    spoken: Text
    spoken_without_amount: Text | None = None
    state: Literal["original", "draft"]
    of: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")] | None = None

    def variants(self) -> tuple[str, ...]:
        return (self.spoken,) if self.spoken_without_amount is None else (self.spoken, self.spoken_without_amount)


class CountryRule(Entry):
    """Which answers are given for a country of return."""

    iso: Country
    rule: str
    follow_up: str
    rests_on: tuple[str, ...]
    note: str | None = None


class SupportLine(Entry):
    """A telephone line for emergencies or support."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Text
    kind: Literal["emergency", "support", "counselling"]
    numbers: tuple[str, ...]
    hours: str | None = None
    cost: str | None = None
    for_whom: Annotated[str, Field(alias="for")]
    languages: tuple[str, ...] = ()
    source: Text
    as_of: DateWording | None = None
    as_of_basis: Text
    review_by: date | None = None
    note: str | None = None


class SupportLineFile(Entry):
    """All support lines, and what was looked for without success."""

    retrieved_on: date
    lines: tuple[SupportLine, ...]
    not_found: tuple[str, ...] = ()


class AdviceContact(Entry):
    """A body that advises on staying, fear, violence, health: independent of the return offers."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Text
    kind: Text
    area: Land
    city: str | None = None
    street: str | None = None
    postal_code: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    phone: str | None = None
    phone_status: Literal["current_at_as_of", "undated", "old"] | None = None
    phone_as_of: DateWording | None = None
    email: str | None = None
    website: str | None = None
    contact_by: str | None = None
    hours: str | None = None
    cost: str | None = None
    languages: tuple[str, ...] = ()
    for_whom: str | None = None
    audience: Literal["callers", "residents", "women", "men"]
    independent_of_authorities: bool
    independence_basis: Text
    topics: tuple[str, ...]
    status: Literal["active_at_as_of", "uncertain", "ended"]
    source: Text
    as_of: DateWording | None = None
    as_of_basis: Text
    note: str | None = None


class AdviceDirectory(Entry):
    """A public list of advice contacts."""

    id: str
    name: Text
    website: Text
    source: Text
    note: str | None = None


class AdviceFile(Entry):
    """All advice contacts and lists, and what was looked for without success."""

    retrieved_on: date
    advice: tuple[AdviceContact, ...]
    directories: tuple[AdviceDirectory, ...]
    not_found: tuple[str, ...] = ()


class WordingFile(Entry):
    """Phrases that press, frighten or promise in one language; no spoken text may contain one."""

    avoid: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement with its source, its age and the last day on which it may be relied on unchecked."""

    ref: str
    kind: FactKind
    text: str
    source: str
    confidence: Confidence
    as_of: AsOf | None
    retrieved_on: date
    review_by: date
    valid_from: date | None = None
    valid_to: date | None = None
    amount: Amount | None = None
    countries: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything the hotline knows; facts by `offer/fact` or `advice/contact`, texts by language, then answer."""

    offers: Mapping[str, Offer]
    facts: Mapping[str, Fact]
    answers: Mapping[str, Answer]
    texts: Mapping[str, Mapping[str, SpokenText]]
    countries: Mapping[str, CountryRule]
    lines: Mapping[str, SupportLine]
    advice: Mapping[str, AdviceContact]
    wording: Mapping[str, tuple[str, ...]]
    lines_retrieved_on: date
