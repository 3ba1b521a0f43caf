"""The script that the compared servers read from: what is spoken at each place of a call for each key."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from bench.requests import BASE_URL, TOKEN, Spoken

__all__ = ["BASE_URL", "NEXT_STEP", "TOKEN", "Script", "read_script", "write_script"]

NEXT_STEP = f"{BASE_URL}/voice/step?n=4#rc=2&rp=all"
Script = Mapping[str, Mapping[str, Spoken]]


def write_script(path: Path, script: Script) -> None:
    """Keep the script where a server finds it."""
    plain = {
        place: {key: {"gather": dict(spoken.gather), "says": spoken.says} for key, spoken in keys.items()}
        for place, keys in script.items()
    }
    path.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")


def read_script() -> Script:
    """The script in the file that BENCH_SCRIPT names."""
    plain = json.loads(Path(os.environ["BENCH_SCRIPT"]).read_text(encoding="utf-8"))
    return {
        place: {
            key: Spoken(spoken["gather"], tuple((voice, language, text) for voice, language, text in spoken["says"]))
            for key, spoken in keys.items()
        }
        for place, keys in plain.items()
    }
