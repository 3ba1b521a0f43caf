"""Makes the HTTP answer out of what a page's function answered."""

from dataclasses import replace
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.shell import flash
from app.shell.answers import Answer, Cookie, Data, Download, Fragment, Page, Question, Redirect, Stream, Unchanged
from app.shell.cookies import FLASH_COOKIE, VISIT_COOKIE, write_cookies
from app.shell.faults import Told
from app.shell.headers import NO_POWERS, permissions, policy
from app.shell.paths import local_path
from app.shell.registry import Registered
from app.shell.rendering import Sheet, draw
from app.shell.streaming import begin_stream

_OK = 200


def respond(sheet: Sheet, registered: Registered, answer: Answer, *, is_htmx: bool) -> Response:
    """The answer as HTTP: 422 for a form with faults, 303 for a redirect, an address of its own for htmx."""
    match answer:
        case Page():
            return _page(sheet, f"{registered.router}/{answer.template}", answer)
        case Fragment():
            status = 422 if answer.form and answer.form.faults else 200
            drawing = replace(sheet, form=answer.form, context=answer.context)
            return _html(drawing, f"{registered.router}/{answer.template}", status)
        case Question():
            return _question(sheet, answer)
        case Redirect():
            return _redirect(sheet, answer, is_htmx=is_htmx)
        case Download():
            return _download(answer)
        case Data() | Unchanged() | Stream():
            return _for_script(sheet, registered, answer)


def _for_script(sheet: Sheet, registered: Registered, answer: Data | Unchanged | Stream) -> Response:
    if isinstance(answer, Stream):
        return begin_stream(sheet, registered, answer)
    return JSONResponse(dict(answer.content)) if isinstance(answer, Data) else Response(status_code=204)


def respond_told(sheet: Sheet, told: Told) -> Response:
    """An error page."""
    heading = sheet.words.say(f"fault.{told.name}.title")
    drawing = replace(sheet, page=None, form=None, trail=(), heading=heading, context={"told": told})
    response = _html(drawing, "shell/fault.html", told.status)
    if told.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(told.retry_after_seconds)
    return response


def _page(sheet: Sheet, template: str, page: Page) -> Response:
    status = 422 if page.status == _OK and page.form and page.form.faults else page.status
    drawing = replace(
        sheet,
        form=page.form,
        heading=page.heading,
        trail=page.trail,
        direction=page.direction,
        context=page.context,
        # The page's forms are bound to the session as it is from this answer on.
        cookies={**sheet.cookies, **{cookie.name: cookie.value for cookie in page.cookies}},
    )
    response = _html(drawing, template, status)
    write_cookies(response, page.cookies)
    if page.powers != NO_POWERS:
        response.headers["Content-Security-Policy"] = policy(sheet.house.shell.form_targets, page.powers)
        response.headers["Permissions-Policy"] = permissions(page.powers)
    return response


def _question(sheet: Sheet, question: Question) -> Response:
    heading = sheet.words.say(f"{question.words}.title", **question.slots)
    return _html(replace(sheet, heading=heading, context={"question": question}), "shell/question.html", 200)


def _html(drawing: Sheet, template: str, status: int) -> Response:
    response = HTMLResponse(draw(drawing, template), status)
    _vary(response)
    if drawing.visit:
        write_cookies(response, [Cookie(VISIT_COOKIE, drawing.visit)])
    if drawing.flash:
        write_cookies(response, [Cookie(FLASH_COOKIE, "")])
    return response


def _vary(response: Response) -> None:
    MutableHeaders(raw=response.raw_headers)["Vary"] = "Accept-Language, Cookie, HX-Request"


def _redirect(sheet: Sheet, redirect: Redirect, *, is_htmx: bool) -> Response:
    to = redirect.to if redirect.outside else local_path(redirect.to)
    response = _sent_on(to, is_htmx=is_htmx)
    if redirect.flash:
        key = sheet.visitor.session_key if sheet.visitor else ""
        write_cookies(response, [flash.as_cookie(sheet.house.shell.keys, redirect.flash, session_key=key, at=sheet.at)])
    write_cookies(response, redirect.cookies)
    return response


def _sent_on(to: str, *, is_htmx: bool) -> Response:
    return Response(status_code=204, headers={"HX-Redirect": to}) if is_htmx else RedirectResponse(to, 303)


def _download(file: Download) -> Response:
    name = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(file.content, media_type=file.media_type, headers={"Content-Disposition": name})
