"""Attack 5: somebody holds a telephone bill, and tries to tell by order and time what each caller asked about."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from app.kit.clock import GERMANY
from app.statistics.models import Contact
from tests.statistics.release_cast import callers, published

QUARTER = "2026-Q1"
MONTHS = ("2026-01", "2026-02", "2026-03")
# So much better than guessing would be too much.
POINTS = 0.02
CHANCE = 17


def month_of(contact: Contact) -> str:
    return f"{contact.began_at.astimezone(GERMANY):%Y-%m}"


def figures(dimension: str) -> dict[str, Mapping[str, int]]:
    """The published table of one dimension, by month."""
    return {
        str(release.period): release.tables[dimension][str(release.period)]
        for release in published().releases
        if str(release.period) in MONTHS
    }


def dealt(cells: Mapping[str, int], callers_of_month: int) -> list[str]:
    """The cells in the order in which the file holds them, each as often as it says, cut or filled to the bill."""
    row = [cell for cell, value in cells.items() for _ in range(value)]
    return (row + [max(cells, key=lambda cell: cells[cell])] * callers_of_month)[:callers_of_month]


def truth_of(contact: Contact, dimension: str) -> str:
    return getattr(contact, dimension) or ("unknown" if dimension == "land" else "other")


def bill() -> dict[str, list[Contact]]:
    """Who called when, by month and in order; what they asked about stands on no bill."""
    by_month: dict[str, list[Contact]] = {month: [] for month in MONTHS}
    for one in sorted(callers()[QUARTER], key=lambda contact: contact.began_at):
        by_month[month_of(one)].append(one)
    return by_month


def right(guesses: Mapping[str, Sequence[str]], dimension: str) -> float:
    """How large a part of all callers was guessed right."""
    pairs = [
        (truth_of(one, dimension), guess)
        for month, called in bill().items()
        for one, guess in zip(called, guesses[month], strict=True)
    ]
    return sum(truth == guess for truth, guess in pairs) / len(pairs)


def by_order(dimension: str) -> dict[str, list[str]]:
    return {month: dealt(figures(dimension)[month], len(called)) for month, called in bill().items()}


def by_time(dimension: str) -> dict[str, list[str]]:
    """Busy times get the frequent cells: callers by the hour's traffic, cells by their size, the largest first."""
    guesses: dict[str, list[str]] = {}
    for month, called in bill().items():
        busy = Counter(one.began_at.astimezone(GERMANY).hour for one in called)
        places = sorted(range(len(called)), key=lambda place: -busy[called[place].began_at.astimezone(GERMANY).hour])
        cells = figures(dimension)[month]
        row = dealt(dict(sorted(cells.items(), key=lambda pair: -pair[1])), len(called))
        guesses[month] = [cell for _, cell in sorted(zip(places, row, strict=True))]
    return guesses


def by_chance(dimension: str) -> dict[str, list[str]]:
    chance = random.Random(CHANCE)  # noqa: S311  The same guesses in every run.
    return {month: chance.sample(row, len(row)) for month, row in by_order(dimension).items()}


def blind(dimension: str) -> dict[str, list[str]]:
    """Everybody is taken to have asked what most ask."""
    most = {month: max(cells, key=lambda cell: cells[cell]) for month, cells in figures(dimension).items()}
    return {month: [most[month]] * len(called) for month, called in bill().items()}


@pytest.mark.parametrize("dimension", ["topic", "language", "land"])
def test_order_and_time_tell_no_more_than_guessing(dimension: str) -> None:
    guessed = right(by_chance(dimension), dimension)
    best = right(blind(dimension), dimension)
    for attack in (by_order, by_time):
        assert right(attack(dimension), dimension) <= max(guessed + POINTS, best)


def test_the_attack_works_where_there_is_an_order() -> None:
    """Were the callers kept in the order of their cells, nearly all would be told."""
    named = {month: sorted(truth_of(one, "topic") for one in called) for month, called in bill().items()}
    counted = {month: Counter(row) for month, row in named.items()}
    for month, row in named.items():
        assert dealt(dict(sorted(counted[month].items())), len(row)) == row
