"""S9: from the command to the first answer, and what memory a worker takes in the long run.

The time is the processor's, of all processes of `shortlist serve` together: what passes on a clock
depends on what else the machine does.
"""

from __future__ import annotations

import http.client
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from app.db import Database
from tests.benchmarks import library
from tests.benchmarks.measure import Figure
from tests.benchmarks.server import cold
from tests.benchmarks.speed import PAPERS, SUMMARIES
from tests.helpers.running import Serve, environment, serving, shortlist

ROUNDS = 5
MAX_SERVE_SECONDS, MAX_HELP_SECONDS = 1.5, 0.4
REQUESTS = 10_000
MAX_WORKER_MB, MAX_GROWTH = 180.0, 1.05
TICKS = os.sysconf("SC_CLK_TCK")


def figures() -> Iterator[Figure]:
    source = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "shortlist.sqlite3"
        shutil.copyfile(source, path)
        yield Figure("S9", "shortlist --help", _median(_help, folder), MAX_HELP_SECONDS, "s")
        what = "shortlist serve, to its first answer"
        yield Figure("S9", what, _median(_first_answer, folder), MAX_SERVE_SECONDS, "s")
        yield from _memory(folder, path)


def _median(cost: Callable[[Path], float], folder: Path) -> float:
    cost(folder)  # what is made once is made
    return median(cost(folder) for _ in range(ROUNDS))


def _help(folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = shortlist("--help")
    env = environment(folder, **_installed(folder))
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _installed(folder: Path) -> dict[str, str]:
    """Python keeps what it has compiled, as where the program is installed."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _first_answer(folder: Path) -> float:
    with serving(folder, options=["--no-jobs"], settings=_installed(folder)) as serve:
        serve.until_line("Shortlist:")
        _ask(serve, ["/"])
        used = sum(map(_used_seconds, [serve.process.pid, *serve.until_forked(1)]))
        serve.process.terminate()
        serve.ended()
    return used


def _memory(folder: Path, path: Path) -> Iterator[Figure]:
    database = Database(f"sqlite:///{path}")
    with database.session() as session:
        drawn = cold.draw(session, 300)
    database.close()
    # Maps and searches too, but not so many that the limits of one address are met.
    addresses = cycle(chain.from_iterable(zip(*drawn.values(), strict=True)))
    settings = {"SHORTLIST_RATE_LIMITS": "off"}
    with serving(folder, options=["--no-jobs"], settings=settings) as serve:
        serve.until_line("Shortlist:")
        [worker] = serve.until_forked(1)
        _ask(serve, islice(addresses, REQUESTS // 2))
        half = _megabytes(worker)
        _ask(serve, islice(addresses, REQUESTS // 2))
        whole = _megabytes(worker)
        serve.process.terminate()
        serve.ended()
    yield Figure("S9", f"a worker after {REQUESTS:,} requests", whole, MAX_WORKER_MB, "MB")
    yield Figure("S9", "its second half of these, to the first", whole / half, MAX_GROWTH)


def _ask(serve: Serve, addresses: Iterable[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serve.port, timeout=60)
    for address in addresses:
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 500:
            raise AssertionError(f"{address}: {answer.status}")
    connection.close()


def _used_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _megabytes(pid: int) -> float:
    line = next(
        each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in each
    )
    return int(line.split()[1]) / 1024
