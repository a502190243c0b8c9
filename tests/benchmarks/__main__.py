"""Run the benchmarks: `python -m tests.benchmarks speed`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import chain

import click

from tests.benchmarks import (
    growth,
    postgresql,
    rendering,
    search,
    speed,
    throughput,
    web,
    weight,
)
from tests.benchmarks.dblp import comparison
from tests.benchmarks.measure import Figure
from tests.benchmarks.server import backup, cold, hostility, overload, start, writes

GROUPS: dict[str, Callable[[], Iterable[Figure]]] = {
    "backup": backup.figures,
    "cold": cold.figures,
    "dblp": comparison.figures,
    "growth": growth.figures,
    "hostility": hostility.figures,
    "overload": overload.figures,
    "postgresql": postgresql.figures,
    "rendering": rendering.figures,
    "search": search.figures,
    "speed": lambda: chain(speed.figures(), throughput.figures()),
    "start": start.figures,
    "web": web.figures,
    "weight": weight.figures,
    "writes": writes.figures,
}


@click.command()
@click.argument("groups", nargs=-1, type=click.Choice(sorted(GROUPS)))
def main(groups: tuple[str, ...]) -> None:
    """Measure what the project promises, and print each figure beside its bar.

    Without GROUPS all of them run. The exit code is 1 when a figure is short of its bar.

    \b
    Groups:
      backup      R14: a backup while people vote, and its restoring, beside copies of the file (a
                  minute)
      cold        S11: addresses of all kinds that nobody has asked for, drawn evenly, to Flask with
                  one template and one query, in 15,000 papers (two minutes)
      dblp        S6: a file of dblp's shape of 200 MB, to iterparse and executemany alone, five
                  times (ten minutes)
      growth      S4: pages of a made-up library of a million papers, to those of a small one (the
                  first time ten minutes and 4 GB; SHORTLIST_TEST_DATA names the folder that keeps
                  them)
      hostility   R5: hostile texts sent to a server that others read (three minutes)
      overload    R16: who is answered while five times as many read as can be (two minutes)
      postgresql  S2 to S5 and S12 with PostgreSQL, its server's time counted: any database that
                  SHORTLIST_TEST_POSTGRESQL_URL names; others are made beside it and kept (the
                  first time half an hour)
      rendering   S7: the whole pipeline against Python-Markdown's "extra" alone
      search      S5: results and suggestions in a million papers, against FTS5's bm25 (the library
                  for it is made the first time, which takes ten minutes)
      speed       S1, S2, S3, S12: whole pages of 15,000 papers, to Flask's hello, to nginx (where
                  it and wrk are installed), and to Flask with one template and one query (five
                  minutes)
      start       S9: from the command to the first answer, and the memory of a worker
      web         backlinks, maps and cards: 100,000 summaries, 500,000 links, to 1,500 summaries
      weight      S10: requests, bytes, fonts and layout shift of first visits, over a line with
                  150 ms and 1.6 Mbit/s (needs Chromium)
      writes      S8: votes and summaries of 50 clients, to bare commits; 20,000 summaries

    \b
    Example:
      python -m tests.benchmarks rendering
    """
    short = False
    for name in groups or sorted(GROUPS):
        for figure in GROUPS[name]():
            click.echo(str(figure))
            short |= not figure.reached
    sys.exit(short)


if __name__ == "__main__":
    main()
