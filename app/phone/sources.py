"""The page that names whose data the hotline contains."""

from typing import Annotated, cast

from fastapi import APIRouter, Header
from fastapi.responses import HTMLResponse
from jinja2 import Template

from app.kit.paths import PROJECT_ROOT
from app.kit.yamlfile import read_yaml
from app.phone.words import INTERFACE_LANGUAGES, get_interface, interface_language


def add_sources(router: APIRouter, template: Template, headers: dict[str, str]) -> None:
    """Adds the page; the sources are read once."""
    sources = cast("list[dict[str, object]]", read_yaml(PROJECT_ROOT / "knowledge_base" / "sources.yaml"))

    @router.get("/sources")
    async def sources_page(lang: str | None = None, accept_language: Annotated[str, Header()] = "") -> HTMLResponse:
        interface = get_interface(interface_language(lang, accept_language))
        html = template.render(
            interface=interface, words=interface.words, languages=INTERFACE_LANGUAGES, sources=sources
        )
        return HTMLResponse(html, headers=headers)
