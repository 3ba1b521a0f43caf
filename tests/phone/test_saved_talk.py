"""A talk is saved as a conversation that the flows' own fixtures could be."""

from collections.abc import Mapping

import yaml

from app.phone.awaiting import Heard
from app.phone.line import Turn
from app.phone.saved_talk import save_talk

KNOWN: Mapping[str, str] = {
    "Rückkehr-Hotline.": "welcome.name",
    "Für Deutsch drücken Sie die 1.": "language.invitation",
    "For English press 2.": "language.invitation",
    "Wie ist Ihre Postleitzahl?": "centre.which_area",
    "Für Geld drücken Sie die 1.": "",
}


def heard(*texts: str) -> Turn:
    return Turn("heard", heard=tuple(Heard("say", text, language="de-DE") for text in texts))


def recognise(text: str, _language: str) -> str | None:
    return KNOWN.get(text)


def turns_of(*turns: Turn) -> list[object]:
    saved = save_talk(turns, title="Ein Anruf", recogniser=recognise)
    found: list[object] = yaml.safe_load(saved.text)["turns"]
    return found


def test_messages_stand_by_their_names_and_composed_lines_are_left_out() -> None:
    first = heard("Rückkehr-Hotline.", "Für Deutsch drücken Sie die 1.", "For English press 2.")
    assert turns_of(first, Turn("pressed", "1"), heard("Für Geld drücken Sie die 1.")) == [
        {"hears": ["welcome.name", "language.invitation"]},
        {"presses": "1"},
    ]


def test_single_keys_are_one_entry_also_when_the_time_out_ends_them() -> None:
    pressed = [Turn("pressed", key) for key in "04109"]
    assert turns_of(heard("Wie ist Ihre Postleitzahl?"), *pressed) == [
        {"hears": ["centre.which_area"]},
        {"presses": "04109"},
    ]
    assert turns_of(Turn("pressed", "0"), Turn("pressed", "4"), Turn("waited"), Turn("waited")) == [{"presses": "04"}]


def test_waiting_speaking_transfers_and_the_end_are_written_in_the_fixtures_words() -> None:
    told = [Turn("waited"), Turn("said", "Leipzig"), Turn("transferred", "counselling"), Turn("hung up")]
    assert turns_of(*told) == ["waits", {"says": "Leipzig"}, {"is transferred to": "counselling"}, "hangs up"]
    assert turns_of(Turn("ended", "hangup")) == []


def test_unrecognised_texts_are_named_not_guessed() -> None:
    saved = save_talk([heard("Ganz neu.")], title="Ein Anruf", recogniser=recognise)
    assert saved.unrecognised == ("Ganz neu.",)
    assert yaml.safe_load(saved.text)["turns"] == [{"hears": ["Ganz neu."]}]


def test_title_and_guards_stand_at_the_head() -> None:
    saved = save_talk([], title="Nachts", recogniser=recognise, given={"agents_on_duty": False})
    assert list(yaml.safe_load(saved.text)) == ["conversation", "given", "turns"]
    assert "agents_on_duty: 'no'" in saved.text
