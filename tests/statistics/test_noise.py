"""The noise has the distribution that the promise rests on, made of integers from the system's own chance."""

import ast
import math
from collections import Counter
from pathlib import Path

import pytest

from app.kit.paths import PROJECT_ROOT
from app.statistics import noise
from app.statistics.noise import discrete_laplace

SAMPLES = 20_000
# Chi-square beyond degrees + 6 * sqrt(2 * degrees) happens by chance about once in a hundred million runs.
GENEROUS = 6.0
MODULE = PROJECT_ROOT / "app" / "statistics" / "noise.py"


def probability(value: int, scale: int) -> float:
    a = math.exp(-1 / scale)
    return (1 - a) / (1 + a) * a ** abs(value)


def chi_square(drawn: Counter[int], scale: int, samples: int) -> tuple[float, int]:
    """Over all values expected at least fifty times; all others together are one more."""
    values = [v for v in range(-20 * scale, 20 * scale + 1) if probability(v, scale) * samples >= 50]
    expected = [probability(value, scale) * samples for value in values]
    observed = [drawn[value] for value in values]
    expected.append(samples - math.fsum(expected))
    observed.append(samples - sum(observed))
    return math.fsum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True)), len(expected) - 1


@pytest.mark.parametrize("scale", [1, 2, 5])
def test_noise_is_discrete_laplace(scale: int) -> None:
    found, degrees = chi_square(Counter(discrete_laplace(scale) for _ in range(SAMPLES)), scale, SAMPLES)
    assert found < degrees + GENEROUS * math.sqrt(2 * degrees)


def test_the_check_finds_noise_of_another_scale() -> None:
    found, degrees = chi_square(Counter(discrete_laplace(4) for _ in range(SAMPLES)), 5, SAMPLES)
    assert found > degrees + GENEROUS * math.sqrt(2 * degrees)


@pytest.mark.parametrize("scale", [0, -5])
def test_a_scale_is_positive(scale: int) -> None:
    with pytest.raises(ValueError, match="positive integer"):
        discrete_laplace(scale)


def unfit(source: str) -> list[str]:
    """What must not stand in a module that makes noise: other chance than the system's, and numbers with fractions."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [name.name for name in names if name.name != "secrets"]
            case ast.ImportFrom(module=module):
                found.append(str(module))
            case ast.Constant(value=float() | complex()):
                found.append(repr(node.value))
            case ast.BinOp(op=ast.Div() | ast.Pow()):
                found.append("a division with a fraction")
            case ast.Call(func=ast.Name(id="float" | "round" | "pow" | "__import__" as name)):
                found.append(name)
            case ast.Attribute(value=ast.Name(id="secrets"), attr=name) if name != "randbelow":
                found.append(f"secrets.{name}")
    return found


def test_noise_is_made_of_integers_from_the_systems_own_chance() -> None:
    assert unfit(MODULE.read_text("utf-8")) == []
    assert Path(noise.__file__) == MODULE


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "import numpy as np",
        "from math import log",
        "import math\nmath.log(2)",
        "scale = 5.0",
        "share = 1 / 5",
        "half = 2 ** -1",
        "x = float(3)",
        "import secrets\nsecrets.SystemRandom()",
    ],
)
def test_what_is_unfit_for_noise_is_found(source: str) -> None:
    assert unfit(source)
