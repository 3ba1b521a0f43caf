"""The documents that the figures are told in: Kurzbericht and codebook, as PDF."""

from app.statistics.exports.selection import NothingPublished
from app.statistics.models import Published
from app.statistics.periods import Period
from app.statistics.report.codebook_pages import write_codebook
from app.statistics.report.kurzbericht import write_report
from app.statistics.report.typesetting import typeset
from app.statistics.report.wording import Lang
from app.statistics.texts import Texts, load_texts

__all__ = ["NothingPublished", "codebook_pdf", "report_pdf"]


def report_pdf(published: Published, period: Period, texts: Texts, language: Lang, *, contact: str = "") -> bytes:
    """The Kurzbericht of a period of a month or longer; raises NothingPublished."""
    return typeset(write_report(published, period, texts, language, contact=contact))


def codebook_pdf(language: Lang) -> bytes:
    return typeset(write_codebook(load_texts(), language))
