"""S4: pages cost as much in a large library as in a small one.

Each library is read in this process, without a server: what counts is the processor's time of one
view. The pages of the two are read by turns.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

from tests.benchmarks import library
from tests.benchmarks.measure import Figure, by_round
from tests.benchmarks.pages import Reader, addresses, open_library, signed_in

SMALL, LARGE = (1_500, 1_200), (100_000, 1_000_000)  # summaries, papers
ROUNDS = 9
MOST = 1.25


def figures() -> Iterator[Figure]:
    found = []
    for summaries, papers in (SMALL, LARGE):
        database, app = open_library(library.cached(summaries=summaries, papers=papers))
        with database.session() as session:
            pages = addresses(session)
        found.append((pages, {"anonymous": Reader(app), "signed in": signed_in(database, app)}))
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
