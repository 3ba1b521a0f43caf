"""A request to the exchange's REST API, read from its address and form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

_NUMBER = re.compile(r"\+[1-9]\d{6,14}|client:[\w.-]+|sip:\S+@\S+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: the path, the Sids in it, and the values of form or query, each name with its last value."""

    path: str
    sids: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]

    @property
    def values(self) -> Mapping[str, str]:
        """One value for each name."""
        return dict(self.pairs)

    @property
    def sid(self) -> str:
        """The Sid that the path ends with."""
        return self.sids["sid"]

    def every(self, name: str) -> list[str]:
        """All values of a name that may come several times."""
        return [value for found, value in self.pairs if found == name]


def read_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a form or a query."""
    return tuple(parse_qsl(text, keep_blank_values=True))


def is_number(text: str) -> bool:
    """Whether this can be called."""
    return _NUMBER.fullmatch(text) is not None
