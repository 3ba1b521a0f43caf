"""Furnishes an application with the shell: its pages, files, headers and error pages."""

import secrets
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.kit.errors import HotlineError
from app.kit.log import get_logger
from app.shell.assets import AssetRoute, gather_assets
from app.shell.faults import Told, find_told, told_status
from app.shell.guard import guarded
from app.shell.headers import Guardrail, page_headers
from app.shell.house import House, Shell
from app.shell.preferences import preferences_router
from app.shell.provided import Provided, provide
from app.shell.registry import PageRoute, PageRouter, Registered
from app.shell.rendering import build_environment
from app.shell.responding import respond_told
from app.shell.session_routes import session_router
from app.shell.sheets import begin_sheet
from app.shell.styleguide import styleguide_router

__all__ = ["Shell", "furnish", "provide"]

_FOLDER = Path(__file__).parent
_FRAMES: Final = 12
_LOG = get_logger("shell")


def furnish(app: FastAPI, shell: Shell, routers: Sequence[PageRouter]) -> House:
    """Adds the shell and the pages of these routers; what their functions ask for is put in later, by `provide`."""
    every = [preferences_router(), session_router(), *([styleguide_router()] if shell.demo else []), *routers]
    house = _build_house(shell, every)
    app.state.provided = house.provided
    app.router.routes.append(AssetRoute(house.assets))
    app.router.routes.extend(PageRoute(entry, guarded(house, entry)) for entry in house.registered)
    _add_fault_pages(app, house)
    return house


def _build_house(shell: Shell, routers: Sequence[PageRouter]) -> House:
    folders = {"shell": _FOLDER / "templates"} | {router.name: router.templates for router in routers}
    files = {"shell": _FOLDER / "static"} | {router.name: router.static for router in routers if router.static}
    registered = tuple(entry for router in routers for entry in router.registered)
    twice = {entry.path for entry in registered if _count(registered, entry.path, entry.method) > 1}
    if twice:
        raise ValueError(f"Two pages are registered under {', '.join(sorted(twice))}.")
    return House(
        shell=shell,
        templates=build_environment(folders),
        assets=gather_assets(files),
        registered=registered,
        provided=Provided(),
    )


def _count(registered: Sequence[Registered], path: str, method: str) -> int:
    return sum(1 for entry in registered if (entry.path, entry.method) == (path, method))


def _add_fault_pages(app: FastAPI, house: House) -> None:
    async def fault_page(request: Request, error: Exception) -> Response:
        return await _rescue(house, request, error)

    app.add_exception_handler(HTTPException, fault_page)
    app.add_exception_handler(HotlineError, fault_page)
    headers = page_headers(house.shell.form_targets, encrypted=house.shell.base_url.startswith("https://"))
    app.add_middleware(Guardrail, headers=headers, rescue=fault_page)


async def _rescue(house: House, request: Request, error: Exception) -> Response:
    """The page for what went wrong; what nobody foresaw gets a number under which the log tells more."""
    told = told_status(error.status_code) if isinstance(error, HTTPException) else find_told(error)
    if told is None:
        incident = secrets.token_hex(4)
        _LOG.error("page_failed", incident=incident, kind=type(error).__name__, where=_where(error))
        told = Told(500, "broken", incident=incident)
    if _wants_json(request):
        return JSONResponse({"error": told.name, "incident": told.incident}, told.status)
    sheet = begin_sheet(house, request, getattr(request.state, "visitor", None), None)
    return respond_told(sheet, told)


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _where(error: Exception) -> str:
    """The lines that led to it, innermost first; neither its message nor a value, which might be about a person."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " < ".join(f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" for frame in reversed(frames))
