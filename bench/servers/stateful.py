"""The usual way with a database: as the typical server, with the call's state in SQLModel at every step."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request, Response
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from twilio.request_validator import RequestValidator

from bench.requests import DURABLE_KEYS
from bench.servers.documents import write_document
from bench.servers.script import TOKEN, read_script
from bench.servers.typical import StepForm, check_signature

_TOPICS = dict(zip(DURABLE_KEYS, ("other", "other", "stay_or_fear"), strict=True))


class BenchCall(SQLModel, table=True):
    """A call's state; `place` stays the same so that the same request can be sent again and again."""

    __tablename__ = "bench_call"

    call_sid: str = Field(primary_key=True)
    place: str
    steps: int = 0
    last_key: str = ""
    topic: str | None = None
    outcome: str | None = None


def make_application() -> FastAPI:
    script, validator = read_script(), RequestValidator(TOKEN)
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_size=10)
    open_session = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await _fill_table(engine, int(os.environ["BENCH_CALLS"]))
        yield
        await engine.dispose()

    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @application.post("/voice/step")
    async def step(request: Request, form: Annotated[StepForm, Form()]) -> Response:
        await check_signature(request, validator)
        async with open_session() as session:
            call = await session.get(BenchCall, form.CallSid)
            if call is None:
                raise HTTPException(404)
            spoken = script[call.place][form.Digits]
            call.steps, call.last_key = call.steps + 1, form.Digits
            if call.place == "about":
                call.topic, call.outcome = call.topic or _TOPICS[form.Digits], "informed"
            await session.commit()
        return Response(write_document(spoken), media_type="text/xml")

    return application


async def _fill_table(engine: AsyncEngine, calls: int) -> None:
    """The calls in progress: first those at the main menu, then as many that are told about the line."""
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.drop_all, tables=[SQLModel.metadata.tables["bench_call"]])
        await connection.run_sync(SQLModel.metadata.create_all, tables=[SQLModel.metadata.tables["bench_call"]])
    async with AsyncSession(engine) as session:
        for call in range(2 * calls):
            place = "main" if call < calls else "about"
            session.add(BenchCall(call_sid=f"CA{call:032x}", place=place))
        await session.commit()
