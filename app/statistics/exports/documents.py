"""Figures and the codebook as JSON; the shape of the figures stands in figures.schema.json."""

import json
from pathlib import Path
from typing import Any, Final

from app.statistics.codebook import DIMENSIONS, EPSILON, WORKLOADS, Workload
from app.statistics.exports.notes import list_notes
from app.statistics.exports.selection import TOTAL, Line, Selection
from app.statistics.report.wording import Lang, say
from app.statistics.texts import Texts

SCHEMA: Final = Path(__file__).parent / "figures.schema.json"
LANGUAGES: Final[tuple[Lang, Lang]] = ("de", "en")


def export_json(selection: Selection, texts: Texts, language: Lang) -> bytes:
    """The figures with the notes and the labels that they need, in one language."""
    return _written(
        {
            "schema": "figures/1",
            "language": language,
            "period": str(selection.run),
            "simulated": selection.simulated,
            "published_at": selection.published_at.isoformat(timespec="seconds"),
            "notes": [{"heading": heading, "text": text} for heading, text in list_notes(selection, language)],
            "gaps": [str(gap) for gap in selection.gaps],
            "workloads": {version: _workload(selection.workloads[version]) for version in selection.versions},
            "labels": _labels(selection, texts, language),
            "tables": [_table(selection, table_id, texts, language) for table_id in selection.tables],
        }
    )


def codebook_json(texts: Texts) -> bytes:
    """Every workload, dimension and code with its label and definition in both languages."""
    return _written(
        {
            "schema": "codebook/1",
            "workloads": {one.version: _workload(one) for one in WORKLOADS.values()},
            "tables": {
                table_id: _both(lambda language, name=table_id: texts.table(name, language))
                for table_id in dict.fromkeys(table.id for one in WORKLOADS.values() for table in one.tables)
            },
            "dimensions": {name: _dimension(name, texts) for name in DIMENSIONS},
        }
    )


def _written(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _workload(workload: Workload) -> dict[str, Any]:
    return {
        "name": workload.name,
        "noise_scale": workload.scale,
        "epsilon_per_contact": EPSILON,
        "tables": [{"id": t.id, "dimensions": list(t.dimensions), "grain": t.grain} for t in workload.tables],
    }


def _labels(selection: Selection, texts: Texts, language: Lang) -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = {}
    for line in selection.lines:
        for dimension, code in line.codes.items():
            labels.setdefault(dimension, {}).setdefault(code, texts.label(dimension, code, language))
    return labels


def _table(selection: Selection, table_id: str, texts: Texts, language: Lang) -> dict[str, Any]:
    if table_id == TOTAL:
        label, definition = say("file.total", language), say("file.total.definition", language)
    else:
        label, definition = texts.table(table_id, language)
    cells = [_cell(line) for line in selection.lines if line.table == table_id]
    return {"id": table_id, "label": label, "definition": definition, "cells": cells}


def _cell(line: Line) -> dict[str, Any]:
    figure, release = line.figure, line.release
    return {
        "period": str(line.period),
        "codes": dict(line.codes),
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "reliable": figure.reliable,
        "draws": release.draws,
        "workload": release.workload,
    }


def _both(ask: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401  A question about one language.
    said = {language: ask(language) for language in LANGUAGES}
    return {language: {"label": label, "definition": definition} for language, (label, definition) in said.items()}


def _dimension(name: str, texts: Texts) -> dict[str, Any]:
    codes = {
        code: {
            language: {
                "label": texts.label(name, code, language),
                "definition": texts.codes_definition(name, code, language),
            }
            for language in LANGUAGES
        }
        for code in DIMENSIONS[name].codes
    }
    return {**_both(lambda language: texts.dimension(name, language)), "codes": codes}
