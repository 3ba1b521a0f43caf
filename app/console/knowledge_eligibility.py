"""Which programmes may fit a caller, and why: a pointer for those who counsel, who decide nothing by it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, get_args

from babel import Locale
from babel.numbers import format_currency
from pydantic import Field

from app.centres.check import LAENDER
from app.console.door import (
    COUNSELLING,
    LOADING,
    country_name,
    direction_of,
    find_knowledge,
    language_choices,
    router,
)
from app.kit.clock import today_in_germany
from app.knowledge.conditions import OTHER_GROUP, Family, Residence, Stay, YesNo
from app.knowledge.eligibility import Pointer, Situation, point_to_offers
from app.knowledge.flags_rules import hidden
from app.knowledge.library import Library
from app.knowledge.models import CONTENT_LANGUAGES, ORIGINAL_LANGUAGE, Fact, Knowledge
from app.knowledge.service import Shown, show_offer
from app.shell.answers import Answer, Mood, Page
from app.shell.ask import Ask
from app.shell.forms import Form, FormModel, blank
from app.shell.registry import Menu

Country = str | None
MOODS: Final[dict[str, Mood]] = {"likely": "success", "possible": "info", "unlikely": "warning", "excluded": "danger"}
_CODE: Final = r"^[A-Z]{2}$"
_LAND: Final = r"^DE-[A-Z]{2}$"
# Codes of CLDR that name unions, zones and no country.
_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})


class SituationForm(FormModel):
    """What a caller says about themselves; nothing of it is kept, and nothing has to be said."""

    words: ClassVar[str] = "eligibility"
    nationality: Country = Field(default=None, pattern=_CODE)
    nationality_group: str | None = Field(default=None, pattern=r"^[a-z_]{2,20}$")
    residence: Residence | None = None
    destination: Country = Field(default=None, pattern=_CODE)
    family: Family | None = None
    funded_before: YesNo | None = None
    stay: Stay | None = None
    can_pay: YesNo | None = None
    exploited: YesNo | None = None
    woman: YesNo | None = None
    land: str | None = Field(default=None, pattern=_LAND)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")


@dataclass(frozen=True, slots=True)
class Pointed:
    """An offer as the page shows it: why, with the facts, what it pays, and its words in two languages."""

    pointer: Pointer
    name: str
    reasons: tuple[tuple[str, Fact, bool], ...]
    amounts: tuple[tuple[str, Fact], ...]
    texts: tuple[Shown, ...]


@router.page(
    "/knowledge/eligibility",
    access=COUNSELLING,
    title="eligibility.title",
    parent="/knowledge",
    menu=Menu("work", 11),
)
async def eligibility_page(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    return LOADING if knowledge is None else ask_situation(ask, knowledge, blank(SituationForm), None)


# Posted, so that nothing of what a caller said stands in an address.
@router.deed("/knowledge/eligibility", access=COUNSELLING, back="/knowledge/eligibility")
async def point(ask: Ask) -> Answer:
    knowledge, form = find_knowledge(ask), ask.read(SituationForm)
    if knowledge is None:
        return LOADING
    said = form.value
    if said is None or (said.nationality_group and said.nationality_group not in _groups(knowledge)):
        return ask_situation(ask, knowledge, form, None)
    situation = Situation(**said.model_dump(exclude={"language"}))
    withdrawn = hidden(knowledge, ask.given(Library).withdrawn)
    guidance = point_to_offers(knowledge, situation, today_in_germany(), withdrawn)
    language = said.language if said.language in CONTENT_LANGUAGES else None
    found = [_pointed(ask, knowledge, pointer, language) for pointer in guidance.pointers]
    pointed: dict[str, object] = {"found": found, "missing": guidance.missing, "closing": guidance.closing}
    return ask_situation(ask, knowledge, form, pointed)


def _groups(knowledge: Knowledge) -> tuple[str, ...]:
    return (*knowledge.conditions.groups, OTHER_GROUP)


def _pointed(ask: Ask, knowledge: Knowledge, pointer: Pointer, language: str | None) -> Pointed:
    withdrawn, today = ask.given(Library).withdrawn, today_in_germany()
    wanted = dict.fromkeys((ORIGINAL_LANGUAGE, language or ask.language))
    texts = [show_offer(knowledge, code, pointer.offer, today, withdrawn) for code in wanted]
    reasons = ((reason.message, knowledge.facts[reason.fact], reason.outdated) for reason in pointer.reasons)
    amounts = ((_sum(ask, knowledge.facts[ref]), knowledge.facts[ref]) for ref in pointer.amounts)
    return Pointed(
        pointer,
        offer_name(ask, knowledge, pointer.offer),
        tuple(reasons),
        tuple(amounts),
        tuple(text for text in texts if text is not None),
    )


def offer_name(ask: Ask, knowledge: Knowledge, offer_id: str) -> str:
    """The programme's name in the reader's language."""
    text = knowledge.offer_texts.get(ask.language, {}).get(offer_id)
    return (text.title if text else None) or knowledge.offers[offer_id].name


def _sum(ask: Ask, fact: Fact) -> str:
    amount = fact.amount
    if amount is None:
        return ""
    written = format_currency(amount.value, amount.currency, "#,##0 ¤", locale=ask.language, currency_digits=False)
    return ask.translate(f"eligibility.per.{amount.per}", amount=written)


def ask_situation(
    ask: Ask, knowledge: Knowledge, form: Form[SituationForm], guidance: dict[str, object] | None
) -> Page:
    """The questions, below what the answers before pointed to; they are posted to where the page stands."""
    yes_no = _words(ask, "yes_no", ("yes", "no"))
    context = {
        "action": ask.here,
        "guidance": guidance,
        "moods": MOODS,
        "countries": _countries(ask),
        "groups": _words(ask, "group", _groups(knowledge)),
        "residences": _words(ask, "residences", get_args(Residence)),
        "families": _words(ask, "families", get_args(Family)),
        "stays": _words(ask, "stays", get_args(Stay)),
        "yes_no": yes_no,
        "laender": sorted(
            ((code, ask.translate(f"eligibility.laender.{code}")) for code in LAENDER),
            key=lambda one: one[1],
        ),
        "languages_of_content": language_choices(ask),
        "names": dict(language_choices(ask)),
        "directions": {code: direction_of(code) for code in CONTENT_LANGUAGES},
        "today": today_in_germany(),
    }
    return Page("eligibility.html", context, form=form)


def _words(ask: Ask, kind: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [(value, ask.translate(f"eligibility.{kind}.{value}")) for value in values]


def _countries(ask: Ask) -> list[tuple[str, str]]:
    """All countries by their names in the reader's language, those of the world's regions left out."""
    codes = [str(code) for code in Locale.parse(ask.language).territories]
    named = ((code, country_name(ask, code)) for code in codes if re.fullmatch("[A-Z]{2}", code))
    return sorted((one for one in named if one[0] not in _NO_COUNTRIES), key=lambda one: _folded(one[1]))


def _folded(name: str) -> str:
    """Sorted as a reader looks for it: Ägypten stands among A."""
    return unicodedata.normalize("NFKD", name).casefold()
