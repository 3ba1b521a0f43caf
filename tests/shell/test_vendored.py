"""What was taken from others is what VENDORED.md says, file for file."""

import re
from hashlib import sha256

from app.kit.paths import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "app" / "shell" / "static" / "vendor"


def test_every_vendored_file_has_its_sum_and_every_sum_its_file() -> None:
    sums = re.findall(r"^([0-9a-f]{64})  (\S+)$", (FOLDER / "VENDORED.md").read_text("utf-8"), re.MULTILINE)
    told = {name: digest for digest, name in sums}
    there = {
        path.relative_to(FOLDER).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name != "VENDORED.md"
    }
    assert there == told


def test_every_package_names_its_licence() -> None:
    licences = ("kern-2.7.2/LICENSE.md", "kern-2.7.2/fonts/OFL-1.1.txt", "htmx-4.0.1/LICENSE")
    for name in (*licences, "twilio-voice-sdk-2.18.5/LICENSE.md"):
        assert (FOLDER / name).stat().st_size > 200
        assert name in (FOLDER / "VENDORED.md").read_text("utf-8")
