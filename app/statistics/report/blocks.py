"""What a document is made of, before it is typeset."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, which may begin a page."""

    text: str
    level: Literal[1, 2] = 1
    new_page: bool = False
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    texts: tuple[str, ...]
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with the text for those who do not see it; `width` is its part of the text's width."""

    svg: str
    alt: str
    caption: str
    width: float = 1.0
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the first column says what a row is about, the others are figures unless `texts` says otherwise."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: bool = False
    widths: tuple[float, ...] = ()
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True, slots=True)
class Beside:
    """A chart and its table side by side."""

    picture: Picture
    grid: Grid
    kind: Literal["beside"] = "beside"


Block = Heading | Paragraph | Points | Picture | Grid | Beside


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language; `banner` stands on every page, as “simulated data” does."""

    language: Literal["de", "en"]
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    banner: str
    running: str
    page_word: str
    author: str
    keywords: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = field(default=())
