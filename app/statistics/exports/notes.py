"""What stands beside the figures in a file: what they are, how to cite them, what cannot be known."""

from app.statistics.codebook import EPSILON
from app.statistics.exports.selection import Selection
from app.statistics.report.wording import Lang, day_words, period_words, say
from app.statistics.rules import half_width, noise_variance, reliable_from


def list_notes(selection: Selection, language: Lang) -> tuple[tuple[str, str], ...]:
    """Pairs of a heading and its sentences."""
    period = period_words(selection.run, language)
    published = day_words(selection.published_at.date(), language)
    simulated = f" ({say('simulated.short', language)})" if selection.simulated else ""
    versions = ", ".join(selection.versions)
    cite = say("note.cite.text", language, period=period, published=published, versions=versions, simulated=simulated)
    gaps = ", ".join(str(gap) for gap in selection.gaps) or say("note.none", language)
    notes = {
        "note.what": say("note.what.text", language, period=period),
        "note.status": say("simulated" if selection.simulated else "note.real", language),
        "note.cite": cite,
        "note.reading": f"{method_of_widths(selection, language)} {say('method.4', language)}",
        "note.unknowable": " ".join(say(f"method.{part}", language) for part in (1, 6, 7)),
        "note.sums": say("method.8", language),
        "note.versions": f"{versions}. {say('method.2', language, epsilon=EPSILON)}",
        "note.gaps": gaps,
        "note.licence": say("note.licence.text", language),
    }
    return tuple((say(heading, language), text) for heading, text in notes.items())


def method_of_widths(selection: Selection, language: Lang) -> str:
    """How wide the intervals of single cells are, for each kind of noise among the releases."""
    kinds = sorted({(release.scale, release.draws) for release in selection.releases})
    said = []
    for scale, draws in kinds:
        width = half_width(noise_variance(scale, draws))
        threshold = reliable_from(width)
        said.append(say("method.width", language, width=width, scale=scale, draws=draws, threshold=threshold))
    return say("method.3", language, widths="; ".join(said))
