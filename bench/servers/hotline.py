"""The hotline as production runs it, its drafts included: with its own content, or with many times as much."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from app.calls.opening import open_playbook, read_content
from app.calls.playbook import Playbook
from app.centres.models import Catchment, Centre, Directory
from app.centres.rules import build_directory
from app.jobs import Sweep
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings
from app.main import build_application
from app.manner import Manner
from app.texts.voices import VOICES
from bench.requests import ACCOUNT_SID, BASE_URL, NUMBER, SESSION_KEYS, TODAY, TOKEN

Texts = Mapping[str, Mapping[str, str]]
MANY_CENTRES, MANY_PASSAGES = 20_000, 100_000


def make_application() -> Any:  # noqa: ANN401  ASGI applications have no common type.
    settings = Settings(
        hotline_number=NUMBER,
        public_base_url=BASE_URL,
        session_keys=SESSION_KEYS,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=TOKEN,
    )
    playbook = make_playbook(enlarged=os.environ.get("BENCH_WORLD") == "large")
    manner = Manner(demo=False, phone=False, pages=False)
    return build_application(settings, playbook, os.environ["DATABASE_URL"], manner=manner, background=_rest)


async def _rest(_pool: asyncpg.Pool, _sweeps: Sequence[Sweep]) -> None:
    """Nothing works beside the steps while they are measured."""
    await asyncio.Event().wait()


def make_playbook(*, enlarged: bool) -> Playbook:
    """The demonstration's playbook; enlarged by copies of what is there."""
    content = read_content(PROJECT_ROOT, TODAY)
    if enlarged:
        content = replace(content, wording=_many_texts(content.wording), directory=_many_centres(content.directory))
    return open_playbook(content, root=PROJECT_ROOT, production=False, speak_drafts=True, today=lambda: TODAY)


def _many_texts(wording: Texts) -> Texts:
    """Every language that has a voice speaks a real one's texts; each passage is one more message in all of them."""
    passages = {f"answer.passage-{number}": f"Passage {number}." for number in range(MANY_PASSAGES)}
    texts = {language: {**messages, **passages} for language, messages in wording.items()}
    originals = list(texts.values())
    further = [language for language in VOICES if language not in texts]
    return texts | {language: originals[number % len(originals)] for number, language in enumerate(further)}


def _many_centres(directory: Directory) -> Directory:
    """Each further centre lies in some place and is there for its district, as the real ones are."""
    places = [place for listed in directory.places.values() for place in listed]
    inside = [place for place in places if place.district]
    centres: dict[str, Centre] = dict(directory.centres)
    for number in range(MANY_CENTRES - len(centres)):
        place = inside[number * 7919 % len(inside)]
        centres[f"copy-{number}"] = Centre(
            id=f"copy-{number}",
            name=f"Beratungsstelle {number}",
            spoken=f"Beratungsstelle {number}",
            operator="Beratungsstelle",
            independent=bool(number % 2),
            land=place.land,
            city=place.name,
            lat=place.lat,
            lon=place.lon,
            languages=("de",),
            catchment=Catchment(districts=frozenset({str(place.district)})),
            source="made for the benchmark",
            as_of="2026-01",
        )
    return build_directory(places, directory.districts.values(), centres.values())


def describe_world(playbook: Playbook) -> Mapping[str, int]:
    """How much of everything a playbook holds."""
    return {
        "centres": len(playbook.directory.centres),
        "passages": len(playbook.wording["de"]),
        "languages": len(playbook.wording),
    }
