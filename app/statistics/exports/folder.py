"""A release folder: every file of a run of releases beside the releases themselves, with a list of their sums."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.kit.errors import HotlineError
from app.statistics.exports.sdmx_files import SdmxMissing
from app.statistics.exports.selection import Selection
from app.statistics.exports.service import FORMATS, codebook_json, file_name
from app.statistics.report.wording import Lang
from app.statistics.texts import Texts

SUMS: Final = "SHA256SUMS"
RELEASES: Final = "releases"
WORKLOADS: Final = "workloads"

# Is told the name of each file that is written.
Told = Callable[[str], None]


class FolderTaken(HotlineError):
    """The folder holds something already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not an empty folder: name one that is empty or not there yet.")


def write_folder(folder: Path, selection: Selection, texts: Texts, language: Lang, told: Told) -> tuple[str, ...]:
    """Writes all files; returns the names of formats that could not be written for want of an optional package.

    Raises FolderTaken where the folder is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(folder)
    written: dict[str, bytes] = {}
    without: list[str] = []
    for kind in FORMATS.values():
        try:
            written[file_name(selection, kind)] = kind.write(selection, texts, language)
        except SdmxMissing:
            without.append(kind.name)
    written |= dict(_sources(selection))
    written["codebook.json"] = codebook_json(texts)
    written[SUMS] = "".join(f"{sha256(written[name]).hexdigest()}  {name}\n" for name in sorted(written)).encode()
    for name, content in written.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        told(name)
    return tuple(without)


def _sources(selection: Selection) -> Iterator[tuple[str, bytes]]:
    """The releases as they are stored, which all other files are made of, and the workloads to read them by."""
    for release in selection.releases:
        yield f"{RELEASES}/{release.period}.json", release.as_text().encode()
    for version, workload in selection.workloads.items():
        yield f"{WORKLOADS}/{version}.json", json.dumps(json.loads(workload.content), indent=1).encode()
