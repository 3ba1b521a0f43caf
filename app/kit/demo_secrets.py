"""The demo's own secrets: made once, at random, and kept in the data folder for its user alone."""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Final

from app.kit.crypto import KEY_BYTES, KeyRing
from app.kit.data_folder import ensure_data_folder
from app.kit.errors import SettingError
from app.kit.settings import DEMO_PREFIX, Settings

# The Federal Network Agency gives 030 23125 000 to 999 to nobody, for films and books (Mitteilung 148/2021).
DEMO_NUMBER: Final = "+493023125000"

_NAMES: Final = ("twilio_account_sid", "twilio_auth_token", "session_keys")


def with_demo_secrets(settings: Settings) -> Settings:
    """The settings with the demo's number and secrets wherever none is set; raises SettingError for a broken file."""
    made = _read_or_make(settings.hotline_data / "demo_secrets.json") | {"hotline_number": DEMO_NUMBER}
    return settings.model_copy(update={name: value for name, value in made.items() if not getattr(settings, name)})


def _read_or_make(path: Path) -> dict[str, str]:
    """The secrets in the file, which is made where it is missing and never seen half written."""
    if not path.exists():
        ensure_data_folder(path.parent)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(_make(), file)
        fresh.replace(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        KeyRing.from_setting(content["session_keys"])
        return {name: str(content[name]) for name in _NAMES}
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingError(
            f"The demo's secrets in {path} cannot be read: remove that file, and new ones are made."
        ) from None


def _make() -> dict[str, str]:
    return {
        "twilio_account_sid": f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": f"{DEMO_PREFIX}{secrets.token_hex(16)}",
        "session_keys": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii"),
    }
