"""Making a referral together with a caller: what is passed on, read back, consented to; then the code to read out.

Nothing that the caller says stands in an address: each step is posted, and the page with the code is an answer.
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final
from uuid import uuid4

import phonenumbers
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from app.calls.codes import TOPICS
from app.calls.numbers import passable
from app.console.door import direction_of, language_choices, router
from app.console.referral_list import HOTLINE, REFERRALS, centre_name
from app.console.referral_new import BESIDE_CALL, asked_language, base_of
from app.knowledge.models import CONTENT_LANGUAGES
from app.referrals import service
from app.referrals.consent_texts import ORIGINAL, load_consent_texts, may_read_out
from app.referrals.consents import find_current
from app.referrals.demo import INDEPENDENT, prepare_demo
from app.referrals.models import BestTime, Channel, Consent, Made, Offer
from app.referrals.refusals import NoAgreement
from app.referrals.service import Referrals
from app.referrals.text_messages import is_text_number
from app.referrals.working_days import last_day
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.provided import Provided

_WORDING: Final = "referral-agent"
_NEW: Final = f"{REFERRALS}/new"
# How the ten digits are grouped, to be read out and written down.
_GROUPS: Final = ((0, 3), (3, 6), (6, 10))


class Details(FormModel):
    """What the caller wishes to be passed on, and nothing else; what may be left out is empty."""

    words: ClassVar[str] = "referral.details"
    language: str
    topic: str
    number: str = Field(default="", max_length=40)
    first_name: str = Field(default="", max_length=40)
    best_time: BestTime = BestTime.ANY
    others_may_answer: bool = False
    sms_wished: bool = False
    woman_wished: bool = False
    no_interpreter: bool = False

    @field_validator("language")
    @classmethod
    def _spoken(cls, language: str) -> str:
        if language not in CONTENT_LANGUAGES:
            raise PydanticCustomError("form.fault.enum", "")
        return language

    @field_validator("topic")
    @classmethod
    def _known(cls, topic: str) -> str:
        if topic not in TOPICS:
            raise PydanticCustomError("form.fault.enum", "")
        return topic

    @field_validator("number")
    @classmethod
    def _passable(cls, number: str) -> str:
        found = passable(number) if number else ""
        if found is None:
            raise PydanticCustomError("referral.details.number.unusable", "")
        return found

    @field_validator("first_name")
    @classmethod
    def _one_name(cls, name: str) -> str:
        if not name.isprintable() or re.search(r"[\d@/]", name):
            raise PydanticCustomError("referral.details.first_name.malformed", "")
        return name


class Agreeing(FormModel):
    """What the caller said to the text; `once` keeps one press from making two referrals."""

    words: ClassVar[str] = "referral.agree"
    agreed: bool = Field(default=False, validate_default=True)
    forwarding: bool = False
    once: str = Field(pattern=r"^[0-9a-f]{32}$")

    @field_validator("agreed")
    @classmethod
    def _said_yes(cls, agreed: bool) -> bool:  # noqa: FBT001  What pydantic calls it with.
        if not agreed:
            raise PydanticCustomError("referral.agree.agreed.needed", "")
        return agreed


async def _some_offer(given: Provided) -> Sequence[str]:
    await prepare_demo(given.get(Referrals))
    return [f"{_NEW}/{INDEPENDENT}?language=ar"]


@router.page(f"{_NEW}/{{centre}}", access=HOTLINE, title="referral.details.title", parent=_NEW, example=_some_offer)
async def details_page(ask: Ask) -> Answer:
    return asking(ask, await asked_offer(ask), blank(Details, language=asked_language(ask)))


@router.deed(f"{_NEW}/{{centre}}", access=HOTLINE, back=_NEW)
async def go_on(ask: Ask) -> Answer:
    """The step that the pressed button names: back to the details, on to the consent, or to the code."""
    offer, step = await asked_offer(ask), next(iter(ask.posted.get("step", ())), "")
    details = _checked(ask.read(Details))
    if details.value is None or step == "details":
        return asking(ask, offer, details)
    agreeing = ask.read(Agreeing)
    if step != "send" or "once" in agreeing.faults:
        return _reading_out(ask, offer, details, blank(Agreeing, once=uuid4().hex))
    if agreeing.value is None:
        return _reading_out(ask, offer, details, agreeing)
    try:
        made = await _make(ask, offer, details.value, agreeing.value)
    except NoAgreement:
        return Redirect(_NEW, flash=Flash("referral.refused.no-agreement", mood="warning"))
    return _reading_code(ask, offer, details.value, made)


async def asked_offer(ask: Ask) -> Offer:
    """The centre in the address, as long as it takes referrals; raises Missing."""
    offer = await service.find_offer(ask.given(Referrals), ask.path["centre"])
    if offer is None:
        raise Missing
    return offer


def _checked(form: Form[Details]) -> Form[Details]:
    """A text message goes to a mobile number alone."""
    if form.value is not None and form.value.sms_wished and not is_text_number(form.value.number):
        return form.refused("sms_wished", "referral.details.sms_wished.mobile")
    return form


async def _make(ask: Ask, offer: Offer, details: Details, agreeing: Agreeing) -> Made:
    referrals, by = ask.given(Referrals), ask.person().person_id
    wording = find_current(referrals.wordings, _WORDING)
    if wording is None:
        raise LookupError(_WORDING)
    fields: dict[str, Any] = details.model_dump()
    payload = service.payload_of(
        **(fields | {"number": details.number or None, "first_name": details.first_name or None})
    )
    consent = Consent(
        wording.id,
        wording.version,
        _text_language(ask, details.language),
        Channel.AGENT,
        referrals.clock(),
        agreeing.forwarding,
    )
    origin = f"agent:{by}:{agreeing.once}".encode()
    return await service.refer(
        referrals, centre_id=offer.centre_id, payload=payload, consent=consent, by=by, origin=origin
    )


def _text_language(ask: Ask, language: str) -> str:
    """In which language the text is read out: the caller's where it may be, else German, with an interpreter."""
    return language if may_read_out(language, demo=ask.given(Referrals).demo) else ORIGINAL


def asking(ask: Ask, offer: Offer, form: Form[Details]) -> Page:
    context = {
        **_frame(ask, offer),
        "spoken_languages": language_choices(ask),
        "topics": [(topic, ask.translate(f"referral.topic.{topic}")) for topic in TOPICS],
        "times": [(time.value, ask.translate(f"referral.time.{time.value}")) for time in BestTime],
    }
    return Page("referral_details.html", context, form=form)


def _reading_out(ask: Ask, offer: Offer, details: Form[Details], agreeing: Form[Agreeing]) -> Page:
    value = details.value
    if value is None:
        return asking(ask, offer, details)
    texts, language = load_consent_texts(), _text_language(ask, value.language)
    context = {
        **_frame(ask, offer),
        "passed_on": _passed_on(ask, value),
        "typed": [(name, text) for name, typed in details.typed.items() for text in typed],
        "texts": [
            (code, texts[code], direction_of(code), code != ORIGINAL and texts[code].state == "draft")
            for code in dict.fromkeys((language, ORIGINAL))
        ],
        "absent": language != value.language,
        "names": dict(language_choices(ask)),
        "agreeing": agreeing,
    }
    return Page("referral_agree.html", context, form=agreeing, heading=ask.translate("referral.agree.title"))


def _reading_code(ask: Ask, offer: Offer, details: Details, made: Made) -> Page:
    context = {
        **_frame(ask, offer),
        "passed_on": _passed_on(ask, details),
        "one": made.referral,
        "answered_by": last_day(made.referral.answered_by),
        "code_groups": [made.code[start:end] for start, end in _GROUPS],
        "code_digits": ", ".join(made.code),
    }
    return Page("referral_made.html", context, heading=ask.translate("referral.made.title"))


def _frame(ask: Ask, offer: Offer) -> dict[str, object]:
    return {
        "offer": offer,
        "centre": centre_name(ask, offer.centre_id),
        "base": base_of(ask),
        "leave": base_of(ask) if base_of(ask) == BESIDE_CALL else REFERRALS,
        "address": f"{base_of(ask)}/{offer.centre_id}",
        "made_up": ask.given(Referrals).demo,
    }


def _passed_on(ask: Ask, details: Details) -> list[tuple[str, str]]:
    """What is passed on, as labels and words, in the order in which it is read back."""
    say = ask.translate
    wishes = [name for name in ("woman_wished", "no_interpreter") if getattr(details, name)]
    told = [
        ("language", dict(language_choices(ask))[details.language]),
        ("topic", say(f"referral.topic.{details.topic}")),
        ("number", _written(details.number) or say("referral.details.number.none")),
        ("first_name", details.first_name or say("referral.details.first_name.none")),
    ]
    if details.number:
        told += [
            ("best_time", say(f"referral.time.{details.best_time.value}")),
            ("others", say(f"referral.details.others.{'yes' if details.others_may_answer else 'no'}")),
            ("sms", say(f"referral.details.sms.{'yes' if details.sms_wished else 'no'}")),
        ]
    return [
        *((say(f"referral.told.{name}"), words) for name, words in told),
        *((say("referral.told.wish"), say(f"referral.details.{name}")) for name in wishes),
    ]


def _written(number: str) -> str:
    """An E.164 number as people write it."""
    if not number:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
