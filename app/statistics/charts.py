"""Charts of published figures as SVG text: pure, the same for pages and for the PDF, each to stand beside its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, Final

from app.kit.paths import PROJECT_ROOT
from app.statistics.easel import draw

FONTS: Final = PROJECT_ROOT / "app" / "statistics" / "report" / "fonts"
FONT: Final = "Fira Sans"

# One hue, dark enough on white and light enough on the dark theme: no meaning hangs on telling colours apart.
BAR: Final = "#3b78b5"
RAMP: Final = ("#dbe9f6", "#08306b")
INK: Final = "currentColor"
# Longer labels are cut; the table beside the chart has them whole.
_LABEL_WIDTH: Final = 180
# So many letters fit over a column of a heat map.
_SHORT: Final = 3
_FORMATS: Final = {"de": "de-DE", "en": "en-GB"}

# Where each Land stands on a map of equal tiles: column, row.
TILES: Final[Mapping[str, tuple[int, int]]] = {
    "DE-SH": (2, 0),
    "DE-HB": (1, 1),
    "DE-HH": (2, 1),
    "DE-MV": (3, 1),
    "DE-NI": (1, 2),
    "DE-ST": (2, 2),
    "DE-BE": (3, 2),
    "DE-BB": (4, 2),
    "DE-NW": (0, 3),
    "DE-HE": (1, 3),
    "DE-TH": (2, 3),
    "DE-SN": (3, 3),
    "DE-RP": (0, 4),
    "DE-BW": (1, 4),
    "DE-BY": (2, 4),
    "DE-SL": (0, 5),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a chart: its label, the published value, and the 95 % interval around it."""

    label: str
    value: int
    low: int
    high: int
    reliable: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """One field of a heat map."""

    column: str
    row: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Words:
    """What a chart says: the text for those who do not see it, and the name of what is measured."""

    alt: str
    measure: str
    language: str


Spec = dict[str, Any]


@lru_cache(maxsize=512)
def bar_chart(marks: tuple[Mark, ...], words: Words, *, width: int = 420) -> str:
    """Bars from the top down in the order given, each with its interval; an unreliable one is hollow and dashed."""
    return _svg(bar_spec(marks, words, width), words)


@lru_cache(maxsize=512)
def line_chart(marks: tuple[Mark, ...], words: Words, *, width: int = 520, height: int = 200) -> str:
    """A line over periods in the order given, in a band that is the interval."""
    return _svg(line_spec(marks, words, width, height), words)


@lru_cache(maxsize=512)
def heat_map(places: tuple[Place, ...], words: Words, *, across: str, cell: int = 27) -> str:
    """Columns and rows in the order in which they are first met; darker is more, and each field says its figure.

    `across` is the name of what the columns are, such as the hour.
    """
    return _svg(heat_spec(places, across, cell), words)


@lru_cache(maxsize=512)
def tile_map(marks: tuple[tuple[str, Mark], ...], words: Words, *, cell: int = 68) -> str:
    """The sixteen Länder as equal tiles, by ISO 3166-2 code; other codes (unknown) stand in the table alone."""
    return _svg(tile_spec(marks, cell), words)


def bar_spec(marks: Sequence[Mark], words: Words, width: int) -> Spec:
    rows = [_row(mark) for mark in marks]
    label = {"field": "label", "type": "nominal", "sort": None, "axis": _axis(None, labelLimit=_LABEL_WIDTH)}
    interval = {
        "x": {"field": "low", "type": "quantitative"},
        "x2": {"field": "high"},
        "y": label,
    }
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.72}},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "axis": _axis(words.measure, format=",d", tickMinStep=1)},
            "y": label,
            **_hollow(),
        },
    }
    return _layers(rows, [bars, *_whiskers(interval, "x")], width=width, height={"step": 25})


def line_spec(marks: Sequence[Mark], words: Words, width: int, height: int) -> Spec:
    rows = [_row(mark) for mark in marks]
    period = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": _axis(None, labelAngle=0, labelOverlap=True, labelSeparation=8),
    }
    count = {
        "field": "value",
        "type": "quantitative",
        "scale": {"zero": True},
        "axis": _axis(words.measure, format=",d", tickMinStep=1),
    }
    band = {
        "mark": {"type": "area", "color": BAR, "opacity": 0.25},
        "encoding": {
            "x": period,
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
        },
    }
    line = {"mark": {"type": "line", "color": BAR, "strokeWidth": 2}, "encoding": {"x": period, "y": count}}
    points = {"mark": {"type": "point", "size": 45, "opacity": 1}, "encoding": {"x": period, "y": count, **_hollow()}}
    return _layers(rows, [band, line, points], width=width, height=height)


def heat_spec(places: Sequence[Place], across: str, cell: int) -> Spec:
    rows = [_row(place.mark) | {"column": place.column, "row": place.row} for place in places]
    columns = {"field": "column", "type": "nominal", "sort": None, "axis": _axis(across, **_heading(places))}
    down = {"field": "row", "type": "nominal", "sort": None, "axis": _axis(None)}
    where = {"x": columns, "y": down}
    return _layers(rows, _fields(rows, where, size=9), width={"step": cell}, height={"step": cell})


def _heading(places: Sequence[Place]) -> Spec:
    """Names that are wider than their column stand slanted above the fields, so that none runs into the next."""
    if all(len(place.column) <= _SHORT for place in places):
        return {"labelAngle": 0}
    return {"orient": "top", "labelAngle": -35, "labelLimit": _LABEL_WIDTH}


def tile_spec(marks: Sequence[tuple[str, Mark]], cell: int) -> Spec:
    rows = [
        _row(mark) | {"short": code.removeprefix("DE-"), "column": TILES[code][0], "row": TILES[code][1]}
        for code, mark in marks
        if code in TILES
    ]
    where = {
        "x": {"field": "column", "type": "ordinal", "axis": None},
        "y": {"field": "row", "type": "ordinal", "axis": None},
    }
    figures, names = _fields(rows, where, size=13, drop=9), _text("short", where, rows, size=12, drop=-12)
    return _layers(rows, [*figures, names], width={"step": cell}, height={"step": cell})


def _row(mark: Mark) -> dict[str, Any]:
    return {
        "label": mark.label,
        "value": mark.value,
        "low": mark.low,
        "high": mark.high,
        "reliable": mark.reliable,
    }


def _hollow() -> Spec:
    """How a mark is drawn: filled where it is reliable; else hollow with a dashed edge, which also print shows."""
    return {
        "fill": {"condition": {"test": "datum.reliable", "value": BAR}, "value": "transparent"},
        "stroke": {"value": BAR},
        "strokeDash": {"condition": {"test": "datum.reliable", "value": [1, 0]}, "value": [3, 3]},
    }


def _whiskers(where: Spec, along: str) -> list[Spec]:
    low = {**where, along: {"field": "low", "type": "quantitative"}}
    high = {**where, along: {"field": "high", "type": "quantitative"}}
    for end in (low, high):
        end.pop(f"{along}2")
    ends: Spec = {"type": "tick", "color": INK, "thickness": 1.5, "size": 9}
    return [
        {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.5}, "encoding": where},
        {"mark": ends, "encoding": low},
        {"mark": ends, "encoding": high},
    ]


def _fields(rows: Sequence[Mapping[str, Any]], where: Spec, *, size: int, drop: int = 0) -> list[Spec]:
    """Fields whose darkness is the figure, with the figure itself in ink that can be read on it."""
    colour = {
        "field": "value",
        "type": "quantitative",
        "scale": {"range": list(RAMP), "domain": [0, _most(rows)]},
        "legend": None,
    }
    encoding = {**where, "color": colour}
    # The grammar has no channel for the dashes of squares, so each kind is a layer of its own.
    squares = [
        {
            "transform": [{"filter": {"field": "reliable", "equal": reliable}}],
            "mark": {"type": "rect", "strokeWidth": 1, "stroke": "#08306b", "strokeDash": dash},
            "encoding": encoding,
        }
        for reliable, dash in ((True, [1, 0]), (False, [3, 3]))
    ]
    return [*squares, _text("value", where, rows, size=size, drop=drop)]


def _text(field: str, where: Spec, rows: Sequence[Mapping[str, Any]], *, size: int, drop: int) -> Spec:
    kind = {"type": "quantitative", "format": ",d"} if field == "value" else {"type": "nominal"}
    ink = {"condition": {"test": f"datum.value > {_most(rows) * 0.6}", "value": "#ffffff"}, "value": "#101820"}
    return {
        "mark": {"type": "text", "fontSize": size, "dy": drop, "fontWeight": 600 if field == "short" else 400},
        "encoding": {**where, "text": {"field": field, **kind}, "color": ink},
    }


def _most(rows: Sequence[Mapping[str, Any]]) -> int:
    return max((int(row["value"]) for row in rows), default=0) or 1


def _axis(title: str | None, **more: Any) -> Spec:  # noqa: ANN401  The grammar's own properties.
    return {"title": title, "grid": False, **more}


def _layers(rows: Sequence[Mapping[str, Any]], layers: Sequence[Spec], **size: Any) -> Spec:  # noqa: ANN401  The grammar's own properties.
    ink = dict.fromkeys(("labelColor", "titleColor", "domainColor", "tickColor"), INK)
    return {
        "data": {"values": list(rows)},
        "layer": list(layers),
        **size,
        "padding": 4,
        "config": {
            "mark": {"aria": False},
            "background": "transparent",
            "font": FONT,
            "view": {"stroke": None},
            "axis": {**ink, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 400},
            "scale": {"bandPaddingInner": 0.15},
        },
    }


def _svg(spec: Spec, words: Words) -> str:
    """One picture to a screen reader, with one text: what it shows figure by figure stands in the table beside it."""
    drawn = draw(spec, _FORMATS[words.language], FONTS)
    alt = escape(words.alt)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{alt}" lang="{words.language}" ', 1).replace(
        ">", f"><title>{alt}</title>", 1
    )
