"""What the figures mean: the codebook, and what they can and cannot say."""

import asyncio
from typing import Final

from app.review.door import READERS, language_of, read_published, router
from app.shell.answers import Answer, Download, Page
from app.shell.ask import Ask
from app.shell.registry import Menu
from app.statistics.codebook import WORKLOADS, Workload
from app.statistics.exports.service import codebook_json
from app.statistics.report.service import codebook_pdf
from app.statistics.texts import MEASURES, load_texts

_PDF: Final = "application/pdf"


@router.page("/review/notes", access=READERS, title="review.notes.title", menu=Menu("figures", 20), parent="/review")
async def notes(ask: Ask) -> Answer:
    return Page("notes.html", {"simulated": (await read_published(ask)).simulated})


@router.page(
    "/review/codebook", access=READERS, title="review.codebook.title", menu=Menu("figures", 30), parent="/review"
)
async def codebook(ask: Ask) -> Answer:
    published = await read_published(ask)
    workloads = {workload.version: workload for workload in WORKLOADS.values()} | dict(published.workloads)
    shown = [w for w in workloads.values() if w.version == ask.query.get("version")] or [*WORKLOADS.values()][:1]
    context = {
        "workload": shown[0],
        "versions": [(version, _told(ask, workload)) for version, workload in workloads.items()],
        "texts": load_texts(),
        "measures": MEASURES,
        "scale": shown[0].scale,
    }
    return Page("codebook.html", context)


@router.download("/review/codebook.pdf", access=READERS, back="/review/codebook")
async def codebook_as_pdf(ask: Ask) -> Answer:
    content = await asyncio.to_thread(codebook_pdf, language_of(ask))
    return Download(content, f"codebook-{ask.language}.pdf", _PDF)


@router.download("/review/codebook.json", access=READERS, back="/review/codebook")
async def codebook_as_json(_ask: Ask) -> Answer:
    return Download(codebook_json(load_texts()), "codebook.json", "application/json")


def _told(ask: Ask, workload: Workload) -> str:
    return ask.translate(f"review.workload.{workload.name}", version=workload.version.rpartition("-")[2])
