"""The shapes of the knowledge files, and of the same knowledge in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.knowledge.conditions import ConditionsFile
from app.knowledge.contacts import AdviceContact, SupportLine
from app.knowledge.dates import AsOf
from app.knowledge.entry import Country, DateWording, Entry, Land, LanguageTag, Text
from app.knowledge.wording import Obligation, SentenceKind, Wording

ORIGINAL_LANGUAGE = "de"
# The languages in which answers and offers are written; the first is the original of all others.
CONTENT_LANGUAGES = (ORIGINAL_LANGUAGE, "en", "tr", "ar", "ru", "kmr", "ka", "es", "mk", "sq", "sr", "fa", "fr")
# The answer that stands in for one that is withdrawn or has no text in the caller's language.
STAND_IN = "ask-a-centre"

FactKind = Literal["country_rule", "amount", "programme", "general"]
Confidence = Literal["seen", "secondary", "conflicting", "superseded", "expired", "guess", "not_found"]
AnswerKind = Literal["topic", "country_rule", "follow_up", "stand_in"]
AnswerState = Literal["current", "without_amount", "withdrawn"]
TextState = Literal["original", "draft", "reviewed", "stale"]
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
Group = Literal[
    "orientation",
    "centre",
    "eligibility",
    "money",
    "papers",
    "after",
    "health",
    "vulnerable",
    "country",
    "third_party",
]
# The file that holds the texts of all answers that belong to no group.
RULES = "rules"


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
    """A question topic, a rule for countries or the help after arrival: what it rests on, not its words.

    `group`, `priority` (1 is asked most) and `questions` belong to topics; `route` says where the answer leads.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    kind: AnswerKind
    topic: TopicCode
    group: Group | None = None
    priority: Annotated[int, Field(ge=1, le=3)] | None = None
    sensitive: bool
    caution: str | None = None
    route: str | None = None
    questions: Mapping[LanguageTag, tuple[Text, ...]] = {}
    rests_on: tuple[str, ...]
    links: Links = Links()


class TextEntry(Entry):
    """The words of an answer or an offer in one language, for the voice and for the screen.

    `of` is the stamp of the German original that a translation was made from.
    """

    title: Text | None = None
    spoken: Text
    spoken_without_amount: Text | None = None
    written: Text | None = None
    written_without_amount: Text | None = None
    state: Literal["original", "draft", "reviewed"]
    reviewed_by: Text | None = None
    reviewed_on: date | None = None
    of: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")] | None = None

    @model_validator(mode="after")
    def _names_its_reviewer(self) -> Self:
        if (self.state == "reviewed") != (self.reviewed_by is not None and self.reviewed_on is not None):
            raise ValueError("reviewed_by and reviewed_on belong to a text whose state is reviewed, and to no other.")
        return self

    def spoken_forms(self) -> dict[str, str]:
        return {name: text for name, text in self.parts().items() if name.startswith("spoken")}

    def parts(self) -> dict[str, str]:
        """Everything that is read or heard, by the name of its field."""
        parts = {
            "title": self.title,
            "spoken": self.spoken,
            "spoken_without_amount": self.spoken_without_amount,
            "written": self.written,
            "written_without_amount": self.written_without_amount,
        }
        return {name: text for name, text in parts.items() if text is not None}


class CountryRule(Entry):
    """Which answers are given for a country of return."""

    iso: Country
    rule: str
    follow_up: str
    rests_on: tuple[str, ...]
    note: str | None = None


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
    """Everything the hotline knows; facts by `offer/fact` or `advice/contact`, texts by language, then id.

    `root` is the project's folder; files of texts are named from the knowledge folder on. `exonyms` are
    names of countries, by code and language, that CLDR does not have.
    """

    root: Path
    offers: Mapping[str, Offer]
    facts: Mapping[str, Fact]
    answers: Mapping[str, Answer]
    texts: Mapping[str, Mapping[str, TextEntry]]
    text_files: Mapping[str, Mapping[str, str]]
    offer_texts: Mapping[str, Mapping[str, TextEntry]]
    offer_text_files: Mapping[str, Mapping[str, str]]
    countries: Mapping[str, CountryRule]
    lines: Mapping[str, SupportLine]
    advice: Mapping[str, AdviceContact]
    wording: Mapping[str, Wording]
    obligations: Mapping[SentenceKind, Obligation]
    conditions: ConditionsFile
    exonyms: Mapping[str, Mapping[str, tuple[str, ...]]]
    lines_retrieved_on: date
