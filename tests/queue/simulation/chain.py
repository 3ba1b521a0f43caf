"""The line as a Markov chain, solved by linear algebra: knows nothing of the formulas that it is to prove."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_WAITING = 300


@dataclass(frozen=True, slots=True)
class Solved:
    """What the chain finds."""

    waits: float
    service_level: float
    answer_seconds: float
    abandoned: float
    occupancy: float


def solve(staff: int, load: float, patience: float | None, within: float) -> Solved:
    """The steady state of callers present, and the fate of one more who joins; times in handling times."""
    leaving = 0.0 if patience is None else 1 / patience
    size = staff + MOST_WAITING + 1
    present = np.arange(size)
    down = np.minimum(present, staff) + np.maximum(present - staff, 0) * leaving
    generator = np.diag(np.full(size - 1, load), 1) + np.diag(down[1:], -1)
    generator -= np.diag(generator.sum(axis=1))
    equations = np.vstack([generator.T, np.ones(size)])
    steady = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    finding = steady[staff:]
    moves = _moves_of_one(staff, leaving)
    answered = np.linalg.solve(-moves, _answers(staff))
    times = np.linalg.solve(-moves, answered)
    waits = float(finding.sum())
    share = 1 - waits + float(finding @ answered)
    soon = finding @ _within(moves, _answers(staff), within)
    return Solved(waits, 1 - waits + float(soon), float(finding @ times) / share, 1 - share, load * share / staff)


def _moves_of_one(staff: int, leaving: float) -> NDArray[np.float64]:
    """The generator of one waiting caller by how many wait before; out of it lead the answer and giving up."""
    ahead = np.arange(MOST_WAITING + 1)
    return np.diag(-(staff + (ahead + 1) * leaving)) + np.diag(staff + ahead[1:] * leaving, -1)


def _answers(staff: int) -> NDArray[np.float64]:
    first = np.zeros(MOST_WAITING + 1)
    first[0] = staff
    return first


def _within(moves: NDArray[np.float64], answers: NDArray[np.float64], within: float) -> NDArray[np.float64]:
    """The probability of an answer within a time, by uniformization of the chain."""
    fastest = float(-moves.diagonal().min())
    jumps = np.eye(len(moves)) + moves / fastest
    weight = np.exp(-fastest * within)
    reached = np.zeros(len(moves))
    so_far, step = np.zeros(len(moves)), answers / fastest
    for number in range(1, int(fastest * within + 12 * np.sqrt(fastest * within) + 60)):
        so_far, step = so_far + step, jumps @ step
        weight *= fastest * within / number
        reached += weight * so_far
    return reached
