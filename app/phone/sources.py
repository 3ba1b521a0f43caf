"""The page that names whose data the hotline contains, and the files of pages; there with or without telephone."""

from typing import Annotated, cast

from fastapi import APIRouter, Header, Response
from fastapi.responses import FileResponse, HTMLResponse

from app.kit.paths import PROJECT_ROOT
from app.kit.yamlfile import read_yaml
from app.phone.pages import PAGE_HEADERS, STATIC_FILES, STATIC_TYPES, TEMPLATES
from app.phone.words import INTERFACE_LANGUAGES, get_interface, interface_language


def sources_router(*, phone: bool) -> APIRouter:
    """The page at /sources; `phone` tells whether there is a telephone to lead back to."""
    router = APIRouter(include_in_schema=False)
    template = TEMPLATES.get_template("sources.html")
    sources = cast("list[dict[str, object]]", read_yaml(PROJECT_ROOT / "knowledge_base" / "sources.yaml"))

    @router.get("/sources")
    async def sources_page(lang: str | None = None, accept_language: Annotated[str, Header()] = "") -> HTMLResponse:
        interface = get_interface(interface_language(lang, accept_language))
        html = template.render(
            interface=interface, words=interface.words, languages=INTERFACE_LANGUAGES, sources=sources, phone=phone
        )
        return HTMLResponse(html, headers={**PAGE_HEADERS, "Vary": "Accept-Language"})

    @router.get("/phone/static/{name}")
    async def static(name: str) -> Response:
        path = STATIC_FILES.get(name)
        if path is None:
            return Response(status_code=404, headers=PAGE_HEADERS)
        return FileResponse(
            path, media_type=STATIC_TYPES[path.suffix], headers={**PAGE_HEADERS, "Cache-Control": "no-cache"}
        )

    return router
