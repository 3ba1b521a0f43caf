"""Begins the drawing of a page: in which words and colours, for whom, with which message from before."""

from starlette.requests import Request

from app.accounts.models import Visitor
from app.shell.cookies import FLASH_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, own_cookies
from app.shell.flash import find_flash
from app.shell.house import House
from app.shell.registry import Registered
from app.shell.rendering import THEMES, Sheet
from app.shell.words import choose_language, words_in


def begin_sheet(house: House, request: Request, visitor: Visitor | None, registered: Registered | None) -> Sheet:
    cookies = own_cookies(request.cookies)
    at = house.shell.clock()
    spoken = visitor.language if visitor else None
    language = choose_language(cookies.get(LANGUAGE_COOKIE), spoken, request.headers.get("accept-language", ""))
    theme = cookies.get(THEME_COOKIE)
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    return Sheet(
        house=house,
        words=words_in(language),
        visitor=visitor,
        here=request.url.path,
        whole_address=request.url.path + query,
        cookies=cookies,
        theme=theme if theme in THEMES else None,
        at=at,
        page=_page_of(house, registered),
        flash=find_flash(house.shell.keys, cookies.get(FLASH_COOKIE), at=at),
    )


def _page_of(house: House, registered: Registered | None) -> Registered | None:
    """A deed that shows a page again shows the one that its form stands on."""
    if registered is None or registered.kind == "page":
        return registered
    return house.find_page(registered.path) or house.find_page(registered.back)
