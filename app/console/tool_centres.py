"""Counselling centres beside the call: by postal code or town, in the order in which the line itself names them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.calls.naming import say_centre
from app.calls.playbook import Playbook
from app.calls.texting import centre_text
from app.centres.models import Centre, Choice, Directory, Place
from app.centres.rules import is_recent
from app.centres.service import find_places, may_speak_phone, offers_for
from app.centres.towns import SHORTEST_NAME, find_towns, the_town
from app.console.door import router
from app.console.line_door import HOTLINE, LINE, land_name, language_name
from app.console.tool_door import TOOL, consents_of, drawn, find_call
from app.console.tool_hours import Today, as_syntax, hours_today
from app.console.tool_reading import reading_of
from app.kit.clock import today_in_germany
from app.kit.extent import EVERYTHING
from app.referrals import service
from app.referrals.models import Offer, OwnEntry
from app.referrals.service import Referrals
from app.shell.answers import Answer
from app.shell.ask import Ask
from app.shell.provided import Provided

_NAME: Final = "centres"
_CODE_DIGITS: Final = 5
_LONGEST_NAME: Final = 80
_MOST_TOWNS: Final = 8


@dataclass(frozen=True, slots=True)
class Sought:
    """What was typed: the places that it may mean, and the one that it does, if it is only one."""

    typed: str
    places: tuple[Place, ...] = ()
    place: Place | None = None
    is_code: bool = False
    enough: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A centre as it is named to a caller: `say` is what the line says, `sendable` whether its address can be sent.

    `hours` are as they are written, `today` what follows from them where that can be worked out.
    """

    choice: Choice
    phone: str
    unsure_phone: bool
    street: str
    unsure_street: bool
    hours: str
    today: Today | None
    confirmed_by_centre: datetime | None
    languages: tuple[str, ...]
    say: tuple[str, ...]
    offer: Offer | None
    sendable: bool

    @property
    def centre(self) -> Centre:
        return self.choice.centre


async def _some_places(_given: Provided) -> Sequence[str]:
    return [f"{TOOL}/{_NAME}?q=Frankfurt", f"{TOOL}/{_NAME}?q=Leipzig&language=tr"]


@router.page(f"{TOOL}/{_NAME}", access=HOTLINE, title="tool.centres.title", parent=LINE, example=_some_places)
async def centres_tool(ask: Ask) -> Answer:
    call = await find_call(ask)
    reading, land = reading_of(ask, call), call.land if call else None
    sought = await _sought(ask, land)
    language = reading.wanted or ask.language
    named = await _named(ask, sought.place, language) if sought.place else ()
    spoken = ask.given(Playbook).wording
    context = {
        "sought": sought,
        "towns": sought.places[:_MOST_TOWNS],
        "more": max(0, len(sought.places) - _MOST_TOWNS),
        "land": land_name(ask, land),
        "lands": {place.land: land_name(ask, place.land) for place in sought.places[:_MOST_TOWNS]},
        "named": named,
        "reading": reading,
        "say_in": language if language in spoken else "",
        "send_in": language,
        "consents": consents_of(ask, language) if call and call.live else (),
        "today": today_in_germany(),
    }
    return drawn(ask, _NAME, call, context)


async def _sought(ask: Ask, land: str | None) -> Sought:
    directory, typed = ask.given(Directory), ask.query.get("q", "").strip()[:_LONGEST_NAME]
    if typed.isdecimal():
        # A postal code that lies in several districts is asked about, as on the telephone.
        places = find_places(directory, typed)
        return Sought(typed, places, _picked(ask, places), is_code=True, enough=len(typed) >= _CODE_DIGITS)
    towns = await asyncio.to_thread(find_towns, directory, typed, land)
    picked = _picked(ask, find_places(directory, ask.query.get("plz", ""))) if ask.query.get("plz") else None
    return Sought(typed, towns, picked or the_town(towns, typed, land), enough=len(typed) >= SHORTEST_NAME)


def _picked(ask: Ask, places: tuple[Place, ...]) -> Place | None:
    """The place of the district that the address names, or the only one there is."""
    if len(places) == 1:
        return places[0]
    return next((place for place in places if place.district == ask.query.get("district")), None)


async def _named(ask: Ask, place: Place, language: str) -> tuple[Named, ...]:
    playbook, referrals = ask.given(Playbook), ask.given(Referrals)
    found = offers_for(playbook.directory, place.plz, place.district or "", language, playbook.confirmed_only)
    ids = [choice.centre.id for choice in found]
    offers = {offer.centre_id: offer for offer in await service.list_offers(referrals, ids)}
    entries = {id_: await service.find_entry(referrals, EVERYTHING, id_) for id_ in offers}
    return tuple(_as_named(ask, playbook, found, number, language, offers, entries) for number in range(len(found)))


def _as_named(  # noqa: PLR0913, PLR0917  Everything that is known of a centre.
    ask: Ask,
    playbook: Playbook,
    found: tuple[Choice, ...],
    number: int,
    language: str,
    offers: Mapping[str, Offer],
    entries: Mapping[str, OwnEntry | None],
) -> Named:
    centre, today = found[number].centre, today_in_germany()
    entry = entries.get(centre.id)
    own_hours = entry.hours if entry and entry.hours else None
    hours = own_hours or centre.opening_hours or ""
    syntax = own_hours or as_syntax(hours)
    sayable = may_speak_phone(centre, today)
    return Named(
        choice=found[number],
        phone=(centre.phone or "") if sayable else "",
        unsure_phone=centre.phone is not None and not sayable,
        unsure_street=centre.street is not None and (centre.doubtful or not is_recent(centre, today)),
        street=", ".join(part for part in (centre.street, _town(centre)) if part),
        hours=hours,
        today=hours_today(syntax, ask.clock()) if syntax else None,
        confirmed_by_centre=entry.updated_at if own_hours and entry else None,
        languages=tuple(language_name(ask, code) for code in centre.languages),
        say=say_centre(playbook, found, number, language),
        offer=offers.get(centre.id),
        sendable=centre_text(playbook, centre, language) is not None,
    )


def _town(centre: Centre) -> str:
    return " ".join(part for part in (centre.postal_code, centre.city) if part)
