"""The usual way: FastAPI with a form model, twilio's RequestValidator and VoiceResponse, and no database."""

from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request, Response
from pydantic import BaseModel
from twilio.request_validator import RequestValidator

from bench.servers.documents import write_document
from bench.servers.script import BASE_URL, TOKEN, read_script


class StepForm(BaseModel):
    """Every parameter that Twilio documents for a call between two numbers and for pressed keys, by its own name."""

    AccountSid: str
    ApiVersion: str
    CallSid: str
    CallStatus: str
    Direction: str
    ForwardedFrom: str = ""
    Called: str = ""
    CalledCity: str = ""
    CalledCountry: str = ""
    CalledState: str = ""
    CalledZip: str = ""
    Caller: str = ""
    CallerCity: str = ""
    CallerCountry: str = ""
    CallerState: str = ""
    CallerZip: str = ""
    From: str = ""
    FromCity: str = ""
    FromCountry: str = ""
    FromState: str = ""
    FromZip: str = ""
    To: str = ""
    ToCity: str = ""
    ToCountry: str = ""
    ToState: str = ""
    ToZip: str = ""
    Digits: str = ""
    FinishedOnKey: str = ""
    msg: str = ""


def make_application() -> FastAPI:
    script, validator = read_script()["main"], RequestValidator(TOKEN)
    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @application.post("/voice/step")
    async def step(request: Request, form: Annotated[StepForm, Form()]) -> Response:
        await check_signature(request, validator)
        return Response(write_document(script[form.Digits]), media_type="text/xml")

    return application


async def check_signature(request: Request, validator: RequestValidator) -> None:
    """Refuse what Twilio did not sign; raises HTTPException with status 403."""
    url = f"{BASE_URL}{request.url.path}?{request.url.query}"
    form = dict(await request.form())
    if not validator.validate(url, form, request.headers.get("X-Twilio-Signature", "")):
        raise HTTPException(403)
