"""The files that published figures are downloaded as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.kit.errors import HotlineError
from app.statistics.exports.documents import codebook_json, export_json
from app.statistics.exports.sdmx_files import SdmxMissing, export_sdmx_csv, export_sdmx_data, export_sdmx_structure
from app.statistics.exports.selection import NoSuchTable, NothingPublished, Selection, select_figures
from app.statistics.exports.tidy import export_csv
from app.statistics.exports.workbook import export_xlsx
from app.statistics.report.wording import Lang
from app.statistics.texts import Texts

__all__ = [
    "FORMATS",
    "Format",
    "NoSuchFormat",
    "NoSuchTable",
    "NothingPublished",
    "SdmxMissing",
    "Selection",
    "codebook_json",
    "export_csv",
    "export_json",
    "export_sdmx_csv",
    "export_sdmx_data",
    "export_sdmx_structure",
    "export_xlsx",
    "file_name",
    "format_of",
    "select_figures",
]

Writer = Callable[[Selection, Texts, Lang], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is called in an address, its media type, the end of its name, and what writes it."""

    name: str
    media_type: str
    ending: str
    write: Writer


class NoSuchFormat(HotlineError):
    """The figures are not written in such a format."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no format “{name[:20]}”; there are {', '.join(FORMATS)}.")


FORMATS: Final[Mapping[str, Format]] = {
    one.name: one
    for one in (
        Format("csv", "text/csv; charset=utf-8", ".csv", export_csv),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", export_xlsx),
        Format("json", "application/json", ".json", export_json),
        Format("sdmx-csv", "application/vnd.sdmx.data+csv; version=2.0.0", ".sdmx.csv", export_sdmx_csv),
        Format(
            "sdmx-data", "application/vnd.sdmx.structurespecificdata+xml; version=2.1", ".sdmx.xml", export_sdmx_data
        ),
        Format(
            "sdmx-structure",
            "application/vnd.sdmx.structure+xml; version=2.1",
            ".structure.xml",
            export_sdmx_structure,
        ),
    )
}


def format_of(name: str) -> Format:
    """Raises NoSuchFormat."""
    if name not in FORMATS:
        raise NoSuchFormat(name)
    return FORMATS[name]


def file_name(selection: Selection, kind: Format) -> str:
    """What figures these are, and whether a program made them."""
    simulated = "-simulated" if selection.simulated else ""
    return f"contacts-{selection.run}{simulated}{kind.ending}".replace("..", "_")
