"""What topics and programmes are called on the telephone, made from their titles and texts; nothing is invented."""

import re
import unicodedata

from app.knowledge.filling import fill
from app.knowledge.located import offer_facts
from app.knowledge.models import Knowledge

_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")
_END_OF_SENTENCE = re.compile(r"(?<=[.!?؟])\s+")
_ENDS = (".", "!", "?", "؟")
# Languages that are written in Latin letters; a voice of any other language stumbles over a name in these.
_LATIN = frozenset({"de", "en", "tr", "kmr", "es", "sq", "fr"})


def spoken_title(title: str, language: str) -> str:
    """A title for the ear: without brackets, with an end, and without a foreign name that it goes on to explain."""
    text = _IN_BRACKETS.sub("", title).strip()
    name, colon, explained = text.partition(": ")
    if colon and language not in _LATIN and _is_latin(name):
        text = explained
    return text if text.endswith(_ENDS) else f"{text}."


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha())


def spoken_titles(knowledge: Knowledge, language: str) -> dict[str, str]:
    """How each question topic is named in a language, under `title.<id>`."""
    texts = knowledge.texts.get(language, {})
    return {
        f"title.{id_}": spoken_title(title, language)
        for id_, answer in knowledge.answers.items()
        if answer.kind == "topic" and id_ in texts and (title := texts[id_].title)
    }


def spoken_offers(knowledge: Knowledge, language: str) -> dict[str, str]:
    """Each programme that the conditions speak of: its name, what it is in one sentence, and its whole text.

    Under `offer_name.<id>`, `offer_is.<id>` and `offer.<id>`.
    """
    spoken: dict[str, str] = {}
    for id_ in knowledge.conditions.offers:
        text = knowledge.offer_texts.get(language, {}).get(id_)
        if text is not None and text.title:
            whole = fill(knowledge, offer_facts(knowledge, id_), text.spoken, language)
            spoken[f"offer_name.{id_}"] = spoken_title(text.title, language)
            spoken[f"offer_is.{id_}"] = _END_OF_SENTENCE.split(whole.strip(), maxsplit=1)[0]
            spoken[f"offer.{id_}"] = whole
    return spoken


def spoken_amount(knowledge: Knowledge, ref: str, language: str) -> str:
    """An amount with its currency in words; raises UnfillableText for one that may not be spoken."""
    return fill(knowledge, (), f"{{amount:{ref}}}", language)
