"""Reads a TwiML document into verbs, within the bounds that Twilio sets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from app.kit.errors import HotlineError

# Twilio refuses a TwiML document above 64 KB.
DOCUMENT_LIMIT_BYTES = 64 * 1024
_LONGEST_QUOTE = 60


class PlayerFault(HotlineError):
    """The document cannot be played: Twilio would tell the caller so, in English, and end the call."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One element of a document; `text` is everything inside it, with white space collapsed."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple["Verb", ...] = ()


def read_document(document: str) -> tuple[Verb, ...]:
    """The verbs of a document, in order; raises PlayerFault where Twilio could not read it."""
    root = _parse(document)
    if root.tag != "Response":
        raise PlayerFault(f"The document's outermost element is {root.tag}, not Response.")
    return tuple(_verb(element) for element in root)


def pretty(document: str) -> str:
    """The document with one element a line, for reading; as it came where it cannot be read."""
    try:
        root = _parse(document)
    except PlayerFault:
        return document
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def _parse(document: str) -> ET.Element:
    size = len(document.encode("utf-8", "surrogatepass"))
    if size > DOCUMENT_LIMIT_BYTES:
        raise PlayerFault(f"The document has {size} bytes; Twilio reads at most {DOCUMENT_LIMIT_BYTES}.")
    if "<!DOCTYPE" in document:
        raise PlayerFault("The document declares its own document type, which TwiML does not have.")
    try:
        # Without a document type there are no entities to expand, and the size is bounded.
        return ET.fromstring(document)  # noqa: S314
    except (ET.ParseError, ValueError) as fault:
        raise PlayerFault(f"The document is not well-formed XML ({fault}): {_quote(document)}") from fault


def _verb(element: ET.Element) -> Verb:
    text = re.sub(r"\s+", " ", "".join(element.itertext())).strip()
    return Verb(element.tag, dict(element.attrib), text, tuple(_verb(child) for child in element))


def _quote(document: str) -> str:
    line = re.sub(r"\s+", " ", document).strip()
    return f"“{line[:_LONGEST_QUOTE]}…”" if len(line) > _LONGEST_QUOTE else f"“{line}”"
