"""Figures as SDMX: SDMX-CSV 2.0, SDMX-ML 2.1 data, and the data structure definition; needs the extra `sdmx`."""

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any, Final

from app.kit.errors import HotlineError
from app.statistics.exports.selection import Line, Selection
from app.statistics.report.wording import Lang
from app.statistics.texts import Texts

if TYPE_CHECKING:
    from app.statistics.exports.structure import Structure

INSTALL: Final = "./run setup sdmx"


class SdmxMissing(HotlineError):
    """The library that writes SDMX is not installed."""

    def __init__(self) -> None:
        super().__init__(f"SDMX files need the optional package sdmx1: {INSTALL} installs it.")


def export_sdmx_csv(selection: Selection, texts: Texts, _language: Lang) -> bytes:
    """SDMX-CSV 2.0; labels in both languages stand in the structure."""
    _need()
    import sdmx  # noqa: PLC0415

    frame: Any = importlib.import_module("pandas").DataFrame
    written: Any = sdmx.to_csv(_data(selection, _structure(selection, texts)), rtype=frame, attributes="o")
    # The library reads every value as a number with a fraction.
    written["OBS_VALUE"] = written["OBS_VALUE"].astype(int)
    return bytes(written.to_csv(index=False, lineterminator="\r\n").encode())


def export_sdmx_data(selection: Selection, texts: Texts, _language: Lang) -> bytes:
    """SDMX-ML 2.1, structure-specific data."""
    _need()
    import sdmx  # noqa: PLC0415
    from sdmx import message  # noqa: PLC0415

    structure = _structure(selection, texts)
    data = message.DataMessage(
        header=_header(selection, "DATA"), data=[_data(selection, structure)], dataflow=structure.dataflow
    )
    return bytes(sdmx.to_xml(data, pretty_print=True))


def export_sdmx_structure(selection: Selection, texts: Texts, _language: Lang) -> bytes:
    """SDMX-ML 2.1: code lists, concepts, data structure definition and dataflow."""
    _need()
    import sdmx  # noqa: PLC0415
    from sdmx import message  # noqa: PLC0415

    structure = _structure(selection, texts)
    whole = message.StructureMessage(header=_header(selection, "STRUCTURE"))
    for part in (*structure.codelists, structure.concepts, structure.definition, structure.dataflow):
        whole.add(part)
    return bytes(sdmx.to_xml(whole, pretty_print=True))


def _need() -> None:
    if importlib.util.find_spec("sdmx") is None:
        raise SdmxMissing


def _structure(selection: Selection, texts: Texts) -> "Structure":
    from app.statistics.exports.structure import build_structure  # noqa: PLC0415

    return build_structure(selection, texts)


def _header(selection: Selection, name: str) -> Any:  # noqa: ANN401  The library's own type.
    from sdmx import message  # noqa: PLC0415

    from app.statistics.exports.structure import AGENCY, ID  # noqa: PLC0415

    id_ = f"{ID}_{name}_{selection.run}".replace("..", "_").replace("-", "_")
    return message.Header(id=id_, prepared=selection.published_at, sender=AGENCY, test=selection.simulated)


def _data(selection: Selection, structure: "Structure") -> Any:  # noqa: ANN401  The library's own type.
    from sdmx.model import common  # noqa: PLC0415
    from sdmx.model import v21 as m  # noqa: PLC0415

    definition = structure.definition
    data = m.StructureSpecificDataSet(structured_by=definition, described_by=structure.dataflow)
    measure = definition.measures[0]
    attributes = {attribute.id: attribute for attribute in definition.attributes}
    data.add_obs(
        [
            m.Observation(
                dimension=definition.make_key(common.Key, _key(line)),
                value=line.figure.value,
                value_for=measure,
                attached_attribute={
                    name: m.AttributeValue(value=value, value_for=attributes[name])
                    for name, value in _attributes(line).items()
                },
            )
            for line in selection.lines
        ]
    )
    return data


def _key(line: Line) -> dict[str, str]:
    """A value for every dimension: what a table is not broken down by is the total of it."""
    from app.statistics.codebook import DIMENSIONS  # noqa: PLC0415
    from app.statistics.exports.structure import FREQUENCIES, TOTAL_CODE  # noqa: PLC0415

    codes = {name.upper(): line.codes.get(name, TOTAL_CODE) for name in DIMENSIONS}
    return {"FREQ": FREQUENCIES[line.period.grain], **codes, "TIME_PERIOD": str(line.period)}


def _attributes(line: Line) -> dict[str, str]:
    from app.statistics.exports.structure import NORMAL, UNRELIABLE  # noqa: PLC0415

    figure, release = line.figure, line.release
    return {
        "OBS_STATUS": NORMAL if figure.reliable else UNRELIABLE,
        "CONF_LOW": str(figure.low),
        "CONF_HIGH": str(figure.high),
        "DRAWS": str(release.draws),
        "WORKLOAD": release.workload,
        "SIMULATED": str(release.simulated).lower(),
    }
