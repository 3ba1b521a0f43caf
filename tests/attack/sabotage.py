"""Mechanisms that look like the shipped one and break its promise, each in another way."""

import math

import numpy as np
from numpy.typing import NDArray

from tests.attack.audit import SCALE, TABLES, Figures

GENERATOR = np.random.default_rng()


def laplace(shape: tuple[int, int], scale: float = SCALE) -> Figures:
    """Discrete Laplace noise as the difference of two geometric numbers: quick, and only for those who cheat."""
    success = 1 - math.exp(-1 / scale)
    return GENERATOR.geometric(success, shape) - GENERATOR.geometric(success, shape)


def quick(releases: int, target: int) -> Figures:
    """What the shipped mechanism promises, drawn by other means: the audit must leave it in peace."""
    return laplace((releases, TABLES)) + target


def scale_halved(releases: int, target: int) -> Figures:
    return laplace((releases, TABLES), SCALE / 2) + target


def counted_twice(releases: int, target: int) -> Figures:
    return laplace((releases, TABLES)) + 2 * target


def bounded_noise(releases: int, target: int) -> Figures:
    return np.clip(laplace((releases, TABLES)), -15, 15) + target


def published_thrice(releases: int, target: int) -> Figures:
    return laplace((releases, 3 * TABLES)) + target


def shared_noise(releases: int, target: int) -> Figures:
    return np.repeat(laplace((releases, 1)), TABLES, axis=1) + target


def rounded_float_noise() -> int:
    """Laplace noise by the inverse of its distribution: the floats' gaps betray what was added (Mironov 2012)."""
    uniform = GENERATOR.random() - 0.5
    return round(-SCALE * math.copysign(1, uniform) * math.log1p(-2 * abs(uniform)))


Noise = NDArray[np.int64]
