"""Starts the real provider as a program of its own, makes clients known to it, and signs in there by its forms."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from app.kit.settings import Settings

PROGRAM: Final = Path(__file__).with_name("serve.py")
RETURN_ADDRESS: Final = "http://127.0.0.1:9/entrance/return"
MOST_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has an account at the provider."""

    login: str
    name: str
    password: str
    address: str


ERIKA: Final = Person("erika", "Erika Beispiel", "geheimes-Wort-17", "erika@amt.example")


@dataclass(frozen=True, slots=True)
class RealProvider:
    """A running provider, with one client that returns to RETURN_ADDRESS and one person."""

    issuer: str
    client_id: str
    client_secret: str
    person: Person = ERIKA

    def settings(self, return_address: str = RETURN_ADDRESS, **more: str) -> Settings:
        """The hotline's settings for this provider; a return address of one's own becomes a client of its own."""
        client_id, secret = self.client_id, self.client_secret
        if return_address != RETURN_ADDRESS:
            client_id, secret = register(self.issuer, return_address)
        named = {"oidc_issuer": self.issuer, "oidc_client_id": client_id, "oidc_client_secret": secret}
        return Settings.model_validate({"oidc_name": "Amt Beispiel"} | named | more)


@contextmanager
def running_provider() -> Iterator[RealProvider]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CANAILLE", "FLASK"))}
    person = (ERIKA.login, ERIKA.name, ERIKA.password, ERIKA.address)
    with (
        TemporaryDirectory(prefix="hotline-provider-") as folder,
        subprocess.Popen(
            [sys.executable, "-W", "ignore", str(PROGRAM), folder, *person],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        ) as running,
    ):
        try:
            assert running.stdout is not None
            issuer = running.stdout.readline().strip()
            assert issuer, "The provider does not start."
            yield RealProvider(issuer, *register(issuer, RETURN_ADDRESS))
        finally:
            running.terminate()


def register(issuer: str, return_address: str, *, trusted: bool = True) -> tuple[str, str]:
    """The id and the secret of a new client (RFC 7591); people are asked whether they trust it unless it is trusted."""
    wanted = {
        "client_name": "Hotline",
        "redirect_uris": [return_address],
        "post_logout_redirect_uris": [urljoin(return_address, "/")],
        "scope": "openid profile email",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "client_uri": "http://127.0.0.1/" if trusted else "https://hotline.example/",
    }
    answer = httpx.post(f"{issuer}/oauth/register", json=wanted).raise_for_status().json()
    return answer["client_id"], answer["client_secret"]


@dataclass
class Browser:
    """Follows addresses and forms with cookies, like a browser without script; `typed` counts the passwords."""

    person: Person = ERIKA
    answer: str = "accept"
    typed: int = 0
    client: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)

    async def visit(self, url: str, back_at: str = RETURN_ADDRESS) -> dict[str, str]:
        """Goes from the address through all forms until it comes back to the hotline; returns the query it brings."""
        answer = await self.client.get(url)
        for _ in range(MOST_STEPS):
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                if url.startswith(back_at):
                    return dict(parse_qsl(urlsplit(url).query))
                answer = await self.client.get(url)
            else:
                assert answer.is_success, (answer.status_code, url, answer.text)
                form = FormReader.read(answer.text)
                url = urljoin(url, form.action)
                answer = await self.client.post(url, data=self._filled(form), headers={"Referer": url})
        raise AssertionError(f"The provider does not lead back from {url}.")

    def _filled(self, form: "FormReader") -> dict[str, str]:
        typed = {"login": self.person.login, "password": self.person.password}
        self.typed += "password" in form.fields
        known = {name: typed.get(name, value) for name, value in form.fields.items()}
        return known | ({"answer": self.answer} if "answer" in form.buttons else {})


class FormReader(HTMLParser):
    """The first form of a page that is posted: where it goes, its fields with their values, its named buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons: set[str] = set()
        self._stage = "before"

    @classmethod
    def read(cls, page: str) -> "FormReader":
        reader = cls()
        reader.feed(page)
        assert reader._stage != "before", "The page has no form."
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and self._stage == "before" and found.get("method", "").lower() == "post":
            self._stage, self.action = "in", found.get("action", "")
        elif self._stage == "in" and (name := found.get("name")):
            if tag == "button" or found.get("type") == "submit":
                self.buttons.add(name)
            elif tag == "input":
                self.fields[name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._stage == "in":
            self._stage = "after"
