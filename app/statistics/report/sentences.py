"""Plain sentences that are made from published figures by fixed rules; docs/statistics.md states the rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.statistics.models import Published
from app.statistics.periods import Run
from app.statistics.reading import NOTHING, Figure, TableView, differs, table_of, total_of, totals_of
from app.statistics.report.shares import part_of, service_figures, share_of
from app.statistics.report.wording import Lang, interval, listed, number, percent, period_words, say
from app.statistics.texts import Texts

# So many of a kind are named at most.
_NAMED: Final = 3
# From this factor on, a growth is said as a factor.
_AS_FACTOR: Final = 3
_REACHED: Final = ("centre_named", "callback_or_message", "advised_by_person", "referred")
# The tables in which changes are looked for.
COMPARED: Final = ("language", "topic", "land", "outcome")


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that differs from the one before by more than the noise of both."""

    table: str
    cell: str
    before: Figure
    now: Figure


def headlines(published: Published, run: Run, before: Run | None, texts: Texts, language: Lang) -> tuple[str, ...]:
    """Everything that can be said of a run, the most important first; no sentence rests on an unreliable figure."""
    return tuple(
        sentence
        for part in (
            _say_total(published, run, before, language),
            _say_missing(published, run, language),
            _say_unmet(published, run, language),
            _say_most(published, run, texts, language),
            _say_outcomes(published, run, language),
            _say_service(published, run, language),
            _say_busiest(published, run, language),
            _say_changes(published, run, before, texts, language),
        )
        for sentence in part
    )


def list_changes(published: Published, run: Run, before: Run) -> tuple[Change, ...]:
    """All cells of the compared tables that differ, the largest difference first.

    Nothing is compared where one of the runs is not published whole: what is missing would look like a change.
    """
    found: list[Change] = []
    for table_id in COMPARED:
        now, then = table_of(published, table_id, run), table_of(published, table_id, before)
        if now.missing or then.missing:
            continue
        found += [
            Change(table_id, cell, then.cells.get(cell, NOTHING), figure)
            for cell, figure in now.cells.items()
            if differs(figure, then.cells.get(cell, NOTHING))
        ]
    return tuple(sorted(found, key=lambda change: (-abs(change.now.value - change.before.value), change.cell)))


def missing_words(view: TableView, language: Lang) -> tuple[str, ...]:
    """The days of the run that are not published, as a person says them."""
    return tuple(period_words(run, language) for run in view.missing)


def _say_total(published: Published, run: Run, before: Run | None, language: Lang) -> Iterator[str]:
    total = total_of(published, run)
    slots = {
        "period": period_words(run, language),
        "value": number(total.value, language),
        "low": number(total.low, language),
        "high": number(total.high, language),
    }
    if not total.reliable:
        yield say("say.total.unreliable", language, **slots)
        return
    yield say("say.total", language, **slots)
    if before is not None and _is_whole(published, before) and _is_whole(published, run):
        yield _compare(total, total_of(published, before), before, language)


def _is_whole(published: Published, run: Run) -> bool:
    """Whether every day of the run lies in a published month or quarter."""
    view = table_of(published, COMPARED[0], run)
    return bool(totals_of(published, run)) and not view.missing


def _compare(total: Figure, then: Figure, before: Run, language: Lang) -> str:
    slots = {"before": period_words(before, language)}
    if not differs(total, then):
        return say("say.same", language, **slots)
    if not then.reliable or total.value >= _AS_FACTOR * then.value:
        return say("say.times", language, times=number(round(total.value / max(1, then.value)), language), **slots)
    key = "say.more" if total.value > then.value else "say.fewer"
    return say(key, language, percent=percent(abs(total.value / then.value - 1), language), **slots)


def _say_missing(published: Published, run: Run, language: Lang) -> Iterator[str]:
    missing = missing_words(table_of(published, COMPARED[0], run), language)
    if missing:
        yield say("say.partial", language, missing=listed(list(missing), language))


def _say_unmet(published: Published, run: Run, language: Lang) -> Iterator[str]:
    """Unmet demand for languages: calls that ended for want of one, and wishes outside the languages offered."""
    for table_id, cell, key in (
        ("outcome", "language_not_served", "say.unserved"),
        ("language", "other", "say.other_language"),
    ):
        view = table_of(published, table_id, run)
        if not view.releases:
            continue
        part, rest = part_of(view, (cell,))
        if part.reliable:
            yield say(key, language, percent=percent(share_of(part, rest).value, language), **_slots(part, language))
        elif table_id == "outcome":
            yield say("say.unserved.unreliable", language, high=number(part.high, language))


def _slots(figure: Figure, language: Lang) -> dict[str, str]:
    return {
        "value": number(figure.value, language),
        "low": number(figure.low, language),
        "high": number(figure.high, language),
    }


def _say_most(published: Published, run: Run, texts: Texts, language: Lang) -> Iterator[str]:
    for table_id, key, without in (
        ("language", "say.languages", ("other",)),
        ("topic", "say.topics", ("other",)),
        ("land", "say.laender", ("unknown",)),
    ):
        view = table_of(published, table_id, run)
        known = [(cell, figure) for cell, figure in view.cells.items() if cell not in without and figure.reliable]
        most = sorted(known, key=lambda pair: -pair[1].value)[:_NAMED]
        if len(most) == _NAMED:
            named = [
                say(
                    "say.one",
                    language,
                    label=texts.label(table_id, cell, language),
                    value=number(figure.value, language),
                )
                for cell, figure in most
            ]
            yield say(key, language, most=listed(named, language))


def _say_outcomes(published: Published, run: Run, language: Lang) -> Iterator[str]:
    view = table_of(published, "outcome", run)
    if not view.releases:
        return
    for cells, key in ((_REACHED, "say.reached"), (("informed",), "say.informed")):
        part, rest = part_of(view, cells)
        if part.reliable:
            share = share_of(part, rest)
            bounds = {"low": percent(share.low, language), "high": percent(share.high, language)}
            yield say(key, language, percent=percent(share.value, language), **bounds)


def _say_service(published: Published, run: Run, language: Lang) -> Iterator[str]:
    service = service_figures(published, run)
    if service is None:
        return
    yield say(
        "say.service",
        language,
        share20=percent(service.within20.value, language),
        share30=percent(service.within30.value, language),
    )
    bounds = {"low": percent(service.abandoned.low, language), "high": percent(service.abandoned.high, language)}
    yield say("say.abandoned", language, percent=percent(service.abandoned.value, language), **bounds)


def _say_busiest(published: Published, run: Run, language: Lang) -> Iterator[str]:
    """The busiest hour, where no other hour could be busier by the noise alone."""
    view = table_of(published, "hour", run)
    falling = sorted(view.cells.items(), key=lambda pair: -pair[1].value)
    if len(falling) > 1 and falling[0][1].reliable and differs(falling[0][1], falling[1][1]):
        hour, day_type = falling[0][0].split(".")
        day = say(f"say.busiest.{day_type}", language)
        yield say("say.busiest", language, day_type=day, hour=int(hour), next=int(hour) + 1)


def _say_changes(published: Published, run: Run, before: Run | None, texts: Texts, language: Lang) -> Iterator[str]:
    if before is None or not (_is_whole(published, run) and _is_whole(published, before)):
        return
    changes = list_changes(published, run, before)
    more = [change for change in changes if change.now.value > change.before.value]
    fewer = [change for change in changes if change.now.value < change.before.value]
    for found, key in ((more, "say.change.more"), (fewer, "say.change.fewer")):
        if found:
            yield say(key, language, most=_name_changes(found[:_NAMED], texts, language))
    if not changes:
        yield say("say.change.none", language, before=period_words(before, language))


def _name_changes(changes: Sequence[Change], texts: Texts, language: Lang) -> str:
    named = [
        say(
            "say.change.one",
            language,
            label=texts.label(change.table, change.cell, language),
            before=number(change.before.value, language),
            now=number(change.now.value, language),
        )
        for change in changes
    ]
    return listed(named, language)


def bounds_words(figure: Figure, language: Lang) -> str:
    return interval(figure.low, figure.high, language)
