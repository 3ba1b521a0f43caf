"""The errors that a person may see: each message is one clear sentence.

HotlineError
├── SettingError            a setting is missing or wrong
├── ContentError            content files have faults, each one sentence
├── DatabaseUnreachable     no connection to the database
├── DatabaseFault           the embedded database cannot be made, started or stopped
├── DataFolderBusy          another hotline runs on the same data folder
└── PortBusy                another program listens on the port
"""

from collections.abc import Sequence
from pathlib import Path


class HotlineError(Exception):
    """Its message is one sentence for a person, without personal data and secrets."""


class SettingError(HotlineError):
    """A setting is missing or wrong; the message names it as the environment variable."""


class ContentError(HotlineError):
    """Content files have faults."""

    faults: tuple[str, ...]

    def __init__(self, faults: Sequence[str]) -> None:
        """Takes one sentence for each fault; the message has one line for each."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class DatabaseUnreachable(HotlineError):
    """No connection to the database could be made; the message never holds the password."""


class DatabaseFault(HotlineError):
    """The embedded database cannot be made, started or stopped."""


class DataFolderBusy(HotlineError):
    """Another hotline runs on the same data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Another hotline is running on the data folder {folder}: stop it or name another folder with HOTLINE_DATA."
        )


class PortBusy(HotlineError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is used by another program: stop that one or name another port with HOTLINE_PORT."
        )
