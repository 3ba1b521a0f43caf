"""Tables: columns, sorting and paging by the address, and the same rows as a file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Literal, TypeVar
from urllib.parse import urlencode

from app.shell.answers import Download, Mood
from app.shell.ask import Ask
from app.shell.spreadsheets import File, as_file
from app.shell.words import Words

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A cell that shows a state: its text, or the last part of a message id with the column's `words`."""

    text: str
    mood: Mood = "info"


Cell = str | int | float | date | datetime | Link | Badge | None


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its heading is the message `<table>.column.<name>`.

    `words` turns a text cell into the message `<words>.<text>`; `sort` gives what its rows are sorted by; a column
    with `file=False` stands on the page only.
    """

    name: str
    cell: Callable[[Row], Cell]
    sort: Callable[[Row], str | float | datetime | date] | None = None
    words: str | None = None
    file: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Which rows the address asks for: sorted by a column's name ("" for as they come), and which part of them."""

    sort: str
    descending: bool
    page: int
    limit: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading; `address` sorts by it, `order` says how it is sorted now (as aria-sort)."""

    text: str
    numeric: bool
    address: str | None
    order: Literal["ascending", "descending"] | None


@dataclass(frozen=True)
class Shown(Generic[Row]):
    """A table as a template draws it: a page of rows, each with its cells."""

    name: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Row, tuple[Cell, ...]], ...]
    total: int
    place: Place
    pages: int
    downloads: tuple[tuple[str, str], ...]
    address_of_page: Callable[[int], str]

    @property
    def id(self) -> str:
        """The name as an id that selectors can name."""
        return self.name.replace(".", "-")


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A table that a page declares once; `download` is the address that serves its rows as a file."""

    name: str
    columns: tuple[Column[Row], ...]
    download: str | None = None
    page_size: int = 25

    def place(self, ask: Ask) -> Place:
        """What the address asks for; what it cannot mean counts as not said."""
        sort = ask.query.get("sort", "")
        page = ask.query.get("page", "1")
        return Place(
            sort if any(column.name == sort and column.sort for column in self.columns) else "",
            ask.query.get("order") == "descending",
            int(page) if page.isascii() and page.isdecimal() and int(page[:6]) > 0 else 1,
            self.page_size,
        )

    def show(self, ask: Ask, rows: Sequence[Row]) -> Shown[Row]:
        """The page of these rows that the address asks for."""
        place = self.place(ask)
        last = max(1, -(-len(rows) // place.limit))
        place = Place(place.sort, place.descending, min(place.page, last), place.limit)
        part = self._sorted(rows, place)[place.offset : place.offset + place.limit]
        return self.shown(ask, part, total=len(rows), place=place)

    def shown(self, ask: Ask, rows: Iterable[Row], *, total: int, place: Place | None = None) -> Shown[Row]:
        """These rows as they are, for a room that has sorted and cut them itself by `place`."""
        there = place or self.place(ask)
        drawn = tuple((row, tuple(self._cell(ask.words, column, row) for column in self.columns)) for row in rows)
        pages = max(1, -(-total // there.limit))
        return Shown(
            self.name,
            tuple(self._heading(ask, column, there, drawn, number) for number, column in enumerate(self.columns)),
            drawn,
            total,
            there,
            pages,
            self._downloads(ask),
            lambda page: _address(ask, page=str(page)),
        )

    def download_file(self, ask: Ask, rows: Sequence[Row]) -> Download:
        """All rows as the file that `?format=` names: csv, else xlsx."""
        columns = [column for column in self.columns if column.file]
        headings = [self._heading_text(ask.words, column) for column in columns]
        lines = [
            [_plain(self._cell(ask.words, column, row)) for column in columns]
            for row in self._sorted(rows, self.place(ask))
        ]
        day = ask.clock().date().isoformat()
        file = File(f"{self.name}-{day}", ask.words.say(f"{self.name}.caption"), headings, lines)
        return as_file(file, "csv" if ask.query.get("format") == "csv" else "xlsx", ask.language)

    def _sorted(self, rows: Sequence[Row], place: Place) -> Sequence[Row]:
        key = next((column.sort for column in self.columns if column.name == place.sort), None)
        return sorted(rows, key=key, reverse=place.descending) if key else rows

    def _cell(self, words: Words, column: Column[Row], row: Row) -> Cell:
        cell = column.cell(row)
        if column.words is None:
            return cell
        if isinstance(cell, Badge):
            return Badge(words.say(f"{column.words}.{cell.text}"), cell.mood)
        return words.say(f"{column.words}.{cell}") if isinstance(cell, str) else cell

    def _heading_text(self, words: Words, column: Column[Row]) -> str:
        return words.say(f"{self.name}.column.{column.name}")

    def _heading(
        self, ask: Ask, column: Column[Row], place: Place, drawn: tuple[tuple[Row, tuple[Cell, ...]], ...], number: int
    ) -> Heading:
        numeric = any(isinstance(cells[number], int | float) for _, cells in drawn)
        text = self._heading_text(ask.words, column)
        if column.sort is None:
            return Heading(text, numeric, None, None)
        now = place.sort == column.name
        onward = "descending" if now and not place.descending else "ascending"
        address = _address(ask, sort=column.name, order=onward, page="")
        return Heading(text, numeric, address, ("descending" if place.descending else "ascending") if now else None)

    def _downloads(self, ask: Ask) -> tuple[tuple[str, str], ...]:
        if self.download is None:
            return ()
        asked = {name: value for name, value in ask.query.items() if name != "page"}
        return tuple((kind, f"{self.download}?{urlencode({**asked, 'format': kind})}") for kind in ("xlsx", "csv"))


def _address(ask: Ask, **changed: str) -> str:
    """This page's address with some of its query changed; an empty value takes one away."""
    query = {name: value for name, value in {**ask.query, **changed}.items() if value}
    return f"{ask.here}?{urlencode(query)}" if query else ask.here


def _plain(cell: Cell) -> str | int | float | date | datetime | None:
    return cell.text if isinstance(cell, Link | Badge) else cell
