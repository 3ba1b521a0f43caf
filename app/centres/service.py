"""The verbs of the directory: load it, route a postal code, say a centre, answer as JSON."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from app.centres import store
from app.centres.models import Centre, Choice, Contact, Directory, Place, Route, Wish
from app.centres.rules import best_contact, build_directory, may_speak_phone, nearest_centres, places_of, union_of

__all__ = [
    "find_places",
    "load_directory",
    "may_speak_phone",
    "offers_for",
    "route",
    "route_as_json",
    "route_as_wished",
    "route_lines",
    "spoken_contact",
    "spoken_name",
    "spoken_phone",
    "spoken_place",
    "spoken_street",
    "spoken_web",
]


def load_directory(root: Path) -> Directory:
    """Loads the directory from the knowledge base's folder; raises ContentError for a file not of the right form."""
    entries = (entry for path in store.centre_files(root) for entry in store.read_entries(path))
    centres = [store.centre_of(entry) for entry in entries]
    return build_directory(store.read_places(root), store.read_districts(root), centres)


def find_places(directory: Directory, plz: str) -> tuple[Place, ...]:
    """Returns one place per district that the postal code lies in, none for a code nobody knows."""
    return places_of(directory, plz)


def route(
    directory: Directory,
    plz: str,
    *,
    language: str | None = None,
    independent: bool = False,
    confirmed_only: bool = False,
) -> Route:
    """Returns the places of a postal code and the centres for them; a code nobody knows gets the nationwide ones."""
    wish = Wish(language=language, independent_only=independent, confirmed_only=confirmed_only)
    return route_as_wished(directory, plz, wish)


def route_as_wished(directory: Directory, plz: str, wish: Wish) -> Route:
    """Returns what `route` does, for a caller who also asks for women's counselling or lives in a facility."""
    places = places_of(directory, plz)
    answers = [nearest_centres(directory, place, wish) for place in places or (None,)]
    return Route(plz.strip(), places, answers[0] if len(answers) == 1 else union_of(answers))


def offers_for(
    directory: Directory,
    plz: str,
    district: str,
    language: str | None,
    confirmed_only: bool,  # noqa: FBT001 - a setting of the whole hotline, passed through as it is
) -> tuple[Choice, ...]:
    """Returns the centres for one place, known by postal code and district; without either the nationwide ones.

    A postal code without a district gets what all its places get.
    """
    wish = Wish(language=language, confirmed_only=confirmed_only)
    chosen = [place for place in places_of(directory, plz) if place.district == district]
    return nearest_centres(directory, chosen[0], wish) if chosen else route_as_wished(directory, plz, wish).choices


def route_as_json(answer: Route) -> dict[str, object]:
    """Returns the answer in the shape of `hotline route --json`; districts by AGS, Länder by ISO 3166-2."""
    return {
        "plz": answer.plz,
        "places": [{"name": place.name, "district": place.district, "land": place.land} for place in answer.places],
        "ask_place": answer.ask_place,
        "centres": [
            {
                "id": choice.centre.id,
                "name": choice.centre.name,
                "city": choice.centre.city,
                "distance_km": None if choice.distance_km is None else round(choice.distance_km, 1),
                "reason": choice.reason,
                "independent": choice.centre.independent,
                "confirmed": choice.centre.confirmed,
            }
            for choice in answer.choices
        ],
    }


def route_lines(
    codes: Iterable[str],
    directory: Directory,
    *,
    language: str | None = None,
    independent: bool = False,
    confirmed_only: bool = False,
) -> Iterator[str]:
    """Yields one line of JSON per postal code, in their order; empty lines are passed over."""
    for code in codes:
        if plz := code.strip():
            answer = route(directory, plz, language=language, independent=independent, confirmed_only=confirmed_only)
            yield json.dumps(route_as_json(answer), ensure_ascii=False)


def spoken_name(centre: Centre) -> str:
    """Returns the German name a caller hears: operator and name in a short form."""
    return centre.spoken


def spoken_contact(centre: Centre, today: date) -> Contact:
    """Returns which way to the centre may be said today."""
    return best_contact(centre, today)


def spoken_phone(centre: Centre) -> str:
    """Returns the number as dialled within Germany, digit by digit, its groups parted by commas; empty if none."""
    if centre.phone is None:
        return ""
    national = re.sub(r"^\+49\D*", "0", centre.phone).replace("+", "00")
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", national))


def spoken_street(centre: Centre) -> str:
    """Returns street and town without asides; empty if either is not known."""
    if centre.street is None or centre.city is None:
        return ""
    return f"{re.sub(r' *[(][^)]*[)]', '', centre.street)}, {centre.city}"


def spoken_web(centre: Centre) -> str:
    """Returns the website's host, which is all of an address that can be said; empty if there is none."""
    host = urlsplit(centre.website or "").hostname or ""
    return host.rstrip(".").removeprefix("www.")


def spoken_place(directory: Directory, district: str) -> str:
    """Returns the German name of a district."""
    return directory.districts[district].name
