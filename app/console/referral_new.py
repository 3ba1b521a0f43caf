"""Where a referral may go: the centres for a postal code that have agreed to take some, the independent ones first."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.centres.models import Centre, Choice, Directory, Place
from app.centres.service import find_places, may_speak_phone, offers_for
from app.console.door import language_choices, router
from app.console.referral_list import HOTLINE, REFERRALS
from app.kit.clock import today_in_germany
from app.knowledge.models import CONTENT_LANGUAGES
from app.referrals import service
from app.referrals.models import Offer
from app.referrals.service import Referrals
from app.shell.answers import Answer, Page
from app.shell.ask import Ask

_LONGEST_CODE = 5
# The same steps in the panel of the agents' desk.
BESIDE_CALL = "/line/tool/referral"


@dataclass(frozen=True, slots=True)
class Reached:
    """A centre that takes referrals, and how far it is."""

    offer: Offer
    choice: Choice


@router.page(f"{REFERRALS}/new", access=HOTLINE, title="referral.new.title", parent=REFERRALS)
async def new_referral(ask: Ask) -> Answer:
    directory, plz = ask.given(Directory), ask.query.get("plz", "").strip()[:_LONGEST_CODE]
    places = find_places(directory, plz) if plz else ()
    place = _place(ask, places)
    language = asked_language(ask)
    choices = offers_for(directory, plz, place.district or "", language, False) if place else ()  # noqa: FBT003
    offers = await service.list_offers(ask.given(Referrals), [choice.centre.id for choice in choices])
    by_id = {choice.centre.id: choice for choice in choices}
    today = today_in_germany(ask.clock)
    context = {
        "base": base_of(ask),
        "plz": plz,
        "places": places,
        "place": place,
        "language_asked": language,
        "spoken_languages": language_choices(ask),
        "reached": [Reached(offer, by_id[offer.centre_id]) for offer in offers],
        "others": [(centre, may_speak_phone(centre, today)) for centre in _others(choices, offers)],
    }
    return Page("referral_new.html", context)


def _others(choices: Sequence[Choice], offers: Sequence[Offer]) -> list[Centre]:
    """Whom to name besides: all where none takes referrals, the independent ones where only authorities do."""
    if any(not offer.announce_authority for offer in offers):
        return []
    return [choice.centre for choice in choices if choice.centre.independent or not offers]


def base_of(ask: Ask) -> str:
    """Where the steps of a referral stand: among the referrals, or beside the call."""
    return BESIDE_CALL if ask.here.startswith(BESIDE_CALL) else f"{REFERRALS}/new"


def asked_language(ask: Ask) -> str:
    """The caller's language as the address has it; German where it has none."""
    asked = ask.query.get("language", "")
    return asked if asked in CONTENT_LANGUAGES else CONTENT_LANGUAGES[0]


def _place(ask: Ask, places: tuple[Place, ...]) -> Place | None:
    """The one that the address names, or the only one there is."""
    if len(places) == 1:
        return places[0]
    return next((place for place in places if place.district == ask.query.get("district")), None)
