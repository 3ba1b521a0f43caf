"""The statistics stay useful: totals and larger cells are close to the truth at a hundred contacts a day."""

import sys

import pytest

from app.statistics.codebook import LOW_VOLUME, STANDARD
from bench.statistics_utility import measure_utility, table_of_utility


def test_a_hundred_contacts_a_day_can_be_read() -> None:
    one_draw = measure_utility(1, [100], [STANDARD])[0]
    assert one_draw.total_worst <= 0.02
    assert one_draw.simple_median is not None
    assert one_draw.simple_median <= 0.03


def test_three_contacts_a_day_are_told_by_the_low_volume_tables() -> None:
    low = measure_utility(5, [3], [LOW_VOLUME])[0]
    assert low.total_median <= 0.05
    assert low.readable_contacts > 0.75


@pytest.mark.long
def test_utility_over_twenty_seeds() -> None:
    measured = measure_utility(20)
    sys.stdout.write(table_of_utility(measured))
    (standard,) = [one for one in measured if (one.workload, one.draws, one.a_day) == ("standard", 1, 100)]
    assert standard.total_worst <= 0.015
    assert standard.simple_median is not None
    assert standard.simple_median <= 0.03
    assert len(measured) == 12
