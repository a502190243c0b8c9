"""S4: pages cost as much in a large library as in a small one.

Each library is read in this process, without a server: what counts is the processor's time of one
view. The pages of the two are read by turns.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

from tests.benchmarks import library
from tests.benchmarks.measure import Figure, by_round, no_server
from tests.benchmarks.pages import Reader, addresses, open_library, signed_in

SMALL, LARGE = (1_500, 1_200), (100_000, 1_000_000)  # summaries, papers
ROUNDS = 9
MOST = 1.25


def figures() -> Iterator[Figure]:
    small, large = (
        f"sqlite:///{library.cached(summaries=summaries, papers=papers)}"
        for summaries, papers in (SMALL, LARGE)
    )
    yield from figures_of(small, large)


def figures_of(
    small_url: str, large_url: str, server_seconds: Callable[[], float] = no_server
) -> Iterator[Figure]:
    """The figures of two libraries."""
    found = []
    for url in (small_url, large_url):
        database, app = open_library(url)
        with database.session() as session:
            pages = addresses(session)
        readers = {
            "anonymous": Reader(app, server_seconds=server_seconds),
            "signed in": signed_in(database, app, server_seconds),
        }
        found.append((pages, readers))
    (small_pages, small), (large_pages, large) = found
    for who in small:
        for kind in small_pages:
            sides = ((small[who], small_pages[kind]), (large[who], large_pages[kind]))
            costs: list[tuple[float, ...]] = []
            for _ in range(ROUNDS + 1):
                gc.collect()
                costs.append(tuple(reader.cost(pages) for reader, pages in sides))
            few, many = zip(*costs[1:], strict=True)  # what is made once is made in the first
            yield Figure("S4", f"{kind}, {who}, large to small", by_round(many, few), MOST)
