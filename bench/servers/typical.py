"""The usual way: FastAPI with a form model, twilio's RequestValidator and VoiceResponse, and no database."""

from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from twilio.request_validator import RequestValidator

from bench.servers.documents import write_document
from bench.servers.script import BASE_URL, TOKEN, read_script


class StepForm(BaseModel):
    """What a step reads of a webhook; the signature needs the rest too."""

    model_config = ConfigDict(extra="allow")

    call_sid: str = Field(alias="CallSid")
    call_status: str = Field(alias="CallStatus")
    account_sid: str = Field(alias="AccountSid")
    caller: str = Field(alias="From")
    called: str = Field(alias="To")
    digits: str = Field(default="", alias="Digits")


def make_application() -> FastAPI:
    script, validator = read_script()["main"], RequestValidator(TOKEN)
    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @application.post("/voice/step")
    async def step(request: Request, form: Annotated[StepForm, Form()]) -> Response:
        await check_signature(request, validator)
        return Response(write_document(script[form.digits]), media_type="text/xml")

    return application


async def check_signature(request: Request, validator: RequestValidator) -> None:
    """Refuse what Twilio did not sign; raises HTTPException with status 403."""
    url = f"{BASE_URL}{request.url.path}?{request.url.query}"
    form = dict(await request.form())
    if not validator.validate(url, form, request.headers.get("X-Twilio-Signature", "")):
        raise HTTPException(403)
