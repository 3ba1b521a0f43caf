"""How a reader wants the pages in this browser: language and colours, chosen without script."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from app.shell.access import PUBLIC
from app.shell.answers import Answer, Cookie, Redirect
from app.shell.ask import Ask
from app.shell.cookies import LANGUAGE_COOKIE, THEME_COOKIE
from app.shell.registry import PageRouter
from app.shell.rendering import THEMES
from app.shell.words import LANGUAGES

_LIFE: Final = int(timedelta(days=365).total_seconds())


def preferences_router() -> PageRouter:
    router = PageRouter("preferences", templates=Path(__file__).parent / "templates")
    router.data("/preferences", access=PUBLIC, renews=False)(keep_preferences)
    return router


async def keep_preferences(ask: Ask) -> Answer:
    """Notes what the address says and goes back; a theme that is neither light nor dark follows the system."""
    cookies = []
    if ask.query.get("language") in LANGUAGES:
        cookies.append(Cookie(LANGUAGE_COOKIE, ask.query["language"], _LIFE))
    if "theme" in ask.query:
        theme = ask.query["theme"]
        cookies.append(Cookie(THEME_COOKIE, theme if theme in THEMES else "", _LIFE))
    return Redirect(ask.next_page(), cookies=tuple(cookies))
