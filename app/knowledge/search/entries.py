"""Turns the knowledge into what can be found: answers, offers, countries, advice contacts and support lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from app.knowledge.filling import amount_facts, fill, locale_of
from app.knowledge.located import offer_facts
from app.knowledge.models import CONTENT_LANGUAGES, Answer, CountryRule, Knowledge, Offer, TextEntry
from app.knowledge.rules import line_review_by, rule_of
from app.knowledge.search.models import Entry
from app.knowledge.thesaurus import concept_rings

__all__ = ["concept_rings", "entries_of"]

_REFERRED_ELSEWHERE = "refer_out"


def entries_of(knowledge: Knowledge) -> tuple[Entry, ...]:
    """Everything that can be found, in each language it has.

    A text that names amounts stands twice: with them until the first of them is due, and without them.
    """
    return (
        *(
            entry
            for answer in knowledge.answers.values()
            if answer.kind == "topic"
            for entry in _answer(knowledge, answer)
        ),
        *(entry for offer in knowledge.offers.values() for entry in _offer(knowledge, offer)),
        *(entry for country in knowledge.countries.values() for entry in _country(knowledge, country)),
        *_advice(knowledge),
        *_lines(knowledge),
    )


def _answer(knowledge: Knowledge, answer: Answer) -> Iterator[Entry]:
    due, source = _due_and_source(knowledge, answer.rests_on)
    for language in sorted(
        {*answer.questions, *(code for code in knowledge.texts if answer.id in knowledge.texts[code])}
    ):
        text = knowledge.texts.get(language, {}).get(answer.id)
        questions = answer.questions.get(language, ())
        entry = Entry(
            id=answer.id,
            kind="answer",
            topics=(answer.id,),
            language=language,
            title=_title(knowledge, answer.id, text, questions),
            source=source,
            questions=questions,
            valid_until=due,
            refs=_said(knowledge, answer.rests_on),
            sensitive=answer.sensitive or answer.route == _REFERRED_ELSEWHERE,
            facets={"group": (answer.group or answer.topic,), "country": answer.links.countries},
        )
        yield from [entry] if text is None else _with_and_without_amounts(knowledge, entry, text, answer.rests_on)


def _title(knowledge: Knowledge, id_: str, text: TextEntry | None, questions: tuple[str, ...]) -> str:
    original = knowledge.texts["de"].get(id_)
    titles = (None if text is None else text.title, *questions, None if original is None else original.title)
    return next((title for title in titles if title), id_)


def _with_and_without_amounts(
    knowledge: Knowledge, entry: Entry, text: TextEntry, rests_on: tuple[str, ...]
) -> Iterator[Entry]:
    parts = text.parts()
    forms = [parts.get("spoken", ""), parts.get("written", "")]
    amounts = {fact.ref: fact for form in forms for fact in amount_facts(knowledge, form)}
    if amounts:
        due = min(min(fact.review_by, fact.valid_to or date.max) for fact in amounts.values())
        named = replace(entry, refs=(*entry.refs, *amounts), valid_until=due, shown_until=due)
        yield replace(named, text=_filled(knowledge, rests_on, forms, entry.language))
        without = [parts.get(f"{kind}_without_amount") for kind in ("spoken", "written")]
        forms = [
            own if not amount_facts(knowledge, form) else other or ""
            for form, own, other in zip(forms, forms, without, strict=True)
        ]
    yield replace(entry, text=_filled(knowledge, rests_on, forms, entry.language))


def _filled(knowledge: Knowledge, rests_on: tuple[str, ...], forms: Iterable[str], language: str) -> str:
    return "\n".join(fill(knowledge, rests_on, form, language, written=True) for form in forms if form)


def _said(knowledge: Knowledge, rests_on: Iterable[str]) -> tuple[str, ...]:
    """The facts whose withdrawal takes the whole text away: all but amounts, which have a form without them."""
    return tuple(ref for ref in rests_on if ref in knowledge.facts and knowledge.facts[ref].amount is None)


def _due_and_source(knowledge: Knowledge, rests_on: Iterable[str]) -> tuple[date | None, str]:
    facts = [knowledge.facts[ref] for ref in rests_on if ref in knowledge.facts]
    due = min((min(fact.review_by, fact.valid_to or date.max) for fact in facts if fact.amount is None), default=None)
    return due, facts[0].source if facts else ""


def _offer(knowledge: Knowledge, offer: Offer) -> Iterator[Entry]:
    rests_on = offer_facts(knowledge, offer.id)
    due, source = _due_and_source(knowledge, rests_on)
    for language, texts in knowledge.offer_texts.items():
        text = texts.get(offer.id)
        if text is None:
            continue
        entry = Entry(
            id=offer.id,
            kind="offer",
            topics=_topics_of_offer(knowledge, offer.id),
            language=language,
            title=text.title or offer.name,
            source=source,
            questions=tuple(name for name in (offer.name, offer.full_name, offer.former_name) if name),
            valid_until=due,
            refs=_said(knowledge, rests_on),
            facets={"state": (offer.state,), "land": (offer.land,) if offer.land else ()},
        )
        yield from _with_and_without_amounts(knowledge, entry, text, rests_on)


def _topics_of_offer(knowledge: Knowledge, offer_id: str) -> tuple[str, ...]:
    return tuple(
        id_ for id_, answer in knowledge.answers.items() if answer.kind == "topic" and offer_id in answer.links.offers
    )


def _country(knowledge: Knowledge, country: CountryRule) -> Iterator[Entry]:
    rule, follow_up = rule_of(country)
    topics = tuple(
        id_
        for id_, answer in knowledge.answers.items()
        if answer.group == "country" and country.iso in answer.links.countries
    )
    for language in CONTENT_LANGUAGES:
        texts = knowledge.texts.get(language, {})
        if not {rule, follow_up} & texts.keys():
            continue
        due, source = _due_and_source(knowledge, (*country.rests_on, *knowledge.answers[rule].rests_on))
        name = str(locale_of(language).territories.get(country.iso, country.iso))
        yield Entry(
            id=f"country-{country.iso}",
            kind="country",
            topics=topics,
            language=language,
            title=name,
            source=source,
            questions=knowledge.exonyms.get(country.iso, {}).get(language, ()),
            text="\n".join(_rule_text(knowledge, id_, language) for id_ in (rule, follow_up)),
            valid_until=due,
            refs=_said(knowledge, country.rests_on),
            facets={"country": (country.iso,)},
        )


def _rule_text(knowledge: Knowledge, id_: str, language: str) -> str:
    text = knowledge.texts.get(language, {}).get(id_)
    if text is None:
        return ""
    form = text.spoken_without_amount or text.spoken
    return fill(knowledge, knowledge.answers[id_].rests_on, form, language, written=True)


def _advice(knowledge: Knowledge) -> Iterator[Entry]:
    """Contacts are described in English, under the names they give themselves."""
    for contact in knowledge.advice.values():
        if contact.status == "ended":
            continue
        due, _ = _due_and_source(knowledge, (f"advice/{contact.id}",))
        described = (contact.for_whom, contact.city, contact.hours, contact.cost)
        yield Entry(
            id=contact.id,
            kind="advice",
            topics=contact.topics,
            language="en",
            title=contact.name,
            source=contact.source,
            text=". ".join(words for words in described if words),
            valid_until=due,
            refs=(f"advice/{contact.id}",),
            facets={"land": (contact.area,)},
        )


def _lines(knowledge: Knowledge) -> Iterator[Entry]:
    for line in knowledge.lines.values():
        yield Entry(
            id=f"line/{line.id}",
            kind="line",
            topics=_topics_of_line(knowledge.answers, line.id),
            language="en",
            title=line.name,
            source=line.source,
            text=". ".join(words for words in (line.for_whom, *line.numbers, line.hours, line.cost) if words),
            valid_until=line_review_by(line, knowledge.lines_retrieved_on),
        )


def _topics_of_line(answers: Mapping[str, Answer], line_id: str) -> tuple[str, ...]:
    return tuple(id_ for id_, answer in answers.items() if answer.kind == "topic" and line_id in answer.links.lines)
