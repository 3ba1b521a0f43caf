"""Whatever the document and whatever the caller does, playing goes forward and comes to an end."""

from hypothesis import given
from hypothesis import strategies as st

from app.phone.awaiting import Awaiting, Played, Request
from app.phone.player import KEYS, LoneFinishKey, play, press, say, stay_silent
from tests.phone.toy import response

BASE = "https://hotline.test/voice/step/7?token=abc"


def _attributes(**choices: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries({}, optional=dict(choices)).map(
        lambda given: " ".join(f'{name}="{value}"' for name, value in given.items())
    )


_TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=0x6FF, exclude_characters="<&"), max_size=20)
_PROMPTS = st.one_of(
    _TEXTS.map(lambda text: f"<Say>{text}</Say>"),
    st.integers(1, 9).map(lambda length: f'<Pause length="{length}"/>'),
    st.just("<Play>a.wav</Play>"),
)
_FLAGS = st.sampled_from(["true", "false"])
_GATHERS = st.builds(
    lambda attributes, inside: f"<Gather {attributes}>{''.join(inside)}</Gather>",
    _attributes(
        numDigits=st.integers(1, 6).map(str),
        finishOnKey=st.sampled_from(["", *KEYS]),
        actionOnEmptyResult=_FLAGS,
        input=st.sampled_from(["dtmf", "speech", "dtmf speech"]),
        timeout=st.integers(0, 20).map(str),
    ),
    st.lists(_PROMPTS, max_size=3),
)
_STOPS = st.sampled_from(
    [
        "<Hangup/>",
        "<Redirect>x</Redirect>",
        "<Enqueue>q</Enqueue>",
        "<Leave/>",
        "<Dial>+49</Dial>",
        "<Record/>",
        "<Odd/>",
    ]
)
DOCUMENTS = st.lists(st.one_of(_PROMPTS, _GATHERS, _STOPS), max_size=8).map(lambda verbs: response(*verbs))
_DEEDS = st.one_of(st.just(""), st.text(KEYS, min_size=1, max_size=8), st.just("say"))


@given(DOCUMENTS, st.lists(_DEEDS, max_size=30), st.sampled_from(["swallowed", "ends"]))
def test_every_document_plays_and_every_deed_moves_on_or_stands(
    document: str, deeds: list[str], lone: LoneFinishKey
) -> None:
    awaiting: Awaiting = play(document, BASE).awaiting
    verbs_left = document.count("<")
    for deed in deeds:
        result = stay_silent(awaiting) if deed == "" else _act(awaiting, deed, lone)
        if isinstance(result, Request):
            assert "#" not in result.url
            return
        if isinstance(result, Played):
            # Falling through only ever goes forward in the document, so silence cannot go in circles.
            rest = len(getattr(result.awaiting, "rest", ()))
            assert rest < verbs_left
            verbs_left, awaiting = max(rest, 1), result.awaiting
        else:
            assert type(result) is type(awaiting)
            awaiting = result


def _act(awaiting: Awaiting, deed: str, lone: LoneFinishKey) -> Request | Played | Awaiting:
    return say(awaiting, "Leipzig") if deed == "say" else press(awaiting, deed, lone)
