"""S6: how fast dblp's file becomes papers, and in how much memory.

The yardstick does the least that fills the same tables: it parses with lxml's `iterparse` and
writes the same number of rows to each of them with `executemany`, batch by batch, in one process.
It folds and renders nothing, looks nothing up, and joins nothing.

Of the import, which reads in one process and writes in another, the CPU time of the slower one
counts: on two free cores that is how long it takes. The time by the clock is printed as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from tests.benchmarks.dblp import file as dblp_file
from tests.benchmarks.measure import Figure

SIZE = int(os.environ.get("DBLP_BENCHMARK_MB", "200")) * 1_000_000
ROUNDS = int(os.environ.get("DBLP_BENCHMARK_ROUNDS", "5"))
MOST = 2.0  # times as long as the yardstick: half its rate
MOST_MEMORY = 300  # MB
HALF = 0.5  # of the file


def figures() -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "dblp.xml"
        records = dblp_file.write(file, SIZE)
        megabytes = SIZE // 1_000_000
        ratios, peaks, growths = [], [], []
        for number in range(ROUNDS):
            least = _run("tests.benchmarks.dblp.least", file, Path(folder) / f"least{number}")
            ours = _run("tests.benchmarks.dblp.ours", file, Path(folder) / f"ours{number}")
            ratios.append(ours.cpu / least.cpu)
            peaks.append(ours.peak)
            growths.append(ours.growth)
            for name, run in (("import-dblp", ours), ("the yardstick", least)):
                print(
                    f"      {name}: {records / run.cpu:,.0f} records in a second of CPU,"
                    f" {records / run.seconds:,.0f} by the clock"
                )
        what = f"import-dblp of {records:,} records ({megabytes} MB), to parse and executemany"
        yield Figure("S6", what, median(ratios), MOST)
        yield Figure("S6", "its memory, both processes, at most", max(peaks), MOST_MEMORY, "MB")
        yield Figure("S6", "what it grows by in the second half", max(growths), 1.2)


class _Watched:
    """A run: how long it took by the clock and in CPU time of its slower process, and its memory
    in MB (of what is shared, its part)."""

    def __init__(self, seconds: float, cpu: float, memory: list[float]) -> None:
        self.seconds = seconds
        self.cpu = cpu
        self.peak = max(memory)
        middle = int(len(memory) * HALF)
        self.growth = max(memory[middle:]) / max(memory[:middle] or memory)


def _run(module: str, file: Path, database: Path) -> _Watched:
    start = monotonic()
    memory = [0.0]
    command = [sys.executable, "-m", module, str(file), f"{database}.sqlite3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            memory.append(_memory(running.pid))
            sleep(0.2)
        seconds = monotonic() - start
        told, _ = running.communicate()
    if running.returncode:
        raise RuntimeError(f"{module} failed")
    return _Watched(seconds, float(told), memory)


def _memory(number: int) -> float:
    """What a process and those that it started hold of memory, in MB."""
    total = 0.0
    try:
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1000
        for task in Path(f"/proc/{number}/task").iterdir():
            children = (task / "children").read_text().split()
            total += sum(_memory(int(child)) for child in children)
    except (OSError, ValueError):  # it has just ended
        pass
    return total
