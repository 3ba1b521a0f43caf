"""Discrete Laplace noise drawn exactly, by integers alone (Canonne, Kamath, Steinke 2020, arXiv:2004.00010)."""

import secrets


def discrete_laplace(scale: int) -> int:
    """An integer z with probability (1-a)/(1+a) * a^|z| for a = exp(-1/scale); no draw can be repeated.

    Algorithm 2 of the paper with s = 1 and t = scale. No number with a fraction occurs, so no rounding can betray what
    was added to it.
    """
    if scale < 1:
        raise ValueError("The scale of the noise is a positive integer.")
    while True:
        rest = secrets.randbelow(scale)
        if not _is_kept(rest, scale):
            continue
        whole = 0
        while _is_kept(1, 1):
            whole += 1
        size = rest + scale * whole
        negative = secrets.randbelow(2) == 1
        if negative and size == 0:
            continue
        return -size if negative else size


def _is_kept(numerator: int, denominator: int) -> bool:
    """True with probability exp(-numerator/denominator), for a fraction from 0 to 1 (Algorithm 1 of the paper)."""
    steps = 1
    while secrets.randbelow(denominator * steps) < numerator:
        steps += 1
    return steps % 2 == 1
