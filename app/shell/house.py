"""What every answer of the shell is made with: the keys, the texts, the templates, the files, the registered pages."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from jinja2 import Environment

from app.kit.clock import Clock, now
from app.kit.crypto import KeyRing
from app.shell.assets import Assets
from app.shell.provided import Provided
from app.shell.registry import Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What the program decides.

    `base_url` is the address under which people reach the pages; `form_targets` are origins that a form may be sent
    on to (the identity provider's); `footer` is pairs of address and message id; `demo` adds the page of examples.
    """

    keys: KeyRing
    base_url: str
    clock: Clock = now
    demo: bool = False
    form_targets: tuple[str, ...] = ()
    footer: tuple[tuple[str, str], ...] = ()

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The furnished shell; `drawn` keeps what streams have drawn for several readers."""

    shell: Shell
    templates: Environment
    assets: Assets
    registered: tuple[Registered, ...]
    provided: Provided
    drawn: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def find_page(self, path: str) -> Registered | None:
        """The page registered under a path, as it was written there."""
        return next((entry for entry in self.registered if entry.kind == "page" and entry.path == path), None)
