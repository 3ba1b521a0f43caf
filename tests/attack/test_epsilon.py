"""Attack 1: an audit of the noise as it is shipped, and of mechanisms that were tampered with."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import opendp.prelude as dp
import pytest

from app.statistics import noise
from app.statistics.codebook import STANDARD
from app.statistics.noise import discrete_laplace
from tests.attack import sabotage
from tests.attack.audit import (
    PROMISE,
    SCALE,
    TABLES,
    TIED,
    Figures,
    Mechanism,
    audit,
    lower_bound,
    strongest_tie,
    upper_bound,
)

BANNED = {"random", "numpy", "math", "cmath", "decimal", "fractions", "statistics", "scipy"}


def shipped(releases: int, target: int) -> Figures:
    drawn = [discrete_laplace(STANDARD.scale) for _ in range(releases * TABLES)]
    return np.array(drawn, dtype=np.int64).reshape(releases, TABLES) + target


def fractions_in(source: str) -> Iterator[str]:
    """What a module's source holds that could bring a number with a fraction, or chance that can be repeated."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                yield from (name.name for name in node.names if name.name.split(".")[0] in BANNED)
            case ast.ImportFrom() if (node.module or "").split(".")[0] in BANNED:
                yield str(node.module)
            case ast.Constant(value=float()) | ast.Constant(value=complex()):
                yield repr(node.value)
            case ast.Div():
                yield "/"
            case ast.Name(id="float" | "round" | "pow"):
                yield node.id


def test_the_audit_is_of_what_is_shipped() -> None:
    assert (len(STANDARD.tables), STANDARD.scale) == (TABLES, SCALE)


def test_the_bounds_are_those_of_clopper_and_pearson() -> None:
    # Closed forms: none seen among n has the upper bound 1 - alpha^(1/n), all seen the lower bound alpha^(1/n).
    assert upper_bound(0, 500, 0.0005) == pytest.approx(1 - 0.0005 ** (1 / 500), rel=1e-6)
    assert lower_bound(500, 500, 0.0005) == pytest.approx(0.0005 ** (1 / 500), rel=1e-6)
    # 10 of 100 at 95 %, as the tables print it.
    assert (lower_bound(10, 100, 0.025), upper_bound(10, 100, 0.025)) == pytest.approx((0.04900, 0.17622), abs=1e-4)


def test_who_knows_all_others_learns_no_more_than_promised() -> None:
    found = audit(shipped, 6_000)
    assert 0.3 < found.epsilon <= PROMISE, found


@pytest.mark.parametrize(
    "mechanism",
    [sabotage.scale_halved, sabotage.counted_twice, sabotage.bounded_noise, sabotage.published_thrice],
)
def test_the_audit_catches(mechanism: Mechanism) -> None:
    assert audit(mechanism, 60_000).epsilon > PROMISE


def test_the_audit_leaves_honest_noise_in_peace() -> None:
    assert audit(sabotage.quick, 60_000).epsilon <= PROMISE


def test_each_cell_has_noise_of_its_own() -> None:
    assert strongest_tie(shipped(2_000, 0)) < TIED


def test_noise_that_cells_share_is_found() -> None:
    assert strongest_tie(sabotage.shared_noise(2_000, 0)) > TIED


def test_no_number_with_a_fraction_comes_near_the_noise() -> None:
    assert list(fractions_in(inspect.getsource(noise))) == []


def test_rounded_noise_of_floats_is_found() -> None:
    assert list(fractions_in(inspect.getsource(sabotage)))
    found = set(fractions_in(inspect.getsource(sabotage.rounded_float_noise)))
    assert {"round", "0.5"} <= found


def test_the_noise_cannot_be_repeated() -> None:
    """Two processes that start alike draw apart: 64 equal draws have a chance below 10^-50."""
    program = "from app.statistics.noise import discrete_laplace as d; print([d(5) for _ in range(64)])"
    drawn = [subprocess.check_output([sys.executable, "-c", program], env={"PYTHONHASHSEED": "0"}) for _ in range(2)]
    assert drawn[0] != drawn[1]


def test_the_sampler_agrees_with_opendp() -> None:
    draws = 30_000
    dp.enable_features("contrib")
    space: Any = (dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int))
    oracle = np.array((space >> dp.m.then_laplace(scale=float(SCALE)))([0] * draws))
    ours = np.array([discrete_laplace(SCALE) for _ in range(draws)])
    assert homogeneity(ours, oracle) < 5


def homogeneity(ours: Figures, theirs: Figures) -> float:
    """How far two samples of equal size are from one distribution: chi-square, in its standard deviations."""
    edges = np.arange(-30, 32)
    counts = np.array([np.histogram(np.clip(sample, -30, 30), edges)[0] for sample in (ours, theirs)])
    both = counts.sum(axis=0)
    chi_square = float(((counts[0] - counts[1]) ** 2 / np.maximum(both, 1)).sum())
    freedom = int((both > 0).sum()) - 1
    return (chi_square - freedom) / float(np.sqrt(2 * freedom))


def test_a_sampler_that_is_a_little_off_is_told_from_opendp() -> None:
    assert homogeneity(sabotage.laplace((30_000, 1), 5.5).ravel(), sabotage.laplace((30_000, 1)).ravel()) > 5


@pytest.mark.long
@pytest.mark.timeout(900)
def test_many_releases_teach_no_more_either(record_property: Callable[[str, object], None]) -> None:
    found = audit(shipped, 200_000)
    caught = {
        mechanism.__name__: audit(mechanism, 200_000)
        for mechanism in (
            sabotage.scale_halved,
            sabotage.counted_twice,
            sabotage.bounded_noise,
            sabotage.published_thrice,
        )
    }
    for name, one in {"shipped": found, **caught}.items():
        record_property(name, round(one.epsilon, 2))
    assert found.epsilon <= PROMISE, found
    assert min(one.epsilon for one in caught.values()) > PROMISE
    assert strongest_tie(shipped(20_000, 0)) < TIED
