"""Draws templates: the environment they live in, and what each of them may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from app.accounts.models import Stage, Visitor
from app.shell.access import opens
from app.shell.answers import Crumb
from app.shell.csrf import bound_cookie, new_visit, token
from app.shell.flash import Told
from app.shell.forms import Form
from app.shell.house import House
from app.shell.registry import GROUPS, Group, Registered
from app.shell.words import LANGUAGES, Words

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the navigation; `current` where the reader is on it or below it."""

    address: str
    text: str
    current: bool


@dataclass(slots=True)
class Sheet:
    """One drawing: for whom, where, in which words; `visit` is set when a form needed a cookie that is not there."""

    house: House
    words: Words
    visitor: Visitor | None
    here: str
    whole_address: str
    cookies: Mapping[str, str]
    theme: str | None
    at: datetime
    page: Registered | None = None
    visit: str | None = None
    flash: Told | None = None
    form: Form[Any] | None = None
    heading: str | None = None
    trail: tuple[Crumb, ...] | None = None
    direction: str | None = None
    context: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        if self.heading is not None:
            return self.heading
        return self.words.say(self.page.title) if self.page and self.page.title else self.words.say("shell.name")

    def csrf(self) -> str:
        """The token of this page's forms; sees to it that there is a cookie to bind it to."""
        cookie = bound_cookie(self.cookies, signed_in=self.visitor is not None) or self.visit
        if cookie is None:
            cookie = self.visit = new_visit()
        return token(self.house.shell.keys, cookie)

    def menu(self) -> list[tuple[Group, list[MenuEntry]]]:
        """The pages that this reader may open, by group, without empty groups."""
        if self.visitor is None or self.visitor.stage is not Stage.FULL:
            return []
        grouped = [(group, self._entries(group)) for group in GROUPS]
        return [(group, entries) for group, entries in grouped if entries]

    def crumbs(self) -> tuple[Crumb, ...]:
        """The way to this page, without the page itself."""
        if self.trail is not None:
            return self.trail
        way: list[Crumb] = []
        parent = self.page.parent if self.page else None
        while parent and (page := self.house.find_page(parent)) and len(way) < len(self.house.registered):
            way.insert(0, Crumb(parent, self.words.say(page.title)))
            parent = page.parent
        return tuple(way)

    def idle_seconds(self) -> int | None:
        """How long the session still lives without activity; None where nobody is fully logged in."""
        if self.visitor is None or self.visitor.stage is not Stage.FULL:
            return None
        end = min(self.visitor.idle_ends_at, self.visitor.ends_at)
        return max(0, int((end - self.at).total_seconds()))

    def _entries(self, group: Group) -> list[MenuEntry]:
        pages = [page for page in self.house.registered if page.menu and page.menu.group == group]
        here = self._here_in_menu()
        return [
            MenuEntry(page.path, self._menu_text(page.title), page.path == here)
            for page in sorted(pages, key=lambda page: page.menu.order if page.menu else 0)
            if opens(page.access, self.visitor)
        ]

    def _menu_text(self, title: str) -> str:
        short = f"{title}.menu"
        return self.words.say(short if self.words.has(short) else title)

    def _here_in_menu(self) -> str:
        """The address in the menu that this page is, or is nearest below; empty without one."""
        shown = (page.path for page in self.house.registered if page.menu and opens(page.access, self.visitor))
        return max((path for path in shown if self._is_here(path)), key=len, default="")

    def _is_here(self, path: str) -> bool:
        return self.here == path or (path != "/" and self.here.startswith(f"{path}/"))


def build_environment(folders: Mapping[str, Path]) -> Environment:
    """Templates by `<router>/<name>`; what is not defined is an error, and everything is escaped."""
    loaders: dict[str, BaseLoader] = {router: FileSystemLoader(folder) for router, folder in folders.items()}
    return Environment(
        loader=PrefixLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def draw(sheet: Sheet, template: str) -> str:
    """The template as HTML; `sheet.context` may not take the names that every template has."""
    own = _names(sheet)
    if taken := own.keys() & sheet.context.keys():
        raise ValueError(f"{template}: these names belong to the shell: {', '.join(sorted(taken))}.")
    return sheet.house.templates.get_template(template).render({**own, **sheet.context})


def _names(sheet: Sheet) -> dict[str, object]:
    words = sheet.words
    return {
        "sheet": sheet,
        "t": words.say,
        "has_text": words.has,
        "date": words.date,
        "moment": words.moment,
        "number": words.number,
        "language": words.language,
        "languages": LANGUAGES,
        "direction": sheet.direction or words.direction,
        "theme": sheet.theme,
        "visitor": sheet.visitor,
        "here": sheet.here,
        "asset": sheet.house.assets.address,
        "csrf": sheet.csrf,
        "title": sheet.title,
        "form": sheet.form,
        "flash": sheet.flash,
        "demo": sheet.house.shell.demo,
        "footer": sheet.house.shell.footer,
    }
