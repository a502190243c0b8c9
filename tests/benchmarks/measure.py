"""How a ratio is taken: subject and yardstick by turns, for a noisy machine is noisy to both."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from time import process_time

ROUNDS = 15


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        bar: the name of the bar, such as S7.
        what: what was measured, and against what.
        value: the figure.
        most: what it may be at most.
        unit: what stands behind the figure.
        least: what it must be at least.
    """

    bar: str
    what: str
    value: float
    most: float = inf
    unit: str = "×"
    least: float = -inf

    @property
    def reached(self) -> bool:
        return self.least <= self.value <= self.most

    def __str__(self) -> str:
        verdict = "pass" if self.reached else "short"
        value = f"{self.value:.{2 if self.value >= 0.1 else 3}f} {self.unit}"
        bound = f"≥ {self.least:g}" if self.least > -inf else f"≤ {self.most:g}"
        return f"{self.bar:<5} {self.what:<62} {value:>10} {bound + ' ' + self.unit:>10}  {verdict}"


def ratio(
    subject: Callable[[], object], yardstick: Callable[[], object], rounds: int = ROUNDS
) -> float:
    """The median over rounds of subject's CPU time through yardstick's, taken by turns.

    Args:
        subject, yardstick: what is run once in a round; each should take some milliseconds.
    """
    subject(), yardstick()  # what is made once is made
    return median(_seconds(subject) / _seconds(yardstick) for _ in range(rounds))


def by_round(one: Sequence[float], other: Sequence[float]) -> float:
    """How much more one costs: within a round, for other work comes and goes on the machine."""
    return median(a / b for a, b in zip(one, other, strict=True))


def no_server() -> float:
    """The processor time of a database server where there is none."""
    return 0.0


def measure_seconds(
    function: Callable[[], object], server_seconds: Callable[[], float] = no_server
) -> float:
    """Processor seconds of a call: of this process, and of a database server.

    Args:
        server_seconds: what the server has taken so far.
    """
    server = server_seconds()  # outside of what is measured here
    start = process_time()
    function()
    own = process_time() - start
    return own + server_seconds() - server


def _seconds(function: Callable[[], object]) -> float:
    gc.collect()
    return measure_seconds(function)
