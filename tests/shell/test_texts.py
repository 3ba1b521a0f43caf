"""The texts of the pages: complete in both languages, alike in their slots, and every one of them used."""

import re
from collections.abc import Iterator
from functools import cache

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.kit.paths import PROJECT_ROOT
from app.shell.paths import local_path
from app.shell.words import LANGUAGES, UnknownText, choose_language, words_in

SLOTS = re.compile(r"\{(\w*)\}")
DOTTED = re.compile(r"""["'`]([a-z][\w-]*(?:\.[\w-]+)+)["'`]""")
# A message id that is put together at run time is used where its beginning stands: "fault." ~ name, f"{words}.title".
BEGINNING = re.compile(r"""["']([a-z][\w-]*(?:\.[\w-]+)*\.)(?:["']|\{)""")
WORDS_OF = re.compile(
    r"""(?:words|Table\[\w+\]\(|Question\()\s*(?::\s*ClassVar\[str\]\s*)?=?\s*["']([a-z][\w.-]*)["']"""
)


@cache
def catalogue(language: str) -> dict[str, polib.POEntry]:
    path = PROJECT_ROOT / "locales" / language / "LC_MESSAGES" / "console.po"
    entries = list(polib.pofile(str(path)))
    assert len({entry.msgid for entry in entries}) == len(entries), "A message stands twice."
    return {entry.msgid: entry for entry in entries}


def wordings(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def sources() -> Iterator[str]:
    for pattern in ("*.py", "*.html"):
        for path in sorted((PROJECT_ROOT / "app").rglob(pattern)):
            text = path.read_text("utf-8")
            # The telephone's page has words of its own.
            template = path.suffix == ".html" and not path.is_relative_to(PROJECT_ROOT / "app" / "phone")
            if template or path.is_relative_to(PROJECT_ROOT / "app" / "shell") or "app.shell" in text:
                yield text


def test_every_text_is_there_in_both_languages() -> None:
    german, english = (catalogue(language) for language in LANGUAGES)
    assert german.keys() == english.keys()
    for entries in (german, english):
        assert [msgid for msgid, entry in entries.items() if not all(wordings(entry))] == []


def test_both_languages_have_the_same_slots_and_plurals() -> None:
    german, english = (catalogue(language) for language in LANGUAGES)
    differing = [
        msgid
        for msgid in german
        if {*SLOTS.findall(" ".join(wordings(german[msgid])))} != {*SLOTS.findall(" ".join(wordings(english[msgid])))}
        or bool(german[msgid].msgid_plural) != bool(english[msgid].msgid_plural)
    ]
    assert differing == []


def test_no_text_has_markup_or_a_slot_without_a_name() -> None:
    for language in LANGUAGES:
        for msgid, entry in catalogue(language).items():
            for wording in wordings(entry):
                assert not re.search(r"<\w|&\w+;|\{\}", wording), msgid


def test_every_text_is_used() -> None:
    whole = "\n".join(sources())
    named = set(DOTTED.findall(whole))
    beginnings = set(BEGINNING.findall(whole)) | {f"{words}." for words in WORDS_OF.findall(whole)}
    unused = [
        msgid
        for msgid in catalogue("de")
        # What stands in the menu is the title's message, or `<title>.menu`.
        if not {msgid, msgid.removesuffix(".menu")} & named
        and not any(msgid.startswith(beginning) for beginning in beginnings)
    ]
    assert unused == []


def test_every_text_that_a_page_names_is_there() -> None:
    called = re.compile(r"""(?<![\w.])(?:t|translate|say|title=|Flash)\(?["']([a-z][\w-]*(?:\.[\w-]+)+)["']""")
    named = {msgid for text in sources() for msgid in called.findall(text)}
    assert "shell.name" in named
    assert sorted(named - catalogue("de").keys()) == []


def test_plurals_and_slots_are_filled() -> None:
    assert words_in("de").say("form.faults", count=1) == "Bitte prüfen Sie 1 Angabe"
    assert words_in("de").say("form.faults", count=0) == "Bitte prüfen Sie 0 Angaben"
    assert words_in("en").say("table.rows", count=2) == "2 entries"
    with pytest.raises(UnknownText, match=r"no\.such"):
        words_in("de").say("no.such")


def test_markup_in_a_slot_stays_and_everything_else_is_escaped() -> None:
    said = words_in("en").say("styleguide.form.sent", name=Markup("<b>A</b>"))
    assert isinstance(said, Markup)
    assert "<b>A</b>" in said
    assert not isinstance(words_in("en").say("styleguide.form.sent", name="<b>"), Markup)


@pytest.mark.parametrize(
    ("chosen", "person", "accepted", "language"),
    [
        ("en", "de", "de", "en"),
        (None, "en", "de", "en"),
        (None, None, "tr, en;q=0.3, de;q=0.7", "de"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "tr", "de"),
        ("xx", "yy", ";;q=,", "de"),
    ],
)
def test_the_language_is_the_readers(chosen: str | None, person: str | None, accepted: str, language: str) -> None:
    assert choose_language(chosen, person, accepted) == language


@given(st.text(), st.text())
def test_no_header_breaks_the_choice_of_a_language(chosen: str, accepted: str) -> None:
    assert choose_language(chosen, None, accepted) in LANGUAGES


@given(st.one_of(st.text(), st.text(alphabet="/\\.:@?#a \t\n%2fevil"), st.just("//evil.example")))
def test_no_address_leads_elsewhere(address: str) -> None:
    kept = local_path(address)
    assert re.fullmatch(r"/(?![/\\])[^\\\s]*", kept)
    assert kept in {"/", address}
