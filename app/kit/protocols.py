"""What a room or a door needs from another door; the application fills it in when it is built."""

from typing import Protocol


class Signer(Protocol):
    """Signs a webhook as the telephone provider does."""

    def sign(self, url: str, params: list[tuple[str, str]]) -> str:
        """The value of the signature header for a form posted to the full public URL."""
        ...
