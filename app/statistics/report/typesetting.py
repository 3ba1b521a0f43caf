"""Typesets a document as accessible PDF (PDF/UA-1) with the project's own fonts: the same bytes everywhere."""

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.statistics.charts import FONTS
from app.statistics.report.blocks import Document

TEMPLATE: Final = Path(__file__).parent / "document.typ"
# A file that was made twice from the same figures is the same file, so it carries no time of its making.
_MADE_AT: Final = 0


@lru_cache(maxsize=32)
def typeset(document: Document) -> bytes:
    """The PDF; the template is fixed and the document comes in as data, so no text of it is read as a command."""
    # The typesetter is a large library that a node for calls does without.
    import typst  # noqa: PLC0415

    compiler = typst.Compiler(
        str(TEMPLATE),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]),
        sys_inputs={"document": json.dumps(asdict(document), ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=_MADE_AT)
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made
