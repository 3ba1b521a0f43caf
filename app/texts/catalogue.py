"""Reads what the line says from the message catalogues in `locales/`."""

import re
from collections.abc import Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from app.kit.errors import ContentError

# Characters that XML 1.0 does not allow, and the private-use pair that marks slots in prepared documents.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\uf8ff-\ufffd\U00010000-\U0010ffff]")
_CONSTANT = re.compile(r"\{number\.(\w+)\}")


def legal(text: str) -> str:
    """The text without characters that would make a TwiML document unreadable; the one place that strips them."""
    return _ILLEGAL.sub("", text)


def read_messages(locales: Path, language: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """Message id to text in one language, `{number.…}` replaced by its spoken form.

    Raises ContentError for an unreadable catalogue or an unknown number.
    """
    path = locales / language / "LC_MESSAGES" / "ivr.po"
    catalogue = _read(path, language)
    texts: dict[str, str] = {}
    faults: list[str] = []
    for message in catalogue:
        if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string:
            unknown = [name for name in _CONSTANT.findall(message.string) if name not in numbers]
            faults += [
                f"{path.parent.parent.name}: {message.id} speaks an unknown number “{name}”." for name in unknown
            ]
            texts[message.id] = legal(_CONSTANT.sub(lambda found: numbers.get(found[1], ""), message.string))
    if faults:
        raise ContentError(faults)
    return texts


def _read(path: Path, language: str) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language.replace("-", "_"), abort_invalid=True)
    except FileNotFoundError as error:
        raise ContentError([f"The messages in {language} are missing: {path.name} is not there."]) from error
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise ContentError([f"The messages in {language} cannot be read: {error}."]) from error


def unspoken(texts: Mapping[str, str], spoken: frozenset[str]) -> list[str]:
    """Messages of a catalogue that nothing speaks, so that no translator works for nothing."""
    return sorted(set(texts) - spoken)
