"""S1: requests in a second of pages seen before, to Flask's hello and to nginx.

All have one worker on this machine, and 16 connections ask one of them at a time. The client is
`wrk`, which is fast enough for nginx; a client in Python is not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from tests.benchmarks import library, pages, served
from tests.benchmarks.measure import Figure, by_round
from tests.benchmarks.speed import PAPERS, SUMMARIES

CONNECTIONS = 16
SECONDS = 2  # of each page in each round
ROUNDS = 5
LEAST_HELLO, LEAST_NGINX = 2.5, 0.4
KINDS = ("front page", "paper", "venue", "user", "list of venues", "list of people", "list of tags")


def figures() -> Iterator[Figure]:
    wrk, nginx = shutil.which("wrk"), shutil.which("nginx")
    if wrk is None:
        print("S1    not measured: it needs `wrk` (Debian has it)")
        return
    source = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    with TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        path = folder / "library.sqlite3"
        shutil.copyfile(source, path)
        chosen = _chosen(path)
        ours = opened.enter_context(
            served.running(
                "ours",
                folder,
                SHORTLIST_DATABASE_URL=f"sqlite:///{path}",
                SHORTLIST_RATE_LIMITS="off",
            )
        )
        hello = opened.enter_context(served.running("hello", folder))
        _keep(ours, chosen, folder / "pages")
        plain = opened.enter_context(served.nginx(nginx, folder)) if nginx else None
        print(f"      the server: ours, on granian {version('granian')}; one worker each")
        if plain is None:
            print("      nginx is not installed (Debian has it): not compared with")
        yield from _figures(wrk, ours, hello, plain, chosen)


def _figures(
    wrk: str, ours: str, hello: str, plain: str | None, chosen: dict[str, str]
) -> Iterator[Figure]:
    rates: dict[str, list[float]] = {}

    def ask(name: str, url: str) -> None:
        rates.setdefault(name, []).append(_rate(wrk, url))

    for _ in range(ROUNDS):
        ask("hello", f"{hello}/")
        for kind, address in chosen.items():
            ask(kind, ours + address)
            if plain is not None:
                ask(f"nginx, {kind}", f"{plain}/{_file(kind)}")
    for name, taken in rates.items():
        print(f"      {name}: {median(taken):,.0f} requests in a second")
    for kind in chosen:
        what = f"{kind}, to Flask's hello"
        yield Figure("S1", what, by_round(rates[kind], rates["hello"]), least=LEAST_HELLO)
        if plain is not None:
            what = f"{kind}, to nginx with the same bytes"
            ratio = by_round(rates[kind], rates[f"nginx, {kind}"])
            yield Figure("S1", what, ratio, least=LEAST_NGINX)


def _chosen(path: Path) -> dict[str, str]:
    """One page of each kind."""
    database, _ = pages.open_library(f"sqlite:///{path}")
    with database.session() as session:
        found = pages.addresses(session)
    database.close()
    return {kind: found[kind][0] for kind in KINDS}


def _keep(ours: str, chosen: dict[str, str], folder: Path) -> None:
    """Put the bytes of our pages where nginx finds them; with it they are seen once."""
    folder.mkdir()
    for kind, address in chosen.items():
        with urlopen(ours + address, timeout=60) as answer:
            (folder / _file(kind)).write_bytes(answer.read())


def _file(kind: str) -> str:
    return kind.replace(" ", "-") + ".html"


def _rate(wrk: str, url: str) -> float:
    """Requests in a second, all of which go well."""
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url}: {said}")
    return float(found[1])
