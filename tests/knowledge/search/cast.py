"""A small knowledge to search in, and the development questions."""

import json
import zlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from app.knowledge.search.building import build_index
from app.knowledge.search.index import Index
from app.knowledge.search.models import Entry, Thesaurus
from app.knowledge.search.stemming import snowball_stemmers

TODAY = date(2026, 11, 22)
DEVELOPMENT = Path(__file__).with_name("development")

THESAURUS: Thesaurus = {
    "passport": {"de": ("Pass", "Reisepass"), "tr": ("pasaport",), "ru": ("паспорт",)},
    "country-SY": {"de": ("Syrien",), "en": ("Syria",), "ar": ("سوريا",)},
}


def entry(id_: str, language: str, title: str, **more: Any) -> Entry:  # noqa: ANN401 - any field of an entry
    return Entry(
        id=id_, kind=more.pop("kind", "answer"), topics=(id_,), language=language, title=title, source="test", **more
    )


ENTRIES = (
    entry("money", "de", "Wie viel Geld bekomme ich?", text="Das Startgeld wird am Flughafen ausgezahlt."),
    entry("money", "en", "How much money will I get?", text="The money is paid at the airport."),
    entry("money", "ar", "كم من المال سأحصل؟"),
    entry("money", "fa", "چقدر پول می‌گیرم؟"),
    entry("money", "ru", "Сколько денег дают?"),
    entry("money", "tr", "Ne kadar para alırım?"),
    entry(
        "passport", "de", "Ich habe keinen Reisepass", text="Ihre Botschaft gibt Ihnen Ersatzpapiere für die Rückreise."
    ),
    entry("passport", "ar", "ليس لدي جواز سفر"),
    entry("passport", "ka", "პასპორტი არ მაქვს"),
    entry("passport", "ti", "ፓስፖርት የብለይን፡ እንታይ ክገብር፧"),
    entry(
        "advice",
        "de",
        "Wo ist die nächste Rückkehrberatung?",
        text="Die Beratung zur Rückkehr ist in der Stadt. Möglichkeiten gibt es viele.",
    ),
    entry("fear", "de", "Ich habe Angst vor der Rückkehr", sensitive=True, text="Sprechen Sie mit einer Asylberatung."),
    entry(
        "syria", "de", "Gibt es Hilfe für Syrien?", kind="country", facets={"country": ("SY",)}, refs=("rule/syria",)
    ),
    entry(
        "amount",
        "de",
        "Startgeld mit Betrag",
        text="Es sind eintausend Taler.",
        shown_until=date(2026, 12, 1),
        refs=("x/amount",),
    ),
    entry("amount", "de", "Startgeld ohne Betrag", text="Die Höhe sagt die Stelle."),
)


@cache
def small_index() -> Index:
    return build_index(ENTRIES, THESAURUS, snowball_stemmers())


def found_ids(query: str, language: str | None = None) -> list[str]:
    return [result.entry.id for result in small_index().search(query, language).results]


def read_questions(name: str) -> list[dict[str, Any]]:
    lines = (DEVELOPMENT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def is_for_tuning(question: dict[str, Any]) -> bool:
    """Which half a question belongs to: thresholds are fitted on one, the other is reported."""
    return zlib.crc32(question["id"].encode()) % 2 == 0
