"""A small OpenID provider on a real socket that does right, except for what a test has it do wrong."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from app.kit.settings import Settings
from tests.fake_twilio.prism import served

NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS: Final = int(NOW.timestamp())
CLIENT_ID: Final = "hotline"
CLIENT_SECRET: Final = "a-secret-of-the-client"
ACCESS_TOKEN: Final = "an-access-token"
CODE: Final = "a-code"
SUBJECT: Final = "248289761001"
KEY: Final = RSAKey.generate_key(2048, {"kid": "first"}, auto_kid=False)
OTHER_KEY: Final = RSAKey.generate_key(2048, {"kid": "second"}, auto_kid=False)
FOREIGN_KEY: Final = RSAKey.generate_key(2048, {"kid": "first"}, auto_kid=False)
CURVE_KEY: Final = ECKey.generate_key("P-256", {"kid": "curve"}, auto_kid=False)
METADATA: Final = "/.well-known/openid-configuration"

Do = Callable[[Request], Any]
Claims = dict[str, Any]


def sign(claims: Claims, key: RSAKey | ECKey = KEY, alg: str = "RS256", **header: str) -> str:
    return jwt.encode({"alg": alg, "kid": str(key.kid), **header}, claims, key, algorithms=[alg])


@dataclass
class Plan:
    """What the provider does: `claims` are changed in the token (None leaves one out), `do` replaces whole answers."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    sign: Callable[[Claims], str] = sign
    keys: list[list[RSAKey | ECKey]] = field(default_factory=lambda: [[KEY, CURVE_KEY]])
    userinfo: Mapping[str, Any] = field(default_factory=dict)
    tokens: Mapping[str, Any] = field(default_factory=dict)
    do: Mapping[str, Do] = field(default_factory=dict)


@dataclass
class Crooked:
    """The provider as a test sees it: what it is to do, and which of its pages were asked for."""

    url: str = ""
    plan: Plan = field(default_factory=Plan)
    asked: list[str] = field(default_factory=list)
    sent: list[Mapping[str, str]] = field(default_factory=list)
    authorization: list[str] = field(default_factory=list)
    departure: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def begin_again(self) -> None:
        self.plan, self.codes = Plan(), {CODE}
        for told in (self.asked, self.sent, self.authorization, self.departure):
            told.clear()

    def settings(self, **more: str) -> Settings:
        named = {"oidc_issuer": self.url, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
        return Settings.model_validate({"oidc_name": "Amt Beispiel"} | named | more)

    def answer_to(self, url: str, **more: str) -> dict[str, str]:
        """The query with which the provider sends the browser back from this address; it notes what it was asked."""
        self.departure = dict(parse_qsl(urlsplit(url).query))
        return {"code": CODE, "state": self.departure["state"], "iss": self.url} | more

    def claims(self) -> Claims:
        right = {
            "iss": self.url,
            "sub": SUBJECT,
            "aud": CLIENT_ID,
            "iat": SECONDS,
            "exp": SECONDS + 300,
            "auth_time": SECONDS - 10,
            "nonce": self.departure["nonce"],
            "at_hash": half_hash(ACCESS_TOKEN),
            "preferred_username": "erika",
            "name": "Erika Beispiel",
        }
        return {name: value for name, value in (right | dict(self.plan.claims)).items() if value is not None}

    def token(self, form: Mapping[str, str]) -> Response:
        """RFC 6749, 4.1.3 and RFC 7636, 4.6: the code works once, for the address and the verifier of the departure."""
        right = (
            form["grant_type"] == "authorization_code"
            and form["redirect_uri"] == self.departure["redirect_uri"]
            and challenge(form["code_verifier"]) == self.departure["code_challenge"]
            and form["code"] in self.codes
        )
        if not right:
            return JSONResponse({"error": "invalid_grant", "error_description": "geheim"}, 400)
        self.codes.discard(form["code"])
        tokens = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": self.plan.sign(self.claims())}
        return JSONResponse({name: value for name, value in (tokens | dict(self.plan.tokens)).items() if value})


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def half_hash(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).decode().rstrip("=")


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def nested() -> str:
    """A token whose head never ends being opened."""
    head = base64.urlsafe_b64encode(b"[" * 200).decode().rstrip("=")
    return f"{head}.{head}.{head}"


@contextmanager
def running_crooked() -> Iterator[Crooked]:
    crooked = Crooked()
    with served(_application(crooked)) as crooked.url:
        yield crooked


def _application(crooked: Crooked) -> FastAPI:
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def _(path: str, request: Request) -> Response:
        crooked.asked.append(f"/{path}")
        crooked.authorization.append(request.headers.get("Authorization", ""))
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        crooked.sent.append(form)
        if instead := crooked.plan.do.get(f"/{path}"):
            done = instead(request)
            answer: Response = await done if asyncio.iscoroutine(done) else done
            return answer
        return _right_answer(crooked, f"/{path}", form)

    return app


def _right_answer(crooked: Crooked, path: str, form: Mapping[str, str]) -> Response:
    plan = crooked.plan
    if path == METADATA:
        names = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        more = {"userinfo_endpoint": "/userinfo", "end_session_endpoint": "/end"}
        addresses = {name: f"{crooked.url}{page}" for name, page in (names | more).items()}
        return JSONResponse({"issuer": crooked.url} | addresses | dict(plan.metadata))
    if path == "/keys":
        keys = plan.keys.pop(0) if len(plan.keys) > 1 else plan.keys[0]
        return JSONResponse(KeySet([*keys]).as_dict(private=False))
    if path == "/userinfo":
        return JSONResponse({"sub": SUBJECT} | dict(plan.userinfo))
    assert path == "/token", path
    return crooked.token(form)


def too_big(_request: Request) -> Response:
    return JSONResponse({"padding": "x" * 300_000})


async def too_slow(_request: Request) -> Response:
    await asyncio.sleep(1.0)
    return JSONResponse({})


def dripping(_request: Request) -> Response:
    """Each piece comes in time, the whole never."""

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" "
            await asyncio.sleep(0.05)
        yield b"{}"

    return StreamingResponse(drip(), media_type="application/json")


def elsewhere(_request: Request) -> Response:
    return Response(status_code=307, headers={"Location": "/elsewhere"})


def compressed(_request: Request) -> Response:
    return Response(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}, media_type="application/json")


def saying(content: str, status: int = 200) -> Do:
    return lambda _request: Response(content, status, media_type="application/json")
