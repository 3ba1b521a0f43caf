"""The structure of the figures in SDMX 2.1: code lists, concepts, data structure definition, dataflow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sdmx.model import common
from sdmx.model import v21 as m

from app.statistics.codebook import DIMENSIONS
from app.statistics.exports.selection import Selection
from app.statistics.report.wording import say
from app.statistics.texts import Texts

ID: Final = "CONTACTS"
AGENCY: Final = m.Agency(id="RETURN_HOTLINE", name={"de": "Rückkehr-Hotline", "en": "Return hotline"})
_SDMX: Final = m.Agency(id="SDMX", name="SDMX")
TOTAL_CODE: Final = "_T"
# The SDMX cross-domain code lists, as far as they are used here.
FREQUENCIES: Final[Mapping[str, str]] = {"day": "D", "month": "M", "quarter": "Q"}
_CL_FREQ: Final = {"D": "Daily", "M": "Monthly", "Q": "Quarterly"}
NORMAL, UNRELIABLE = "A", "U"
_CL_OBS_STATUS: Final = {NORMAL: "Normal value", UNRELIABLE: "Low reliability"}
# An attribute's format; what has none is a code of its own list.
ATTRIBUTES: Final[Mapping[str, str | None]] = {
    "OBS_STATUS": None,
    "CONF_LOW": "integer",
    "CONF_HIGH": "integer",
    "DRAWS": "integer",
    "WORKLOAD": "string",
    "SIMULATED": "boolean",
}
_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "FREQ": ("Frequenz", "Frequency"),
    "TIME_PERIOD": ("Zeitraum", "Time period"),
    "OBS_VALUE": ("Kontakte", "Contacts"),
    "OBS_STATUS": ("Status des Werts", "Observation status"),
    "CONF_LOW": ("Untere Grenze des 95-%-Bereichs", "Lower end of the 95% interval"),
    "CONF_HIGH": ("Obere Grenze des 95-%-Bereichs", "Upper end of the 95% interval"),
    "DRAWS": ("Ziehungen des Rauschens", "Draws of noise"),
    "WORKLOAD": ("Tabellenfassung", "Version of the tables"),
    "SIMULATED": ("Simuliert", "Simulated"),
}


@dataclass(frozen=True, slots=True)
class Structure:
    """All parts of the structure, in the order in which a message holds them."""

    codelists: tuple[m.Codelist, ...]
    concepts: m.ConceptScheme
    definition: m.DataStructureDefinition
    dataflow: m.DataflowDefinition


def build_structure(selection: Selection, texts: Texts) -> Structure:
    """For the codes that the releases were opened with, in German and English."""
    concepts = m.ConceptScheme(id="CS_CONTACTS", maintainer=AGENCY, version="1.0", name=_both("Begriffe", "Concepts"))
    title = _both(say("codebook.title", "de"), say("codebook.title", "en"))
    definition = m.DataStructureDefinition(id=ID, maintainer=AGENCY, version="1.0", name=title)
    frequency = _codelist("CL_FREQ", _SDMX, ((code, _both(name, name)) for code, name in _CL_FREQ.items()))
    status = _codelist("CL_OBS_STATUS", _SDMX, ((code, _both(name, name)) for code, name in _CL_OBS_STATUS.items()))
    own = {name: _own_codelist(name, selection, texts) for name in DIMENSIONS}
    _add_dimensions(definition, concepts, frequency, own, texts)
    definition.measures.append(
        m.PrimaryMeasure(
            id="OBS_VALUE", concept_identity=_concept(concepts, "OBS_VALUE"), local_representation=_format("integer")
        )
    )
    for name, kind in ATTRIBUTES.items():
        definition.attributes.append(
            common.DataAttribute(
                id=name,
                concept_identity=_concept(concepts, name),
                local_representation=_format(kind) if kind else m.Representation(enumerated=status),
                related_to=m.PrimaryMeasureRelationship(),
                usage_status=m.UsageStatus.mandatory,
            )
        )
    dataflow = m.DataflowDefinition(id=ID, maintainer=AGENCY, version="1.0", name=title, structure=definition)
    return Structure((frequency, status, *own.values()), concepts, definition, dataflow)


def _add_dimensions(
    definition: m.DataStructureDefinition,
    concepts: m.ConceptScheme,
    frequency: m.Codelist,
    own: Mapping[str, m.Codelist],
    texts: Texts,
) -> None:
    enumerated = {"FREQ": frequency, **{name.upper(): codelist for name, codelist in own.items()}}
    for order, (name, codelist) in enumerate(enumerated.items(), start=1):
        id_ = name.lower()
        named = _both(texts.dimension(id_, "de")[0], texts.dimension(id_, "en")[0]) if id_ in own else None
        definition.dimensions.append(
            m.Dimension(
                id=name,
                concept_identity=_concept(concepts, name, named),
                local_representation=m.Representation(enumerated=codelist),
                order=order,
            )
        )
    definition.dimensions.append(
        m.TimeDimension(
            id="TIME_PERIOD",
            concept_identity=_concept(concepts, "TIME_PERIOD"),
            local_representation=_format("observationalTimePeriod"),
            order=len(enumerated) + 1,
        )
    )


def _own_codelist(name: str, selection: Selection, texts: Texts) -> m.Codelist:
    known = [w.dimensions[name].codes for w in selection.workloads.values() if name in w.dimensions]
    codes = dict.fromkeys(code for codes in (*known, DIMENSIONS[name].codes) for code in codes)
    total = (TOTAL_CODE, _both("Alle", "Total"))
    labelled = ((code, _both(texts.label(name, code, "de"), texts.label(name, code, "en"))) for code in codes)
    return _codelist(f"CL_{name.upper()}", AGENCY, (total, *labelled))


def _codelist(id_: str, agency: m.Agency, codes: Iterable[tuple[str, dict[str, str]]]) -> m.Codelist:
    codelist: m.Codelist = m.Codelist(id=id_, maintainer=agency, version="1.0", name=_both(id_, id_))
    for code, names in codes:
        codelist.append(m.Code(id=code, name=names))
    return codelist


def _concept(concepts: m.ConceptScheme, name: str, named: dict[str, str] | None = None) -> m.Concept:
    concept = m.Concept(id=name, name=named or _both(*_NAMES[name]))
    concepts.append(concept)
    return concept


def _format(kind: str) -> m.Representation:
    facets: Sequence[Any] = [m.Facet(value_type=m.FacetValueType[kind])]
    return m.Representation(non_enumerated=list(facets))


def _both(german: str, english: str) -> dict[str, str]:
    return {"de": german, "en": english}
