"""Derives the lists of what Twilio's voice documents may hold from the npm package `twilio`, which Twilio generates."""

import io
import json
import re
import sys
import tarfile
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha512
from pathlib import Path

DECLARATIONS = "lib/twiml/VoiceResponse.d.ts"
PROGRAM = "lib/twiml/VoiceResponse.js"

Lists = dict[str, dict[str, object]]

_ENUM = re.compile(r"^ {4}type (\w+) = ([^;]+);", re.MULTILINE)
_TABLE = re.compile(r"^ {4}export interface (\w+)Attributes \{(.*?)^ {4}\}", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r'^ {8}"?([\w:-]+)"?\?: (\w+(?:\[\])?);', re.MULTILINE)
_ELEMENT = re.compile(r'new VoiceResponse\.(\w+)\(this\.\w+\.ele\("([\w-]+)"')


def main() -> None:
    """Writes the lists for the package file named on the command line, as `npm pack twilio` fetches it.

    `python -m app.texts.derive_twilio_lists twilio-6.2.0.tgz > app/texts/twilio_lists.json`
    """
    package = Path(sys.argv[1]).read_bytes()
    sys.stdout.write(as_text(derive(package, datetime.now(UTC).date())))


def derive(package: bytes, retrieved_on: date) -> Lists:
    """Where the lists come from, the values of each enumeration, and each element's attributes with their types."""
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
        about = json.loads(_read(archive, "package.json"))
        declarations, program = _read(archive, DECLARATIONS), _read(archive, PROGRAM)
    return {
        "source": {
            "package": f"npm {about['name']}",
            "version": about["version"],
            "integrity": f"sha512-{b64encode(sha512(package).digest()).decode()}",
            "license": about["license"],
            "files": f"{DECLARATIONS}, {PROGRAM}",
            "retrieved_on": retrieved_on.isoformat(),
            "generator": "app/texts/derive_twilio_lists.py",
        },
        "values": {name: re.findall(r'"([^"]*)"', values) for name, values in _ENUM.findall(declarations)},
        "attributes": dict(_attributes(declarations, program)),
    }


def as_text(lists: Lists) -> str:
    """JSON with one line for each entry, so that a new version of the package shows as a short difference."""
    sections = []
    for section, entries in lists.items():
        lines = (f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in entries.items())
        sections.append(f" {json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _attributes(declarations: str, program: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The package declares a class's table once for each parent; the program says how the class's element is called."""
    tables: dict[str, dict[str, str]] = {}
    for name, body in _TABLE.findall(declarations):
        tables.setdefault(name, {}).update(_ATTRIBUTE.findall(body))
    elements: dict[str, dict[str, str]] = {}
    for name, element in _ELEMENT.findall(program):
        elements.setdefault(element, {}).update(tables.get(name, {}))
    for element in sorted(elements):
        yield element, dict(sorted(elements[element].items()))


def _read(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(f"package/{name}")
    if file is None:
        raise FileNotFoundError(name)
    return file.read().decode()


if __name__ == "__main__":
    main()
