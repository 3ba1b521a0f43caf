"""How long the demonstration takes until it answers the first webhook."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx

from app.kit.demo_secrets import with_demo_secrets
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings
from app.telephony.signature import sign
from bench.machine import SERVER_CORE, pinned
from bench.running import ServerFault, clean_environment, free_port

_START_SECONDS = 60.0


def warm_start_seconds() -> float:
    """Seconds from the command to the first answered webhook, with a data folder that an earlier run has made."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        _start_and_stop(Path(folder) / "data")
        return round(_start_and_stop(Path(folder) / "data"), 2)


def _start_and_stop(data: Path) -> float:
    port = free_port()
    settings = with_demo_secrets(Settings(hotline_data=data, hotline_port=port))
    began = time.monotonic()
    process = subprocess.Popen(
        pinned(SERVER_CORE, [sys.executable, "-P", "-m", "app", "demo"]),
        cwd=PROJECT_ROOT,
        env=clean_environment() | {"HOTLINE_DATA": str(data), "HOTLINE_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_a_call(process, settings)
        return time.monotonic() - began
    finally:
        process.terminate()
        process.wait(_START_SECONDS)


def _wait_for_a_call(process: "subprocess.Popen[bytes]", settings: Settings) -> None:
    url, form = f"{settings.public_base_url}/voice/incoming", [("CallSid", "CA" + "0" * 32)]
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(url, form, settings.twilio_auth_token),
    }
    while process.poll() is None:
        try:
            answer = httpx.post(url, content=urlencode(form), headers=headers, timeout=5)
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            if answer.is_success:
                return
            raise ServerFault(f"The demonstration answers its first call with status {answer.status_code}.")
    raise ServerFault(f"The demonstration ended at once with status {process.returncode}.")
