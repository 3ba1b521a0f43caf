"""What a day is made of, and how the command line says it."""

from collections import Counter
from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queue.simulation.plan import Profile, Rostered, WrongPlan, roster, speakers, spread_calls
from app.queue.simulation.reading import read_hours, read_shares, read_shifts, read_skills


@pytest.mark.parametrize("profile", Profile)
def test_the_hours_have_the_mean_that_is_asked_for(profile: Profile) -> None:
    calls = spread_calls(60, range(7, 22), profile)
    assert list(calls) == list(range(7, 22))
    assert sum(calls.values()) == pytest.approx(15 * 60)
    assert max(calls.values()) == calls[10]
    assert (profile is Profile.EVEN) == (len(set(calls.values())) == 1)


@given(weights=st.lists(st.floats(0.01, 1), min_size=1, max_size=8), more=st.integers(0, 30))
def test_every_language_has_an_agent_and_the_others_follow_the_calls(weights: list[float], more: int) -> None:
    shares = {f"l{place}": weight for place, weight in enumerate(weights)}
    spoken = speakers(shares, len(shares) + more)
    own = Counter(next(iter(languages)) for languages in spoken)
    assert sum(own.values()) == len(shares) + more
    assert min(own.values()) >= 1
    most = max(shares, key=lambda language: shares[language])
    assert all(most in languages for languages in spoken)
    for fewer, larger in permutations(shares, 2):
        assert shares[fewer] > shares[larger] or own[fewer] <= own[larger] + 1


def test_too_few_agents_for_the_languages_are_refused() -> None:
    with pytest.raises(WrongPlan, match="say with --skills"):
        speakers({"de": 0.5, "ar": 0.5}, 1)


def test_shifts_are_filled_in_the_order_of_the_agents() -> None:
    assert roster([{"de": 3}, {"ar": 3}], [(8, 12, 1), (12.5, 20, 1)], range(8, 20)) == (
        Rostered({"de": 3}, 8 * 3600, 12 * 3600),
        Rostered({"ar": 3}, 12.5 * 3600, 20 * 3600),
    )
    with pytest.raises(WrongPlan, match="must add up"):
        roster([{"de": 3}], [(8, 12, 2)], range(8, 20))


def test_the_command_lines_words_are_read() -> None:
    assert read_hours("8-20") == range(8, 20)
    assert read_shares("de:3, ar:1") == {"de": 0.75, "ar": 0.25}
    assert read_shifts("8-16.5:6,12-24:1") == [(8, 16.5, 6), (12, 24, 1)]
    assert [list(one.items()) for one in read_skills("ar+de:2,de:1")] == [
        [("ar", 3), ("de", 2)],
        [("ar", 3), ("de", 2)],
        [("de", 3)],
    ]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_hours, "8"),
        (read_hours, "20-8"),
        (read_hours, "8-25"),
        (read_hours, "8.5-20"),
        (read_shares, "de"),
        (read_shares, "de:x"),
        (read_shares, "de:0"),
        (read_shares, "de:2,ar:-1"),
        (read_shares, "de:nan"),
        (read_shifts, "8-16"),
        (read_shifts, "late:3"),
        (read_shifts, "8-16:many"),
        (read_shifts, "8-16:1.5"),
        (read_skills, ""),
        (read_skills, "de:-1"),
        (read_skills, "+de:1"),
        (read_skills, "de:0"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(WrongPlan, match=r"\.$"):
        read(text)
