"""The demonstration's year: played through the real counters, by a seed, and never beside real figures."""

import random
from datetime import date, timedelta
from statistics import mean

import asyncpg
import pytest

from app.commands.statistics_files import after_a_year, refuse_production
from app.kit.clock import today_in_germany
from app.kit.errors import SettingError
from app.kit.settings import Settings
from app.statistics import demo_year, service
from app.statistics.demo_year import YearPlayed, play_year, quarters_before
from app.statistics.demo_year_callers import a_day, contacts_of
from app.statistics.periods import Period, Run, quarter_of
from app.statistics.reading import table_of, total_of
from app.statistics.refusals import SimulatedMixed
from tests.statistics.counted import SetClock, at

TODAY = date(2026, 11, 22)


def test_a_year_is_the_four_quarters_that_are_over() -> None:
    assert [str(quarter) for quarter in quarters_before(TODAY)] == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]


def test_the_line_grows_from_the_pilots_level_to_about_a_hundred_a_day() -> None:
    assert 2.5 < a_day(0) < 4
    assert 95 < a_day(365) < 100
    days = [TODAY + timedelta(days=day) for day in range(28)]
    chance = random.Random(1)  # noqa: S311  The same callers in every run.
    assert 80 < mean(len(list(contacts_of(day, 400, chance))) for day in days) < 125


def test_the_same_seed_gives_the_same_callers() -> None:
    chances = [random.Random(seed) for seed in (1, 1, 2)]  # noqa: S311  That they are repeatable is the point.
    once, again, other = (list(contacts_of(TODAY, 300, chance)) for chance in chances)
    assert once == again != other


async def test_a_short_year_goes_through_the_real_counters(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two quarters are enough to see each workload, its releases, and what is refused afterwards."""
    monkeypatch.setattr(demo_year, "QUARTERS", 2)
    steps: list[int] = []
    played = await play_year(pool, date(2026, 5, 3), 5, lambda done, _all: steps.append(done))
    assert (played.first_on, played.last_on) == (date(2025, 10, 1), date(2026, 5, 2))
    assert steps[-1] == len(steps) == 182 + 32
    published = await service.load_published(pool)
    assert published.simulated
    assert all(release.simulated for release in published.releases)
    assert [str(r.period) for r in published.releases if r.period.grain == "quarter"] == ["2025-Q4", "2026-Q1"]
    whole = Run.of(Period.parse("2025-Q4"), Period.parse("2026-04"))
    counted = total_of(published, whole)
    assert abs(counted.value - played.contacts) <= 3 * counted.half_width + 2 * 60
    assert not table_of(published, "land", whole).missing
    assert (await service.verify(pool)).faults == ()
    with pytest.raises(YearPlayed):
        await play_year(pool, date(2026, 5, 3), 5)


async def test_no_year_is_played_beside_real_figures(pool: asyncpg.Pool) -> None:
    await service.open_quarter(pool, quarter_of(TODAY), SetClock(at(TODAY)), simulated=False)
    with pytest.raises(SimulatedMixed, match="real statistics"):
        await play_year(pool, TODAY, 1)
    assert await service.list_releases(pool) == ()


async def test_the_demonstration_plays_only_into_an_empty_database(pool: asyncpg.Pool) -> None:
    jobs: list[str] = []

    async def run(_pool: asyncpg.Pool, _sweeps: object) -> None:
        jobs.append("run")

    await service.open_quarter(pool, quarter_of(today_in_germany()), simulated=True)
    await after_a_year(run, pool, ())
    assert jobs == ["run"]
    assert await service.list_releases(pool) == ()


def test_production_refuses_a_simulated_year() -> None:
    database = "postgresql://hotline_app@db.example/hotline"
    production = Settings(database_url=database, public_base_url="https://hotline.example")
    with pytest.raises(SettingError, match="production"):
        refuse_production(production)
    refuse_production(Settings())
    refuse_production(Settings(database_url=database))
