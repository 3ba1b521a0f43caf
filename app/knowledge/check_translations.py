"""Finds translations that no longer say what their German original says, one sentence a fault."""

import re
import unicodedata
from collections.abc import Collection, Iterator

from app.knowledge.faults import Fault
from app.knowledge.filling import placeholders, plain
from app.knowledge.located import Located, all_texts
from app.knowledge.models import Knowledge, TextEntry
from app.knowledge.rules import is_stale

_NUMBER = re.compile(r"\d+(?:[.,\u066b\u066c]\d+)*")
_WITHOUT = ("spoken_without_amount", "written_without_amount")


def translation_faults(knowledge: Knowledge, languages: Collection[str]) -> list[Fault]:
    """What is wrong between the texts of these languages and the German originals."""
    return [fault for text in all_texts(knowledge, languages) for fault in _faults(text)]


def digits_in(text: str) -> list[str]:
    """The numbers that stand in digits of any script outside placeholders, without signs between thousands."""
    found = ("".join(filter(str.isdecimal, number)) for number in _NUMBER.findall(plain(text)))
    return sorted("".join(str(unicodedata.decimal(digit)) for digit in number) for number in found)


def _faults(text: Located) -> Iterator[Fault]:
    if text.is_original:
        if text.entry.state != "original":
            yield text.fault("must be an original: all other languages are made from it.", "state")
        return
    if text.entry.state == "original":
        yield text.fault("is a translation, so it is a draft or reviewed.", "state")
    if text.original is None:
        yield text.fault("has no German original.")
        return
    if is_stale(text.original, text.entry):
        yield text.fault("is stale: the German text has changed since.", "of")
    yield from _form_faults(text, text.original)


def _form_faults(text: Located, original: TextEntry) -> Iterator[Fault]:
    own, german = text.entry.parts(), original.parts()
    for name in (*own, *(name for name in _WITHOUT if name in german and name not in own)):
        called = name.replace("_", " ")
        if name not in own and name.removesuffix("_without_amount") not in own:
            continue
        if name not in own or name not in german:
            yield text.fault(f"and the German original do not both have a {called} form.", name)
        elif sorted(placeholders(own[name])) != sorted(placeholders(german[name])):
            yield text.fault(f"has other placeholders in its {called} form than the German original.", name)
        elif digits_in(own[name]) != digits_in(german[name]):
            yield text.fault(f"has other numbers in its {called} form than the German original.", name)
