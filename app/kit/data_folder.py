"""The data folder: made for its user alone, and claimed by one running hotline at a time."""

import fcntl
import os
from pathlib import Path

from app.kit.errors import DataFolderBusy, SettingError


def ensure_data_folder(folder: Path) -> None:
    """Makes the folder where it is missing; root's lets others pass, since the database runs as another user."""
    try:
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"The data folder {folder} cannot be made ({error.strerror}): see HOTLINE_DATA.") from error


def claim_data_folder(folder: Path) -> int:
    """Locks the folder until the returned file descriptor is closed or the process ends, however it ends.

    Raises DataFolderBusy where another process holds it.
    """
    try:
        claim = os.open(folder / "claim", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingError(f"The data folder {folder} cannot be used ({error.strerror}): see HOTLINE_DATA.") from error
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(claim)
        raise DataFolderBusy(folder) from None
    return claim
