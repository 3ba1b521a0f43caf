"""Keys as files in a folder outside the database and its backups, so that a key that is destroyed is gone."""

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.kit.crypto import KEY_BYTES
from app.kit.errors import HotlineError, SettingError

_BUCKET: Final = re.compile(r"[0-9A-Za-z-]{1,40}")
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}")
_LASTING: Final = "lasting"


class KeyMissing(HotlineError):
    """The key's file is not there or is damaged, so nothing that was sealed with it opens."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Random keys in buckets, each key a file of its own that never changes; several nodes may share the folder.

    What is made is on the disk before its name is told, and a file is never seen half written. A destroyed key's
    file is overwritten before it is removed; a file system that keeps old blocks must be encrypted itself.
    """

    folder: Path

    def make(self, bucket: str) -> str:
        """A new key in a bucket; returns its id."""
        key_id = secrets.token_hex(8)
        self._write(self._path(bucket, key_id))
        return key_id

    def read(self, bucket: str, key_id: str) -> bytes:
        """Raises KeyMissing."""
        return _read(self._path(bucket, key_id))

    def holds(self, bucket: str, key_id: str) -> bool:
        return self._path(bucket, key_id).exists()

    def lasting(self, name: str) -> bytes:
        """The key of this name that is made once and kept; of several nodes that make it at once one wins."""
        path = self._path(_LASTING, "", name)
        if not path.exists():
            with suppress(FileExistsError):
                self._write(path)
        return _read(path)

    def forget(self, name: str) -> None:
        """Destroys the key that `lasting` made under this name, if there is one."""
        path = self._path(_LASTING, "", name)
        if path.exists():
            _destroy(path)
            _sync(self.folder)

    def destroy_others(self, bucket: str, keep: str | None) -> int:
        """Destroys all keys of a bucket but one, and what was left half made; returns how many files went."""
        kept = None if keep is None else self._path(bucket, keep)
        gone = [path for path in sorted(self.folder.glob(f"{_checked(bucket)}.*")) if path != kept]
        for path in gone:
            _destroy(path)
        if gone:
            _sync(self.folder)
        return len(gone)

    def _path(self, bucket: str, key_id: str, name: str = "") -> Path:
        part = _checked(name) if name else key_id
        if not name and not _KEY_ID.fullmatch(key_id):
            raise KeyMissing("A key's id has 16 hexadecimal digits.")
        return self.folder / f"{_checked(bucket)}.{part}.key"

    def _write(self, path: Path) -> None:
        """Writes a random key beside its place and links it there whole; raises FileExistsError where there is one."""
        fresh = path.with_name(f"{path.stem}.{secrets.token_hex(8)}.fresh")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        finally:
            fresh.unlink()
        _sync(self.folder)


def open_vault(folder: Path) -> Vault:
    """The vault in a folder, which is made where it is missing; raises SettingError where others could read it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(0, "it cannot be written")
    except OSError as error:
        raise SettingError(f"The folder {folder} cannot be used ({error.strerror}): see REFERRAL_KEYS.") from error
    if state.st_mode & 0o077:
        raise SettingError(f"The folder {folder} must be open to its user alone (mode 0700): see REFERRAL_KEYS.")
    return Vault(folder)


def _checked(name: str) -> str:
    if not _BUCKET.fullmatch(name):
        raise ValueError("A bucket's name has letters, digits and hyphens.")
    return name


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError:
        raise KeyMissing("A key is not in the folder of REFERRAL_KEYS.") from None
    if len(key) != KEY_BYTES:
        raise KeyMissing("A key in the folder of REFERRAL_KEYS is damaged.")
    return key


def _destroy(path: Path) -> None:
    with suppress(FileNotFoundError):
        with path.open("r+b", buffering=0) as file:
            file.write(secrets.token_bytes(max(KEY_BYTES, path.stat().st_size)))
            os.fsync(file.fileno())
        path.unlink()


def _sync(folder: Path) -> None:
    """Makes names that came and went last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
